"""What a GitHub organisation is made of, as plain values: repositories, runs, jobs, pull requests and so on.

Moments are seconds since 1970. Runs and jobs are *plans*: they know when they will start and end, and what is
visible follows from the world's clock, so time can be moved without touching them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .issues import Artifact, Issue

OPEN_STATUSES = ("queued", "in_progress", "waiting", "pending", "requested")


@dataclass(frozen=True, slots=True)
class User:
    """A person, a bot or an organisation."""

    login: str
    id: int
    kind: str = "User"


@dataclass(frozen=True, slots=True)
class JobBlueprint:
    """One job of a workflow file: what it waits for, where it runs and its share of the run's time."""

    name: str
    labels: tuple[str, ...]
    steps: tuple[str, ...]
    needs: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(slots=True)
class Workflow:
    """One file under `.github/workflows`."""

    id: int
    name: str
    path: str
    events: tuple[str, ...]
    jobs: tuple[JobBlueprint, ...]
    crons: tuple[str, ...]
    created_at: int
    environment: str | None = None
    state: str = "active"
    run_count: int = 0


@dataclass(slots=True)
class Job:
    """One job of one attempt, with its planned start and end."""

    id: int
    blueprint: JobBlueprint
    runner: str
    created_at: int
    started_at: int
    finished_at: int
    conclusion: str
    failure: str = ""

    def status(self, now: int) -> str:
        """`queued`, `in_progress` or `completed`, as seen at `now`."""
        if now >= self.finished_at:
            return "completed"
        return "in_progress" if now >= self.started_at else "queued"


@dataclass(slots=True)
class Attempt:
    """One attempt of a run, with its planned start and end."""

    number: int
    actor: User
    queued_at: int
    started_at: int
    finished_at: int
    conclusion: str
    jobs: list[Job]
    waits_as: str = "queued"

    def status(self, now: int) -> str:
        """GitHub's status word as seen at `now`; before the start it is `waits_as`."""
        if now >= self.finished_at:
            return "completed"
        return "in_progress" if now >= self.started_at else self.waits_as

    def visible_conclusion(self, now: int) -> str | None:
        """The conclusion, once there is one."""
        return self.conclusion if now >= self.finished_at else None

    def updated_at(self, now: int) -> int:
        """The last moment up to `now` at which something was seen to change."""
        return max(at for at in (self.queued_at, self.started_at, self.finished_at) if at <= max(now, self.queued_at))


@dataclass(slots=True)
class Run:
    """One workflow run. A re-run adds an attempt: neither `id` nor `created_at` moves."""

    id: int
    repository: "Repository"
    workflow: Workflow
    number: int
    event: str
    actor: User
    branch: str
    sha: str
    title: str
    created_at: int
    attempts: list[Attempt]
    pull_numbers: tuple[int, ...] = ()

    @property
    def latest(self) -> Attempt:
        """The attempt that lists show."""
        return self.attempts[-1]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of a commit."""

    path: str
    status: str
    additions: int
    deletions: int


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit with its files and parents."""

    sha: str
    author: User
    authored_at: int
    committed_at: int
    message: str
    parents: tuple[str, ...]
    files: tuple[ChangedFile, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """One review of a pull request; `state` is APPROVED, CHANGES_REQUESTED, COMMENTED or DISMISSED."""

    id: int
    author: User
    state: str
    body: str
    submitted_at: int
    sha: str


@dataclass(slots=True)
class PullRequest:
    """One pull request with its reviews and the commits of its branch, oldest first."""

    id: int
    number: int
    title: str
    author: User
    head: str
    base: str
    base_sha: str
    commits: list[str]
    created_at: int
    updated_at: int
    labels: tuple[str, ...] = ()
    is_draft: bool = False
    closed_at: int | None = None
    merged_at: int | None = None
    merged_by: User | None = None
    merge_sha: str | None = None
    reviews: list[Review] = field(default_factory=list)

    @property
    def head_sha(self) -> str:
        """The newest commit of the branch."""
        return self.commits[-1]

    @property
    def state(self) -> str:
        """`open` or `closed`, as GitHub says it: a merged one is closed."""
        return "open" if self.closed_at is None else "closed"


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One status of a deployment: in_progress, success, failure, error or inactive."""

    id: int
    state: str
    creator: User
    created_at: int
    log_url_path: str


@dataclass(slots=True)
class Deployment:
    """One deployment of one commit to one environment."""

    id: int
    sha: str
    ref: str
    environment: str
    creator: User
    created_at: int
    run_id: int
    statuses: list[DeploymentStatus] = field(default_factory=list)

    def visible_statuses(self, now: int) -> list[DeploymentStatus]:
        """The statuses there are at `now`, oldest first."""
        return [status for status in self.statuses if status.created_at <= now]


@dataclass(frozen=True, slots=True)
class Environment:
    """A place that is deployed to."""

    id: int
    name: str
    created_at: int


@dataclass(slots=True)
class Hook:
    """A webhook of a repository (`owner/name`) or an organisation (`owner`)."""

    id: int
    owner: str
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: int


@dataclass(slots=True)
class Delivery:
    """One webhook delivery: what was sent, and what was answered once it is known."""

    id: int
    guid: str
    hook_id: int
    event: str
    action: str | None
    headers: Mapping[str, str]
    body: bytes
    delivered_at: int
    repository_id: int | None = None
    is_redelivery: bool = False
    status: str = "OK"
    status_code: int = 200


@dataclass(slots=True, eq=False)
class Repository:
    """A repository and everything in it; runs and deployments are oldest first."""

    id: int
    owner: User
    name: str
    language: str
    created_at: int
    pushed_at: int
    default_branch: str = "main"
    is_private: bool = True
    is_archived: bool = False
    topics: tuple[str, ...] = ()
    workflows: list[Workflow] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)
    live: dict[str, Deployment] = field(default_factory=dict)
    environments: list[Environment] = field(default_factory=list)
    former_names: list[str] = field(default_factory=list)
    issues: dict[int, "Issue"] = field(default_factory=dict)
    artifacts: list["Artifact"] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"
