"""What GitLab answers when the faults of `tests.fakes.github.faults` strike."""

from collections.abc import Callable

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.faults import LOGIN_PAGE, Faults
from tests.fakes.github.moments import http_date

from .answers import later, not_found, refused, unauthorized
from .limits import Budget, limit_headers

HTML = "text/html; charset=utf-8"


def fault_answer(faults: Faults, kind: str, now: float) -> Answer:
    """What is answered instead of the truth. Kinds that only GitHub knows come as GitLab's nearest."""
    return ANSWERS[kind](faults, now)


def _retry(faults: Faults) -> dict[str, str]:
    return {} if faults.written_retry is None else {"Retry-After": faults.written_retry}


def _throttled(faults: Faults, now: float) -> Answer:
    budget = Budget(2_000, int(now) + (faults.retry_after or 0), 2_000)
    return later({**_retry(faults), **limit_headers(budget)})


def _dated(faults: Faults, now: float) -> Answer:
    return later({"Retry-After": http_date(now + (faults.retry_after or 0))})


def _unavailable(faults: Faults, _now: float) -> Answer:
    return Answer(b"<html><body>GitLab is not responding</body></html>", 503, _retry(faults), HTML)


ANSWERS: dict[str, Callable[[Faults, float], Answer]] = {
    "429": _throttled,
    "429_date": _dated,
    "403_secondary": _throttled,
    "403_secondary_bare": lambda *_: later({}),
    "403_primary": lambda *_: refused(403, "403 Forbidden").answer,
    "401": lambda *_: unauthorized().answer,
    "404": lambda *_: not_found("Project").answer,
    "410": lambda *_: refused(410, "410 Gone").answer,
    "500": lambda *_: to_json({"message": "500 Internal Server Error"}, 500),
    "502": lambda *_: Answer(b"<html><head><title>GitLab is not responding (502)</title></head></html>", 502, {}, HTML),
    "503": _unavailable,
    "html": lambda *_: Answer(LOGIN_PAGE, media_type=HTML),
    "empty": lambda *_: Answer(),
}
