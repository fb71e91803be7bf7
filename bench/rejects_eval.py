"""Measures what is rejected: `python -m bench.rejects_eval ../shared/eval/clean`.

The precision of each reason over pages that are articles (WCXB, the Scrapinghub benchmark) and pages that are none,
which are written here: products, listings, forums, front pages, log-ins, error pages, paywall stubs, briefs, articles
in other languages. They are one hand's, so recall on them says what kinds are known, not how often a stranger's is.
"""

from __future__ import annotations

import argparse
import html
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from bench.html_pages import read_pages
from schemas.clean import CleanArticle
from schemas.raw import RawArticle
from workers.clean import CleanOptions, clean
from workers.clean.language import detect_language

COLLECTIONS = ("bench_dev.jsonl.gz", "wcxb_dev.jsonl.gz")
PAGES_EACH = 12
GOODS = ("Kettle", "Desk lamp", "Trail shoe", "Water bottle", "Rain jacket", "Coffee grinder", "Bike light", "Backpack")
MAKERS = ("Norvik", "Halden", "Orrin", "Pellow", "Tarn & Sons", "Westray")
TRAITS = ("1.7 L", "stainless steel", "dishwasher safe", "2-year warranty", "recycled nylon", "USB-C", "matt black")
TOPICS = ("harbour", "rail strike", "school budget", "bridge repair", "water prices", "old market", "night buses")
VERBS = ("divides the council", "opens next week", "is delayed again", "costs more than planned", "finds a new owner")
MENU = ("Home", "News", "Sport", "Business", "Opinion", "Weather", "Shop", "Contact", "Help", "Sign in")
ASKS = (
    "Subscribe to continue reading", "Already a subscriber? Log in", "This article is only for subscribers",
    "Register for free to read the full story", "You have reached your limit of free articles this month",
)  # fmt: skip
QUESTIONS = ("Which chain fits?", "Battery dead after a week?", "Noise from the pump?", "Anyone tried the new map?")
ANSWERS = (
    "Same here, no idea why.", "Try turning it off and on again.", "Mine is fine.", "+1", "Thanks, that worked!",
    "What model do you have?", "See the sticky post at the top.", "I gave up and bought another one.",
)  # fmt: skip
ERRORS = (
    ("404 Not Found", "Sorry, the page you were looking for is not here."),
    ("Page not found", "It may have been moved or deleted. Try the search or go back to the front page."),
    ("Access denied", "You do not have permission to access this resource. Reference #18.2f4."),
    ("Just a moment...", "Checking your browser before you go on. Please enable JavaScript and cookies."),
    ("503 Service Unavailable", "The server is temporarily unable to service your request. Try again later."),
    ("Are you a robot?", "Please confirm that you are human by ticking the box below."),
)
FOREIGN = {
    "de": "Der Stadtrat hat am Dienstag beschlossen, den alten Hafen für {n} Millionen Euro zu sanieren, obwohl viele "
    "Bürgerinnen und Bürger dagegen waren. Die Arbeiten sollen im Frühjahr beginnen und etwa zwei Jahre dauern.",
    "fr": "Le conseil municipal a décidé mardi de rénover le vieux port pour {n} millions d'euros, alors que de "
    "nombreux habitants s'y opposaient. Les travaux doivent commencer au printemps et durer environ deux ans.",
    "es": "El ayuntamiento decidió el martes renovar el viejo puerto por {n} millones de euros, aunque muchos vecinos "
    "se oponían. Las obras deben comenzar en primavera y durarán unos dos años.",
    "nl": "De gemeenteraad besloot dinsdag om de oude haven voor {n} miljoen euro te vernieuwen, hoewel veel inwoners "
    "daartegen waren. Het werk moet in het voorjaar beginnen en zal ongeveer twee jaar duren.",
}
LEAD = (
    "The council voted on Tuesday to rebuild the {topic} for {n} million euros, a sum that its opponents call a gift "
    "to builders."
)


def shell(title: str, body: str, *, kind: str | None = None) -> str:
    """Return a page with a menu and a foot around `body`."""
    links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in MENU)
    data = f'<script type="application/ld+json">{{"@type": "{kind}"}}</script>' if kind else ""
    return (
        f"<html><head><title>{html.escape(title)} | Westray</title>{data}</head><body><header><nav><ul>{links}</ul>"
        f"</nav></header><main><h1>{html.escape(title)}</h1>{body}</main><footer><p>© Westray. All rights reserved.</p>"
        "<p><a href='/terms'>Terms</a> <a href='/privacy'>Privacy</a></p></footer></body></html>"
    )


def story_links(chance: random.Random, count: int) -> str:
    """Return a list of links to stories."""
    heads = [f"{chance.choice(TOPICS).capitalize()} {chance.choice(VERBS)}" for _ in range(count)]
    return "".join(f'<div class="card"><h3><a href="/s{n}">{head}</a></h3></div>' for n, head in enumerate(heads))


