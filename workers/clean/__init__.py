"""raw → clean: the article, the whole article, nothing but the article. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.clean import CleanArticle, Extraction, Rejected, RejectReason
from schemas.ids import stable_id
from schemas.raw import RawArticle
from workers.clean.options import CleanOptions

__all__ = ["CleanOptions", "clean"]


def clean(
    article: RawArticle, *, options: CleanOptions | None = None, now: datetime | None = None
) -> CleanArticle | Rejected:
    """Return the article without its page's clutter, or why it is not worth annotating.

    `now` is written to `processed_at` (default: the present).
    """
    text = (article.text or "").strip()
    if not text:
        return Rejected(reason=RejectReason.TOO_SHORT)
    return CleanArticle(
        article_id=stable_id("article", article.url or article.id or text),
        url=article.url,
        headline=article.headline,
        text=text,
        extraction=Extraction(method="given", version="0"),
        processed_at=now or datetime.now(UTC),
    )
