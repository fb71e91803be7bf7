"""What can be set about cleaning."""

from workers.options import CleanOptions

__all__ = ["CleanOptions"]
