"""Issues and artifacts of runs: what they are, and what people and workflows do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from .model import Repository, Run, User
from .moments import DAY

if TYPE_CHECKING:
    from .world import World

ARTIFACT_DAYS = 90
ELEMENTS = {"failed": '<failure message="it broke"/>', "error": '<error message="it threw"/>', "skipped": "<skipped/>"}


@dataclass(slots=True)
class Issue:
    """One issue; its number is counted together with those of pull requests."""

    id: int
    number: int
    title: str
    author: User
    created_at: int
    updated_at: int
    labels: tuple[str, ...] = ()
    assignees: tuple[User, ...] = ()
    closed_at: int | None = None
    state_reason: str | None = None

    @property
    def state(self) -> str:
        """`open` or `closed`."""
        return "open" if self.closed_at is None else "closed"


@dataclass(slots=True)
class Artifact:
    """What a run kept: a zip that expires. `results` are the tests that it truly holds: suite, name, status."""

    id: int
    run: Run
    attempt: int
    name: str
    body: bytes
    created_at: int
    expires_at: int
    results: list[tuple[str, str, str]] = field(default_factory=list)
    claims_bytes: int | None = None

    @property
    def size(self) -> int:
        """How large GitHub says it is."""
        return len(self.body) if self.claims_bytes is None else self.claims_bytes


def next_number(repository: Repository) -> int:
    """The number that the next issue or pull request gets."""
    return max([*repository.pulls, *repository.issues], default=0) + 1


def open_issue(
    world: World, repository: Repository, title: str, labels: Sequence[str] = (), assignees: Sequence[User] = ()
) -> Issue:
    """An issue, opened now."""
    with world.lock:
        number, author = next_number(repository), world.person("dev-01")
        now = world.now
        issue = Issue(world.plan.new_id(), number, title, author, now, now, tuple(labels), tuple(assignees))
        repository.issues[number] = issue
        return issue


def change_issue(
    world: World, issue: Issue, *, labels: Sequence[str] | None = None, is_open: bool | None = None
) -> None:
    """Other labels, closed or opened again, now."""
    with world.lock:
        if labels is not None:
            issue.labels = tuple(labels)
        if is_open is not None:
            issue.closed_at = None if is_open else world.now
            issue.state_reason = "reopened" if is_open else "completed"
        issue.updated_at = world.now


def upload(world: World, run: Run, name: str, files: Mapping[str, bytes], *, at: int | None = None) -> Artifact:
    """A run keeps files as a zip, at the end of its latest attempt unless a moment is given."""
    with world.lock:
        packed = BytesIO()
        with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
            for path, body in files.items():
                archive.writestr(path, body)
        made = run.latest.finished_at - 1 if at is None else at
        expires = made + ARTIFACT_DAYS * DAY
        artifact = Artifact(world.plan.new_id(), run, run.latest.number, name, packed.getvalue(), made, expires)
        run.repository.artifacts.append(artifact)
        return artifact


def report(
    world: World, run: Run, results: Mapping[str, str], *, name: str = "junit", suite: str = "unit", folder: str = ""
) -> Artifact:
    """A run keeps a JUnit report: test name → passed, failed, error or skipped."""
    cases = "".join(
        f"<testcase name={quoteattr(test)}>{ELEMENTS.get(end, '')}</testcase>" for test, end in results.items()
    )
    path = f"{folder}/report.xml" if folder else "report.xml"
    artifact = upload(world, run, name, {path: f"<testsuite name={quoteattr(suite)}>{cases}</testsuite>".encode()})
    around = " › ".join(filter(None, (name, folder.replace("/", " › "), suite)))
    artifact.results = [(around, test, end) for test, end in results.items()]
    return artifact
