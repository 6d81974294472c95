"""The tables that the CI pack derives from the shared rows of delivery."""

from __future__ import annotations

from datasource_server import sdk
from opssight_ci.flaky import Flaky, FlakyFlip
from opssight_ci.main_branch import MainBranch
from opssight_ci.prices import RunnerPrice
from opssight_ci.red_episodes import RedEpisode
from opssight_ci.schedules import ScheduleMoment

TABLES: tuple[type[sdk.Row], ...] = (MainBranch, RedEpisode, Flaky, FlakyFlip, ScheduleMoment, RunnerPrice)
