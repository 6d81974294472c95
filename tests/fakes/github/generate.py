"""Makes an organisation that looks lived in, the same one for the same arguments."""

from bisect import bisect_right
from datetime import datetime
from itertools import accumulate

from .blueprints import workflows_of
from .deployments import deploy
from .generate_code import Scale, fill_with_code
from .model import PullRequest, Repository, Run, User, Workflow
from .moments import DAY
from .planning import Trigger, shift
from .world import World

DEFAULT_NOW = 1_768_478_400  # 2026-01-15T12:00:00Z
LANGUAGES = ("Go", "Python", "TypeScript", "Java", "HCL", "Rust")
PARTS = ("checkout", "billing", "search", "catalog", "identity", "ledger", "media", "notify", "pricing", "shipping")
KINDS = ("api", "web", "worker", "infra")


def generate_organisation(
    repos: int = 40,
    runs: int = 20_000,
    *,
    seed: int = 1,
    now: datetime | None = None,
    days: int = 80,
    open_runs: int = 25,
    scale: Scale | None = None,
) -> World:
    """An organisation with `runs` workflow runs over `days` days, `open_runs` of them open at `now`.

    A fifth of the runs or more are in the first repository. Without `now` the clock stands at 2026-01-15 12:00 UTC.
    """
    start = DEFAULT_NOW if now is None else int(now.timestamp())
    world = World(User("acme", 6_811_672, "Organization"), seed, start)
    for index in range(25):
        world.person(f"dev-{index:02d}")
    world.users["dependabot[bot]"] = User("dependabot[bot]", 49_699_333, "Bot")
    since = start - days * DAY
    for index in range(repos):
        repository = _repository(world, index, since)
        fill_with_code(world, repository, since, scale or Scale(), has_huge_commit=index == 0)
        world.add_repository(repository)
    _fill_with_runs(world, runs, since, open_runs)
    for repository in world.repositories.values():
        deploy(world, repository)
    return world


def _repository(world: World, index: int, since: int) -> Repository:
    name = f"{PARTS[index % len(PARTS)]}-{KINDS[index // len(PARTS) % len(KINDS)]}"
    suffix = f"-{index // (len(PARTS) * len(KINDS))}" if index >= len(PARTS) * len(KINDS) else ""
    repository = Repository(
        300_002_940 + index * 11,
        world.organisation,
        name + suffix,
        LANGUAGES[index % len(LANGUAGES)],
        since - 300 * DAY,
        since,
        is_archived=index % 17 == 16,
        topics=(f"team-{index % 5}",),
    )
    repository.workflows = workflows_of(17_000_000 + index * 4, index, since - 200 * DAY)
    return repository


def _fill_with_runs(world: World, runs: int, since: int, open_runs: int) -> None:
    repositories = list(world.repositories.values())
    if not repositories:
        return
    random = world.plan.random
    weights = list(accumulate(1 / (1 + index) ** 0.9 for index in range(len(repositories))))
    closed = max(0, runs - open_runs)
    moments = sorted(random.randrange(since + DAY, world.now - 7_200) for _ in range(closed))
    recent = sorted(random.randrange(world.now - 300, world.now) for _ in range(runs - closed))
    timelines = {repository.id: _Timeline(repository) for repository in repositories}
    old_open = max(0, int(closed * 0.95))
    for position, at in enumerate(moments + recent):
        repository = random.choices(repositories, cum_weights=weights)[0]
        run = _one_run(world, repository, timelines[repository.id], at)
        if position >= closed:
            shift(run.latest, world.now + random.randrange(30, 1_800))
        elif position == old_open:
            _wait_for_approval(run, world.now)
        else:
            _maybe_rerun(world, run)
        world.add_run(run)


class _Timeline:
    """Which commit was newest at a moment, and which pull requests there are."""

    def __init__(self, repository: Repository) -> None:
        newest = repository.branches[repository.default_branch]
        chain = []
        while newest:
            commit = repository.commits[newest]
            chain.append((commit.committed_at, commit.sha))
            newest = commit.parents[0] if commit.parents else ""
        self.commits = sorted(chain)
        self.pulls: list[PullRequest] = sorted(repository.pulls.values(), key=lambda pull: pull.created_at)

    def sha_at(self, at: int) -> str:
        """The newest commit of the default branch at that moment."""
        return self.commits[max(0, bisect_right(self.commits, (at, "~")) - 1)][1]

    def pull_at(self, at: int) -> PullRequest | None:
        """The youngest pull request at that moment."""
        position = bisect_right(self.pulls, at, key=lambda pull: pull.created_at)
        return self.pulls[position - 1] if position else None


def _one_run(world: World, repository: Repository, timeline: _Timeline, at: int) -> Run:
    workflow = world.plan.random.choices(repository.workflows, (60, 15, 10, 15)[: len(repository.workflows)])[0]
    trigger = _trigger(world, repository, workflow, timeline, at)
    return world.plan.run(repository, workflow, trigger, at, world.plan.conclusion())


def _trigger(world: World, repository: Repository, workflow: Workflow, timeline: _Timeline, at: int) -> Trigger:
    event = world.plan.random.choice(workflow.events)
    pull = timeline.pull_at(at) if event.startswith("pull_request") else None
    if pull is not None:
        return Trigger(event, pull.author, pull.head, pull.head_sha, pull.title, (pull.number,))
    sha = timeline.sha_at(at)
    commit = repository.commits[sha]
    title = workflow.name if event == "schedule" else commit.message.split("\n")[0]
    started_by = event if not event.startswith("pull_request") else "push"
    return Trigger(started_by, commit.author, repository.default_branch, sha, title)


def _maybe_rerun(world: World, run: Run) -> None:
    random = world.plan.random
    while run.latest.conclusion in ("failure", "timed_out", "cancelled") and random.random() < 0.25:
        patience = 20 * DAY if random.random() < 0.1 else 7_200
        at = run.latest.finished_at + 30 + int(random.random() * patience)
        if at + 7_200 > world.now:
            return
        actor = world.person(f"dev-{random.randrange(25):02d}")
        ending = world.plan.conclusion() if random.random() < 0.4 else "success"
        run.attempts.append(world.plan.attempt(run.latest.number + 1, actor, run.workflow.jobs, at, ending))


def _wait_for_approval(run: Run, now: int) -> None:
    """An old run that is still open: pollers that look back a few days only would lose its end."""
    attempt = run.latest
    attempt.jobs.clear()
    attempt.waits_as, attempt.started_at, attempt.finished_at = "waiting", now + 600, now + 900
