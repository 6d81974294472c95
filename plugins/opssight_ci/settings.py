"""What an operator may set for CI, in the table `[ci]` or by OPSSIGHT_CI__… variables; nothing has to be set."""

from __future__ import annotations

from typing import Annotated

import re2  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, field_validator

from datasource_server import sdk

Rate = Annotated[float, Field(gt=0, lt=1)]


class Flakiness(BaseModel):
    """When a job counts as flaky, in the table `[ci.flaky]`.

    The newest `days` of a repository are looked at. `infrastructure` are patterns (RE2, any case), beside the built-in
    ones, of a failure that was not the job's own: in its conclusion, the name of the step that failed, or a line of
    its log. Where `together` jobs or more of one attempt fail and pass on the same commit, that is the platform's fault
    too, and so is a stretch of `crowd_minutes` in which at least `crowd` runs and far more than usual fail.
    `background` is the share of executions that such a fault hits without a trace; a job is flaky once these alone
    would give it its flips with a probability below `chance`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1)] = 90
    infrastructure: list[str] = []
    together: Annotated[int, Field(ge=2)] = 4
    crowd: Annotated[int, Field(ge=2)] = 4
    crowd_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    background: Rate = 0.001
    chance: Rate = 0.05

    @field_validator("infrastructure")
    @classmethod
    def _readable(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re2.compile(pattern)
            except re2.error as problem:
                raise ValueError(f"{pattern!r} is no RE2 pattern: {problem}") from None
        return patterns


class Settings(sdk.ConnectorSettings):
    """The settings of CI.

    `prices` are dollars a minute by a shell pattern over runner labels; they are tried before the built-in list, in
    this order, and the first that fits any of a job's labels counts (the pattern "" is for jobs without labels). Prices
    are per minute begun, as GitHub bills them, unless `whole_minutes` is off. A scheduled run that has not begun
    `grace_minutes` after it was due was missed.
    """

    prices: dict[str, Annotated[float, Field(ge=0)]] = {}
    whole_minutes: bool = True
    grace_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    flaky: Flakiness = Flakiness()
