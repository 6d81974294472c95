"""Retries as GitLab does them: new jobs of the old names in the same pipeline."""

from collections.abc import Collection

from tests.fakes.github.deployments import deploy_attempt
from tests.fakes.github.model import Run, User
from tests.fakes.github.world import World

BROKEN = ("failure", "timed_out", "cancelled")


def retry_failed(world: World, run: Run, actor: User) -> bool:
    """Runs the broken jobs and those behind them again; says whether there was anything to retry."""
    broken = [job.blueprint.name for job in run.latest.jobs if job.conclusion in BROKEN]
    if run.latest.finished_at > world.now or not broken:
        return False
    retry_jobs(world, run, broken, actor)
    return True


def retry_jobs(world: World, run: Run, names: Collection[str], actor: User, conclusion: str = "success") -> None:
    """Runs the named jobs, and those that were skipped, in another attempt; the others are kept."""
    with world.lock:
        last = run.latest
        skipped = {job.blueprint.name for job in last.jobs if job.conclusion == "skipped"}
        kept = [job for job in last.jobs if job.blueprint.name not in {*names, *skipped}]
        again = [each for each in run.workflow.jobs if each.name in {*names, *skipped}]
        ending = "failure" if any(job.conclusion in BROKEN for job in kept) else conclusion
        attempt = world.plan.attempt(last.number + 1, actor, again, world.now, conclusion)
        attempt.conclusion = ending
        attempt.jobs[:0] = [world.plan.kept(job) for job in kept]
        run.attempts.append(attempt)
        world._index_jobs(run)
        deploy_attempt(world, run)
