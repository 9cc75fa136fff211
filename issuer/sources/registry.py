"""The source systems by id. A new source is one new module and one new line here.

The identity register (`persons`) is no source of entries and has its own door, `persons.parse_persons`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from issuer.sources import (
    business_registration,
    consigned_qualifications,
    cqnet_qualifications,
    employment_career,
    hrdnet_training,
    lifelong_learning,
    military,
    ncs_units,
    polytechnic_records,
    qnet_qualifications,
    university_courses,
)
from issuer.sources.model import Source

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        module.SOURCE.id: module.SOURCE
        for module in (
            ncs_units,
            qnet_qualifications,
            consigned_qualifications,
            cqnet_qualifications,
            hrdnet_training,
            polytechnic_records,
            university_courses,
            employment_career,
            lifelong_learning,
            military,
            business_registration,
        )
    }
)
