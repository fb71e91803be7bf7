"""The stages as the pool's children run them: bytes in, fate and outgoing bytes out. The one broad `except` is here."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from schemas.clean import CleanArticle, Rejected
from schemas.codec import DecodeError, decode, encode, unframed, validate
from schemas.dead_letter import ErrorClass, Failure
from schemas.ids import text_sha256
from schemas.ledger import Fate
from schemas.raw import RawArticle
from workers import faults, publish
from workers.clean import CleanMemory, clean
from workers.dead_letters import TooLargeError, bury, failure_of
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Handled

if TYPE_CHECKING:
    from workers.annotate import Annotator

log = logging.getLogger(__name__)

MAX_TEXT_CHARS = 1_000_000  # of a text to annotate; spaCy's own limit, for the memory that its models take beyond

BARE_TYPES = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}

WARM_UP_TEXT = """Harbour reopens after storm

The harbour of Westport reopened on Monday, said Anna Keller of the port authority. “We lost two cranes,” she said.
"""
WARM_UP = (
    encode(RawArticle(id="warm-up", html=f"<html><body><article><p>{WARM_UP_TEXT}</p></article></body></html>")),
    encode(RawArticle(id="warm-up", text=f"Home\nWorld\n\n{WARM_UP_TEXT}\nSign up")),
)


class Stages:
    """The stages of one process, with what they hold: the model, if one of them annotates."""

    def __init__(self, options: StageOptions) -> None:
        self.options = options
        self._memory = CleanMemory()
        self._annotator: Annotator | None = None
        if {Stage.ANNOTATE, Stage.ENRICH} & set(options.stages):
            from workers.annotate import Annotator

            self._annotator = Annotator(options.annotate)

    def warm_up(self) -> None:
        """Run a small article through the stages, so that what is made on first use is made before the fork."""
        pages = [Delivery("warm-up", 0, number, None, value) for number, value in enumerate(WARM_UP)]
        if {Stage.CLEAN, Stage.ENRICH} & set(self.options.stages):
            for handled in self.handle(Stage.CLEAN, pages):
                log.debug("warm-up: clean", extra={"fate": handled.fate})
            self._memory = CleanMemory()  # it must not remember these
        if self._annotator is not None:
            self._annotator.warm_up()
            article = CleanArticle(article_id="warm-up", text=WARM_UP_TEXT)
            self._annotator.annotate([article])

    def handle(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        """Return the fate of each delivery, in order. Never raises for what a document is or does."""
        if self.options.test_hooks:
            for delivery in deliveries:
                faults.misbehave(delivery.value)
        match stage:
            case Stage.CLEAN:
                return [self._guarded(stage, delivery, self._clean) for delivery in deliveries]
            case Stage.ANNOTATE:
                return self._annotate(stage, deliveries)
            case Stage.ENRICH:
                return [self._guarded(stage, delivery, self._enrich) for delivery in deliveries]

    def bury(self, stage: Stage, delivery: Delivery, failure: Failure, attempts: int) -> Handled:
        """Return the dead letter of a delivery that failed outside of `handle`: it hung, crashed or ate memory."""
        return bury(stage, delivery, failure, attempts=attempts, max_bytes=self.options.max_record_bytes)

    def _clean(self, delivery: Delivery) -> Handled:
        outcome = clean(decode_raw(delivery), options=self.options.clean, memory=self._memory)
        if isinstance(outcome, Rejected):
            return Handled(Fate.REJECTED, outcome.reason.value, outcome.article_id)
        return Handled(Fate.PUBLISHED, None, outcome.article_id, publish.cleaned(outcome, delivery))

    def _enrich(self, delivery: Delivery) -> Handled:
        # Where `enrich` is only tried out, beside `clean`, it must not teach what `clean` remembers.
        memory = self._memory if Stage.ENRICH in self.options.stages else CleanMemory()
        outcome = clean(decode_raw(delivery), options=self.options.clean, memory=memory)
        if isinstance(outcome, Rejected):
            return Handled(Fate.REJECTED, outcome.reason.value, outcome.article_id)
        return self._annotate_clean([outcome], [delivery])[0]

    def _annotate(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        """Annotate all that decode as one batch; if the batch raises, one by one, so that only the offender pays."""
        handled: dict[int, Handled] = {}
        articles: dict[int, CleanArticle] = {}
        for index, delivery in enumerate(deliveries):
            try:
                articles[index] = decode(delivery.value, CleanArticle)
            except DecodeError as error:
                handled[index] = self._dead(stage, delivery, error)
        batch = list(articles)
        try:
            results = self._annotate_clean([articles[i] for i in batch], [deliveries[i] for i in batch])
            handled |= zip(batch, results, strict=True)
        except Exception:
            for index in batch:
                alone: Callable[[Delivery], Handled] = lambda d, i=index: self._annotate_clean([articles[i]], [d])[0]  # type: ignore[misc]  # noqa: E731
                handled[index] = self._guarded(stage, deliveries[index], alone)
        return [self._bounded(stage, d, handled[i]) for i, d in enumerate(deliveries)]

    def _annotate_clean(self, articles: Sequence[CleanArticle], origins: Sequence[Delivery]) -> list[Handled]:
        if self._annotator is None:
            raise RuntimeError("this process was started without the annotate stage")
        for article in articles:
            if len(article.text) > MAX_TEXT_CHARS:
                raise TooLargeError(f"the text has {len(article.text)} code points; the limit is {MAX_TEXT_CHARS}")
        return [
            Handled(Fate.PUBLISHED, None, article.article_id, publish.enriched(article, origin))
            for article, origin in zip(self._annotator.annotate(articles), origins, strict=True)
        ]

    def _guarded(self, stage: Stage, delivery: Delivery, work: Callable[[Delivery], Handled]) -> Handled:
        try:
            handled = work(delivery)
        except DecodeError as error:
            return self._dead(stage, delivery, error)
        except Exception as error:  # the stage boundary: whatever a document makes our code do is a dead letter
            return self._dead(stage, delivery, error)
        return self._bounded(stage, delivery, handled)

    def _bounded(self, stage: Stage, delivery: Delivery, handled: Handled) -> Handled:
        """Exchange an outcome that the broker would refuse for its size for a dead letter that says so."""
        limit = self.options.max_record_bytes
        for message in handled.outputs:
            if len(message.value) > limit:
                text = f"the {message.topic} record would have {len(message.value)} bytes; the limit is {limit}"
                failure = Failure(error_class=ErrorClass.OUTPUT_TOO_LARGE, message=text)
                return bury(stage, delivery, failure, attempts=1, max_bytes=limit)
        return handled

    def _dead(self, stage: Stage, delivery: Delivery, error: Exception) -> Handled:
        return bury(stage, delivery, failure_of(error), attempts=1, max_bytes=self.options.max_record_bytes)


def decode_raw(delivery: Delivery) -> RawArticle:
    """Return the raw article of a delivery: JSON, or a bare page or text whose header says so (key = URL)."""
    declared = (delivery.header("content-type") or b"").decode("latin-1")
    kind = declared.partition(";")[0].strip().lower()
    if kind not in BARE_TYPES or delivery.value is None or _looks_like_json(delivery.value):
        return decode(delivery.value, RawArticle)
    values: dict[str, Any] = {"content_type": declared}
    name = (delivery.key or b"").decode("utf-8", "replace")
    if "://" in name:
        values["url"] = name
    else:
        values["id"] = name or text_sha256(delivery.value.decode("latin-1"))
    if BARE_TYPES[kind] == "html":
        values["html_base64"] = base64.b64encode(delivery.value).decode()
    else:
        try:
            values["text"] = delivery.value.decode("utf-8-sig")
        except UnicodeDecodeError:
            values["text"] = delivery.value.decode("cp1252", "replace")
    return validate(values, RawArticle)


def _looks_like_json(value: bytes) -> bool:
    return unframed(value[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
