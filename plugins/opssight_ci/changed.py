"""Which repositories a derivation is to look at: the opening of its statement, and the parameters that it needs."""

from __future__ import annotations

from datasource_server import sdk

CHANGED = """WITH
changed AS (
    SELECT
        unnest($sources) AS source,
        unnest($repos) AS repo
)
"""
"""The pairs of source and repository as a table; begins a statement, whose next CTE needs a comma before it."""


def pairs(of: sdk.Derive) -> dict[str, object]:
    """Return the parameters of CHANGED; a derivation by repository is always told which ones changed."""
    changed = sorted(of.changed or ())
    return {"sources": [source for source, _ in changed], "repos": [repo for _, repo in changed]}
