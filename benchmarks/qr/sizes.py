"""How large the codes of sample certificates become: `python -m benchmarks.qr.sizes` writes `results/qr_sizes.json`.

Each case is measured on the same 200 seeds: names, dates, salts and signatures differ, the fields are those a holder
usually shows, with English name, purpose and recipient. The dictionary was trained on other seeds of the generator.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.qr.samples import CertificateMaker
from credential_schemas.entry_types import entry_types
from credential_schemas.qr.digits import bytes_from_digits
from credential_schemas.qr.payload import encode_qr_payload, qr_text
from credential_schemas.qr.symbols import Level, needed_version

VERIFY_URL = "https://verify.example.kr/v"
SEEDS = 200
LEVEL: Level = "M"
_QUALIFICATION, _TRAINING, _CAREER = (
    "national_technical_qualification",
    "vocational_training",
    "employment_insurance_career",
)
_RESULTS = Path(__file__).resolve().parents[1] / "results" / "qr_sizes.json"


@dataclass(frozen=True, slots=True)
class Case:
    """Certificates of one composition; `limit` is the largest version that issue 3 allows them."""

    name: str
    types: Sequence[str]
    known_names: bool
    limit: int

    def credential(self, seed: int) -> str:
        """Return one of the certificates."""
        return CertificateMaker(seed, known_names=self.known_names).certificate(self.types)


@dataclass(frozen=True, slots=True)
class Size:
    """What one certificate takes: characters, bytes, version of the symbol."""

    token: int
    payload: int
    version: int


def cases() -> Iterator[Case]:
    """Yield one entry of each type, ten entries, five with names that no dictionary knows."""
    types = [type_id for type_id, entry_type in entry_types().items() if not entry_type.source_only]
    for known, suffix in ((True, "names of the catalogue"), (False, "names no dictionary knows")):
        yield from (Case(f"1 {type_id}, {suffix}", [type_id], known, limit=12) for type_id in types)
    yield Case("10 qualifications, names of the catalogue", [_QUALIFICATION] * 10, known_names=True, limit=22)
    mixed = [*[_QUALIFICATION] * 4, *[_TRAINING] * 3, *["university_ncs_course"] * 2, _CAREER]
    yield Case("10 of four types, names of the catalogue", mixed, known_names=True, limit=22)
    yield Case("10 of ten types, names of the catalogue", types[:10], known_names=True, limit=22)
    unknown = [_QUALIFICATION, _QUALIFICATION, _TRAINING, _TRAINING, _CAREER]
    yield Case("5 of three types, names no dictionary knows", unknown, known_names=False, limit=22)


def size_of(credential: str) -> Size:
    """Measure one certificate.

    Raises:
        ValueError: no symbol holds it.
    """
    payload = encode_qr_payload(credential)
    version = needed_version(qr_text(VERIFY_URL, payload), level=LEVEL)
    if version is None:
        raise ValueError("expected a certificate that fits a symbol")
    return Size(len(credential), len(bytes_from_digits(payload)), version)


def measure(case: Case, seeds: int = SEEDS) -> dict[str, int | str]:
    """Return median and maximum of a case."""
    sizes = [size_of(case.credential(seed)) for seed in range(seeds)]
    payloads, versions = [size.payload for size in sizes], [size.version for size in sizes]
    return {
        "certificate": case.name,
        "token_median": round(median(size.token for size in sizes)),
        "payload_median": round(median(payloads)),
        "payload_max": max(payloads),
        "version_median": round(median(versions)),
        "version_max": max(versions),
        "limit": case.limit,
    }


def _measured() -> dict[str, dict[str, int | str]]:
    return {case["certificate"]: case for case in json.loads(_RESULTS.read_text("utf-8"))["cases"]}


def main() -> None:
    """Measure every case, or those that are new; print a table and write the results."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--new", action="store_true", help="keep what was measured, and measure the other cases")
    kept = _measured() if parser.parse_args().new else {}
    results = []
    for case in cases():
        result = kept.get(case.name) or measure(case)
        results.append(result)
        print("{certificate:62}{payload_median:6}{payload_max:6}{version_median:5}{version_max:5}".format(**result))
    about = f"{SEEDS} certificates each, address {VERIFY_URL}, level {LEVEL}; docs/formats/qr-payload.md section 9"
    document = {"about": about, "cases": results}
    _RESULTS.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
