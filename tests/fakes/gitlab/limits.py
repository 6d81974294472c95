"""GitLab's throttle: requests a minute for each token."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.github.accounts import Token
from tests.fakes.github.answers import Answer
from tests.fakes.github.moments import http_date

from .answers import later

NAME = "throttle_authenticated_api"


@dataclass(slots=True)
class Budget:
    """What one token has asked in its minute."""

    limit: int
    resets_at: int
    observed: int = 0

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - self.observed)


@dataclass(slots=True)
class Limits:
    """How much may be asked. Self-managed servers show the headers only to who is throttled: `are_shown` false.

    `retry_after` None leaves that header out of the 429.
    """

    clock: Callable[[], float]
    is_on: bool = True
    are_shown: bool = True
    window_seconds: int = 60
    sends_retry_after: bool = True
    budgets: dict[str, Budget] = field(default_factory=dict)

    def budget(self, token: Token) -> Budget:
        """The token's minute, a new one when the last is over."""
        now, found = self.clock(), self.budgets.get(token.text)
        if found is None or found.resets_at <= now:
            found = self.budgets[token.text] = Budget(token.limit, int(now) + self.window_seconds)
        return found

    def charge(self, token: Token) -> Answer | None:
        """Counts one request; the 429 to answer when it was one too many."""
        budget = self.budget(token)
        budget.observed += 1
        if not self.is_on or budget.observed <= budget.limit:
            return None
        wait = max(1, budget.resets_at - int(self.clock()))
        retry = {"Retry-After": str(wait)} if self.sends_retry_after else {}
        return later({**retry, **limit_headers(budget)})

    def headers(self, token: Token | None) -> dict[str, str]:
        """The `RateLimit-*` headers of an answer that wasn't throttled."""
        shown = self.is_on and self.are_shown and token is not None
        return limit_headers(self.budget(token)) if shown and token else {}


def limit_headers(budget: Budget) -> dict[str, str]:
    """The six headers."""
    return {
        "RateLimit-Limit": str(budget.limit),
        "RateLimit-Name": NAME,
        "RateLimit-Observed": str(budget.observed),
        "RateLimit-Remaining": str(budget.remaining),
        "RateLimit-Reset": str(budget.resets_at),
        "RateLimit-ResetTime": http_date(budget.resets_at),
    }
