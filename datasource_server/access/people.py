"""People: which names in a header stand for a human."""

from __future__ import annotations

from datasource_server.sdk import Unauthorised

SCHEDULER = "grafana_scheduler"
MAX_LOGIN = 200


def require_human(login: str) -> str:
    """Return the login; Unauthorised for the scheduler, an unresolved macro, a list or nothing."""
    is_macro = "$" in login or "{" in login
    is_odd = "," in login or not login.isprintable() or not 0 < len(login) <= MAX_LOGIN
    if is_macro or is_odd or login.lower() == SCHEDULER:
        raise Unauthorised("no human stands behind this request")
    return login


def folded(login: str) -> str:
    """Return the login as it is compared: forges and Grafana ignore the case of ASCII letters, and of nothing else."""
    return login.lower() if login.isascii() else login
