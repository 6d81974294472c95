"""Rows that the store's tests write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from datasource_server.sdk import Moment, Row
from datasource_server.store import StoreOptions

START = datetime(2026, 3, 1, tzinfo=UTC)
SMALL = StoreOptions(memory="500MB", threads=2, checkpoint_seconds=3600)


class Build(Row, table="build", key=("source", "id"), newer=("updated_at", "status")):
    """A build, of which the newer version stays."""

    id: str
    repo: str = ""
    title: str = "untitled"
    status: Literal["queued", "running", "success", "failure"] = "queued"
    seconds: float | None = None
    labels: list[str] = ["none"]
    facts: dict[str, str] = {}
    is_main: bool = False
    updated_at: Annotated[Moment | None, "Its last change."] = None


class Note(Row, table="note", key=("source", "id")):
    """A note, of which the last version stays."""

    id: str
    text: str = ""
    count: int | None = None


class Letter(Row, table="letter", key=("source", "id"), once=True):
    """A letter, of which the first version stays."""

    id: str
    body: str = ""


TABLES: tuple[type[Row], ...] = (Build, Note, Letter)


def minute(number: int) -> datetime:
    """Return a moment, in minutes after the start."""
    return START + timedelta(minutes=number)


def build(identity: str = "1", **columns: object) -> Build:
    """Return a build of the source `tests`."""
    return Build.model_validate({"source": "tests", "id": identity} | columns)


def note(identity: str = "1", **columns: object) -> Note:
    """Return a note of the source `tests`."""
    return Note.model_validate({"source": "tests", "id": identity} | columns)


def letter(identity: str = "1", **columns: object) -> Letter:
    """Return a letter of the source `tests`."""
    return Letter.model_validate({"source": "tests", "id": identity} | columns)
