"""The same annotations in a fifth of the time: what a model computes, without what spaCy does around it.

`accelerate(nlp)` puts one pipe in the place of tok2vec, tagger, parser and entity recogniser of a `core_web` model. It
remembers what the first layers make of a word, multiplies matrices with the faster of two libraries, and takes the
greedy decisions of parser and recogniser in compiled loops. docs/performance.md has what each of these is worth.
"""

from __future__ import annotations

import logging
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from workers.annotate.fast import kernel
from workers.annotate.fast.architecture import REPLACED_PIPES, UnknownArchitectureError
from workers.annotate.fast.pipe import NAME, FastPipe

__all__ = ["FastPipe", "accelerate"]

log = logging.getLogger(__name__)

# Read both ways at start: a difference that the architecture does not show must not reach a topic.
TRIAL_TEXT = """Ferry line asks for two more years
By Karin Holm

AALBORG, Denmark (Wire) — The ferry line Nordhavn A/S has asked the Danish Maritime Authority for two more years to \
replace its three diesel ships, chief executive Lars Poulsen said on Tuesday.
“We can't buy what nobody builds,” Poulsen told reporters at the company's offices in Aalborg. “There are four yards \
in Europe that could do it, and they're full until 2029.”

The authority, which fined the line 2.4 million kroner in March 2023, wouldn't say when it is going to decide. \
According to Mette Friis, a professor of transport economics at Aarhus University, what the line is asking for \
isn't unusual: Norwegian and Swedish companies got the same delay from their governments last year.
"""


@Language.factory(NAME)
def make_fast_pipe(nlp: Language, name: str) -> FastPipe:  # noqa: ARG001  # spaCy calls it by these names
    """Make the pipe for `nlp`, as spaCy wants it made."""
    return FastPipe(nlp)


def accelerate(nlp: Language) -> FastPipe | None:
    """Replace the pipes of `nlp` by the fast one and return it; leave `nlp` as it is, with a warning, where that fails.

    It fails where the model's architecture is not the known one, or where it annotates a trial text otherwise.
    """
    try:
        fast = cast(FastPipe, nlp.add_pipe(NAME, first=True))
    except UnknownArchitectureError as error:
        log.warning("the fast pipeline does not know this model, the usual one runs", extra={"difference": str(error)})
        return None
    nlp.disable_pipe(NAME)
    expected = _annotations(nlp(TRIAL_TEXT))
    with nlp.select_pipes(disable=REPLACED_PIPES, enable=None):
        nlp.enable_pipe(NAME)
        found = _annotations(nlp(TRIAL_TEXT))
    if found != expected:
        nlp.remove_pipe(NAME)
        log.warning("the fast pipeline annotates a trial text otherwise, the usual one runs")
        return None
    for replaced in REPLACED_PIPES:
        nlp.disable_pipe(replaced)
    if kernel.compiled is None:
        log.warning(
            "the fast pipeline's loops are not compiled: install a C compiler, then Wiremill again, to be twice as fast"
        )
    return fast


def _annotations(doc: Doc) -> list[tuple[object, ...]]:
    return [(token.tag, token.head.i, token.dep, token.is_sent_start, token.ent_iob, token.ent_type) for token in doc]
