"""Packages with compiled modules (workers/compiled.txt) once more, interpreted: to compare results and times."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType


class _Sources(MetaPathFinder):
    """Finds `.py` files where the ordinary finder takes an extension that lies beside them."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002  # importlib gives it
    ) -> ModuleSpec | None:
        sources = [Path(folder) / f"{fullname.rpartition('.')[2]}.py" for folder in path or ()]
        return next((spec_from_file_location(fullname, source) for source in sources if source.exists()), None)


def interpreted(package: str) -> ModuleType:
    """Return the package, imported once more and from its sources. What others import of it stays what it was."""
    parent, name = package.rsplit(".", 1)
    ordinary = importlib.import_module(package)
    before = _forget(package)
    sys.meta_path.insert(0, finder := _Sources())
    try:
        return importlib.import_module(package)
    finally:
        sys.meta_path.remove(finder)
        _forget(package)
        sys.modules.update(before)
        setattr(sys.modules[parent], name, ordinary)


def _forget(package: str) -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    return {name: sys.modules.pop(name) for name in names}
