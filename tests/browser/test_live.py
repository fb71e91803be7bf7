"""The page of a real worker on a real broker, in a real browser: what a newsroom would see."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.accessible import CONTRAST, OVERLAPS, STRUCTURE
from tests.harness.articles import poison
from tests.harness.brokers import Broker
from tests.harness.browser import Browser
from tests.harness.kafka import Input, as_input, create_topics, feed
from tests.harness.processes import ROOT, Process, wait_for
from tests.harness.worker import WIREMILL, Worker

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.model]

SAMPLES = ROOT / "workers/cli/demo/samples"
SETTLED_SECONDS = 90
HOSTILE = (
    "“We have seen <img src=x onerror=window.harmed=1> and <script>window.harmed=1</script> in every one of the "
    "letters that arrived here,” said Tomas <svg onload=window.harmed=1> Novak, the union leader. “Nobody in this room "
    "believes that the figures published last month were correct,” Novak added. Officials had asked for more time."
)


class Newsroom:
    """A broker, and a worker that has the demo's articles, some bad input, and a hostile article behind it."""

    def __init__(self, broker: Broker, worker: Worker, inputs: int) -> None:
        self.broker = broker
        self.worker = worker
        self.inputs = inputs

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.worker.web_port}/"

    def articles(self) -> list[dict[str, Any]]:
        """Return the enriched records that the page is given."""
        return [one["article"] for one in json.loads(self.worker.get("/api/articles")[1])["articles"]]

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.worker.get("/api/status")[1])
        return status


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """All tests of this module look at the same worker; none changes what the others look at."""
    folder = tmp_path_factory.mktemp("newsroom")
    broker = Broker("noida")
    broker.start()
    asyncio.run(create_topics(broker.address, "page"))
    worker = Worker(broker.address, "page", log=folder / "worker.log", task_seconds=4, rebalance_seconds=30)
    worker.start()
    try:
        wait_for(lambda: worker.get("/readyz")[0] == 200, SETTLED_SECONDS, f"it is ready\n{worker.tail()}")
        status, output = worker.command("produce", str(SAMPLES))
        assert status == 0, output
        hostile = {"url": "https://site-0.example/hostile", "headline": "<script>window.harmed=1</script> & <b>Co</b>"}
        pages = [
            hostile | {"text": HOSTILE},
            hostile | {"url": "https://site-0.example/2", "html": f"<p>{HOSTILE}</p>"},
        ]
        bad = [Input(b"{", b"broken"), as_input({"url": "https://site-0.example/short", "text": "Too short."})]
        asyncio.run(feed(broker.address, "page.raw", [*map(as_input, pages), *bad]))
        inputs = len(list(SAMPLES.iterdir())) + len(pages) + len(bad)
        count = "news_articles_total"
        wait_for(
            lambda: worker.metric(count) == inputs + worker.metric('news_messages_total{topic="clean"}') > inputs,
            SETTLED_SECONDS,
            "every input has its fate in both stages",
        )
        yield Newsroom(broker, worker, inputs)
    finally:
        worker.kill()
        broker.close()


TRIED = ("menafn-kremlin.txt", "harbour-bridge.html", "vaccine-trial.txt")


@pytest.fixture(scope="module")
def commanded(newsroom: Newsroom) -> dict[str, dict[str, Any]]:
    """What the command makes of samples, by name."""
    status, output = newsroom.worker.command("enrich", *(str(SAMPLES / name) for name in TRIED))
    assert status == 0, output
    records = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return dict(zip(TRIED, records, strict=True))


