"""GitHub sends a webhook once: deliveries that were not taken are asked for again, for as long as that may help."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from opssight_github.collectors_hooks import MOST_TRIES, not_taken
from tests.fakes.github import FakeGitHub, World, lose

from .house import SECRET, QuickClock, fake_settings, follow, github_house


async def test_a_missed_delivery_is_asked_for_and_taken(world: World, fake: FakeGitHub, tmp_path: Path) -> None:
    hook = fake.add_hook(SECRET)
    run = next(iter(world.runs()))
    taken, missed, old = (fake.webhooks(hook).workflow_run(run, "completed") for _ in range(3))
    lose(missed)
    lose(old)
    old.delivered_at -= 4 * 86_400
    came: asyncio.Queue[tuple[Mapping[str, str], bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def take(headers: Mapping[str, str], body: bytes) -> int:
        loop.call_soon_threadsafe(came.put_nowait, (headers, body))
        return 202

    world.outbox = take
    clock = QuickClock(follow=follow(fake))
    async with github_house(tmp_path, clock=clock, **fake_settings(fake, hooks={"acme": hook.id})) as house:
        (passed,) = await house.collect("missed_deliveries")
        assert passed.error == ""
        headers, body = await asyncio.wait_for(came.get(), 5)
        assert headers["X-GitHub-Delivery"] == missed.guid != taken.guid
        received = await house.ingest.receive("github", "webhook", headers, body, {})
        assert (received.state, received.rows) == ("parsed", 1)
        await house.collect("missed_deliveries")
    again = [each for each in world.deliveries if each.is_redelivery]
    assert [each.guid for each in again] == [missed.guid]


async def test_a_delivery_that_is_never_taken_is_given_up_and_said(
    world: World, fake: FakeGitHub, tmp_path: Path
) -> None:
    hook = fake.world.add_hook("acme/checkout-api", "http://127.0.0.1/", SECRET)
    lose(fake.webhooks(hook).ping())
    world.outbox = lambda _headers, _body: 500
    clock = QuickClock(follow=follow(fake))
    async with github_house(
        tmp_path, clock=clock, **fake_settings(fake, hooks={"acme/checkout-api": hook.id})
    ) as house:
        for _ in range(8):
            await house.collect("missed_deliveries")
            await asyncio.sleep(0.2)
            clock.skip(timedelta(minutes=1))
        (gap,) = await house.rows("SELECT scope, reason FROM gap")
    assert len(world.deliveries) == MOST_TRIES
    assert gap["scope"] == "acme/checkout-api"
    assert "was not taken in 5 tries" in gap["reason"]


def test_one_try_that_got_through_is_enough() -> None:
    tries = [{"id": 1, "guid": "a", "status_code": 502}, {"id": 2, "guid": "a", "status_code": 202}]
    assert not_taken(tries) == []
    assert not_taken(tries[:1]) == [(tries[0], 1)]
