"""The verbs: clean, annotate, publish, and the worker that drives them. `wiremill --help` lists the commands."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("wiremill")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0+unknown"
