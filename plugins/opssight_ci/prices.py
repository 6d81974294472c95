"""What a minute on a runner costs: one row for each set of labels that a repository's jobs asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

from datasource_server import sdk
from opssight_ci.changed import CHANGED, pairs
from opssight_ci.settings import Settings

HOSTED: Mapping[str, float] = {
    "self-hosted": 0.0,
    "ubuntu-slim": 0.002,
    "*ubuntu*96-core*": 0.252,
    "*ubuntu*64-core*": 0.162,
    "*ubuntu*32-core*": 0.082,
    "*ubuntu*16-core*": 0.042,
    "*ubuntu*8-core*": 0.022,
    "*ubuntu*4-core*": 0.012,
    "ubuntu-*-arm": 0.005,
    "ubuntu-*": 0.006,
    "*windows*96-core*": 0.552,
    "*windows*64-core*": 0.322,
    "*windows*32-core*": 0.162,
    "*windows*16-core*": 0.082,
    "*windows*8-core*": 0.042,
    "*windows*4-core*": 0.022,
    "windows-*-arm": 0.008,
    "windows-*": 0.010,
    "macos-*-xlarge": 0.102,
    "macos-*-large": 0.077,
    "macos-*": 0.062,
}
"""GitHub's price list for hosted runners as of 2026, in dollars a minute; the first pattern that fits counts.

A larger runner is known by its size in its label, as GitHub proposes to name it; another name needs a price of its own.
"""


class RunnerPrice(sdk.Row, table="runner_price", key=("source", "repo", "runner_label")):
    """What a minute costs of jobs that ask for these labels."""

    repo: Annotated[str, "Owner and name of the repository."]
    runner_label: Annotated[str, "The labels that its jobs asked a runner for, apart by a comma and a space."]
    usd_a_minute: Annotated[float, "Dollars a minute; 0 where no price is known."]
    pattern: Annotated[str, "The pattern of the price list that fitted; empty where none did."] = ""
    is_priced: Annotated[bool, "A pattern of the price list fitted."] = False
    step_seconds: Annotated[int, "What is billed at once: 60 where each minute begun is, else 1."] = 60


SQL = f"""
{CHANGED}
SELECT source, repo, runner_labels
FROM pipeline_job
SEMI JOIN changed USING (source, repo)
GROUP BY source, repo, runner_labels
"""  # noqa: S608  put together from constants


def price_of(labels: Sequence[str], prices: Iterable[tuple[str, float]]) -> tuple[str, float] | None:
    """Return the pattern that fits one of the labels, and its price; None where none does."""
    names = [label.lower() for label in labels] or [""]
    fitting = ((pattern, usd) for pattern, usd in prices if any(fnmatchcase(each, pattern.lower()) for each in names))
    return next(fitting, None)


async def price(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say what a minute costs for each set of labels that the jobs of a repository asked for."""
    settings: Settings = of.settings or Settings()
    listed = (*settings.prices.items(), *HOSTED.items())
    return [_row(row, listed, settings) for row in await of.read(SQL, **pairs(of))]


def _row(row: Mapping[str, object], listed: Sequence[tuple[str, float]], settings: Settings) -> RunnerPrice:
    labels = [str(label) for label in row["runner_labels"] or ()]  # type: ignore[attr-defined]
    found = price_of(labels, listed)
    return RunnerPrice(
        source=str(row["source"]),
        repo=str(row["repo"]),
        runner_label=", ".join(labels),
        usd_a_minute=found[1] if found else 0.0,
        pattern=found[0] if found else "",
        is_priced=found is not None,
        step_seconds=60 if settings.whole_minutes else 1,
    )
