"""Which runs a list of runs shows: GitHub's filters and the 1,000 results it gives of a search."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from .answers import invalid
from .call import Call
from .model import Run
from .moments import to_seconds

SEARCH_CAP = 1_000
SEARCH_PARAMETERS = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")
CONDITIONS: dict[str, Callable[[Run, str, int], bool]] = {
    "actor": lambda run, value, _: run.actor.login.lower() == value.lower(),
    "branch": lambda run, value, _: run.branch == value,
    "check_suite_id": lambda run, value, _: str(run.id * 3) == value,
    "event": lambda run, value, _: run.event == value,
    "head_sha": lambda run, value, _: run.sha == value,
    "status": lambda run, value, now: value in (run.latest.status(now), run.latest.visible_conclusion(now)),
}


def newest_first(runs: Sequence[Run], first: int, last: int) -> list[Run]:
    """The runs from place `first` to before `last`, counted from the newest; `runs` are oldest first."""
    end = max(0, len(runs) - first)
    return list(runs[max(0, len(runs) - last) : end][::-1])


def is_search(call: Call) -> bool:
    """Whether the request uses a filter, which caps its results."""
    return any(call.get(name) for name in SEARCH_PARAMETERS)


def found_runs(call: Call, runs: Sequence[Run]) -> list[Run]:
    """The runs that match every filter, oldest first."""
    kept = list(_created(runs, call.get("created")))
    for name, holds in CONDITIONS.items():
        value = call.get(name)
        if value:
            kept = [run for run in kept if holds(run, value, call.world.now)]
    return kept


def _created(runs: Sequence[Run], text: str) -> Iterator[Run]:
    if not text:
        return iter(runs)
    try:
        first, last = created_range(text)
    except ValueError:
        raise invalid("WorkflowRun", "created") from None
    start = bisect_left(runs, first, key=lambda run: run.created_at)
    return iter(runs[start : bisect_right(runs, last, key=lambda run: run.created_at)])


def created_range(text: str) -> tuple[float, float]:
    """The first and last second of `A..B`, `A..*`, `*..B`, `>=A`, `>A`, `<=A`, `<A` or `A`, both included."""
    if ".." in text:
        begin, _, end = text.partition("..")
        first = float("-inf") if begin == "*" else to_seconds(begin)[0]
        return first, float("inf") if end == "*" else to_seconds(end)[1]
    if text.startswith(">"):
        moments = to_seconds(text.lstrip(">="))
        return (moments[0] if text.startswith(">=") else moments[1] + 1), float("inf")
    if text.startswith("<"):
        moments = to_seconds(text.lstrip("<="))
        return float("-inf"), (moments[1] if text.startswith("<=") else moments[0] - 1)
    return to_seconds(text)
