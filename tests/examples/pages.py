"""The commands that README.md, docs/ and examples/ show, and what is known of those that a test cannot run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.harness.processes import ROOT

PAGES = sorted(
    [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("deploy/**/*.md")]
)
_BLOCK = re.compile(r"^```(bash|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)

# Commands that are not run, each with the reason. What is matched by none of these is run.
NOT_RUN = (
    (
        r"(WIREMILL_\w+=\w+ )?make (demo|setup|test|check|test-kafka|chaos|chaos-kafka|soak|fuzz|guard)\b",
        "the suite itself, or its set-up",
    ),
    (r"make audit\b", "asks the advisory databases, which the gate cannot reach"),
    (r"python -m venv ", "makes another environment, for benches with other people's libraries"),
    (r"kubectl ", "no Kubernetes where the tests run; tests/unit/test_deploy.py reads the manifests"),
    (r"docker ", "no container engine where the tests run; tests/unit/test_deploy.py reads the files"),
    (r"kafka-[a-z-]+\.sh ", "a tool of Apache Kafka's, which is not installed here"),
    (r"export WIREMILL_(BROKERS=kafka|SECURITY)", "somebody's cluster"),
    (r"(\.venv/bin/)?python -m bench\.|.*\.\./shared/eval", "needs data that may not be given away, or minutes"),
    (r"pip install |.*python -m spacy download|.*en_core_web_md wiremill worker", "fetches packages or a model"),
    (r"(POSTGRES_\w+=\w+ )+\.\./scripts/connect|psql ", "needs a database; tests/system/test_connect.py has one"),
    (r"git ", "changes the working copy that is tested"),
)

# Commands that go on until they are told to stop: they get a while, then Ctrl-C, and must end by it as they should.
ENDLESS = (
    r"wiremill worker",
    r"wiremill tail (?!.*--no-follow|.*--count)",
    r"python consume_quotes\.py",
    r".*rss\.py --every",
)


@dataclass(frozen=True)
class Block:
    """A block of commands of a page."""

    page: Path
    line: int
    commands: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page that hold commands."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 2
        yield Block(page, line, tuple(commands(found[2], prompts=found[1] == "console")))


def commands(block: str, *, prompts: bool = False) -> Iterator[str]:
    r"""Yield the commands of a block, lines that end in `\` joined, comments left out; behind `$ ` where it prompts."""
    for line in block.replace("\\\n", " ").splitlines():
        if prompts and not line.startswith("$ "):
            continue
        command = re.sub(r"(^|\s+)#\s.*", "", line.removeprefix("$ ")).strip()
        if command:
            yield re.sub(r"\s+", " ", command) if "'" not in command else command


def reason_not_to_run(command: str) -> str | None:
    """Return why a command is not run, None for one that is."""
    return next((reason for pattern, reason in NOT_RUN if re.match(pattern, command)), None)


def is_endless(command: str) -> bool:
    """Whether a command goes on until it is told to stop."""
    return any(re.match(pattern, command) for pattern in ENDLESS)
