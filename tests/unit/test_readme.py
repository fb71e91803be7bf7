"""README.md tells the truth: what it lists is what the code has, what it shows can be typed."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

from scripts.readme_tables import PAGES, TABLES, filled
from workers.cli import app
from workers.publish import Topic
from workers.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()
CODE = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
# Read by others than the worker: where secrets lie, how the fault suite is run.
OTHER_VARIABLES = {
    "WIREMILL_SECRETS_DIR",
    "WIREMILL_CHAOS_SEED",
    "WIREMILL_CHAOS_KILLS",
    "WIREMILL_SOAK_ARTICLES",
    "WIREMILL_COMPILE",
}
PROSE: set[str] = set()  # words behind `wiremill` that are no command
SHELL = "\n".join(code for language, code in CODE if language == "bash")


def test_the_tables_are_those_of_the_code() -> None:
    """Settings, metrics, commands, exit codes, fields, each with its meaning: `make readme` writes them."""
    pages = {page.name: page.read_text() for page in PAGES}
    for name in TABLES:
        assert any(f"<!-- table: {name} -->" in text for text in pages.values()), name
    for name, text in pages.items():
        assert filled(text) == text, f"{name}: run `make readme`"


def test_a_changed_table_is_noticed() -> None:
    """The check above can fail: a row that is not the code's is replaced."""
    assert filled(TEXT.replace("| `WIREMILL_GROUP` | `wiremill` |", "| `WIREMILL_GROUP` | `other` |")) == TEXT


def test_every_topic_is_in_the_table_and_no_other() -> None:
    """The table of topics has the topics of the code, under the default prefix."""
    listed = re.findall(r"^\| `news\.([a-z-]+)` \|", TEXT, re.MULTILINE)
    assert listed == [topic.value for topic in Topic]


def test_every_command_shown_exists() -> None:
    """Each `wiremill …` of a code block starts with a command that there is."""
    shown = re.findall(r"(?:^|\| )wiremill ([a-z]+)(?: ([a-z]+))?", SHELL, re.MULTILINE)
    assert shown
    for name, below in shown:
        command = get_command(app).commands[name]  # type: ignore[attr-defined]  # Typer's is a group
        if below and hasattr(command, "commands"):
            assert below in command.commands


def test_every_command_and_setting_named_in_the_docs_exists() -> None:
    """Also within sentences, on every page; the changelog speaks of the past and is left out."""
    known = get_command(app).commands  # type: ignore[attr-defined]  # Typer's is a group
    settings = {f"WIREMILL_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    for page in [
        ROOT / "README.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *ROOT.glob("deploy/**/*.md"),
    ]:
        text = page.read_text()
        for name, below in re.findall(r"wiremill ([a-z]+)(?: ([a-z]+))?(?=[ `\n|…])", text):
            if name in PROSE:
                continue
            assert name in known, f"{page.name}: wiremill {name}"
            if below and hasattr(known[name], "commands"):
                assert below in known[name].commands, f"{page.name}: wiremill {name} {below}"
        assert set(re.findall(r"WIREMILL_[A-Z_]+[A-Z]", text)) <= settings, page.name


def test_every_target_shown_exists() -> None:
    """Each `make …` is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE)) <= targets


def test_every_setting_shown_exists() -> None:
    """A variable in the prose, in a deployment file or in an example is one that the worker reads."""
    known = {f"WIREMILL_{name.upper()}" for name in Settings.model_fields}
    for path in ("README.md", "Dockerfile", "docker-compose.yml", "examples/scrapy/wiremill_pipeline.py"):
        used = set(re.findall(r"WIREMILL_[A-Z_]+[A-Z]", (ROOT / path).read_text()))
        assert used <= known, path


def test_every_link_leads_somewhere() -> None:
    """Links into the project name files that are there, and headings that these have."""
    for page in [
        ROOT / "README.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *ROOT.glob("deploy/**/*.md"),
    ]:
        for link in re.findall(r"\]\(([^):]+)\)", page.read_text()):
            path, _, heading = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{page.name}: {link}"
            if heading:
                assert heading in _anchors(target.read_text()), f"{page.name}: {link}"


def test_the_figures_of_the_summary_are_those_of_the_pages() -> None:
    """docs/data.md repeats figures of quality; each stands on the page that the line names."""
    page = ROOT / "docs" / "data.md"
    lines = re.findall(r"^\| (.+?) \| (.+?) \| \[\S+\]\((\S+\.md)\) \|$", page.read_text(), re.MULTILINE)
    assert len(lines) > 5
    for what, said, link in lines:
        for figure in re.findall(r"\d*\.\d+", said):
            assert figure in (page.parent / link).read_text(), (
                f"{what}: {figure} is not in {link}: docs/data.md repeats it"
            )


def _anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
