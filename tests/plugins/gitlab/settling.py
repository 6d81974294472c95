"""Lets the collectors settle: pass after pass, until the store holds what is true."""

from __future__ import annotations

from datetime import timedelta

from datasource_server.sdk.journal import CollectorRun
from tests.fakes.gitlab import FakeGitLab

from .comparing import compared, summary
from .house import House

LONG_AGO = timedelta(days=800)


async def settle(house: House, fake: FakeGitLab, passes: int = 6) -> list[CollectorRun]:
    """Collect until nothing differs; an hour goes by between passes."""
    runs = await house.collect(since=house.clock.now() - LONG_AGO)
    for _ in range(passes):
        if not await differences(house, fake):
            return runs
        house.clock.skip(timedelta(hours=1))
        runs += await house.collect()
    problems = await differences(house, fake)
    assert not problems, summary(problems)
    return runs


async def differences(house: House, fake: FakeGitLab) -> list[str]:
    """What is missing, too much, there twice or other than true."""
    truth = fake.truth()
    truth["pipeline_job"] = [told for row in truth["pipeline_job"] if (told := _told(row))]
    return await compared(house, truth)


def _told(job: dict[str, object]) -> dict[str, object] | None:
    """What is told of a job: none that nobody waits for is kept, and GitLab does not say when one was skipped."""
    return {name: value for name, value in job.items() if name != "finished_at" or job["status"] != "skipped"}
