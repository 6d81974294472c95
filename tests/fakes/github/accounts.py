"""Who calls: personal tokens, and a GitHub App that signs itself in and gets tokens that expire."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .answers import bad_credentials, error
from .model import User

CLOCK_LEEWAY_SECONDS = 60
LONGEST_JWT_SECONDS = 600


@dataclass(slots=True)
class Token:
    """A token and what it may do; `expires_at` None means never."""

    text: str
    user: User
    limit: int = 5_000
    may_write: bool = True
    expires_at: float | None = None
    installation_id: int | None = None
    is_revoked: bool = False


class GitHubApp:
    """A GitHub App installed on the organisation. Its key pair is made when it is first needed."""

    def __init__(self, app_id: int, installation_id: int) -> None:
        """An app with one installation."""
        self.id = app_id
        self.client_id = f"Iv23fake{app_id}"
        self.slug = "opssight-reader"
        self.installation_id = installation_id

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)

    @cached_property
    def private_key(self) -> str:
        """The private key as PEM, as a user downloads it."""
        form = serialization.PrivateFormat.TraditionalOpenSSL
        return self._key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    def sign(self, issued_at: float, seconds: int = 540) -> str:
        """A JWT as a well-behaved client makes it."""
        claims = {"iss": str(self.id), "iat": int(issued_at) - 30, "exp": int(issued_at) + seconds}
        return jwt.encode(claims, self.private_key, algorithm="RS256")

    def check(self, token: str, now: float) -> None:
        """Refuses a JWT that isn't signed by the app's key, lives too long or is from the future."""
        options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
        try:
            claims = jwt.decode(token, self._key.public_key(), algorithms=["RS256"], options=options)  # type: ignore[arg-type]  # PyJWT's own Options type is private
        except jwt.PyJWTError as problem:
            raise error(401, "A JSON web token could not be decoded") from problem
        if str(claims.get("iss")) not in (str(self.id), self.client_id):
            raise error(404, "Integration not found")
        self._check_times(claims.get("iat"), claims.get("exp"), now)

    def _check_times(self, issued: object, expires: object, now: float) -> None:
        if not isinstance(expires, int):
            raise error(401, "Missing 'expiration time' ('exp') claim in assertion")
        if not isinstance(issued, int):
            raise error(401, "Missing 'issued at' ('iat') claim in assertion")
        if expires <= now:
            raise error(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
        if expires > now + LONGEST_JWT_SECONDS + CLOCK_LEEWAY_SECONDS:
            raise error(401, "'Expiration time' claim ('exp') is too far in the future")
        if issued > now + CLOCK_LEEWAY_SECONDS:
            raise error(401, "'Issued at' claim ('iat') must be an Integer representing a time in the past")


class Accounts:
    """The tokens that are valid."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """No tokens yet; `clock` says when they expire."""
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    def issue(self, user: User, *, limit: int = 5_000, may_write: bool = True) -> Token:
        """A personal token."""
        return self._keep(Token(f"ghp_{token_hex(18)}", user, limit, may_write))

    def issue_for_installation(self, app: GitHubApp, *, seconds: int, limit: int, may_write: bool) -> Token:
        """An installation token that expires after `seconds`."""
        bot = User(f"{app.slug}[bot]", 90_000_000 + app.id, "Bot")
        expires = self._clock() + seconds
        return self._keep(Token(f"ghs_{token_hex(18)}", bot, limit, may_write, expires, app.installation_id))

    def _keep(self, token: Token) -> Token:
        self._tokens[token.text] = token
        return token

    def caller(self, authorization: str | None) -> Token:
        """The token of the header; refuses unknown, revoked and expired ones with 401."""
        if not authorization:
            raise error(401, "Requires authentication")
        token = self._tokens.get(credentials(authorization))
        if token is None or token.is_revoked or (token.expires_at is not None and token.expires_at <= self._clock()):
            raise bad_credentials()
        return token


def credentials(authorization: str) -> str:
    """What stands behind `Bearer` or `token`; empty for other schemes."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() in ("bearer", "token") else ""
