"""The source systems by id: every module of this package that has a `SOURCE`. A new source is one new module.

The identity register (`persons`) is no source of entries and has its own door, `persons.parse_persons`.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import issuer.sources
from issuer.sources.model import Source

_SHOWN_FIRST: Final = (
    "ncs_units",
    "qnet_qualifications",
    "consigned_qualifications",
    "cqnet_qualifications",
    "hrdnet_training",
    "polytechnic_records",
    "university_courses",
    "employment_career",
    "lifelong_learning",
    "military",
    "business_registration",
)
"""The order in which lists show the sources of the bank's first two phases; others follow by their ids."""


def _found() -> Iterator[Source]:
    names = sorted(each.name for each in pkgutil.iter_modules(issuer.sources.__path__))
    for name in sorted(names, key=lambda each: _SHOWN_FIRST.index(each) if each in _SHOWN_FIRST else len(names)):
        source = getattr(importlib.import_module(f"issuer.sources.{name}"), "SOURCE", None)
        if isinstance(source, Source):
            yield source


SOURCES: Final[Mapping[str, Source]] = MappingProxyType({source.id: source for source in _found()})
