"""Answers of the fake, and the error bodies that GitHub sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

JSON_TYPE = "application/json; charset=utf-8"
DOCS = "https://docs.github.com/rest"
LIMIT_DOCS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID."
)
NO_USER_AGENT = (
    "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header "
    "(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). "
    "Check https://developer.github.com for other possible causes.\r\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and headers; what every answer carries is added when it is sent."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE


class RefusalError(Exception):
    """Ends a request with an error answer."""

    def __init__(self, answer: Answer) -> None:
        """The answer to give."""
        super().__init__(answer.status)
        self.answer = answer


def to_json(shape: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """The shape as a JSON answer."""
    return Answer(orjson.dumps(shape), status, headers or {})


def error(status: int, message: str, docs: str = DOCS, **more: object) -> RefusalError:
    """An error as GitHub words it: message, address of its documentation, status as text."""
    return RefusalError(to_json({"message": message, **more, "documentation_url": docs, "status": str(status)}, status))


def not_found() -> RefusalError:
    """404, also for what exists and may not be seen."""
    return error(404, "Not Found")


def bad_credentials() -> RefusalError:
    """401 for a token that is unknown, revoked or expired."""
    return error(401, "Bad credentials")


def invalid(resource: str, name: str, code: str = "invalid") -> RefusalError:
    """422 for a parameter that can't be."""
    problem = {"resource": resource, "field": name, "code": code}
    return error(422, "Validation Failed", errors=[problem])


def secondary_limit(status: int, retry_after: str | None) -> Answer:
    """The secondary rate limit, with or without a `Retry-After`."""
    refusal = error(status, SECONDARY, f"{LIMIT_DOCS}#about-secondary-rate-limits").answer
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(refusal.body, status, headers)
