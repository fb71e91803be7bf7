"""Enriched articles and quotes for a person at a terminal: the text painted, who said what, who is in it.

All text of articles goes through `terminal.safe`, which keeps offsets, and into `Text` objects, which know no markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from schemas.clean import CleanArticle
from schemas.enriched import EnrichedArticle, Entity, Quote, QuoteType, Resolution, SpeakerKind
from workers.cli.terminal import safe, safe_line

# Colours of the 256-colour cube whose contrast is at least 3.5:1 on black and on white: terminals are either.
LABEL_STYLES = {
    "PERSON": "bold color(32)",
    "ORG": "color(133)",
    "GPE": "color(29)",
    "LOC": "color(29)",
    "FAC": "color(29)",
    "NORP": "color(66)",
    "EVENT": "color(97)",
    "LAW": "color(97)",
    "PRODUCT": "color(97)",
    "WORK_OF_ART": "color(97)",
}
LABEL_TITLES = {
    "PERSON": "people",
    "ORG": "organisations",
    "GPE": "countries, cities",
    "LOC": "places",
    "FAC": "buildings",
    "NORP": "groups",
    "EVENT": "events",
    "LAW": "laws",
    "PRODUCT": "products",
    "WORK_OF_ART": "works",
}
QUOTE_STYLE = "italic color(130)"
INDIRECT_STYLE = "italic"
CUE_STYLE = "underline"
SPEAKER_STYLES = {SpeakerKind.PERSON: LABEL_STYLES["PERSON"], SpeakerKind.ORGANIZATION: f"bold {LABEL_STYLES['ORG']}"}
FAINT = "color(244)"

SHOWN_QUOTE_CHARS = 280  # of a quote in a list; four lines of 80 columns. The whole is in the text above it
SHOWN_ENTITIES = 12  # of a label in a list
IN_MARKS = r"“[^”]*”|\"[^\"]*\"|«[^»]*»"
QUOTATION_MARKS = "\"'“”‘’«»„‚ \n"


def paint_article(article: EnrichedArticle, *, text: bool = True, explain: bool = False) -> RenderableType:
    """Return an article: headline, facts, the painted text if `text`, who said what, entities.

    `explain` adds to each quote the rules that found it, lists the words in marks that are no quote, and shows dates
    and numbers among the entities.
    """
    parts: list[RenderableType] = [Rule(style=FAINT), *_head(article), Text()]
    if text:
        parts += [Padding(painted_text(article, explain=explain), (0, 1)), Text()]
    parts += [_title("Who said what", len(article.quotes)), *_by_speaker(article.quotes, explain=explain), Text()]
    if explain and article.not_quotes:
        parts += [_title("In marks, not quoted", len(article.not_quotes)), *_not_quotes(article), Text()]
    parts += [_title("Who and what is in it", len(article.entities)), _entities(article.entities, explain=explain)]
    return Group(*parts, Text())


def paint_clean(article: CleanArticle) -> RenderableType:
    """Return a clean article: headline, facts, its text."""
    return Group(Rule(style=FAINT), *_head(article), Text(), Padding(Text(safe(article.text)), (0, 1)), Text())


def painted_text(article: EnrichedArticle, *, explain: bool = False) -> Text:
    """Return the article's text with its quotes, cues and mentions painted where they stand."""
    text = Text(safe(article.text))
    for quote in article.quotes:
        style = INDIRECT_STYLE if quote.type is QuoteType.INDIRECT else QUOTE_STYLE
        for span in quote.spans:
            text.stylize(style, span.start, span.end)
        if quote.cue is not None:
            text.stylize(CUE_STYLE, quote.cue.start, quote.cue.end)
    for entity in article.entities:
        found = LABEL_STYLES.get(entity.label, FAINT if explain else "")
        for mention in entity.mentions if found else ():
            text.stylize(found, mention.start, mention.end)
    return text


def paint_quote(quote: Quote, *, explain: bool = False) -> RenderableType:
    """Return a quote on its own, as the quotes topic carries it: who, what, and in which article."""
    where = " · ".join(filter(None, (safe_line(quote.headline), _publisher(quote), _day(quote))))
    return Group(
        _speaker_line(quote),
        Padding(_quote_lines(quote, explain=explain), (0, 0, 0, 2)),
        Padding(Text(where, style=FAINT, overflow="ellipsis", no_wrap=True), (0, 0, 1, 2)),
    )


