"""Asked: one ask made ready: within the limits, its parameters chosen; and the SQL that answers it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from datasource_server.query.ask import Ask, Filter
from datasource_server.query.filters import filtered
from datasource_server.query.limits import Window, clamp
from datasource_server.query.parameters import bound, chosen
from datasource_server.query.plans import Plan
from datasource_server.query.result import Form
from datasource_server.query.scope import person_key, scope_key, scoped
from datasource_server.sdk import Caller, QueryError
from datasource_server.store import Column

Composed = tuple[str, dict[str, object]]
"""A statement and what its `$names` are bound to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What will be run: the plan, the clamped range, the chosen values, the filters, for whom, in which form."""

    plan: Plan
    window: Window
    chosen: Mapping[str, tuple[str, ...]]
    filters: tuple[Filter, ...]
    caller: Caller
    form: Form

    def key(self, version: int) -> Hashable:
        """Return what tells this answer apart from all others: all that it depends on, and the data's version."""
        names = self.plan.statement.parameters
        window = tuple(getattr(self.window, own) for name, own in _WINDOW.items() if name in names)
        limit = (self.window.limit, self.window.is_capped, self.window.notices)
        wanted = (self.plan.query.path, self.form, *limit, self.filters)
        whose = (scope_key(self.caller), *person_key(self.caller, names))
        return (*wanted, window, tuple(sorted(self.chosen.items())), whose, version)

    def key_bytes(self) -> int:
        """Return about how much memory the key takes."""
        values = [*self.chosen.values(), *(each.values for each in self.filters)]
        return sum(len(value) + 50 for group in values for value in group)

    def statement(self, columns: Sequence[Column]) -> Composed:
        """Return the author's SELECT with the filters around it, over the caller's rows only."""
        names = self.plan.statement.parameters
        params = bound(names, self.chosen, self.window, self.caller)
        sql, of_filters = filtered(self.plan.statement.sql, self.filters, columns)
        sql, of_scope = scoped(sql, self.plan.tables, self.caller)
        return sql, {**params, **of_filters, **of_scope}


_WINDOW = {"from": "start", "to": "end", "interval": "interval_seconds"}


def make_ready(plan: Plan, ask: Ask, caller: Caller, form: Form) -> Asked:
    """Return the ask within its limits; QueryError where it makes no sense."""
    if form == "series" and plan.query.shape != "timeseries":
        raise QueryError(f"query {plan.query.path} answers a {plan.query.shape}, no time series")
    window = clamp(ask, form, plan.query.shape, plan.query.limit)
    values = chosen(plan.query, ask.params, plan.parameters)
    return Asked(plan, window, values, tuple(ask.filters), caller, form)
