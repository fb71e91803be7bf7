"""How much memory a process uses, read from the kernel. Linux; elsewhere 0, and the caps do not hold."""

from __future__ import annotations

import resource


def resident_bytes(pid: int | str = "self") -> int:
    """Return the resident memory of a process in bytes, 0 where it cannot be read."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def status_bytes(name: str) -> int:
    """Return a field of this process's status, such as `VmData`, in bytes; 0 where it cannot be read."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(f"{name}:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0