def paint_entity(entity: Entity) -> Text:
    """Return an entity on one line: name, label, mentions, roles."""
    line = Text(safe_line(entity.name), style=LABEL_STYLES.get(entity.label, FAINT))
    facts = [entity.label, f"{len(entity.mentions)}×", *map(safe_line, entity.roles)]
    return line.append("  " + " · ".join(facts), style=FAINT)


def legend() -> Text:
    """Return what the colours mean, on one line."""
    named = [("people", "PERSON"), ("organisations", "ORG"), ("places", "GPE"), ("groups", "NORP")]
    line = Text.assemble(("quoted", QUOTE_STYLE), "  ", ("paraphrased", INDIRECT_STYLE), "  ", ("cue", CUE_STYLE))
    for title, label in named:
        line.append("  ").append(title, style=LABEL_STYLES[label])
    return line


def _head(article: CleanArticle) -> list[RenderableType]:
    headline = safe_line(article.headline) or _first_line(article.text)
    facts = [
        safe_line(article.agency),
        _publisher(article),
        _day(article),
        safe_line(", ".join(article.authors)),
        safe_line(article.language),
        f"{len(article.text.split())} words",
    ]
    head: list[RenderableType] = [Text(headline, style="bold"), Text(" · ".join(filter(None, facts)), style=FAINT)]
    if article.url:
        head.append(Text(safe_line(article.url), style=FAINT, overflow="ellipsis", no_wrap=True))
    return head


def _first_line(text: str) -> str:
    """Return the first line of `text`: the headline where a flat text's was not told apart."""
    line = safe_line(text.lstrip().partition("\n")[0])
    return line if len(line) <= 120 else line[:119] + "…"


def _publisher(record: CleanArticle | Quote) -> str:
    publisher = record.publisher
    return safe_line((publisher.name or publisher.domain) if publisher else None)


def _day(record: CleanArticle | Quote) -> str:
    return record.published_at.strftime("%Y-%m-%d") if record.published_at else ""


def _title(words: str, count: int) -> Text:
    return Text.assemble((words, "bold"), (f"  {count or 'none'}", FAINT))


def _by_speaker(quotes: Sequence[Quote], *, explain: bool) -> Iterable[RenderableType]:
    """Group quotes by speaker, in the order in which each first speaks."""
    said: dict[str, list[Quote]] = {}
    for quote in quotes:
        said.setdefault(quote.speaker.entity_id or quote.speaker.name or "", []).append(quote)
    for group in said.values():
        yield Padding(_speaker_line(group[0]), (0, 0, 0, 2))
        for quote in group:
            yield Padding(_quote_lines(quote, explain=explain), (0, 0, 0, 4))


def _speaker_line(quote: Quote) -> Text:
    speaker = quote.speaker
    if speaker.name is None:
        return Text("unknown speaker", style=f"bold {FAINT}")
    style = SPEAKER_STYLES.get(speaker.kind, "bold")
    role = (f"  {safe_line(speaker.role)}", FAINT) if speaker.role else ""
    return Text.assemble((safe_line(speaker.name), style), role)


def _quote_lines(quote: Quote, *, explain: bool) -> RenderableType:
    words = _words(quote)
    if len(words) > SHOWN_QUOTE_CHARS and not explain:
        words = words[: SHOWN_QUOTE_CHARS - 1].rsplit(" ", 1)[0] + " …"
    direct = quote.type is QuoteType.DIRECT
    said = Text(words + "”", style=QUOTE_STYLE) if direct else Text(words, style=INDIRECT_STYLE)
    if quote.type is QuoteType.MIXED:
        said.highlight_regex(IN_MARKS, QUOTE_STYLE)
    manner = _manner(quote)
    line = Text.assemble(said, (f"  — {manner}" if manner else "", FAINT))
    # a hanging indent: the mark stands out, the words line up
    grid = Table.grid(padding=0)
    grid.add_column(width=1, no_wrap=True)
    grid.add_column()
    grid.add_row(Text("“" if direct else " ", style=QUOTE_STYLE), line)
    if explain:
        grid.add_row("", Text(_explanation(quote), style=FAINT))
    return grid


