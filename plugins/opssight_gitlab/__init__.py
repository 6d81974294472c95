"""GitLab: projects, merge requests, pipelines with jobs and traces, deployments; by polling and by webhook.

`rows*.py`, `attempts.py` and `traces.py` are pure and hold what GitLab's answers mean, `collectors_*.py` say what is
asked and when, `receivers.py` what a delivery says, `actions.py` what a person may do.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_gitlab.connector import connector

# Each module registers itself by being imported; a pass runs the collectors in this order.
# isort: off
from opssight_gitlab import collectors_projects  # noqa: F401
from opssight_gitlab import collectors_merge_requests  # noqa: F401
from opssight_gitlab import collectors_pipelines  # noqa: F401
from opssight_gitlab import collectors_schedules  # noqa: F401
from opssight_gitlab import collectors_code  # noqa: F401
from opssight_gitlab import collectors_deployments  # noqa: F401
from opssight_gitlab import collectors_incidents  # noqa: F401
from opssight_gitlab import collectors_traces  # noqa: F401
from opssight_gitlab import collectors_reports  # noqa: F401
from opssight_gitlab import collectors_hooks  # noqa: F401
from opssight_gitlab import receivers, actions  # noqa: F401
# isort: on

__all__ = ["connector", "opssight_connector"]


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over GitLab."""
    return connector
