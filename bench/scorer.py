"""The scorer that lies beside the data of an evaluation folder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def load_scorer(folder: Path) -> Any:
    """Return the folder's `score.py` as a module. Raises FileNotFoundError where there is none."""
    path = folder / "score.py"
    name = f"score_of_{folder.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module
