"""What is compiled at install: the C kernels of cleaning and of the fast pipeline, and by mypyc the hot modules.

All of it is optional. Without a C compiler the kernels' work is done by numpy; without that or mypy, or with
WIREMILL_COMPILE=no, the hot modules are interpreted.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, LinkError, PlatformError

ROOT = Path(__file__).parent
GENERATED = Path("build/mypyc")
BUILDING = {"bdist_wheel", "build_ext", "editable_wheel"}  # other commands ask for metadata only

sys.path.insert(0, str(ROOT))
from workers.compiled import hot_modules, kernels, library  # noqa: E402  the line above finds it

# Their own types are enough: what other packages' types would tell is checked by `make check`. Following them takes
# mypy twice as long, needs those packages at build time, and lets their versions decide whether our modules compile.
MYPY_CONFIG = """
[mypy]
follow_imports = skip
ignore_missing_imports = true
cache_dir = /dev/null

[mypy-numpy.*,spacy.*]
follow_imports = skip
follow_imports_for_stubs = true
"""


KERNELS = [
    Extension(
        kernel.replace("/", "."),
        [f"{kernel}.c"],
        depends=["workers/buffers.h"],
        optional=True,
        py_limited_api=True,
        extra_compile_args=["-O3"],
    )
    for kernel in kernels()
]


def hot_extensions() -> list[Extension]:
    """Return the extensions of the hot modules, their library first; nothing where they are to be interpreted."""
    if not BUILDING.intersection(sys.argv):
        return []
    if os.environ.get("WIREMILL_COMPILE") == "no":
        say("WIREMILL_COMPILE=no")
        return []
    try:
        from mypyc.build import mypycify
    except ImportError as error:
        say(str(error))
        return []
    shutil.rmtree(GENERATED, ignore_errors=True)
    GENERATED.mkdir(parents=True)
    (config := GENERATED / "mypy.ini").write_text(MYPY_CONFIG)
    try:
        extensions = mypycify(
            [f"--config-file={config}", *hot_modules()],
            opt_level="1",  # 2 takes half as long again to compile, for nothing that could be measured
            debug_level="0",
            multi_file=True,  # a third less to compile than one large file
            group_name=library(),
            target_dir=str(GENERATED),
        )
    except SystemExit:  # mypy has said what is wrong
        say("mypyc does not take them")
        return []
    for extension in extensions:
        # A new compiler's new warning is no reason to go without.
        extension.extra_compile_args = [*extension.extra_compile_args, "-Wno-error"]
    return list(extensions)


def say(reason: str) -> None:
    """Tell why the hot modules will be interpreted."""
    print(f"the modules of workers/compiled.txt will be interpreted: {reason}", file=sys.stderr)


class BuildExtensions(build_ext):
    """Builds the hot modules all or none, and takes away what earlier builds left in the same place."""

    def run(self) -> None:
        """Build, and leave nothing there that was built from other sources or is to be interpreted now."""
        place = ROOT if self.inplace or self.editable_mode else Path(self.build_lib)
        for product in (*place.glob("*__mypyc.*.so"), *(place / "workers").rglob("*.cpython-*.so")):
            product.unlink()
        super().run()

    def build_extensions(self) -> None:
        """Build; where the hot modules do not compile, all others."""
        try:
            super().build_extensions()
        except (CompileError, LinkError, PlatformError):
            say("the C compiler is missing or does not take them")
            self.extensions = [extension for extension in self.extensions if extension not in HOT]
            super().build_extensions()


HOT = hot_extensions()
setup(ext_modules=[*KERNELS, *HOT], cmdclass={"build_ext": BuildExtensions})
