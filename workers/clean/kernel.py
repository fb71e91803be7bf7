"""The loops of `_kernel.c` where the install found a C compiler; elsewhere their twins in numpy do the work."""

from __future__ import annotations

from types import ModuleType

try:
    from workers.clean import _kernel
except ImportError:  # the extension is optional: setup.py
    compiled: ModuleType | None = None
else:
    compiled = _kernel
