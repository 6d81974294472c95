"""One request as the routes see it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import orjson

from tests.fakes.github.accounts import Token
from tests.fakes.github.history import resolve
from tests.fakes.github.model import Repository, Run
from tests.fakes.github.world import World

from .answers import forbidden, invalid, not_found
from .builds import Build, builds_of
from .extras import Extras
from .moments import first_second
from .site import Json, Site

MERGE_REQUEST_HEAD = re.compile(r"refs/merge-requests/(\d+)/head")


@dataclass(slots=True)
class Switches:
    """What a test may switch on while the fake runs.

    `shift_every` k: a new pipeline comes in after every k-th page of pipelines. `reuses_skipped`: a job that was
    skipped runs under its old id when what it waited for is retried, as GitLab does it; false makes a new job of it.
    `trace_timestamps`: traces carry FF_TIMESTAMPS prefixes. `serves_ranges`: traces answer `Range`, as behind object
    storage. `serves_file_types`: artifacts are given by `file_type` too, as by the newest servers. `counts_up_to`:
    lists longer than this say no totals. `max_offset`: keyset lists refuse to be read deeper by pages. `recorded`:
    bodies that are answered at these paths, whatever the organisation is like.
    """

    shift_every: int = 0
    reuses_skipped: bool = True
    trace_timestamps: bool = False
    serves_ranges: bool = False
    serves_file_types: bool = False
    counts_up_to: int = 10_000
    max_offset: int = 50_000
    pipeline_pages: int = 0
    latency_seconds: float = 0
    recorded: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request with what it needs to be answered. `path` has its escapes; `params` are without."""

    world: World
    extras: Extras
    site: Site
    switches: Switches
    token: Token
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    later: list[Callable[[], object]] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """The world's clock."""
        return self.world.now

    def get(self, name: str, default: str = "") -> str:
        """A query parameter; the last one counts."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def every(self, name: str) -> list[str]:
        """The values of `name[]=a&name[]=b`, of `name=a` and of `name=a,b`."""
        found = [value for key, value in self.query if key in (name, f"{name}[]")]
        return [part for value in found for part in value.split(",") if part]

    def flag(self, name: str, default: str = "false") -> bool:
        """A boolean parameter."""
        text = self.get(name, default).lower()
        if text not in ("true", "false", "1", "0"):
            raise invalid(f"{name} is invalid")
        return text in ("true", "1")

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """A parameter out of a closed list; 400 when it is none of it."""
        value = self.get(name, default)
        if value not in (*choices, default):
            raise invalid(f"{name} does not have a valid value")
        return value

    def moment(self, name: str) -> int | None:
        """A moment in the query; 400 when it is none."""
        text = self.get(name)
        try:
            return first_second(text) if text else None
        except ValueError:
            raise invalid(f"{name} is invalid") from None

    def number(self, name: str) -> int:
        """A number in the path; 400 when it is none."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit():
            raise invalid(f"{name} is invalid")
        return int(text)

    def project(self) -> Repository:
        """The project of the path, by id or by its escaped path; 404 when there is none."""
        wanted = self.params["id"]
        try:
            return self.world.repositories[int(wanted)] if wanted.isdigit() else self.world.repository(wanted)
        except KeyError:
            raise not_found("Project") from None

    def run(self) -> Run:
        """The pipeline of the path; 404 when it isn't one of this project."""
        project = self.project()
        try:
            run = self.world.run(self.number("pipeline_id"))
        except KeyError:
            raise not_found() from None
        if run.repository is not project:
            raise not_found()
        return run

    def builds(self, run: Run) -> list[Build]:
        """The jobs of a pipeline as GitLab keeps them, oldest first."""
        return builds_of(run, self.now, self.extras, reuses_skipped=self.switches.reuses_skipped)

    def build(self) -> tuple[Run, Build]:
        """The job of the path with its pipeline; 404 when it isn't one of this project."""
        project, wanted = self.project(), self.number("job_id")
        try:
            run = self.world.job(wanted)[0]
        except KeyError:
            raise not_found() from None
        found = next((each for each in self.builds(run) if each.id == wanted), None)
        if run.repository is not project or found is None:
            raise not_found()
        return run, found

    def sha(self, ref: str) -> str:
        """The commit that a branch, a merge request's head, a full or a shortened id means; 404 when there is none."""
        pull = self.project().pulls.get(int(head[1])) if (head := MERGE_REQUEST_HEAD.fullmatch(ref)) else None
        found = pull.head_sha if pull else resolve(self.project(), ref)
        if found is None:
            raise not_found("Commit")
        return found

    def json(self) -> Json:
        """The parameters of a body or of the address."""
        found = orjson.loads(self.body) if self.body.strip().startswith(b"{") else {}
        return {**dict(self.query), **(found if isinstance(found, dict) else {})}

    def require_writer(self) -> None:
        """403 for a token that may only read."""
        if not self.token.may_write:
            raise forbidden()

    def address(self, **changes: str | int) -> str:
        """The request's address with some query parameters changed. GitLab repeats the path's id there."""
        named = {"id": self.params["id"]} if "id" in self.params else {}
        dropped = {*changes, *named, "private_token", "page", "id_after", "id_before", "cursor"}
        kept = [(key, value) for key, value in self.query if key not in dropped]
        pairs = [*named.items(), *kept, *((key, str(value)) for key, value in changes.items())]
        return f"{self.site.api}{self.path}?{urlencode(pairs)}"