def _not_quotes(article: EnrichedArticle) -> Iterable[RenderableType]:
    """Return a line for each passage in marks that is no quote: its words and why."""
    for passage in article.not_quotes:
        words = safe_line(passage.exact)
        shown = words if len(words) <= SHOWN_QUOTE_CHARS else words[: SHOWN_QUOTE_CHARS - 1] + "…"
        line = Text.assemble(
            shown, (f"  — {passage.reason.replace('_', ' ')} · at {passage.start}:{passage.end}", FAINT)
        )
        yield Padding(line, (0, 0, 0, 2))


def _words(quote: Quote) -> str:
    """Return what was said: a direct quote without its own marks, and … where a cue splits it."""
    if quote.type is not QuoteType.DIRECT:
        return safe_line(quote.text)
    spans = (safe_line(span.exact).strip(QUOTATION_MARKS) for span in quote.spans)
    return " … ".join(spans)


def _manner(quote: Quote) -> str:
    """Return how it was said: the cue, and the words that stand for the speaker where they are not the name."""
    speaker, cue = quote.speaker, quote.cue
    said = [(cue.start, safe_line(cue.exact))] if cue else []
    if speaker.mention is not None:
        words, name = safe_line(speaker.mention.exact), safe_line(speaker.name)
        if name not in words and words not in name:
            said.append((speaker.mention.start, words))
    in_order = " ".join(words for _, words in sorted(said))
    carried = "carried on" if speaker.resolution is Resolution.CARRIED else ""
    return " · ".join(filter(None, (in_order, carried)))


def _explanation(quote: Quote) -> str:
    origin = quote.provenance
    facts = {
        "type": quote.type,
        "rule": origin.rule,
        "cue class": origin.cue_class,
        "cue": f"{quote.cue.exact} ({quote.cue.lemma})" if quote.cue else None,
        "speaker": f"{quote.speaker.kind}, {quote.speaker.resolution}",
        "by": origin.speaker_rule,
        "mention": quote.speaker.mention.exact if quote.speaker.mention else None,
        "confidence": f"{quote.confidence:.2f}",
        "at": ", ".join(f"{span.start}:{span.end}" for span in quote.spans),
    }
    return safe_line(" · ".join(f"{name} {value}" for name, value in facts.items() if value))


def _entities(entities: Sequence[Entity], *, explain: bool) -> RenderableType:
    by_label: dict[str, list[Entity]] = {}
    for entity in entities:
        by_label.setdefault(entity.label, []).append(entity)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    order = list(LABEL_STYLES)
    shown = [label for label in order if label in by_label]
    rest = sorted(set(by_label) - set(order))
    for label in [*shown, *(rest if explain else [])]:
        grid.add_row(
            Text("  " + LABEL_TITLES.get(label, label.lower()), style=FAINT),
            _names(by_label[label], LABEL_STYLES.get(label, "")),
        )
    if rest and not explain:
        grid.add_row(Text("  and", style=FAINT), Text(_counted(rest, by_label), style=FAINT))
    return grid


def _counted(labels: Sequence[str], by_label: dict[str, list[Entity]]) -> str:
    return ", ".join(f"{len(by_label[label])} {label.lower()}" for label in labels)


def _names(entities: Sequence[Entity], style: str) -> Text:
    ranked = sorted(entities, key=lambda entity: (-entity.salience, -len(entity.mentions)))
    line = Text()
    for index, entity in enumerate(ranked[:SHOWN_ENTITIES]):
        line.append(" · " if index else "", style=FAINT).append(safe_line(entity.name), style=style)
        if len(entity.mentions) > 1:
            line.append(f" {len(entity.mentions)}×", style=FAINT)
    if len(ranked) > SHOWN_ENTITIES:
        line.append(f" · {len(ranked) - SHOWN_ENTITIES} more", style=FAINT)
    return line


def paint_facts(facts: Iterable[str]) -> Text:
    """Return facts on one line, the first one bold."""
    first, *rest = map(safe_line, facts)
    return Text.assemble((first, "bold"), ("  " + " · ".join(filter(None, rest)), FAINT))