def pages(chance: random.Random) -> Iterator[tuple[str, frozenset[str], RawArticle]]:
    """Yield (kind, the reasons that are right for it, the record)."""
    none = frozenset({"not-an-article", "too-short"})
    for number in range(PAGES_EACH):
        thing, maker = chance.choice(GOODS), chance.choice(MAKERS)
        traits = "".join(f"<li>{trait}</li>" for trait in chance.sample(TRAITS, 4))
        price = f"<p class='price'>€{chance.randint(9, 250)}.90</p><button>Add to basket</button>"
        yield (
            "product",
            none,
            _raw(f"/p/{number}", shell(f"{maker} {thing}", f"{price}<ul>{traits}</ul>", kind="Product")),
        )
        grid = "".join(
            f"<div class='item'><a href='/p/{n}'>{chance.choice(MAKERS)} {chance.choice(GOODS)}</a> €{n + 9}.90</div>"
            for n in range(24)
        )
        yield "listing", none, _raw(f"/c/{number}", shell(f"{thing}s", grid, kind="CollectionPage"))
        topic = chance.choice(TOPICS)
        yield "tag page", none, _raw(f"/tag/{number}", shell(f"All about: {topic}", story_links(chance, 30)))
        yield (
            "front page",
            none,
            _raw("/" if number % 2 else "/index.html", shell("Westray News", story_links(chance, 60))),
        )
        thread = "".join(
            f"<div class='post'><b>{chance.choice(MAKERS).lower()}{n}</b><p>{chance.choice(ANSWERS)}</p></div>"
            for n in range(chance.randint(6, 20))
        )
        yield "forum", none, _raw(f"/t/{number}", shell(chance.choice(QUESTIONS), thread))
        form = (
            "<form><label>E-mail</label><input><label>Password</label><input type=password><button>Go</button></form>"
        )
        yield "log-in", none, _raw(f"/login?{number}", shell(chance.choice(("Sign in", "Log in to Westray")), form))
        title, line = ERRORS[number % len(ERRORS)]
        yield "error page", none, _raw(f"/gone/{number}", shell(title, f"<p>{line}</p>"))
        lead = LEAD.format(topic=topic, n=chance.randint(2, 90))
        head = f"{topic.capitalize()} {chance.choice(VERBS)}"
        ask = f"<p>{lead}</p><div class='gate'><p>{chance.choice(ASKS)}</p></div>"
        yield "paywall stub", frozenset({"paywall-stub"}), _raw(f"/news/{number}", shell(head, ask))
        yield "brief", frozenset({"too-short"}), _raw(f"/news/b{number}", shell(head, f"<p>{lead}</p>"))
        language = list(FOREIGN)[number % len(FOREIGN)]
        text = "".join(f"<p>{FOREIGN[language].format(n=n)}</p>" for n in range(5, 12))
        yield (
            "other language",
            frozenset({"unsupported-language"}),
            _raw(f"/{language}/a{number}", shell("Westray", text)),
        )


def _raw(path: str, page: str) -> RawArticle:
    return RawArticle(url=f"https://westray.example{path}", html=page)


def main() -> None:
    """Print fates by kind of page, then the precision of each reason."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--every", type=int, default=1, help="only every n-th article")
    chosen = options.parse_args()
    right, wrong = Counter[str](), Counter[str]()
    fates: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for kind, reasons, raw in pages(random.Random(1)):  # repeatable, not secret
        outcome = clean(raw)
        fate = "published" if isinstance(outcome, CleanArticle) else str(outcome.reason)
        fates[kind][fate] += 1
        if fate != "published":
            (right if fate in reasons else wrong)[fate] += 1
    for name in COLLECTIONS:
        for record in list(read_pages(chosen.data / name))[:: chosen.every]:
            outcome = clean(RawArticle(url=record["url"], html=record["html"]))
            fate = "published" if isinstance(outcome, CleanArticle) else str(outcome.reason)
            fates[f"article, {name}"][fate] += 1
            if fate != "published":
                words = len(record["gold_body"].split())
                short = fate == "too-short" and words < CleanOptions().min_words
                foreign = fate == "unsupported-language" and detect_language(record["gold_body"]) != "en"
                (right if short or foreign else wrong)[fate] += 1
                print(f"{fate}: {record['url']} ({words} words of gold)")
    for kind, counts in fates.items():
        print(f"{kind:<32} {dict(counts)}")
    for reason in sorted(right | wrong):
        print(f"{reason:<22} right {right[reason]:>4} wrong {wrong[reason]:>3}  ", end="")
        print(f"precision {right[reason] / (right[reason] + wrong[reason]):.3f}")


if __name__ == "__main__":
    main()
