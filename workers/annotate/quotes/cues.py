"""The cue lexicon: which verbs report, what they report (speech, writing, thought, …) and in which constructions.

`cues.tsv` has one verb a line: lemma, class, frames, source of the entry (mostly its VerbNet class). Frames:

- `Q`  goes with words in marks: “…,” she V
- `C`  takes a clause: V (that) …
- `T`  takes an infinitive: V (someone) to …
- `N`  takes a noun phrase that is said: V the charge
- `M`  deals with a noun phrase or a preposition's, and says it only where it has words in marks: V a “way out”
- `A`  takes a noun phrase and `as`: V it as a mistake
- `O`  takes a noun phrase and a predicate: V it a mistake
- `,p` takes the preposition p: V of it
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from spacy.strings import get_string_id


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list written as one string: the readable way to keep a closed class in code."""
    return frozenset(words.split())


UTTERING = frozenset({"speech", "writing"})  # classes of verbs that put words out
# Past tense and participles that spelling does not give. Verbs of the lexicon only.
IRREGULAR: Mapping[str, tuple[str, ...]] = {
    "begin": ("began", "begun", "beginning"),
    "cast": ("cast",),
    "dream": ("dreamt",),
    "feel": ("felt",),
    "find": ("found",),
    "forecast": ("forecast",),
    "foresee": ("foresaw", "foreseen"),
    "go": ("went", "gone", "goes"),
    "hit": ("hit", "hitting"),
    "know": ("knew", "known"),
    "lay": ("laid",),
    "learn": ("learnt",),
    "plead": ("pled",),
    "read": ("read",),
    "say": ("said",),
    "see": ("saw", "seen"),
    "shoot": ("shot",),
    "sing": ("sang", "sung"),
    "mean": ("meant",),
    "show": ("shown",),
    "speak": ("spoke", "spoken"),
    "spell": ("spelt",),
    "swear": ("swore", "sworn"),
    "tell": ("told",),
    "think": ("thought",),
    "understand": ("understood",),
    "weep": ("wept",),
    "write": ("wrote", "written"),
}
ALSO_REGULAR = word_set("dream forecast learn plead show spell")  # both: pleaded, pled
# Verbs whose last consonant doubles: one syllable, or stress on the last.
DOUBLING = word_set(
    "admit pan infer extol aver beg quip brag chat nod plan rip slam snap sob tap refer concur rebut sum blog"
)
BRITISH_DOUBLING = word_set("counsel label signal")  # labelled beside labeled


@dataclass(frozen=True, slots=True)
class Verb:
    """A reporting verb: its class and the constructions in which it reports."""

    lemma: str
    cue_class: str
    frames: frozenset[str]
    prepositions: frozenset[str]


@lru_cache(maxsize=1)
def verbs() -> Mapping[int, Verb]:
    """Return the lexicon by form: spaCy's string id of the lower-case form → verb."""
    table: dict[int, Verb] = {}
    lines = (files("workers.annotate.quotes") / "cues.tsv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines, delimiter="\t"):
        letters, *prepositions = row["frames"].split(",")
        verb = Verb(row["lemma"], row["class"], frozenset(letters), frozenset(prepositions))
        for form in forms(verb.lemma):
            table.setdefault(get_string_id(form), verb)
    return table


@dataclass(frozen=True, slots=True)
class Noun:
    """A reporting noun and its class."""

    lemma: str
    cue_class: str


@lru_cache(maxsize=1)
def nouns() -> Mapping[int, Noun]:
    """Return the nouns of `cue_nouns.tsv`, singular and plural, by spaCy's string id of the lower-case form."""
    table: dict[int, Noun] = {}
    lines = (files("workers.annotate.quotes") / "cue_nouns.tsv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines, delimiter="\t"):
        noun = Noun(row["noun"], row["class"])
        table[get_string_id(noun.lemma)] = table[get_string_id(noun.lemma + "s")] = noun
    return table


def forms(lemma: str) -> Iterator[str]:
    """Yield the forms of a verb, by English spelling and the tables above."""
    yield lemma
    yield from IRREGULAR.get(lemma, ())
    ends_in_y = lemma.endswith("y") and lemma[-2] not in "aeou"
    if lemma.endswith(("s", "x", "z", "ch", "sh")):
        yield lemma + "es"
    elif ends_in_y:
        yield lemma[:-1] + "ies"
    else:
        yield lemma + "s"
    for stem in _stems(lemma):
        drops_e = stem.endswith("e") and not stem.endswith(("ee", "oe", "ye"))
        yield (stem[:-1] if drops_e else stem) + "ing"
        if lemma not in IRREGULAR or lemma in ALSO_REGULAR:
            yield stem + "d" if stem.endswith("e") else (stem[:-1] + "ied" if ends_in_y else stem + "ed")


def _stems(lemma: str) -> tuple[str, ...]:
    if lemma in DOUBLING:
        return (lemma + lemma[-1],)
    return (lemma, lemma + lemma[-1]) if lemma in BRITISH_DOUBLING else (lemma,)
