"""Cron: when an expression is due, five fields in a time zone, as GitHub and GitLab read them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytz  # type: ignore[import-untyped]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 7, WEEKDAYS))
FARTHEST = timedelta(days=366 * 8)
"""Two leap days are never farther from each other."""
NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Cron:
    """The moments that an expression names; ValueError where it, or the zone, is none.

    As in POSIX, a day matches when either the day of the month or the weekday does, if both are restricted. A local
    time that the clocks skip is due an hour later; one that they repeat is due the first time.
    """

    def __init__(self, expression: str, zone: str = "UTC") -> None:
        fields = NICKNAMES.get(expression.strip().lower(), expression.lower()).split()
        if len(fields) != len(FIELDS):
            raise ValueError(f"cron {expression!r} has not five fields")
        try:
            self._zone = pytz.timezone(zone or "UTC")
        except pytz.UnknownTimeZoneError:
            raise ValueError(f"time zone {zone!r} is not known") from None
        found = [_values(field, *bounds) for field, bounds in zip(fields, FIELDS, strict=True)]
        minutes, hours, self._days, self._months, weekdays = found
        self._times = [(hour, minute) for hour, minute in product(sorted(hours), sorted(minutes))]
        self._weekdays = frozenset(day % 7 for day in weekdays)
        self._is_either = not (fields[2].startswith("*") or fields[4].startswith("*"))

    def after(self, moment: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the moments from `moment` to before `until`, in order."""
        day = moment.astimezone(self._zone).date() - timedelta(days=1)
        while day <= until.astimezone(self._zone).date():
            yield from (at for at in self._of_day(day) if moment <= at < until)
            day += timedelta(days=1)

    def before(self, moment: datetime, since: datetime) -> Iterator[datetime]:
        """Yield the moments before `moment` back to `since`, the latest first."""
        day = moment.astimezone(self._zone).date()
        while day >= since.astimezone(self._zone).date():
            yield from (at for at in reversed(self._of_day(day)) if since <= at < moment)
            day -= timedelta(days=1)

    def _of_day(self, day: date) -> list[datetime]:
        hits = (day.day in self._days, day.isoweekday() % 7 in self._weekdays)
        if day.month not in self._months or not (any(hits) if self._is_either else all(hits)):
            return []
        local = (datetime(day.year, day.month, day.day, *time) for time in self._times)  # noqa: DTZ001  the zone follows
        return sorted({self._to_utc(each) for each in local})

    def _to_utc(self, local: datetime) -> datetime:
        at: datetime = self._zone.normalize(self._zone.localize(local, is_dst=self._is_repeated(local)))
        return at.astimezone(UTC)

    def _is_repeated(self, local: datetime) -> bool:
        """Say whether the clocks show a local time twice: its first time is the one in summer time."""
        try:
            self._zone.localize(local, is_dst=None)
        except pytz.AmbiguousTimeError:
            return True
        except pytz.NonExistentTimeError:
            return False
        return False


def next_due(expression: str, after: datetime) -> datetime | None:
    """Return the first minute after a moment that five fields name, in UTC; None where they name none or are wrong.

    Nicknames such as `@daily` count as wrong: GitHub knows none.
    """
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    try:
        cron = Cron(expression)
    except ValueError:
        return None
    return None if "@" in expression else next(cron.after(start, start + FARTHEST), None)


def _values(field: str, least: int, most: int, names: tuple[str, ...]) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _part(part, least, most, names))


def _part(part: str, least: int, most: int, names: tuple[str, ...]) -> range:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    begin = least if first == "*" else _number(first, least, names)
    end = _number(last, least, names) if last else most if first == "*" or step else begin
    if not least <= begin <= end <= most or (step and int(step) < 1):
        raise ValueError(f"{part!r} is not within {least}-{most}")
    return range(begin, end + 1, int(step) if step else 1)


def _number(text: str, least: int, names: tuple[str, ...]) -> int:
    return names.index(text) + least if text in names else int(text)
