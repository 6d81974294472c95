"""Signed deliveries of GitHub's webhook about runs of a pipeline of the tests' own."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
import orjson

from tests.e2e.demo import SECRET, Demo

REPOSITORY = "acme/till"
PIPELINE = "release"


def deliver(
    demo: Demo, run: int, conclusion: str, attempt: int = 1, of_run: Mapping[str, object] | None = None
) -> None:
    """Send what GitHub sends when an attempt of a run on the default branch is over."""
    now = datetime.now(UTC)
    body = orjson.dumps(event(run, conclusion, attempt, now, of_run or {}))
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    answer = httpx.post(f"{demo.server}/hooks/github/webhook", content=body, headers=headers, timeout=30)
    assert answer.is_success, answer.text


def event(run: int, conclusion: str, attempt: int, now: datetime, of_run: Mapping[str, object]) -> dict[str, object]:
    """Return the delivery's payload."""
    web = f"https://github.com/{REPOSITORY}"
    began = now - timedelta(minutes=2)
    return {
        "action": "completed",
        "repository": {"full_name": REPOSITORY, "default_branch": "main", "html_url": web},
        "workflow_run": {
            "id": run,
            "name": PIPELINE,
            "path": ".github/workflows/release.yml",
            "run_number": run,
            "run_attempt": attempt,
            "head_branch": "main",
            "head_sha": f"{run:040d}",
            "event": "push",
            "display_title": "Count the change in the till",
            "actor": {"login": "ana"},
            "status": "completed",
            "conclusion": conclusion,
            "created_at": f"{began:%Y-%m-%dT%H:%M:%SZ}",
            "run_started_at": f"{began:%Y-%m-%dT%H:%M:%SZ}",
            "updated_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "html_url": f"{web}/actions/runs/{run}",
            "pull_requests": [],
            **of_run,
        },
    }
