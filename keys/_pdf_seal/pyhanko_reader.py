"""pyHanko's parser and writer of updates, without most of the package for checking certificates that comes with them.

`pyhanko.pdf_utils` takes one type from `pyhanko_certvalidator.util`, and Python runs the package around it first: path
validation, asyncio, TLS, sockets, time zones, a quarter of what the process that reads a seal loads, and nothing that
such a process should have at hand. The package is run when somebody asks it for a name of its own.
"""

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Final

_PACKAGE: Final = "pyhanko_certvalidator"


class _Postponed(ModuleType):
    """A package whose own file is run at the first name that only it could define; its modules are found before."""

    def __getattr__(self, name: str) -> object:
        """Run the file, and look again."""
        loader = self.__spec__.loader if self.__spec__ is not None else None
        if name.startswith("__") or loader is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = ModuleType  # type: ignore[assignment] # from here on a module as any other
        loader.exec_module(self)
        return getattr(self, name)


def postpone(package: str) -> None:
    """Let a package be found with its modules without running its own file yet; nothing where it is loaded already."""
    spec = find_spec(package) if package not in sys.modules else None
    if spec is not None:
        module = module_from_spec(spec)
        module.__class__ = _Postponed
        sys.modules[package] = module


postpone(_PACKAGE)

from pyhanko.pdf_utils import generic  # noqa: E402 - behind the line above, which is what this module is for
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: E402 - the same
from pyhanko.pdf_utils.misc import PdfError  # noqa: E402 - the same
from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402 - the same

__all__ = ["IncrementalPdfFileWriter", "PdfError", "PdfFileReader", "generic"]
