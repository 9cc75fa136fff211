"""`dataclass`, `field` and `replace` for values: those of `dataclasses` to a type checker, faster ones to Python."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from keys.value_classes import dataclass, field, replace

__all__ = ["dataclass", "field", "replace"]
