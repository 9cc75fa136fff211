"""The version of the programs; `pyproject.toml` says the same (`tests/test_start_up.py`).

Written here because asking the installed package for it loads an e-mail parser, a ZIP reader and more.
"""

VERSION = "0.1.0"
