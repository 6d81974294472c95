"""GitHub's limits: requests an hour for each token, and the secondary limits on haste."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .accounts import Token
from .answers import LIMIT_DOCS, Answer, RefusalError, error, secondary_limit, to_json

HOUR = 3_600


@dataclass(slots=True)
class Budget:
    """What one token has used in its hour."""

    limit: int
    resets_at: int
    used: int = 0

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - self.used)


@dataclass(slots=True)
class Limits:
    """How much may be asked. With `is_on` false there are no limits and no headers, as on GitHub Enterprise Server.

    `points_per_minute` bounds one path (a GET is 1 point, a write 5; GitHub: 900); None leaves it unbounded.
    """

    clock: Callable[[], float]
    is_on: bool = True
    max_concurrent: int = 100
    points_per_minute: int | None = None
    retry_after: int | None = 60
    window_seconds: int = HOUR
    budgets: dict[str, Budget] = field(default_factory=dict)
    _points: dict[str, deque[float]] = field(default_factory=dict)

    def budget(self, token: Token) -> Budget:
        """The token's hour, a new one when the last is over. All tokens of an installation share one."""
        name = token.text if token.installation_id is None else f"installation {token.installation_id}"
        now = self.clock()
        found = self.budgets.get(name)
        if found is None or found.resets_at <= now:
            found = self.budgets[name] = Budget(token.limit, int(now) + self.window_seconds)
        return found

    def charge(self, token: Token) -> Budget:
        """Takes one request from the budget; refuses with 403 when there is none left."""
        budget = self.budget(token)
        if self.is_on and budget.remaining == 0:
            raise _exhausted(token)
        budget.used += 1
        return budget

    def refund(self, token: Token) -> None:
        """Gives one request back: an authorised 304 is free."""
        self.budget(token).used -= 1

    def check_haste(self, method: str, path: str, concurrent: int) -> None:
        """Refuses with the secondary limit when too much is asked at once or of one path."""
        retry = None if self.retry_after is None else str(self.retry_after)
        if self.is_on and concurrent > self.max_concurrent:
            raise RefusalError(secondary_limit(403, retry))
        if self.is_on and self.points_per_minute is not None and self._is_hasty(method, path):
            raise RefusalError(secondary_limit(429, retry))

    def _is_hasty(self, method: str, path: str) -> bool:
        now = self.clock()
        points = self._points.setdefault(path, deque())
        while points and points[0] < now - 60:
            points.popleft()
        points.extend([now] * (1 if method in ("GET", "HEAD", "OPTIONS") else 5))
        return len(points) > (self.points_per_minute or 0)

    def headers(self, token: Token | None) -> dict[str, str]:
        """The `X-RateLimit-*` headers; who isn't known has 60 an hour."""
        if not self.is_on:
            return {}
        budget = self.budget(token) if token else Budget(60, int(self.clock()) + self.window_seconds, 1)
        return limit_headers(budget.limit, budget.remaining, budget.resets_at)

    def shape(self, token: Token) -> Answer:
        """The body of `/rate_limit`, which costs nothing."""
        if not self.is_on:
            raise error(404, "Rate limiting is not enabled.")
        budget = self.budget(token)
        core = {"limit": budget.limit, "used": budget.used, "remaining": budget.remaining, "reset": budget.resets_at}
        idle = {"limit": 5_000, "used": 0, "remaining": 5_000, "reset": int(self.clock()) + self.window_seconds}
        search = {"limit": 30, "used": 0, "remaining": 30, "reset": int(self.clock()) + 60}
        return to_json({"resources": {"core": core, "search": search, "graphql": idle}, "rate": core})


def limit_headers(limit: int, remaining: int, resets_at: int) -> dict[str, str]:
    """The five headers."""
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(resets_at),
        "X-RateLimit-Used": str(limit - remaining),
        "X-RateLimit-Resource": "core",
    }


def _exhausted(token: Token) -> RefusalError:
    whose = f"installation ID {token.installation_id}" if token.installation_id else f"user ID {token.user.id}"
    return error(403, f"API rate limit exceeded for {whose}.", LIMIT_DOCS)
