"""The alert rule over OpsSight fires while a pipeline fails, and clears once its runs were run again."""

from __future__ import annotations

from typing import Any

from tests.e2e.deliveries import PIPELINE, REPOSITORY, deliver
from tests.e2e.demo import Demo, wait_for

RULE = "opssight-failed-runs"
EVALUATIONS_SECONDS = 130
"""The rule is evaluated each minute: two of them, and some."""


def rule_of(demo: Demo) -> dict[str, Any]:
    """Return the rule as Grafana keeps watch of it."""
    groups = demo.of_grafana("/api/prometheus/grafana/api/v1/rules")["data"]["groups"]
    (found,) = (rule for group in groups for rule in group["rules"] if rule["uid"] == RULE)
    return dict(found)


def firing(demo: Demo) -> list[dict[str, str]]:
    """Return the labels of the rule's instances for the pipeline that fire."""
    alerts = rule_of(demo).get("alerts") or []
    of_pipeline = [each for each in alerts if each["labels"].get("repo") == REPOSITORY]
    return [each["labels"] for each in of_pipeline if each["state"] == "Alerting"]


def test_the_rule_fires_and_clears(shown: Demo) -> None:
    wait_for(lambda: firing(shown), EVALUATIONS_SECONDS, "the rule to fire", pause=2)
    (labels,) = firing(shown)
    assert (labels["pipeline"], labels["source"], labels["severity"]) == (PIPELINE, "github", "warning")
    assert rule_of(shown)["state"] == "firing"

    for run in (1, 2, 3):
        deliver(shown, run, "success", attempt=2)
    wait_for(lambda: not firing(shown), EVALUATIONS_SECONDS, "the rule to clear", pause=2)

    assert rule_of(shown)["health"] == "ok"
    assert rule_of(shown).get("lastError", "") == ""