async def test_the_latest_articles_are_there_with_their_quotes(browser: Browser, newsroom: Newsroom) -> None:
    """Every published article is in the list; each quote of the record is marked in the text, word for word."""
    records = newsroom.articles()
    assert len(records) > 6
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until(f"document.querySelectorAll('#list button').length === {len(records)}")
        assert await page.run("document.querySelector('#headline') !== null"), "it opens on an article"
        for number, record in enumerate(reversed(records), 1):
            await page.run(f"document.querySelector('#list li:nth-child({number}) button').click()")
            shown = await page.run("document.querySelector('.text').textContent")
            assert shown == "".join(record["text"].split("\n"))
            stops = await page.run("document.querySelectorAll('.text [tabindex]').length")
            assert stops <= len(record["quotes"])
            marked = await page.run("[...document.querySelectorAll('.q')].map((one) => one.textContent).join('')")
            points = list(record["text"])
            inside = {
                at for one in record["quotes"] for span in one["spans"] for at in range(span["start"], span["end"])
            }
            assert marked == "".join(points[at] for at in sorted(inside)).replace("\n", "")
        assert page.problems() == []


async def test_a_quote_says_who_how_and_why(browser: Browser, newsroom: Newsroom) -> None:
    """Hovering, and focusing, each quote of an article shows speaker, cue, rule and confidence of its record."""
    [record] = [one for one in newsroom.articles() if "Putin, Trump" in (one["headline"] or "")]
    number = len(newsroom.articles()) - newsroom.articles().index(record)
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until(f"document.querySelectorAll('#list button').length >= {number}")
        await page.click(f"#list li:nth-child({number}) button")
        seen = set()
        for index in range(await page.run("document.querySelectorAll('.text [tabindex]').length")):
            await page.run(f"document.querySelectorAll('.text [tabindex]')[{index}].focus()")
            card = await page.text(".detail article")
            [quote] = [one for one in record["quotes"] if one["text"] in card]
            await check_card(card, quote)
            seen.add(quote["quote_id"])
        assert seen == {one["quote_id"] for one in record["quotes"]}
        await page.press("Escape")
        await page.hover(".q")
        await page.until("document.querySelector('.detail .name')", "hovering opens it too")


async def check_card(card: str, quote: dict[str, Any]) -> None:
    assert (quote["speaker"]["name"] or "unknown speaker") in card
    assert (quote["speaker"]["role"] or "") in card
    assert (f"“{quote['cue']['exact']}”" if quote["cue"] else "none") in card
    assert quote["provenance"]["rule"] in card
    assert f"{quote['confidence']:.2f}" in card
    assert quote["type"] in card


async def test_a_speaker_shows_all_that_the_person_said(browser: Browser, newsroom: Newsroom) -> None:
    """Hovering and focusing a speaker lights and lists all quotes of that person in the record."""
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelector('.chips button')")
        title = await page.text("#headline")
        [record] = [one for one in newsroom.articles() if (one["headline"] or one["text"]).startswith(title)]
        said: dict[str, list[str]] = {}
        for quote in record["quotes"]:
            said.setdefault(quote["speaker"]["entity_id"] or quote["speaker"]["name"] or "?", []).append(quote["text"])
        for index, texts in enumerate(said.values(), 1):
            for act in ("focus", "hover"):
                if act == "focus":
                    await page.run(f"document.querySelector('.chips button:nth-child({index})').focus()")
                else:
                    await page.hover(f".chips button:nth-child({index})")
                listed = await page.run("[...document.querySelectorAll('.detail .said')].map((one) => one.textContent)")
                assert listed == texts
                assert await page.run("document.querySelectorAll('.q.lit').length") >= 1


async def test_who_is_searched_is_found(browser: Browser, newsroom: Newsroom) -> None:
    """Searching a speaker leaves the articles in which that person speaks, with what was said."""
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelector('#list button')")
        await page.run("document.querySelector('#search').focus()")
        await page.type("peskov")
        expected = {
            one["text"] for record in newsroom.articles() for one in record["quotes"]
            if "Peskov" in (one["speaker"]["name"] or "")
        }  # fmt: skip
        listed = await page.run("[...document.querySelectorAll('#list .quote')].map((one) => one.textContent)")
        assert {one.removeprefix("Dmitry Peskov: ") for one in listed} == expected
        assert len(expected) > 5


