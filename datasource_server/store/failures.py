"""What DuckDB raises, said in OpsSight's words: without SQL, paths or a traceback."""

from __future__ import annotations

import duckdb

from datasource_server.sdk.errors import OpsSightError, Overloaded, PluginError, QueryError


class NotOpen(Overloaded):
    """The database is closed, or could not be opened again; the next write tries it."""


CANNOT_WRITE = ("no space left", "disk quota", "could not write", "file too large", "out of disk space")


def is_fatal(problem: BaseException) -> bool:
    """Say whether the database has given up and must be closed and opened again."""
    return isinstance(problem, (duckdb.FatalException, NotOpen)) or "database has been invalidated" in str(problem)


def query_failure(problem: duckdb.Error, memory: str) -> OpsSightError:
    """Return what to tell the caller of a query that failed."""
    # who was too slow, or left, hears nothing of an interrupt: any other ended a query so that the store could heal
    if is_fatal(problem) or isinstance(problem, duckdb.InterruptException):
        return Overloaded("the store is being opened again", retry_after_seconds=2)
    if isinstance(problem, duckdb.OutOfMemoryException):
        return QueryError(
            f"the query needs more memory than it may use, {memory}: narrow the time range or the filters"
        )
    return QueryError(f"the query failed: {sentence(problem)}")


def write_failure(problem: Exception) -> Exception:
    """Return what to tell the writer of a change that failed."""
    if isinstance(problem, OpsSightError):
        return problem
    cannot_write = isinstance(problem, duckdb.IOException) or any(
        words in str(problem).lower() for words in CANNOT_WRITE
    )
    if is_fatal(problem) or cannot_write:
        return Overloaded("the store cannot write right now", retry_after_seconds=10)
    return PluginError(f"the rows can't be stored: {sentence(problem)}")


def sentence(problem: BaseException) -> str:
    """Return the first line of an error without DuckDB's prefix."""
    first = str(problem).strip().partition("\n")[0]
    return first.split(" Error: ", 1)[-1][:300]
