"""GitHub: repositories, pull requests, workflow runs with jobs, logs and tests, deployments, incidents: both ways in.

The model that other connectors copy. `rows*.py` and `logs.py` are pure and hold what GitHub's answers mean,
`collectors_*.py` say what is asked and when, `receivers.py` what a delivery says, `actions.py` what a person may do.
"""

from __future__ import annotations

from datasource_server import sdk
from opssight_github.connector import connector

# Each module registers itself by being imported; a pass runs the collectors in this order.
# isort: off
from opssight_github import collectors_repositories  # noqa: F401
from opssight_github import collectors_workflows  # noqa: F401
from opssight_github import collectors_runs  # noqa: F401
from opssight_github import collectors_jobs  # noqa: F401
from opssight_github import collectors_pulls  # noqa: F401
from opssight_github import collectors_code  # noqa: F401
from opssight_github import collectors_deployments  # noqa: F401
from opssight_github import collectors_logs  # noqa: F401
from opssight_github import collectors_tests  # noqa: F401
from opssight_github import collectors_issues  # noqa: F401
from opssight_github import collectors_hooks  # noqa: F401
from opssight_github import receivers, actions  # noqa: F401
# isort: on

__all__ = ["connector", "opssight_connector"]


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over GitHub."""
    return connector
