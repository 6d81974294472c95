"""When a cron expression is due next. GitHub's are five fields in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, MONTHS), (0, 7, WEEKDAYS))
MOST_DAYS = 366 * 8


def next_due(cron: str, after: datetime) -> datetime | None:
    """Return the first minute after a moment that the expression names; None where it names none or is wrong.

    As in POSIX, a day matches when either the day of the month or the weekday does, if both are restricted.
    """
    try:
        minutes, hours, days, months, weekdays = _sets(cron)
    except ValueError:
        return None
    either = not any(field.startswith("*") for field in (cron.split()[2], cron.split()[4]))
    start = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for offset in range(MOST_DAYS):
        day = (start + timedelta(days=offset)).replace(hour=0, minute=0) if offset else start
        hits = (day.day in days, day.isoweekday() % 7 in weekdays)
        if day.month in months and (any(hits) if either else all(hits)) and (found := _minute(day, hours, minutes)):
            return found
    return None


def _minute(day: datetime, hours: frozenset[int], minutes: frozenset[int]) -> datetime | None:
    moments = ((hour, minute) for hour in sorted(hours) for minute in sorted(minutes))
    found = next((each for each in moments if each >= (day.hour, day.minute)), None)
    return day.replace(hour=found[0], minute=found[1]) if found else None


def _sets(cron: str) -> list[frozenset[int]]:
    fields = cron.lower().split()
    if len(fields) != len(FIELDS):
        raise ValueError(f"cron {cron!r} has not five fields")
    found = [_values(field, *bounds) for field, bounds in zip(fields, FIELDS, strict=True)]
    return [*found[:4], frozenset(day % 7 for day in found[4])]


def _values(field: str, least: int, most: int, names: tuple[str, ...]) -> frozenset[int]:
    return frozenset(value for part in field.split(",") for value in _part(part, least, most, names))


def _part(part: str, least: int, most: int, names: tuple[str, ...]) -> range:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    begin = least if first == "*" else _number(first, least, names)
    end = _number(last, least, names) if last else most if first == "*" or step else begin
    if not least <= begin <= end <= most:
        raise ValueError(f"{part!r} is not within {least}-{most}")
    return range(begin, end + 1, int(step) if step else 1)


def _number(text: str, least: int, names: tuple[str, ...]) -> int:
    return names.index(text) + least if text in names else int(text)
