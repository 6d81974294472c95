"""One request as the routes see it, and the paging of lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlencode

import orjson

from .accounts import Accounts, GitHubApp, Token
from .answers import Answer, not_found, to_json
from .model import Repository, Run
from .site import Json, Site
from .world import World

MAX_PER_PAGE = 100
LINK_SAFE = "/.:@"
T = TypeVar("T")


@dataclass(slots=True)
class Switches:
    """What a test may switch on while the fake runs.

    `shift_every` k: a new run comes in after every k-th page of runs. `hostile_zip`: names out of `archives.HOSTILE`.
    `links_by_id`: links name a repository by its id, as GitHub's do. `latency_seconds`: how long every answer takes.
    `recorded`: bodies that are answered at these paths, whatever the organisation is like.
    """

    shift_every: int = 0
    hostile_zip: frozenset[str] = frozenset()
    installation_token_seconds: int = 3_600
    links_by_id: bool = True
    runs_pages: int = 0
    etag_by_token: bool = False
    latency_seconds: float = 0
    recorded: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request with what it needs to be answered."""

    world: World
    site: Site
    switches: Switches
    token: Token
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    sign_log_url: Callable[[str], str]
    sign_in: GitHubApp
    accounts: Accounts
    later: list[Callable[[], object]] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """A query parameter; the last one counts."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def number(self, name: str) -> int:
        """A number in the path; 404 when it is none."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit():
            raise not_found()
        return int(text)

    def repository(self) -> Repository:
        """The repository of the path; 404 when there is none."""
        try:
            return self.world.repository(f"{self.params['owner']}/{self.params['repo']}")
        except KeyError:
            raise not_found() from None

    def run(self) -> Run:
        """The run of the path; 404 when it isn't one of this repository."""
        try:
            run = self.world.run(self.number("run_id"))
        except KeyError:
            raise not_found() from None
        if run.repository is not self.repository():
            raise not_found()
        return run

    def json(self) -> Json:
        """The body as an object; empty when there is none."""
        found = orjson.loads(self.body) if self.body.strip() else {}
        return found if isinstance(found, dict) else {}

    def page_size(self, default: int = 30, most: int = MAX_PER_PAGE) -> int:
        """`per_page`, at most 100; nonsense means the default."""
        text = self.get("per_page")
        return min(most, int(text)) if text.isdigit() and int(text) > 0 else default

    def page_number(self) -> int:
        """`page`, from 1."""
        text = self.get("page")
        return max(1, int(text)) if text.isdigit() else 1

    def link_path(self) -> str:
        """The path that links carry: GitHub names a repository by its id there."""
        if not self.switches.links_by_id or "repo" not in self.params:
            return self.path
        rest = self.path.split("/", 4)[4:]
        return "/".join(["", "repositories", str(self.repository().id), *rest])

    def address(self, **changes: str | int) -> str:
        """The request's address with some query parameters changed."""
        kept = [(key, value) for key, value in self.query if key not in changes]
        query = urlencode([*kept, *((key, str(value)) for key, value in changes.items())])
        return f"{self.site.api}{quote(self.link_path(), safe=LINK_SAFE)}?{query}"


def links(call: Call, page: int, last: int) -> dict[str, str]:
    """The `Link` header: prev, next, last, first; none when all is on one page."""
    wanted = {
        "prev": min(page - 1, last) if page > 1 else 0,
        "next": page + 1 if page < last else 0,
        "last": last if page < last else 0,
        "first": 1 if page > 1 else 0,
    }
    parts = [f'<{call.address(page=number)}>; rel="{rel}"' for rel, number in wanted.items() if number]
    return {"Link": ", ".join(parts)} if parts and last > 1 else {}


def list_page(call: Call, items: Sequence[T], to_shape: Callable[[T], object], under: str = "") -> Answer:
    """One page of the items, bare or as `{"total_count": …, under: […]}`."""
    size, page = call.page_size(), call.page_number()
    shown = [to_shape(item) for item in items[(page - 1) * size : page * size]]
    body: object = {"total_count": len(items), under: shown} if under else shown
    return to_json(body, headers=links(call, page, -(-len(items) // size)))