@pytest.mark.parametrize(
    ("sample", "way"),
    [
        pytest.param("menafn-kremlin.txt", "paste", id="a text is pasted"),
        pytest.param("harbour-bridge.html", "paste", id="a page is pasted"),
        pytest.param("harbour-bridge.html", "file", id="a page is chosen as a file"),
        pytest.param("vaccine-trial.txt", "file", id="a text is chosen as a file"),
    ],
)
async def test_the_box_runs_the_same_stages(
    browser: Browser, newsroom: Newsroom, commanded: dict[str, dict[str, Any]], sample: str, way: str
) -> None:
    """What is tried gives the quotes and speakers that the command gives, and is neither published nor counted."""
    given = (SAMPLES / sample).read_text()
    expected = commanded[sample]
    before = (newsroom.articles(), newsroom.worker.metric("news_articles_total"))
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelector('#headline')")
        if way == "file":
            await page.choose_file("#file", SAMPLES / sample)
        else:
            await page.click("#paste")
            await page.type(given)
        await page.click("#run")
        await page.until("document.querySelector('.tried')", "the article is shown", seconds=60)
        assert await page.run("document.querySelector('.text').textContent") == expected["text"].replace("\n", "")
        assert f"{len(expected['quotes'])} quotes" in await page.text("#answer")
        for index in range(await page.run("document.querySelectorAll('.text [tabindex]').length")):
            await page.run(f"document.querySelectorAll('.text [tabindex]')[{index}].focus()")
            card = await page.text(".detail article")
            assert [
                one for one in expected["quotes"] if one["text"] in card and (one["speaker"]["name"] or "unk") in card
            ]
        assert page.problems() == []
    assert (newsroom.articles(), newsroom.worker.metric("news_articles_total")) == before


async def test_what_the_stages_reject_is_said(browser: Browser, newsroom: Newsroom) -> None:
    """A text that is too short gets the reason of its fate instead of an article."""
    async with browser.page(newsroom.address) as page:
        await page.until("document.querySelector('.figure')")
        await page.click("#paste")
        await page.type("This is too short.")
        await page.click("#run")
        await page.until("document.querySelector('#answer.bad')", seconds=60)
        assert await page.text("#answer") == "rejected: too-short"


async def test_a_hostile_article_is_read_and_does_nothing(browser: Browser, newsroom: Newsroom) -> None:
    """Through scraper, broker, stages and page, and through the box: its markup is never the page's."""
    hostile = [one for one in newsroom.articles() if "hostile" in (one["url"] or "")]
    assert "<script>" in hostile[0]["headline"] + hostile[0]["text"], "cleaning leaves it in: the page must cope"
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelector('#list button')")
        count = await page.run("document.querySelectorAll('#list button').length")
        for number in range(1, count + 1):
            await page.run(f"document.querySelector('#list li:nth-child({number}) button').click()")
            await page.run("document.querySelectorAll('.chips button, .text [tabindex]').forEach((one) => one.focus())")
        for given in (HOSTILE, f"<article><h1>{HOSTILE[:60]}</h1><p>{HOSTILE}</p></article>"):
            await page.run("document.querySelector('#paste').value = ''")
            await page.click("#paste")
            await page.type(given)
            await page.click("#run")
            await page.until("!document.querySelector('#run').disabled && document.querySelector('#answer').innerText")
        assert await page.run("window.harmed === undefined")
        assert await page.run("document.querySelectorAll('img, iframe, [onload], [onerror]').length") == 0
        assert [one for one in page.problems() if "/api/enrich" not in one] == []


async def test_the_figures_are_those_of_the_metrics(browser: Browser, newsroom: Newsroom) -> None:
    """Fates by stage and reason, and the pool, as Prometheus sees them."""
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelectorAll('#fates tr').length")
        await page.click("#reasons summary")
        cells = "[...row.cells].map((cell) => cell.innerText)"
        rows = await page.run(f"[...document.querySelectorAll('#fates tr')].map((row) => {cells})")
        for stage, fate, reason, count in rows:
            labels = f'fate="{fate}",reason="{reason.replace("–", "")}",stage="{stage}"'
            assert newsroom.worker.metric(f"news_articles_total{{{labels}}}") == int(count)
        assert sum(int(row[3]) for row in rows) == newsroom.worker.metric("news_articles_total")
        assert {(row[1], row[2]) for row in rows} >= {("rejected", "too-short"), ("dead-lettered", "malformed")}
        assert "of 1 child busy" in await page.text(".figure:nth-child(3)")
        assert await page.text("#state") == "ready"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 500, 390])
