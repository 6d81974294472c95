"""The store: every row that OpsSight keeps, in one DuckDB file; the only code that speaks DuckDB."""

from datasource_server.store.answers import as_columns, as_csv, as_rows, as_series
from datasource_server.store.column import Column
from datasource_server.store.commit import Assignment, Change, Commit
from datasource_server.store.options import StoreOptions
from datasource_server.store.statement import Statement, read_statement
from datasource_server.store.store import Store

__all__ = [
    "Assignment",
    "Change",
    "Column",
    "Commit",
    "Statement",
    "Store",
    "StoreOptions",
    "as_columns",
    "as_csv",
    "as_rows",
    "as_series",
    "read_statement",
]
