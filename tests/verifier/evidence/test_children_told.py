"""How every child process ended is told to whoever watches: its task and an end out of a closed list."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from keys.gate.metrics import Metrics
from keys.watching import watched
from tests.verifier.evidence.odd_children import said
from verifier.errors import EvidenceReaderFailed, UnreadableEvidence
from verifier.evidence.fork_server import Servers
from verifier.evidence.reader import EvidenceReader

Ends = dict[tuple[str, str], float]


def ends_of(metrics: Metrics) -> Ends:
    """How many children were counted, by task and end."""
    families = text_string_to_metric_families(metrics.text().decode())
    samples = [each for family in families for each in family.samples if each.name == "cb_children_total"]
    return {(each.labels["task"], each.labels["ended"]): each.value for each in samples}


def seconds_of(metrics: Metrics) -> float:
    families = text_string_to_metric_families(metrics.text().decode())
    return sum(each.value for one in families for each in one.samples if each.name == "cb_stage_seconds_count")


@pytest.mark.parametrize(
    ("request_", "ends"),
    [
        ("good", {("picture", "answered"): 1}),
        ("crash", {("picture", "broken"): 1}),
        ("grow", {("picture", "answered"): 1}),  # that its file wants too much memory is an answer
        ("fail_silently", {("picture", "fault"): 1}),
        ("kill", {("picture", "killed"): 2}),  # one that was killed from outside is replaced once
    ],
)
def test_the_end_of_a_child_is_counted(servers: Servers, request_: str, ends: Ends) -> None:
    metrics = Metrics()
    with watched(metrics):
        try:
            said(servers, request_)
        except (UnreadableEvidence, EvidenceReaderFailed):
            assert request_ != "good"
    assert ends_of(metrics) == ends
    assert seconds_of(metrics) == sum(ends.values())


def test_a_child_that_uses_up_its_time_is_counted_as_such(servers: Servers) -> None:
    metrics = Metrics()
    with watched(metrics), pytest.raises(UnreadableEvidence):
        EvidenceReader(wall_s=0.2, servers=servers).read_picture(b"hang")
    assert ends_of(metrics) == {("picture", "out_of_time"): 1}
