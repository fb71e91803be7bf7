"""`clean`, `annotate` and `enrich` as people run them: files and pipes in, JSON lines out, with the real model."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.harness.articles import article, articles, page
from tests.harness.processes import ROOT
from tests.harness.worker import WIREMILL

pytestmark = [pytest.mark.model, pytest.mark.system]


def wiremill(*words: str | Path, stdin: str | bytes = "", **options: Any) -> subprocess.CompletedProcess[bytes]:
    content = stdin.encode() if isinstance(stdin, str) else stdin
    argv = [str(WIREMILL), *map(str, words)]
    return subprocess.run(argv, input=content, capture_output=True, timeout=300, check=False, **{"cwd": ROOT} | options)


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_enrich_keeps_the_order_and_does_the_rest_when_one_line_is_bad(tmp_path: Path) -> None:
    """40 articles over two processes; line 4 is broken, line 9 too short: exit code 1, all others in order."""
    raw = [json.dumps(one) for one in articles(40)]
    raw[3] = '{"url": "https://news.example/x", "text": 5}'
    raw[8] = '{"url": "https://news.example/y", "text": "Too short."}'
    failed, fates = tmp_path / "failed.jsonl", tmp_path / "fates.jsonl"
    done = wiremill("enrich", "-j", "2", "--dead-letter", failed, "--ledger", fates, stdin="\n".join(raw))
    assert done.returncode == 1
    expected = [article(n)["url"] for n in range(40) if n not in (3, 8)]
    assert [one["url"] for one in lines(done)] == expected
    assert any(one["quotes"] for one in lines(done))
    said = done.stderr.decode()
    assert "-:4: invalid: text: Input should be a valid string, not 5" in said
    assert "-:9: rejected: too-short" in said
    assert "38 done, 1 rejected (too-short 1), 1 dead-lettered (invalid 1) of 40" in said
    [letter] = [json.loads(line) for line in failed.read_text(encoding="utf-8").splitlines()]
    assert (letter["topic"], letter["offset"], letter["error"]["path"]) == ("-", 3, "text")
    entries = [json.loads(line) for line in fates.read_text(encoding="utf-8").splitlines()]
    assert [entry["offset"] for entry in entries] == list(range(40))
    assert {entry["fate"] for entry in entries} == {"published", "rejected", "dead-lettered"}


def test_clean_then_annotate_gives_what_enrich_gives(tmp_path: Path) -> None:
    """The two halves of the pipe are the whole; only the moments differ."""
    path = tmp_path / "page.jsonl"
    path.write_text("\n".join(json.dumps(page(n)) for n in range(3)), encoding="utf-8")
    cleaned = wiremill("clean", path)
    halves = wiremill("annotate", stdin=cleaned.stdout)
    whole = wiremill("enrich", path)
    assert halves.returncode == whole.returncode == 0

    def timeless(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
        return [one | {"processed_at": None} for one in lines(done)]

    assert timeless(halves) == timeless(whole)
    assert len(lines(whole)) == 3


def test_annotate_leaves_the_text_exactly_as_given() -> None:
    """Whatever blanks and characters it has; offsets are code points into it."""
    text = "  “Yes,”\u00a0she said. 😀\n\n\tMayor Ann Lee  smiled. “No,” Lee added."
    done = wiremill("annotate", stdin=json.dumps({"article_id": "1", "text": text}))
    [article] = lines(done)
    assert article["text"] == text
    for quote in article["quotes"]:
        for span in quote["spans"]:
            assert text[span["start"] : span["end"]] == span["exact"]


def test_explain_paints_the_rules_and_no_control_characters() -> None:
    """A hostile headline cannot reach the terminal."""
    hostile = article(1) | {"headline": "\x1b[2J[red]boo[/red]"}
    done = wiremill("enrich", "--explain", stdin=json.dumps(hostile), env={"COLUMNS": "120", "PATH": "/usr/bin:/bin"})
    shown = done.stdout.decode()
    assert "\x1b" not in shown
    assert "[red]boo[/red]" in shown
    assert "Who said what" in shown
    assert "· confidence 0." in shown or "· confidence 1." in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("enrich", "gone.txt"), 2, "gone.txt: no such file", id="no such file"),
        pytest.param(("enrich", "-f", "pdf"), 2, "one of: txt, html, jsonl, json, warc", id="no such form"),
        pytest.param(("annotate", "-f", "html"), 2, "wiremill enrich", id="annotate takes no pages"),
        pytest.param(("enrich", "--model", "no_such_model"), 3, "wiremill doctor --offline", id="no such model"),
    ],
)
def test_errors_say_what_to_do(words: tuple[str, ...], code: int, said: str) -> None:
    """One line, one hint, no stack."""
    done = wiremill(*words)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    """`wiremill clean … | head -1`."""
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in articles(400)), encoding="utf-8")
    shell = f"set -o pipefail; {WIREMILL} clean {path} | head -1 | wc -l"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, timeout=120, check=False, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "1", "")


def test_code_in_the_folder_it_runs_in_is_not_loaded(tmp_path: Path) -> None:
    """A project of the user's with a folder `schemas` or `workers` neither breaks the children nor runs in them."""
    for name in ("schemas", "workers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text('raise SystemExit("loaded")\n')
    done = wiremill("annotate", "-j", "1", stdin='{"article_id": "1", "text": "“Yes,” Ann Lee said."}', cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [one["article_id"] for one in lines(done)] == ["1"]
