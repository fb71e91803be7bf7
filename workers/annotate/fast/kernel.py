"""The inner loops: compiled where the install found a C compiler, in numpy where not."""

from __future__ import annotations

from types import ModuleType

from workers.annotate.fast import loops

try:
    from workers.annotate.fast import _kernel
except ImportError:  # the extension is optional: setup.py
    compiled: ModuleType | None = None
else:
    compiled = _kernel

best: ModuleType = compiled or loops
