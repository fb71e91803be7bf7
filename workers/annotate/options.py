"""What can be set about annotating."""

from workers.options import AnnotateOptions

__all__ = ["AnnotateOptions"]