async def test_real_articles_are_accessible(browser: Browser, newsroom: Newsroom, dark: bool, width: int) -> None:
    """Contrast, names, labels, landmarks, and nothing over anything, for every article of the list."""
    async with browser.page(newsroom.address, width=width, dark=dark) as page:
        await page.until("document.querySelector('#headline')")
        for number in range(1, await page.run("document.querySelectorAll('#list button').length") + 1):
            await page.run(f"document.querySelector('#list li:nth-child({number}) button').click()")
            await page.run("document.querySelector('.chips button, #article').focus()")
            await page.run("new Promise((done) => setTimeout(done, 200))")
            assert (await page.run(CONTRAST))["wrong"] == []
            assert await page.run(STRUCTURE) == []
            assert await page.run(OVERLAPS) == []


async def test_lag_and_the_pool_are_live(browser: Browser, newsroom: Newsroom) -> None:
    """While an article hangs, the page shows a busy child and what waits; then the time-out, and that it is drained."""
    hanging = [as_input(poison("hang", number, seed=41)) for number in range(2)]
    async with browser.page(newsroom.address, width=1400) as page:
        await page.until("document.querySelector('.figure')")
        await asyncio.to_thread(lambda: asyncio.run(feed(newsroom.broker.address, "page.raw", hanging)))
        pool, clean = "document.querySelector('.figure:nth-child(3)')", "document.querySelector('.figure:nth-child(1)')"
        await page.until(f"{pool}.innerText.startsWith('POOL\\n\\n1 of 1')", "the child is busy", seconds=30)
        await page.until(f"/lag\\s+[12] records?/.test({clean}.innerText)", "what hangs waits", seconds=30)
        await page.until(f"/timeout\\s+[1-9]/.test({pool}.innerText)", "the child was killed", seconds=60)
        await page.until(f"/lag\\s+0 records\\s+drained\\s+now/.test({clean}.innerText)", "it is drained", seconds=60)
        rows = "[...document.querySelectorAll('#fates tr')].map((row) => row.textContent)"
        await page.until(f"{rows}.some((row) => row.startsWith('cleandead-letteredtimeout'))", seconds=30)


async def test_the_demo_keeps_its_page_open(browser: Browser, tmp_path: Path) -> None:
    """`wiremill demo --keep` prints an address; there are its articles; Ctrl-C ends it with status 0."""
    demo = Process([WIREMILL, "demo", "--keep"], log=tmp_path / "demo.log", environment={"COLUMNS": "100"})
    demo.start()
    try:
        await asyncio.to_thread(wait_for, _says(demo, "Ctrl-C stops all of it"), 180, "it keeps running")
        [line] = [line for line in demo.tail(100_000).splitlines() if "The live page:" in line]
        address = line.split()[-1]
        assert address.startswith("http://127.0.0.1:")
        async with browser.page(address) as page:
            await page.until("document.querySelectorAll('#list button').length === 7")
            assert "Kremlin" in await page.text("#list")
            fates = await page.text(".figure:nth-child(4)")
            assert "16 inputs have their fate" in fates.replace("\n", " ").replace("  ", " ")
            assert page.problems() == []
        demo.send(signal.SIGINT)
        assert await asyncio.to_thread(demo.wait, 60) == 0, demo.tail()
    finally:
        demo.kill()


def _says(process: Process, words: str) -> Callable[[], bool]:
    def said() -> bool:
        assert process.running, process.tail()
        return words in process.tail(100_000)

    return said
