"""A corpus for benchmarks: made from sentences of ours, seeded, with the lengths of news (median 450 words, to 5,000).

    python -m bench.corpus --articles 2000 > raw.jsonl

Half of the articles are HTML pages, half flat texts with their page's clutter. The lengths are log-normal with a sigma
of 0.6, which is about what a day of news agencies' English copy has.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import sys
from collections.abc import Iterator

MEDIAN_WORDS = 450
SIGMA = 0.6
SHORTEST, LONGEST = 120, 5_000

FIRST = "Anna Tomas Maria Ivan Leila Peter Grace Omar Helen Viktor Nadia Paul Rosa Karl Aisha David Elena Samuel Ingrid"
LAST = (
    "Keller Novak Brandt Okafor Haddad Lindqvist Moreau Petrov Sandoval Whitfield Tanaka Rossi Demir Kowalski Mbeki "
    "Fischer Alvarez Donovan Horvat Nilsen Castellano Ferreira Osman Pritchard Vasquez Yamamoto Zielinski Abbott"
)
ROLES = (
    "Finance Minister", "opposition leader", "police chief", "Mayor", "union leader", "central bank governor",
    "Foreign Minister", "economist", "hospital director", "party spokeswoman", "judge", "Senator", "professor",
)  # fmt: skip
ORGS = (
    "the Port Authority", "the National Health Board", "Meridian Bank", "the Green Alliance", "Northwind Energy",
    "the Constitutional Court", "the Teachers' Union", "Halden Motors", "the Rail Regulator", "Aurora Airlines",
    "the World Health Organization", "the European Commission", "the Labour Party", "Delta Foods",
)  # fmt: skip
PLACES = (
    "Lisbon", "Warsaw", "Nairobi", "Ottawa", "Vienna", "Jakarta", "Santiago", "Rotterdam", "Bergen", "Zagreb", "Lagos",
    "Germany", "Portugal", "Kenya", "Canada", "Poland", "Indonesia", "Chile", "Norway", "Croatia", "the Netherlands",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOPICS = (
    "the new budget", "the harbour bridge", "the rail strike", "the water shortage", "the pension reform",
    "the vaccination plan", "the border agreement", "the price of bread", "the flood defences", "the school closures",
    "the energy subsidy", "the housing programme", "the airport expansion", "the fishing quota",
)  # fmt: skip
CLAIMS = (
    "we cannot wait for another winter to decide this", "nobody has told the families what will happen next",
    "the figures show that the plan is working", "this is not the time to cut what people depend on",
    "every week of delay costs the city more than the repair", "there will be no agreement without guarantees",
    "the courts will have the last word", "we asked for help in March and heard nothing until August",
    "the money is there, and it has always been there", "people will judge us by what stands here in ten years",
    "it would be a mistake to read too much into one good month", "the first trains will run before the summer",
)  # fmt: skip
SENTENCES = (
    "{role} {full} said on {day} that {topic} would be discussed in {place} next week.",
    "“{claim},” {last} told reporters in {place}.",
    "“{claim},” said {full}, {role_lower} of {org}. “{claim2}.”",
    "According to {org}, {number} people were affected by {topic} since the start of the year.",
    "{org} declined to comment on {topic}, but {pronoun} said the talks would continue until {day}.",
    "The decision on {topic} was taken after {number} hours of talks between {org} and {org2} in {place}.",
    "{last} added that {claim}.",
    "Critics of {topic} say that {claim}, and that {org} has known about it since {year}.",
    "In a statement on {day}, {org} called the decision on {topic} “{short}” and asked {org2} to look at it again.",
    "About {number} workers gathered outside the offices of {org} in {place}, many of them with their children.",
    "{full}, who has led {org} since {year}, denied that {topic} had been part of the negotiations.",
    "The vote in {place}, the third of its kind in {number} months, is expected to be close.",
    "A spokeswoman for {org} said: “{claim}.”",
    "Prices rose by {percent} percent in {place} last month, more than {org} expected, as {topic} weighed on trade.",
    "Asked whether {topic} could still be stopped, {pronoun} said that {claim}.",
    "{org2} plans to spend {money} million euros on {topic} over the next {small} years, the largest sum since {year}.",
    "Residents of {place} have complained about {topic} for years, but the council that owns the land never replied.",
    "The report, published by {org} on {day}, lists {number} cases in which the rules were not followed.",
    "“{claim},” {pronoun} said.",
    "It was not clear on {day} whether {org} would appeal against the ruling, which ended a dispute of {year}.",
    "Trains between {place} and {place2} were delayed by up to {small} hours after a storm brought down power lines.",
    "{full} and {full2} met for the first time since {topic} divided their parties, and left without speaking.",
)
SHORT = ("a step backwards", "long overdue", "hard to understand", "a gift to the few", "the least we could do")
NAVIGATION = ("Home", "World", "Politics", "Business", "Sport", "Culture", "Opinion", "Weather", "Video", "Newsletters")
CLUTTER = (
    "Sign up for our daily briefing and never miss a story", "Share this article on your social networks",
    "By continuing to use this site you agree to our use of cookies", "Advertisement", "Most read", "Read more",
    "Follow us", "Copyright. All rights reserved.", "Terms and conditions | Privacy policy | Contact us",
    "Subscribe now for full access from one euro a week",
)  # fmt: skip


def articles(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield raw articles: url, headline or none, and `html` or `text`."""
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")  # repeatable, not secret
        words = min(LONGEST, max(SHORTEST, round(MEDIAN_WORDS * chance.lognormvariate(0, SIGMA))))
        headline, paragraphs = _story(chance, words)
        url = f"https://news{number % 40}.example.org/{chance.choice(('world', 'city'))}/{number}-{_slug(headline)}"
        if number % 2:
            yield {"url": url, "text": _flat(chance, headline, paragraphs)}
        else:
            yield {"url": url, "html": _page(chance, headline, paragraphs)}


