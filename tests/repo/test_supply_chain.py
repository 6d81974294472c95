"""Workflows and images take nothing that can change under them and may do no more than they must."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .sources import files_under, text_of

WORKFLOWS = files_under(".github/workflows", suffixes=(".yml", ".yaml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
TOKENS = {f"OPSSIGHT_TOKENS__{name}" for name in ("DATASOURCE", "INFINITY", "ALERTS", "ACTIONS")}


def workflow(name: str) -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load(text_of(name))
    return parsed


def test_there_is_a_workflow_for_each_stage() -> None:
    assert {Path(name).stem for name in WORKFLOWS} >= {"lint", "tests", "image", "release"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_its_commit(name: str) -> None:
    """Proves part of check 74."""
    used = [line.strip().removeprefix("- ") for line in text_of(name).splitlines() if "uses:" in line]
    assert [line for line in used if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_only_a_release_may_write(name: str) -> None:
    """Proves part of check 74."""
    jobs = workflow(name)["jobs"].values()
    granted = [job.get("permissions", {}) for job in jobs]
    writes = {scope for each in granted for scope, level in each.items() if level == "write"}
    assert workflow(name)["permissions"] == {"contents": "read"}
    assert writes <= {"lint": set(), "tests": set(), "image": {"packages"}, "release": {"contents"}}[Path(name).stem]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_runs_a_strangers_code_with_our_rights(name: str) -> None:
    """Proves part of check 74."""
    events = workflow(name)[True]  # YAML reads the key `on` as true
    assert "pull_request_target" not in events
    assert "workflow_run" not in events
    kept = [
        step for job in workflow(name)["jobs"].values() for step in job["steps"] if "checkout" in step.get("uses", "")
    ]
    assert all(step["with"]["persist-credentials"] is False for step in kept)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_caller_text_is_put_into_a_script(name: str) -> None:
    scripts = [step.get("run", "") for job in workflow(name)["jobs"].values() for step in job["steps"]]
    assert [script for script in scripts if "${{" in script] == []


def test_the_image_runs_as_nobody_with_its_own_health_check() -> None:
    """Proves part of check 74."""
    last_stage = text_of("Dockerfile").split("\nFROM ")[-1]
    assert re.search(r"^USER \d+:\d+$", last_stage, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\\?$", last_stage, re.MULTILINE)
    assert 'CMD ["opssight", "serve"' in last_stage, "started without a shell"


def test_the_image_installs_by_hash() -> None:
    """Proves part of check 73."""
    assert text_of("Dockerfile").count("--require-hashes -r deploy/") == 2


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(text_of("docker-compose.yml"))["services"]
    return parsed


def test_compose_drops_every_right_of_the_server() -> None:
    """Proves part of check 74."""
    server = compose()["opssight"]
    assert server["read_only"] is True
    assert server["cap_drop"] == ["ALL"]
    assert server["security_opt"] == ["no-new-privileges:true"]


def test_compose_starts_with_no_default_password() -> None:
    given = [item for each in compose().values() for item in each["environment"].items() if is_secret(item[0])]
    demanded = {name for name, value in given if re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)}
    optional = {name for name, value in given if re.fullmatch(r"\$\{\w+:-\}", value)}
    assert demanded == TOKENS | {"OPSSIGHT_TOKENS__ADMIN", "GF_SECURITY_ADMIN_PASSWORD"}
    assert optional == {"OPSSIGHT_GITHUB__TOKEN", "OPSSIGHT_GITHUB__WEBHOOK_SECRET"}
    assert len(given) == len(demanded | optional) + len(TOKENS), "Grafana and the server share the tokens"


def is_secret(name: str) -> bool:
    return any(word in name for word in ("TOKEN", "PASSWORD", "SECRET"))


def test_compose_gives_grafana_the_tokens_that_the_server_takes() -> None:
    services = compose()
    given, taken = services["grafana"]["environment"], services["opssight"]["environment"]
    assert {name: given[name] for name in TOKENS} == {name: taken[name] for name in TOKENS}


def test_compose_watches_the_health_of_both() -> None:
    services = compose()
    assert {name for name, service in services.items() if "healthcheck" in service} == {"opssight", "grafana"}
    assert services["grafana"]["depends_on"]["opssight"]["condition"] == "service_healthy"
