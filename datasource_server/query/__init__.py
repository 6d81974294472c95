"""Named queries: parameters, filters and limits in, an answer over the caller's rows out; cached."""

from datasource_server.query.ask import Ask, Filter, Operator
from datasource_server.query.engine import Engine
from datasource_server.query.result import Form, Result, Series
from datasource_server.store import Column

__all__ = ["Ask", "Column", "Engine", "Filter", "Form", "Operator", "Result", "Series"]
