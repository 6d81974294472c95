"""The organisation that the fake serves: look-ups, the clock, and changes that may come while a client reads."""

from collections.abc import Callable, Iterator, Mapping
from threading import RLock

from .deployments import deploy_attempt, forget_plans
from .issues import Artifact
from .model import Delivery, Hook, Job, Repository, Run, User, Workflow
from .moments import DAY
from .planning import Planner, Trigger, shift
from .truth import Record, truth


class World:
    """One organisation at one moment. Hold `lock` while reading several things that must agree."""

    def __init__(self, organisation: User, seed: int, now: int) -> None:
        """An empty organisation; `generate_organisation` makes a full one."""
        self.organisation = organisation
        self.follows: Callable[[], float] | None = None
        self._now = now
        self.lock = RLock()
        self.plan = Planner(seed)
        self.secret_marker = f"ghp_{self.plan.random.getrandbits(180):036x}"[:40]
        self.users: dict[str, User] = {organisation.login: organisation}
        self.repositories: dict[int, Repository] = {}
        self.hooks: list[Hook] = []
        self.deliveries: list[Delivery] = []
        self.outbox: Callable[[Mapping[str, str], bytes], int] | None = None
        self.log_retention_seconds = 90 * DAY
        self._names: dict[str, Repository] = {}
        self._runs: dict[int, Run] = {}
        self._jobs: dict[int, tuple[Run, int, Job]] = {}

    @property
    def now(self) -> int:
        """The moment it is: where it was moved to, or what `follows` says when that is later."""
        return self._now if self.follows is None else max(self._now, int(self.follows()))

    @now.setter
    def now(self, moment: int) -> None:
        self._now = moment

    # Looking up

    def repository(self, full_name: str) -> Repository:
        """The repository of that name, upper or lower case, present or former; KeyError if there is none."""
        return self._names[full_name.lower()]

    def run(self, run_id: int) -> Run:
        """The run; KeyError if there is none."""
        return self._runs[run_id]

    def job(self, job_id: int) -> tuple[Run, int, Job]:
        """The job with its run and attempt number; KeyError if there is none."""
        return self._jobs[job_id]

    def artifact(self, artifact_id: int) -> Artifact:
        """The artifact; KeyError if there is none."""
        found = {each.id: each for repository in self.repositories.values() for each in repository.artifacts}
        return found[artifact_id]

    def runs(self) -> Iterator[Run]:
        """Every run, oldest first."""
        return iter(sorted(self._runs.values(), key=lambda run: run.id))

    def person(self, login: str) -> User:
        """The user of that login, made when there is none yet."""
        return self.users.setdefault(login, User(login, 4_000_000 + len(self.users)))

    def truth(self) -> dict[str, list[Record]]:
        """What a perfect collector has to store by now: table name → rows."""
        return truth(self)

    # Putting in

    def add_repository(self, repository: Repository) -> None:
        """Adds a repository."""
        self.repositories[repository.id] = repository
        self._names[repository.full_name.lower()] = repository

    def add_run(self, run: Run) -> None:
        """Adds a planned run at the top of its repository."""
        run.repository.runs.append(run)
        self._runs[run.id] = run
        self._index_jobs(run)

    def add_hook(self, owner: str, url: str, secret: str, events: tuple[str, ...] = ("*",)) -> Hook:
        """Adds a webhook to `owner/name` or to an organisation."""
        hook = Hook(self.plan.new_id(), owner, url, secret, events, self.now)
        self.hooks.append(hook)
        return hook

    def _index_jobs(self, run: Run) -> None:
        for attempt in run.attempts:
            self._jobs.update({job.id: (run, attempt.number, job) for job in attempt.jobs})

    # Time passes

    def advance(self, seconds: int, new_runs: int = 0) -> list[Run]:
        """Moves the clock, which lets open runs go on and end, and adds runs on the way. Returns the new runs."""
        with self.lock:
            inserted = []
            for step in range(new_runs):
                self.now += seconds // (new_runs + 1)
                inserted.append(self.insert_run(conclusion=None if step % 2 else "success"))
            self.now += seconds - new_runs * (seconds // (new_runs + 1))
            return inserted

    def finish_open_runs(self) -> None:
        """Moves the clock to the end of the last open run."""
        with self.lock:
            self.advance(max((run.latest.finished_at for run in self.open_runs()), default=self.now) - self.now)

    def open_runs(self) -> list[Run]:
        """The runs that aren't completed, oldest first."""
        return [run for run in self.runs() if run.latest.finished_at > self.now]

    # What people do

    def insert_run(
        self,
        repository: Repository | None = None,
        *,
        workflow: Workflow | None = None,
        trigger: Trigger | None = None,
        conclusion: str | None = None,
        finishes_in: int | None = None,
    ) -> Run:
        """A new run, created now, at the top of a repository (the first one unless named)."""
        with self.lock:
            where = repository or next(iter(self.repositories.values()))
            which = workflow or where.workflows[0]
            what = trigger or self._push_trigger(where)
            run = self.plan.run(where, which, what, self.now, conclusion or self.plan.conclusion())
            if finishes_in is not None:
                shift(run.latest, self.now + finishes_in)
            self.add_run(run)
            deploy_attempt(self, run)
            return run

    def _push_trigger(self, repository: Repository) -> Trigger:
        sha = repository.branches[repository.default_branch]
        commit = repository.commits[sha]
        return Trigger("push", commit.author, repository.default_branch, sha, commit.message.split("\n")[0])

    def rerun(
        self, run_id: int, *, failed_only: bool = False, actor: User | None = None, conclusion: str = "success"
    ) -> Run:
        """Starts the next attempt now. ValueError while the run is still open."""
        with self.lock:
            run = self._runs[run_id]
            last = run.latest
            if last.finished_at > self.now:
                raise ValueError("This workflow is already running")
            kept = [job for job in last.jobs if job.conclusion == "success"] if failed_only else []
            names = {job.blueprint.name for job in kept}
            again = [blueprint for blueprint in run.workflow.jobs if blueprint.name not in names]
            attempt = self.plan.attempt(last.number + 1, actor or run.actor, again, self.now, conclusion)
            attempt.jobs[:0] = [self.plan.kept(job) for job in kept]
            run.attempts.append(attempt)
            self._index_jobs(run)
            deploy_attempt(self, run)
            return run

    def cancel(self, run_id: int) -> Run:
        """Ends the open attempt now, its jobs with it. ValueError when it's completed already."""
        with self.lock:
            run = self._runs[run_id]
            attempt = run.latest
            if attempt.finished_at <= self.now:
                raise ValueError("Cannot cancel a workflow run that is completed")
            attempt.conclusion, attempt.finished_at = "cancelled", self.now
            attempt.started_at = min(attempt.started_at, self.now)
            for job in attempt.jobs:
                _cancel_job(job, self.now)
            forget_plans(self, run)
            return run

    def rename_repository(self, repository: Repository, name: str) -> None:
        """Renames; the old name answers with a redirect from now on."""
        with self.lock:
            repository.former_names.append(repository.full_name)
            repository.name = name
            self._names[repository.full_name.lower()] = repository

    def remove_repository(self, repository: Repository) -> None:
        """Deletes the repository: everything under it answers 404 from now on."""
        with self.lock:
            del self.repositories[repository.id]
            self._names = {name: kept for name, kept in self._names.items() if kept is not repository}
            gone = {run.id for run in repository.runs}
            self._runs = {run_id: run for run_id, run in self._runs.items() if run_id not in gone}
            self._jobs = {job_id: found for job_id, found in self._jobs.items() if found[0].id not in gone}


def _cancel_job(job: Job, now: int) -> None:
    if job.finished_at <= now:
        return
    job.conclusion = "cancelled" if job.created_at <= now else "skipped"
    job.created_at, job.started_at, job.finished_at = min(job.created_at, now), min(job.started_at, now), now
