"""Status: how the way in is doing, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasource_server.ingest.collect import Collecting
from datasource_server.ingest.derive import Deriving
from datasource_server.ingest.receive import Receiving
from datasource_server.ingest.wires import Wires


def status_of(wires: Wires, collecting: Collecting, receiving: Receiving, deriving: Deriving) -> Mapping[str, Any]:
    """Return `degraded` (place → reason), `budgets` (connector → left, limit, resets_at), `deliveries`, `requests`.

    A degraded source does not make the server unready: it still answers from what it has.
    """
    broken = {"/".join(key): reason for key, reason in collecting.rest.failing.items()}
    underived = {f"{connector}/{name}": reason for (connector, name), reason in deriving.failing.items()}
    return {
        "degraded": broken | underived,
        "budgets": _budgets(wires),
        "deliveries": {"/".join(key): count for key, count in receiving.counts.items()},
        "requests": dict(wires.requests),
        "etags": len(wires.etags),
        "is_deriving": deriving.is_due,
    }


def _budgets(wires: Wires) -> dict[str, dict[str, Any]]:
    shares = {
        name: min((each.main for each in budgets if each.main), key=lambda share: share.left, default=None)
        for name, budgets in wires.budgets().items()
    }
    return {
        name: {"left": share.left, "limit": share.limit, "resets_at": share.resets_at}
        for name, share in shares.items()
        if share is not None
    }
