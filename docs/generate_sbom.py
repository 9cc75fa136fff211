"""Writes dist/sbom.cdx.json: what an installation consists of, as CycloneDX 1.6 (`make sbom`).

cyclonedx-py reads the environment of the lock: names, licences and who needs whom. What belongs to development only is
taken out, each version is compared with the lock, and the lock's digests are added; then the schema has the last word.
"""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from locked_packages import ROOT, Locked, normal, shipped_here
from reference_licences import licence_of

from credential_schemas.version import VERSION

PLACE = ROOT / "dist/sbom.cdx.json"


def main() -> int:
    """Write the file; 1 when environment and lock differ, or the schema refuses it."""
    ArgumentParser(description=__doc__).parse_args()
    document = _environment()
    document["metadata"]["component"]["version"] = VERSION
    shipped = shipped_here()
    kept = [each for each in document["components"] if normal(each["name"]) in shipped]
    wrong = {normal(each["name"]) for each in kept if each["version"] != shipped[normal(each["name"])].version}
    wrong |= shipped.keys() - {normal(each["name"]) for each in kept}
    if wrong:
        print(
            f"expected the environment of requirements.lock, found others of {', '.join(sorted(wrong))}; `make setup`"
        )
        return 1
    document["components"] = [_with_digests(each, shipped[normal(each["name"])]) for each in kept]
    _keep_references(document)
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    refused = _refused_by_schema(text)
    if refused is not None:
        print(f"expected a document of CycloneDX 1.6, found: {refused}")
        return 1
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(text, "utf-8")
    print(f"{PLACE.relative_to(ROOT)}: {len(kept)} packages")
    return 0


def _environment() -> dict[str, Any]:
    program: list[str | Path] = [
        Path(sys.executable).with_name("cyclonedx-py"),
        "environment",
        "--output-reproducible",
        "--of",
        "JSON",
    ]
    named = [*program, "--pyproject", ROOT / "pyproject.toml", sys.executable]
    inherited = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(named, capture_output=True, text=True, check=True, env=inherited)
    return dict(json.loads(done.stdout))


def _with_digests(component: dict[str, Any], locked: Locked) -> dict[str, Any]:
    licences = component.get("licenses") or [{"license": {"name": licence_of(component["name"])}}]
    properties = [{"name": "competency-bank:locked:sha256", "value": digest} for digest in locked.digests]
    return component | {"licenses": licences, "properties": [*component.get("properties", []), *properties]}


def _keep_references(document: dict[str, Any]) -> None:
    """Keep who needs whom among what is kept, and nothing that names a folder of this machine."""
    root = document["metadata"]["component"]["bom-ref"]
    kept = {root, *(each["bom-ref"] for each in document["components"])}
    document["dependencies"] = [
        each | {"dependsOn": [ref for ref in each.get("dependsOn", []) if ref in kept]}
        for each in document["dependencies"]
        if each["ref"] in kept
    ]


def _refused_by_schema(text: str) -> object:
    """Return what CycloneDX's schema has against a document, or None."""
    from cyclonedx.schema import SchemaVersion  # of the extra `sbom`, which asking for help does not need
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


if __name__ == "__main__":
    raise SystemExit(main())
