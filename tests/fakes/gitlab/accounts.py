"""Who calls: personal, project and group tokens, in `PRIVATE-TOKEN`, as `Bearer` or in the address."""

from collections.abc import Callable, Mapping
from secrets import token_hex

from tests.fakes.github.accounts import Token
from tests.fakes.github.answers import RefusalError, to_json
from tests.fakes.github.model import User

from .answers import unauthorized

ENDED = {
    "revoked": "Token was revoked. You have to re-authorize from the user.",
    "expired": "Token is expired. You can either do re-authorization or token refresh.",
}


class Accounts:
    """The tokens that are valid."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """No tokens yet; `clock` says when they expire."""
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    def issue(self, user: User, *, limit: int, may_write: bool, seconds: float | None = None) -> Token:
        """A token; `limit` is in requests a minute, without `seconds` it never expires."""
        expires = None if seconds is None else self._clock() + seconds
        token = Token(f"glpat-{token_hex(10)}", user, limit, may_write, expires)
        self._tokens[token.text] = token
        return token

    def caller(self, headers: Mapping[str, str], query: str) -> Token:
        """The token of a request; refuses unknown, revoked and expired ones with 401."""
        token = self._tokens.get(credentials(headers, query))
        if token is None:
            raise unauthorized()
        if token.is_revoked:
            raise _ended("revoked")
        if token.expires_at is not None and token.expires_at <= self._clock():
            raise _ended("expired")
        return token


def _ended(how: str) -> RefusalError:
    return RefusalError(to_json({"error": "invalid_token", "error_description": ENDED[how]}, 401))


def credentials(headers: Mapping[str, str], query: str = "") -> str:
    """The token that a request carries, empty when it carries none."""
    private = headers.get("private-token", "")
    if private:
        return private
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    pairs = (pair.partition("=") for pair in query.split("&"))
    return next((value for name, _, value in pairs if name == "private_token"), "")
