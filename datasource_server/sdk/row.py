"""Row: one row of a table. A subclass is the table, its annotations the columns, its docstring the table's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

from datasource_server.sdk.errors import PluginError


def to_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; a moment without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(to_utc)]
"""A moment in UTC; reads ISO 8601 text with any offset, and epoch seconds or milliseconds."""

STATUSES = ("queued", "running", "success", "failure", "cancelled", "skipped")
"""The closed list of statuses; a tool's own word maps to the nearest one and is kept in another column."""


class Row(BaseModel):
    """One row of a table; columns that are not given are left as the store has them.

    Class keywords: `table` (its name), `key` (columns that tell rows apart), `newer` (columns that are compared, in
    this order: of two versions of a row the greater stays; a moment that is missing is the oldest, a `status` counts as
    queued < running < ended), `once` (the first version stays for ever).
    A column's annotation carries its sentence: `Annotated[str, "What it holds."]`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")

    table: ClassVar[str] = ""
    key: ClassVar[tuple[str, ...]] = ()
    newer: ClassVar[tuple[str, ...]] = ()
    once: ClassVar[bool] = False

    source: Annotated[str, "The connector that wrote the row."] = ""
    team: Annotated[str, "The team that owns the row; empty while nobody does."] = ""
    url: Annotated[str, "Where a human looks at it in the tool itself."] = ""

    def __init_subclass__(
        cls,
        *,
        table: str = "",
        key: Sequence[str] = (),
        newer: Sequence[str] = (),
        once: bool = False,
        **kwargs: Any,  # noqa: ANN401  pydantic's own class keywords pass through
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.table, cls.key, cls.newer, cls.once = table or cls.table, tuple(key) or cls.key, tuple(newer), once

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401  the signature is pydantic's
        super().__pydantic_init_subclass__(**kwargs)
        if not cls.table or not cls.key:
            raise PluginError(f"row {cls.__name__} needs class keywords table= and key=")
        if missing := (set(cls.key) | set(cls.newer)) - set(cls.model_fields):
            raise PluginError(f"row {cls.__name__} has no column {', '.join(sorted(missing))}, named by key= or newer=")

    def identity(self) -> tuple[object, ...]:
        """Return the values of the key columns."""
        return tuple(getattr(self, name) for name in self.key)

    def stamped(self, **columns: str) -> Self:
        """Return the row with these columns set, without validating the others again."""
        given = self.model_fields_set
        if all(name in given and getattr(self, name) == value for name, value in columns.items()):
            return self
        return self.model_copy(update=columns)


def column_sentence(row: type[Row], name: str) -> str:
    """Return the sentence of a column, or an empty text where its author wrote none."""
    metadata = row.model_fields[name].metadata
    return next((entry for entry in metadata if isinstance(entry, str)), "")
