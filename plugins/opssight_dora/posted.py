"""Posted: deployments that anybody's delivery tool posts to OpsSight, as rows. Pure functions of their JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from datasource_server import sdk
from opssight_dora.deliveries import POSTED

STATUSES: Mapping[str, sdk.Status] = {
    "success": "success",
    "succeeded": "success",
    "successful": "success",
    "completed": "success",
    "failure": "failure",
    "failed": "failure",
    "error": "failure",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "aborted": "cancelled",
    "skipped": "skipped",
    "running": "running",
    "started": "running",
    "in_progress": "running",
    "queued": "queued",
    "pending": "queued",
}
Text = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=300)]


class Posted(BaseModel):
    """One deployment as it is posted; `repo` and `environment` must be there, and `sha` or `version` should be.

    The same `id` posted again tells how it went on. Without one, it is known by all that says which one it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text = ""
    repo: Name
    environment: Name
    service: Text = ""
    tier: sdk.Tier = "other"
    sha: Annotated[str, Field(pattern=r"^[0-9a-f]{0,64}$")] = ""
    version: Text = ""
    status: Text = "success"
    actor: Text = ""
    run_id: Text = ""
    url: Annotated[str, Field(pattern=r"^(https?://.*)?$", max_length=2_000)] = ""
    created_at: sdk.Moment | None = None
    finished_at: sdk.Moment | None = None

    def identity(self) -> str:
        """Return the id that its tool gave, or one that follows from what is deployed where and when it began."""
        if self.id:
            return self.id
        facts = (self.repo, self.service, self.environment, self.sha, self.version, self.run_id, str(self.created_at))
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:24]


def to_deployments(body: object, received_at: datetime) -> list[sdk.Row]:
    """Return the rows of one deployment, of a list of them, or of `{"deployments": [...]}`."""
    listed = body.get("deployments", body) if isinstance(body, dict) else body
    every = listed if isinstance(listed, list) else [listed]
    return [_row(_read(each), received_at) for each in every]


def _read(body: object) -> Posted:
    try:
        return Posted.model_validate(body)
    except ValidationError as problem:
        raise sdk.Unparsable(f"a posted deployment: {_faults(problem.errors())}") from None


def _faults(errors: Sequence[object]) -> str:
    told = (each for each in errors if isinstance(each, dict))
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in told)


def _row(posted: Posted, received_at: datetime) -> sdk.Row:
    status = STATUSES.get(posted.status.lower().replace("-", "_").replace(" ", "_"))
    if status is None:
        raise sdk.Unparsable(f"a posted deployment: status {posted.status!r} is none of {', '.join(STATUSES)}")
    is_over = status in ("success", "failure", "cancelled", "skipped")
    created_at = posted.created_at or posted.finished_at or received_at
    finished_at = (posted.finished_at or received_at) if is_over else None
    return sdk.Deployment(
        id=posted.identity(),
        url=posted.url,
        service=posted.service or posted.repo.rpartition("/")[2],
        repo=posted.repo,
        environment=posted.environment,
        tier=posted.tier,
        sha=posted.sha,
        version=posted.version,
        status=status,
        conclusion=posted.status,
        actor=posted.actor,
        run_id=posted.run_id,
        rule=POSTED,
        created_at=created_at,
        finished_at=finished_at,
        updated_at=finished_at or received_at,
    )
