"""The Helm chart, as Helm itself rendered it (`make chart`): confined, probed, with settings and files that exist."""

import re
from functools import cache
from typing import Any

import pytest

from tests.helm_chart import RENDERED, digest_of_chart, objects_of
from tests.test_deploy import compose, is_documented

SERVICES = ("issuer", "verifier")


@cache
def rendered() -> dict[tuple[str, str], dict[str, Any]]:
    objects = objects_of(RENDERED.read_text("utf-8"))
    return {(each["kind"], each["metadata"]["name"].removeprefix("bank-")): each for each in objects}


def pod(service: str) -> dict[str, Any]:
    return dict(rendered()["Deployment", service]["spec"]["template"]["spec"])


def containers(service: str) -> list[dict[str, Any]]:
    return [*pod(service).get("initContainers", []), *pod(service)["containers"]]


def test_what_is_tested_was_rendered_from_this_chart() -> None:
    assert RENDERED.read_text("utf-8").splitlines()[0] == f"# Rendered by `make chart` from {digest_of_chart()}"


def test_each_service_has_everything_that_belongs_to_it() -> None:
    kinds = ("Deployment", "Service", "PodDisruptionBudget", "PersistentVolumeClaim", "NetworkPolicy")
    assert set(rendered()) == {(kind, service) for kind in kinds for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_containers_are_confined(service: str) -> None:
    confined = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [each["securityContext"] for each in containers(service)] == [confined] * len(containers(service))
    whole = pod(service)
    assert whole["automountServiceAccountToken"] is False
    nobody = {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}}
    assert whole["securityContext"].items() >= nobody.items()
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(whole)


@pytest.mark.parametrize("service", SERVICES)
def test_settings_are_documented_and_those_of_the_compose_file_and_secrets_are_only_named(service: str) -> None:
    (container,) = pod(service)["containers"]
    given = {each["name"]: each.get("value") for each in container["env"]}
    assert all(map(is_documented, given)), given
    name = "issuer-1" if service == "issuer" else service
    assert set(given) - {f"{service.upper()}_LOG"} == set(compose()["services"][name]["environment"])
    assert container["envFrom"] == [{"secretRef": {"name": f"cb-{service}"}}]
    assert not [each for each in given if re.search("PASSPHRASE|SECRET|DATABASE", each)]


@pytest.mark.parametrize("service", SERVICES)
def test_probes_and_the_time_to_stop_are_those_of_the_services(service: str) -> None:
    (container,) = pod(service)["containers"]
    paths = [container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")]
    assert paths == ["/healthz", "/readyz", "/healthz"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"http": {"issuer": 8000, "verifier": 8081}[service], "metrics": 9464}
    given = {each["name"]: each["value"] for each in container["env"]}
    drain = int(given[f"{service.upper()}_DRAIN_SECONDS"])
    assert pod(service)["terminationGracePeriodSeconds"] >= drain + 10 + 5


@pytest.mark.parametrize("service", SERVICES)
def test_only_ingress_and_monitoring_come_in_and_nothing_goes_out_that_is_not_needed(service: str) -> None:
    policy = rendered()["NetworkPolicy", service]["spec"]
    labels = rendered()["Deployment", service]["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"] == labels
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert [rule["ports"] for rule in policy["ingress"]] == [[{"port": "http"}], [{"port": "metrics"}]]
    assert all(rule["from"][0]["namespaceSelector"]["matchLabels"] for rule in policy["ingress"])
    out = {each["port"] for rule in policy["egress"] for each in rule["ports"]}
    assert out == {53, 443} | ({5432, 6379} if service == "issuer" else set())


def test_two_issuers_share_one_volume_and_are_replaced_one_by_one() -> None:
    issuer, verifier = (rendered()["Deployment", service]["spec"] for service in SERVICES)
    assert issuer["replicas"] == 2
    assert issuer["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert rendered()["PersistentVolumeClaim", "issuer"]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert verifier["strategy"] == {"type": "Recreate"}
    assert rendered()["PersistentVolumeClaim", "verifier"]["spec"]["accessModes"] == ["ReadWriteOnce"]
    for service in SERVICES:
        assert rendered()["PodDisruptionBudget", service]["spec"]["maxUnavailable"] == 1
