"""The error bodies that GitLab sends: `message` from its endpoints, `error` from its parameter checks."""

from tests.fakes.github.answers import Answer, RefusalError, to_json

TEXT = "text/plain"


def refused(status: int, message: str) -> RefusalError:
    """An error of an endpoint: `{"message": "404 Project Not Found"}`."""
    return RefusalError(to_json({"message": message}, status))


def invalid(problem: str, status: int = 400) -> RefusalError:
    """An error of the parameter checks: `{"error": "sort does not have a valid value"}`."""
    return RefusalError(to_json({"error": problem}, status))


def not_found(what: str = "") -> RefusalError:
    """404, also for what exists and may not be seen."""
    return refused(404, f"404 {what} Not Found" if what else "404 Not found")


def no_route() -> RefusalError:
    """404 for an address that the API hasn't."""
    return invalid("404 Not Found", 404)


def bad_request(reason: str) -> RefusalError:
    """400 with a reason."""
    return refused(400, f"400 Bad request - {reason}")


def forbidden(reason: str = "") -> RefusalError:
    """403 with or without a reason."""
    return refused(403, f"403 Forbidden - {reason}" if reason else "403 Forbidden")


def unauthorized() -> RefusalError:
    """401 for nobody and for a token that never was."""
    return refused(401, "401 Unauthorized")


def later(headers: dict[str, str]) -> Answer:
    """429: GitLab's throttle answers in plain text."""
    return Answer(b"Retry later\n", 429, headers, TEXT)
