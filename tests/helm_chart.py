"""Lint and render the Helm chart with Helm itself, and hold the result against the schemas of Kubernetes.

`make chart`. What comes out stands in deploy/helm/rendered.yaml, so that `make test`, which has no Helm, can look at
it; it begins with the digest of what it was rendered from.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

import yaml

HELM: Final = Path(__file__).resolve().parent.parent / "deploy/helm"
CHART: Final = HELM / "competency-bank"
RENDERED: Final = HELM / "rendered.yaml"
RELEASE: Final = "bank"
_REFUSED: Final[tuple[dict[str, Any], ...]] = (
    {"issuer": {"settings": {"ISSUER_PASSPHRASE": "a secret does not stand in values"}}},
    {"issuer": {"replicas": 0}},
    {"verifier": {"secret": ""}},
    {"unknown": {}},
)


def digest_of_chart() -> str:
    """Return the SHA-256 over names and bytes of the chart's files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in CHART.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(CHART)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def objects_of(text: str) -> list[dict[str, Any]]:
    """Return the objects of a YAML text."""
    return [each for each in yaml.safe_load_all(text) if each is not None]


def main() -> int:
    """Lint, render, validate, refuse, write; 1 when something is wrong."""
    import helm_python  # the extra `chart`; `make chart` installs it
    import kubernetes_validate

    found = helm_python.lint(str(CHART), strict=True)
    problems = [str(each) for each in (*found["errors"], *found["messages"]) if "icon is recommended" not in str(each)]
    chart = helm_python.Chart.load(str(CHART))
    made = chart.render(name=RELEASE)
    text = "\n---\n".join(made[name].strip() for name in sorted(made))
    objects = objects_of(text)
    for each in objects:
        try:
            kubernetes_validate.validate(each, "1.37", strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{each['kind']} {each['metadata']['name']}: {error}")
    for values in _REFUSED:
        try:
            chart.validate_schema(chart.merge_values(values))
        except helm_python.HelmError:
            continue
        problems.append(f"expected these values to be refused: {json.dumps(values)}")
    RENDERED.write_text(f"# Rendered by `make chart` from {digest_of_chart()}\n{text}\n", "utf-8")
    for problem in problems:
        print(problem)
    print(f"Helm {helm_python.helm_sdk_version()}, Kubernetes 1.37: {len(objects)} objects, {len(problems)} problems")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
