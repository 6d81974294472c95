"""Labels tell a severity and tags a version, in whichever of the usual spellings."""

from __future__ import annotations

import pytest

from datasource_server.sdk.labels import to_severity, to_version


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        (["severity: high"], "high"),
        (["severity/critical", "bug"], "critical"),
        (["sev1"], "critical"),
        (["SEV-2"], "high"),
        (["sev:3"], "medium"),
        (["P1"], "critical"),
        (["p0"], "critical"),
        (["P4"], "low"),
        (["priority: minor"], "low"),
        (["severity: purple"], "unknown"),
        (["P", "part 1", "php7", "s3 bucket", "high"], "unknown"),
        (["P3", "sev2"], "high"),
        (["severity::2", " sev9 "], "high"),
        ([], "unknown"),
    ],
)
def test_a_severity_is_read_from_labels(labels: list[str], severity: str) -> None:
    found, label = to_severity(labels)
    assert found == severity
    assert label in (labels if severity != "unknown" else [""])


@pytest.mark.parametrize(
    ("ref", "version"),
    [("v1.2.3", "v1.2.3"), ("refs/tags/web-1.2.0-rc.1", "web-1.2.0-rc.1"), ("main", ""), ("a" * 40, ""), ("", "")],
)
def test_a_tag_is_a_version_and_a_branch_is_none(ref: str, version: str) -> None:
    assert to_version(ref) == version
