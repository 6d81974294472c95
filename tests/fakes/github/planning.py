"""Plans a run: its attempts, and their jobs one after another as `needs` demands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from .model import Attempt, Job, JobBlueprint, Repository, Run, User, Workflow

CONCLUSIONS = {
    "success": 780,
    "failure": 130,
    "cancelled": 40,
    "skipped": 20,
    "timed_out": 12,
    "startup_failure": 6,
    "neutral": 4,
    "action_required": 5,
    "stale": 3,
}
BROKEN = ("failure", "timed_out", "cancelled")
FAILURES = ("test", "compile", "network", "memory", "disk", "terraform", "registry", "secret")


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a run is asked to run on."""

    event: str
    actor: User
    branch: str
    sha: str
    title: str
    pull_numbers: tuple[int, ...] = ()


class Planner:
    """Gives out ids and plans runs; the same seed plans the same runs."""

    def __init__(self, seed: int) -> None:
        """Starts the ids well above 2^31, as GitHub's are."""
        self.random = Random(seed)
        self._run_ids = count(9_100_000_003, 7)
        self._job_ids = count(54_000_000_011, 3)
        self._other_ids = count(31_000_017)

    def new_id(self) -> int:
        """An id for anything but runs and jobs."""
        return next(self._other_ids)

    def sha(self) -> str:
        """A commit id that nobody has yet."""
        return f"{self.random.getrandbits(160):040x}"

    def conclusion(self) -> str:
        """How a run ends, in proportions of a middling organisation."""
        return self.random.choices(tuple(CONCLUSIONS), tuple(CONCLUSIONS.values()))[0]

    def run(self, repository: Repository, workflow: Workflow, trigger: Trigger, at: int, conclusion: str) -> Run:
        """A run with its first attempt; it isn't put into the repository yet."""
        workflow.run_count += 1
        first = self.attempt(1, trigger.actor, workflow.jobs, at, conclusion)
        return Run(
            next(self._run_ids),
            repository,
            workflow,
            workflow.run_count,
            trigger.event,
            trigger.actor,
            trigger.branch,
            trigger.sha,
            trigger.title,
            at,
            [first],
            trigger.pull_numbers,
        )

    def attempt(
        self, number: int, actor: User, blueprints: Sequence[JobBlueprint], at: int, conclusion: str
    ) -> Attempt:
        """An attempt that was asked for at `at`."""
        jobs = [] if conclusion in ("startup_failure", "action_required") else self._jobs(blueprints, at, conclusion)
        ran = [job for job in jobs if job.conclusion != "skipped"]
        started = min((job.started_at for job in ran), default=at + 1)
        finished = max((job.finished_at for job in jobs), default=at + 1)
        return Attempt(number, actor, at, started, max(started, finished) + 1, conclusion, jobs)

    def _jobs(self, blueprints: Sequence[JobBlueprint], at: int, conclusion: str) -> list[Job]:
        unit = 20 + int(self.random.expovariate(1 / 120))
        broken_at = self.random.randrange(len(blueprints)) if conclusion in BROKEN else -1
        ended: dict[str, Job] = {}
        for index, blueprint in enumerate(blueprints):
            before = [ended[name] for name in blueprint.needs if name in ended]
            created = max((job.finished_at for job in before), default=at)
            is_blocked = any(job.conclusion != "success" for job in before)
            if conclusion == "skipped" or is_blocked:
                ended[blueprint.name] = self._skipped(blueprint, created)
            else:
                ending = conclusion if index == broken_at else "success"
                ended[blueprint.name] = self._job(blueprint, created, unit, ending)
        return list(ended.values())

    def _job(self, blueprint: JobBlueprint, created: int, unit: int, conclusion: str) -> Job:
        started = created + 2 + int(self.random.expovariate(1 / 12))
        finished = started + max(1, int(unit * blueprint.share * self.random.uniform(0.7, 1.4)))
        hosted = f"GitHub Actions {1_000_000_000 + self.random.randrange(9_999)}"
        runner = f"runner-{self.random.randrange(12):02d}" if "self-hosted" in blueprint.labels else hosted
        failure = self.random.choice(FAILURES) if conclusion == "failure" else ""
        return Job(next(self._job_ids), blueprint, runner, created, started, finished, conclusion, failure)

    def _skipped(self, blueprint: JobBlueprint, at: int) -> Job:
        return Job(next(self._job_ids), blueprint, "", at, at, at, "skipped")

    def kept(self, job: Job) -> Job:
        """The same job in the next attempt, when only the failed ones run again: a new id, the old times."""
        return Job(
            next(self._job_ids),
            job.blueprint,
            job.runner,
            job.created_at,
            job.started_at,
            job.finished_at,
            job.conclusion,
        )


def shift(attempt: Attempt, finishes_at: int) -> None:
    """Stretches an attempt and its last job, so that it ends at `finishes_at`, but not before its other jobs do."""
    last = max(attempt.jobs, key=lambda job: job.finished_at, default=None)
    others = [job.finished_at for job in attempt.jobs if job is not last]
    earliest = max([attempt.started_at, *others, last.started_at if last else 0])
    attempt.finished_at = max(earliest + 1, finishes_at)
    if last is not None:
        last.finished_at = attempt.finished_at - 1
