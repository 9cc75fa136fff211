"""The files of deploy/ speak of what exists: metrics, settings, commands, targets, ports, files."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_house import modules, tree

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = ("cb-issuer.service", "cb-verifier.service")
HARDENING = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}


@cache
def documented() -> str:
    return (DEPLOY.parent / "docs/configuration.md").read_text("utf-8")


@cache
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8")))


def is_documented(variable: str) -> bool:
    room, _, rest = variable.partition("_")
    return f"`{variable}`" in documented() or (room in {"ISSUER", "VERIFIER"} and f"`…_{rest}`" in documented())


def expressions() -> list[str]:
    """Every question that the dashboard and the alerts ask."""
    board = json.loads((DEPLOY / "grafana/competency-bank.json").read_text("utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text("utf-8"))
    return asked + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def test_the_page_about_running_names_every_metric_and_no_other() -> None:
    """A metric is what one of these calls names first; a counter of events is shown with `_total`."""
    made: set[str] = set()
    for path in modules("keys", "issuer", "verifier"):
        for call in ast.walk(tree(path)):
            if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
                name, kind = str(call.args[0].value), ast.unparse(call.func).rpartition(".")[2]
                if kind in {"Counter", "counter"}:
                    made.add(f"{name}_total")
                elif kind in {"Figure", "Gauge", "GaugeMetricFamily", "Histogram"}:
                    made.add(name)
    page = (DEPLOY.parent / "docs/operations.md").read_text("utf-8")
    assert {name for name in made if name.startswith("cb_")} == set(re.findall(r"`(cb_\w+)`", page))


def test_every_alert_says_what_to_do_and_how_urgent_it_is() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 10
    assert all(rule["labels"]["severity"] in {"page", "ticket"} and rule["annotations"]["summary"] for rule in rules)
    named = re.findall(r"Runbook ([a-z-]+)", json.dumps(rules))
    assert len(named) >= 3
    assert all((DEPLOY.parent / f"docs/operations/{name}.md").is_file() for name in named)


def test_the_panels_of_the_dashboard_do_not_cover_each_other() -> None:
    panels = json.loads((DEPLOY / "grafana/competency-bank.json").read_text("utf-8"))["panels"]
    assert len({(each["gridPos"]["x"], each["gridPos"]["y"]) for each in panels}) == len(panels)
    assert len({each["id"] for each in panels}) == len(panels)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_hardened_and_starts_a_command_that_exists(name: str) -> None:
    lines = [line for line in (DEPLOY / "systemd" / name).read_text("utf-8").splitlines() if "=" in line]
    given = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert {key: given.get(key) for key in HARDENING} == HARDENING
    program = name.removesuffix(".service")
    assert given["ExecStart"] == f"/opt/cb/bin/{program} serve"
    assert given["User"] != "root"
    variables = [word.partition("=")[0] for word in given["Environment"].split() if not word.startswith("LANG")]
    assert variables
    assert all(map(is_documented, variables)), variables
    drain = int(re.findall(r"_DRAIN_SECONDS=(\d+)", given["Environment"])[0])
    assert int(given["TimeoutStopSec"]) >= drain + 10 + 5


def test_the_services_of_the_compose_file_exist_and_have_settings_that_exist() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)$", (DEPLOY / "Containerfile").read_text("utf-8"), re.MULTILINE)
    built = {name: each for name, each in compose()["services"].items() if "build" in each}
    assert set(built) == {"issuer-1", "issuer-2", "verifier"}
    for service in built.values():
        assert service["build"]["target"] in stages
        assert service["build"]["dockerfile"] == "deploy/Containerfile"
        assert all(map(is_documented, service["environment"])), service["environment"]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        drain = next(int(value) for key, value in service["environment"].items() if key.endswith("DRAIN_SECONDS"))
        assert int(service["stop_grace_period"].removesuffix("s")) >= drain + 10 + 5
        assert set(service["networks"]) <= set(compose()["networks"])
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(compose()["volumes"])


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, each in compose()["services"].items() if "ports" in each] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"] is True


def test_the_proxy_sends_to_services_and_ports_of_the_compose_file() -> None:
    content = (DEPLOY / "nginx/competency-bank.conf").read_text("utf-8")
    assert re.findall(r"^    server ([a-z0-9-]+:\d+)", content, re.MULTILINE) == [
        "issuer-1:8000",
        "issuer-2:8000",
        "verifier:8081",
    ]
    (published,) = compose()["services"]["proxy"]["ports"]
    assert set(re.findall(r"listen (\d+);", content)) == {published.split(":")[1]}
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in content
    assert "proxy_set_header X-Request-Id $request_id;" in content  # 32 hex digits, which the gate keeps


def test_the_images_run_as_nobody_and_set_what_is_documented() -> None:
    content = (DEPLOY / "Containerfile").read_text("utf-8")
    assert "USER 65534:65534" in content
    variables = re.findall(r"\b((?:ISSUER|VERIFIER)_[A-Z]+)=", content)
    assert len(variables) == 4
    assert all(map(is_documented, variables))
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*) \S+$", content, re.MULTILINE) for word in line.split()]
    assert all((DEPLOY.parent / name).exists() for name in copied), copied


@pytest.mark.parametrize("place", ["deploy", "examples/pipelines"])
def test_an_image_is_told_its_version_and_has_the_licences_of_others(place: str) -> None:
    content = (DEPLOY.parent / place / "Containerfile").read_text("utf-8")
    assert "ARG VERSION=0.0\n" in content
    assert "SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION /opt/cb/bin/pip install --no-cache-dir --no-deps .\n" in content
    assert "THIRD_PARTY_NOTICES.md" in content


def test_what_git_ignores_reaches_no_builder_of_images() -> None:
    ignored, kept_out = (
        (DEPLOY.parent / name).read_text("utf-8").splitlines() for name in (".gitignore", ".dockerignore")
    )
    folders = {line.strip("/") for line in ignored if line.endswith("/")} - {"__pycache__"}
    assert folders <= set(kept_out)
    assert {".git", "**/__pycache__"} <= set(kept_out)