def values(seed: int = 1) -> Iterator[bytes]:
    """Yield raw articles without end, as they go onto the topic."""
    for article in articles(sys.maxsize, seed):
        yield json.dumps(article, ensure_ascii=False).encode()


def _story(chance: random.Random, words: int) -> tuple[str, list[str]]:
    cast = [f"{chance.choice(FIRST.split())} {chance.choice(LAST.split())}" for _ in range(4)]
    topic = chance.choice(TOPICS)
    headline = f"{chance.choice(PLACES[:11])} argues over {topic} as {cast[0].split()[1]} warns of delay"
    paragraphs: list[str] = []
    written = 0
    while written < words:
        sentences = [_sentence(chance, cast, topic) for _ in range(chance.randint(2, 4))]
        paragraphs.append(" ".join(sentences))
        written += sum(len(sentence.split()) for sentence in sentences)
    return headline, paragraphs


def _sentence(chance: random.Random, cast: list[str], topic: str) -> str:
    full, full2 = chance.sample(cast, 2)
    role = chance.choice(ROLES)
    org, org2 = chance.sample(ORGS, 2)
    place, place2 = chance.sample(PLACES, 2)
    claim, claim2 = chance.sample(CLAIMS, 2)
    template = chance.choice(SENTENCES)
    opens = template.startswith("“") or ": “" in template
    text = template.format(
        full=full, full2=full2, last=full.split()[1], role=role[0].upper() + role[1:], role_lower=role.lower(),
        org=org, org2=org2, place=place, place2=place2, day=chance.choice(DAYS),
        topic=topic if chance.random() < 0.7 else chance.choice(TOPICS),
        claim=claim[0].upper() + claim[1:] if opens else claim, claim2=claim2[0].upper() + claim2[1:],
        pronoun=chance.choice(("he", "she")), number=chance.randint(12, 900), year=chance.randint(1998, 2025),
        percent=round(chance.uniform(0.2, 9), 1), money=chance.randint(2, 800), small=chance.randint(2, 9),
        short=chance.choice(SHORT),
    )  # fmt: skip
    return text[0].upper() + text[1:]


def _slug(headline: str) -> str:
    return "-".join(headline.lower().split()[:5])


def _page(chance: random.Random, headline: str, paragraphs: list[str]) -> str:
    links = "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in NAVIGATION)
    related = "".join(f'<li><a href="/r{i}">{html.escape(_story(chance, 20)[0])}</a></li>' for i in range(5))
    body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in paragraphs)
    foot = "".join(f"<p>{html.escape(line)}</p>" for line in chance.sample(CLUTTER, 4))
    script = "<script>window.dataLayer=[" + ",".join(str(chance.random()) for _ in range(400)) + "]</script>"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(headline)} - Example News</title>"
        f"{script}<style>{'.c{margin:0}' * 300}</style></head><body><header><nav><ul>{links}</ul></nav></header>"
        f"<main><article><h1>{html.escape(headline)}</h1>{body}</article>"
        f"<aside><h2>Related</h2><ul>{related}</ul></aside>"
        f"</main><footer>{foot}{script}</footer></body></html>"
    )


def _flat(chance: random.Random, headline: str, paragraphs: list[str]) -> str:
    top = [*chance.sample(NAVIGATION, 6), chance.choice(CLUTTER)]
    foot = [*chance.sample(CLUTTER, 4), *(_story(chance, 20)[0] for _ in range(4))]
    return "\n".join(top) + f"\n\n{headline}\n\n" + "\n\n".join(paragraphs) + "\n\n" + "\n".join(foot) + "\n"


def main() -> None:
    """Write the corpus to stdout, a JSON line an article."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for article in articles(given.articles, given.seed):
        sys.stdout.write(json.dumps(article, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
