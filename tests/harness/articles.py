"""Articles for the tests, made from sentences of ours: the same seed makes the same articles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

PEOPLE = [
    ("Marta", "Oliveira", "finance minister"), ("Daniel", "Okafor", "harbour master"), ("Ingrid", "Solberg", "mayor"),
    ("Tomas", "Novak", "union leader"), ("Leila", "Haddad", "chief economist"), ("Peter", "Lindqvist", "police chief"),
    ("Aisha", "Rahman", "health secretary"), ("Victor", "Moreau", "party chairman"), ("Grace", "Mwangi", "judge"),
    ("Henrik", "Dahl", "airline director"), ("Rosa", "Delgado", "water commissioner"), ("Samuel", "Adeyemi", "coach"),
]  # fmt: skip
PLACES = ["Lisbon", "Nairobi", "Oslo", "Prague", "Beirut", "Stockholm", "Dhaka", "Lyon", "Madrid", "Lagos", "Vienna"]
BODIES = ["the city council", "the Ministry of Transport", "Northern Rail", "the Central Bank", "Harbour Union", "Acme"]
TOPICS = ["the new bridge", "the water shortage", "the rail strike", "the school budget", "the airport expansion"]
VERBS = ["said", "told reporters", "added", "warned", "insisted"]
SAYINGS = [
    "We have waited for this decision for more than six years and we will not wait any longer",
    "Nobody in this room believes that the figures published last month were correct",
    "There is no reason to fear a shortage before the end of the winter",
    "The plan will cost less than people think and it will help more families than they expect",
    "I am not going to resign because of a report that I have not even read",
    "Our engineers found cracks in two of the pillars, and we closed the road within an hour",
    "What happened last night must never happen again in this town",
]
PLAIN = [
    "The decision came after three days of talks that ended shortly before midnight on Thursday.",
    "About {number} people gathered in front of the town hall in {place} while the members voted.",
    "Officials in {place} had asked for more time to study the costs of {topic}.",
    "{Body} declined to comment on the details of the agreement.",
    "According to {body}, work on the first section will begin in the spring and last for two years.",
    "Residents complained that they had heard about {topic} only from the newspapers.",
    "A first attempt failed in {year}, when the money for it ran out halfway.",
    "The opposition called the vote a mistake and promised to bring the question to court.",
    "Traffic in the centre of {place} came to a halt for several hours.",
]
CLUTTER = ["Share this article", "Sign up for our newsletter", "Read more: five things to know", "All rights reserved."]


def article(number: int, *, seed: int = 0, paragraphs: int | None = None) -> dict[str, Any]:
    """Return article `number` of a seed as a flat text of 6 to 12 paragraphs, with quotes and named speakers."""
    rng = random.Random(f"{seed}/{number}")
    first, last, role = rng.choice(PEOPLE)
    place, topic = rng.choice(PLACES), rng.choice(TOPICS)
    headline = f"{place} {rng.choice(['votes on', 'argues about', 'prepares for'])} {topic}, case {number}"
    lines = [f"{place} — {role.capitalize()} {first} {last} spoke about {topic} on Monday. {_plain(rng)}"]
    kinds = rng.choices([_quote, _indirect, _plain_paragraph], k=paragraphs or rng.randint(6, 12))
    lines += [kind(rng, last) for kind in kinds]
    published = datetime(2025, 3, 1, 8, tzinfo=UTC) + timedelta(minutes=17 * number)
    return {
        # Few sites: what a worker has seen of a site must not change what it makes of the next page.
        "url": f"https://site-{number % 5}.example/{seed}/{number}",
        "headline": headline,
        "text": headline + "\n\n" + "\n\n".join(lines),
        "published_at": published.isoformat(),
        "fetched_at": (published + timedelta(hours=1)).isoformat(),
    }


def page(number: int, *, seed: int = 0) -> dict[str, Any]:
    """Return the same article as an HTML page with navigation, a sidebar and a footer around it."""
    plain = article(number, seed=seed)
    headline, *paragraphs = plain.pop("text").split("\n\n")
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    links = "".join(f'<li><a href="/{n}">{clutter}</a></li>' for n, clutter in enumerate(CLUTTER))
    plain["html"] = (
        f"<!doctype html><html lang=en><head><title>{headline} | Example News</title></head><body>"
        f"<nav><ul>{links}</ul></nav><main><article><h1>{headline}</h1>{body}</article></main>"
        f"<aside><ul>{links}</ul></aside><footer>Example News. All rights reserved.</footer></body></html>"
    )
    return plain


def articles(count: int, *, seed: int = 0, first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield articles: every third as a page, the others as flat texts."""
    for number in range(first, first + count):
        yield page(number, seed=seed) if number % 3 == 0 else article(number, seed=seed)


def poison(wish: str, number: int, *, seed: int = 0) -> dict[str, Any]:
    """Return an article that asks a worker with test hooks to hang, crash, exit, kill, raise, or eat memory."""
    asking = article(number, seed=seed)
    asking["text"] += f"\n\nwiremill-test:{wish}"
    return asking


def _plain(rng: random.Random) -> str:
    body = rng.choice(BODIES)
    return rng.choice(PLAIN).format(
        number=rng.randint(2, 90) * 100,
        place=rng.choice(PLACES),
        topic=rng.choice(TOPICS),
        body=body,
        Body=body[0].upper() + body[1:],
        year=rng.randint(1998, 2023),
    )


def _plain_paragraph(rng: random.Random, last: str) -> str:
    return f"{_plain(rng)} {_plain(rng)}"


def _quote(rng: random.Random, last: str) -> str:
    who, saying = rng.choice([last, "he", "she"]), rng.choice(SAYINGS)
    return rng.choice(
        [f"“{saying},” {who} {rng.choice(VERBS)}. {_plain(rng)}", f"{last} {rng.choice(VERBS)}: “{saying}.”"]
    )


def _indirect(rng: random.Random, last: str) -> str:
    saying = rng.choice(SAYINGS)
    return f"{last} said that {saying[0].lower()}{saying[1:]}. {_plain(rng)}"
