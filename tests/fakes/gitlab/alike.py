"""Fits a world to what both forges can say, so that one organisation gives the same numbers from either."""

from tests.fakes.github.model import Attempt
from tests.fakes.github.world import World


def tell_alike(world: World) -> World:
    """Changes the world where the two forges could not agree, and returns it.

    Attempts after the first that made no job are dropped: GitLab knows attempts by their jobs. An attempt that was
    repeated ends with its last job: GitLab keeps no other end of it. `pull_request_target` becomes `pull_request`.
    """
    with world.lock:
        for run in world.runs():
            run.attempts[:] = [each for each in run.attempts if each.number == 1 or each.jobs]
            for attempt in run.attempts[:-1]:
                _end_with_jobs(attempt)
            run.event = "pull_request" if run.event == "pull_request_target" else run.event
    return world


def _end_with_jobs(attempt: Attempt) -> None:
    ran = [job.finished_at for job in attempt.jobs if job.conclusion != "skipped"]
    attempt.finished_at = max(ran, default=attempt.finished_at)
