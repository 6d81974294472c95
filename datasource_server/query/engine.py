"""Engine: a named query, an ask and a caller in; the answer over the caller's rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson

from datasource_server.query import options
from datasource_server.query.answer import answer
from datasource_server.query.ask import Ask
from datasource_server.query.asked import Composed, make_ready
from datasource_server.query.cache import Cache
from datasource_server.query.filters import quoted
from datasource_server.query.freshness import Freshness
from datasource_server.query.plans import Plan, read_plans
from datasource_server.query.result import Form, Result
from datasource_server.query.scope import person_key, scope_key, scoped
from datasource_server.sdk import Caller, Connector, OpsSightError, Overloaded, PluginError, Query, QueryError, TooSlow
from datasource_server.store import Column, Store

OPERATOR = Caller("opssight", sees_all=True)


class Engine:
    """Answers the queries of all connectors; `broken` says, by path, which of them can't be used and why."""

    def __init__(self, store: Store, connectors: Mapping[str, Connector]) -> None:
        self._store = store
        self._plans = read_plans(connectors, store.tables)
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._freshness = Freshness(store)
        self.cache = Cache()

    @property
    def queries(self) -> Mapping[str, Query]:
        """Return the usable queries by path."""
        return {path: plan.query for path, plan in self._plans.usable.items()}

    @property
    def broken(self) -> Mapping[str, str]:
        """Return what is wrong, by path, with each query that can't be used."""
        return self._plans.broken

    def parameters(self, path: str) -> tuple[str, ...]:
        """Return the names of a query's parameters that a caller chooses values for."""
        return self._plans.find(path).parameters

    async def check(self) -> Mapping[str, str]:
        """Ask DuckDB for the columns of every query, so that wrong SQL is known at start; return what is broken."""
        for path in list(self._plans.usable):
            try:
                await self.columns(path)
            except PluginError:
                continue
        return self.broken

    async def columns(self, path: str) -> tuple[Column, ...]:
        """Return the columns that a query answers; PluginError where its SQL is wrong."""
        plan = self._plans.find(path)
        if path not in self._columns:
            self._columns[path] = await self._describe(plan)
        return self._columns[path]

    async def run(self, path: str, ask: Ask, caller: Caller, form: Form = "columns") -> Result:
        """Return the answer of a query over the rows that the caller may see.

        NotFound for an unknown query, QueryError for a bad ask, TooSlow, Overloaded.
        """
        plan = self._plans.find(path)
        columns = await self.columns(path)
        asked = make_ready(plan, ask, caller, form)
        version = self._store.version(plan.tables)
        key = asked.key(version)
        result = await self.cache.get(
            key,
            lambda: answer(self._store, asked, columns, version),
            asked.key_bytes(),
            is_busy=self._store.is_busy,
        )
        return replace(result, as_of=await self._freshness.as_of(plan.tables))

    async def options(self, path: str, parameter: str, caller: Caller) -> list[str]:
        """Return the values that a parameter, or a filter on a column of the answer, may be given; at most 1,000."""
        plan = self._plans.find(path)
        columns = await self.columns(path)
        if parameter not in (*plan.parameters, *(column.name for column in columns)):
            raise QueryError(f"query {path} has no parameter or column {parameter[:60]!r}")
        variable = options.variable_query(self.queries, plan.query.connector, parameter)
        if variable is not None and variable not in self.broken:
            result = await self.run(variable, options.everything(), caller)
            return _texts(result.body[options.value_column(result.columns)])
        return await self._distinct(plan, parameter, caller)

    async def _distinct(self, plan: Plan, name: str, caller: Caller) -> list[str]:
        version = self._store.version(plan.tables)
        whose = (scope_key(caller), *person_key(caller, plan.statement.parameters))
        key = ("options", plan.query.path, name, whose, version)
        result = await self.cache.get(key, lambda: self._list(plan, name, caller, version))
        return _texts(result.body[0])

    async def _list(self, plan: Plan, name: str, caller: Caller, version: int) -> Result:
        columns = self._columns[plan.query.path]
        if (sql := options.distinct_values(plan, self._store.tables, name)) is not None:
            composed = scoped(sql, plan.tables, caller)
        elif column := next((each for each in columns if each.name == name), None):
            composed = _of_answer(plan, column, columns, caller)
        else:
            return Result(plan.query, (), (b"[]",), (), 0, (), None, version)
        values = [value for (value,) in await self._store.fetch(*composed)]
        return Result(plan.query, (), (orjson.dumps(values),), (), len(values), (), None, version)

    async def _describe(self, plan: Plan) -> tuple[Column, ...]:
        path = plan.query.path
        asked = make_ready(plan, options.everything(), OPERATOR, "columns")
        try:
            return tuple(await self._store.describe(*asked.statement(())))
        except (TooSlow, Overloaded):
            raise
        except OpsSightError as problem:
            self._plans.refuse(path, str(problem))
            self._plans.find(path)
            raise


def _of_answer(plan: Plan, column: Column, columns: Sequence[Column], caller: Caller) -> Composed:
    """Return the statement that lists the values of a column that only the answer has."""
    sql, params = make_ready(plan, options.everything(), caller, "columns").statement(columns)
    value = f"unnest({quoted(column.name)})" if column.type == "list" else quoted(column.name)
    return options.listed(f'SELECT {value} AS "value" FROM (\n{sql}\n) AS answer'), params


def _texts(body: bytes) -> list[str]:
    found = (str(value) for value in orjson.loads(body) if value is not None)
    return list(dict.fromkeys(found))[: options.MAX_OPTIONS]
