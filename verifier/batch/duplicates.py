"""What turns up more than once in a batch: told apart from the results, and never changing a verdict.

| Kind | It says |
|---|---|
| `certificate_of_two` | the same certificate (issuer and number) came with two applications |
| `certificate_twice` | the same certificate came twice with one application, or without any |
| `entry_of_two` | the same entry came with two applications, in different certificates |
| `applicant_twice` | one applicant number has more than one certificate |
| `person_twice` | the same name and birth date stand under two applicant numbers |
| `qualification_twice` | one application shows the same qualification from two sources |

An entry is the same when issuer, type and its own certificate number are, or issuer, status list and index. Only what
was proved and disclosed is looked at. None of it is an accusation: there are people who share a name and a birthday.

Source: docs/formats/batch.md
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from keys.encoding import JsonValue
from verifier.batch.matching import name_key
from verifier.batch.members import Object, object_in


class Place(NamedTuple):
    """A file in which something turned up: its number, its application, and whatever makes it another source."""

    number: int
    applicant: str | None
    apart: str = ""


class Sighting(NamedTuple):
    """One fact that could turn up again: its kind, a digest of 16 bytes, and what makes it another source."""

    kind: str
    digest: bytes
    apart: str


class Sightings(NamedTuple):
    """Every such fact of one line, with the number of the file and its application; no names."""

    number: int
    applicant: str | None
    facts: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One finding: the numbers of the files, and the applicant numbers as far as they are known."""

    kind: str
    files: tuple[int, ...]
    applicants: tuple[str, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return one element of `duplicates`."""
        return {"kind": self.kind, "files": [*self.files], "applicants": [*self.applicants]}


@dataclass
class DuplicateFinder:
    """Takes what every line shows and remembers digests, 16 bytes for each fact, no names."""

    _places: dict[tuple[str, bytes], list[Place]] = field(default_factory=dict)

    def see(self, line: Object) -> None:
        """Take one line of the results."""
        self.take(sightings_of(line))

    def take(self, seen: Sightings | None) -> None:
        """Take what one line shows."""
        if seen is None:
            return
        for kind, digest, apart in seen.facts:
            self._places.setdefault((kind, digest), []).append(Place(seen.number, seen.applicant, apart))

    def found(self) -> tuple[Duplicate, ...]:
        """Return every finding, by kind and by the first file."""
        results = {duplicate for kind, places in self._groups() for duplicate in _judge(kind, places)}
        return tuple(sorted(results, key=lambda each: (each.kind, each.files, each.applicants)))

    def _groups(self) -> Iterator[tuple[str, Sequence[Place]]]:
        return ((kind, places) for (kind, _), places in self._places.items() if len(places) > 1)


def sightings_of(line: Object) -> Sightings | None:
    """Return what a line shows that could turn up in another one; None when nothing was proved and disclosed."""
    certificate, disclosed = object_in(line, "certificate"), object_in(line, "disclosed")
    batch = object_in(line, "batch")
    number = batch.get("n")
    if not certificate or not disclosed or not isinstance(number, int):
        return None
    own = certificate.get("applicant_no")
    given = batch.get("applicant_no")
    applicant = given if isinstance(given, str) else own if isinstance(own, str) else None
    issuer = str(object_in(certificate, "issuer").get("id"))
    copy = f"{issuer}\0{certificate.get('number') or object_in(line, 'evidence').get('sha256')}"
    facts = [_sighting("certificate", (copy,), ""), *_of_person(disclosed, applicant, copy)]
    entries = disclosed.get("entries")
    source = (issuer, str(batch.get("status_list")))
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            facts += _of_entry(entry, applicant, copy, source=source)
    return Sightings(number, applicant, tuple(facts))


def _of_person(disclosed: Object, applicant: str | None, copy: str) -> Iterator[Sighting]:
    holder = object_in(disclosed, "holder")
    name, birth_date = holder.get("name") or holder.get("name_en"), holder.get("birth_date")
    if applicant is not None:
        yield _sighting("applicant", (applicant,), copy)
        if isinstance(name, str) and isinstance(birth_date, str):
            yield _sighting("person", (name_key(name), birth_date), copy)


def _of_entry(entry: Object, applicant: str | None, copy: str, *, source: tuple[str, str]) -> Iterator[Sighting]:
    issuer, status_list = source
    kind, own_number, index = str(entry.get("type")), entry.get("certificate_number"), entry.get("idx")
    if isinstance(index, int):
        yield _sighting("entry", ("index", issuer, status_list, str(index)), copy)
    if isinstance(own_number, str):
        yield _sighting("entry", ("number", issuer, kind, own_number), copy)
    title, day = object_in(entry, "title").get("ko"), entry.get("acquired_date")
    if applicant is not None and isinstance(title, str) and isinstance(day, str):
        yield _sighting("qualification", (applicant, name_key(title), day), f"{issuer}\0{kind}\0{own_number or ''}")


def _sighting(kind: str, facts: Iterable[str], apart: str) -> Sighting:
    digest = hashlib.sha256("\0".join(facts).encode("utf-8", "surrogatepass")).digest()[:16]
    return Sighting(kind, digest, apart)


def _judge(kind: str, places: Sequence[Place]) -> Iterator[Duplicate]:
    """Say what several places of one fact mean; often nothing."""
    applicants = {place.applicant for place in places if place.applicant is not None}
    apart = {place.apart for place in places}
    files = tuple(sorted({place.number for place in places}))
    names = tuple(sorted(applicants))
    if kind == "certificate":
        yield Duplicate("certificate_of_two" if len(applicants) > 1 else "certificate_twice", files, names)
    elif kind == "entry" and len(applicants) > 1 and len(apart) > 1:
        yield Duplicate("entry_of_two", files, names)
    elif kind == "applicant" and len(apart) > 1:
        yield Duplicate("applicant_twice", files, names)
    elif kind == "person" and len(applicants) > 1:
        yield Duplicate("person_twice", files, names)
    elif kind == "qualification" and len(apart) > 1:
        yield Duplicate("qualification_twice", files, names)
