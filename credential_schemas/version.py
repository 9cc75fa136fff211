"""The version of the programs: of the tag that the package was built from, and how far it was beyond it.

`built_version.py` is written by every build and installation, `make setup` too (`tool.hatch` in pyproject.toml).
Asking the installed package for its version instead would load an e-mail parser, a ZIP reader and more.
"""

try:
    from credential_schemas.built_version import VERSION
except ModuleNotFoundError:  # a checkout that nothing was built from
    VERSION = "0.0"

__all__ = ["VERSION"]
