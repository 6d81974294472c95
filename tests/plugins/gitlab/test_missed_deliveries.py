"""GitLab sends a webhook once: deliveries that were not taken are asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.fakes.github import World, lose
from tests.fakes.gitlab import FakeGitLab

from .house import SECRET, fake_settings, follow, gitlab_house, quick_clock


async def test_a_missed_delivery_is_asked_for_once_and_taken(world: World, fake: FakeGitLab, tmp_path: Path) -> None:
    hook = fake.add_hook(SECRET)
    run = next(iter(world.runs()))
    taken, missed = (fake.webhooks(hook).pipeline(run) for _ in range(2))
    lose(missed)
    came: asyncio.Queue[tuple[Mapping[str, str], bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def take(headers: Mapping[str, str], body: bytes) -> int:
        loop.call_soon_threadsafe(came.put_nowait, (headers, body))
        return 202

    world.outbox = take
    settings = fake_settings(fake, hooks={"acme": hook.id})
    async with gitlab_house(tmp_path, clock=quick_clock(follow(fake)), **settings) as house:
        (passed,) = await house.collect("missed_deliveries")
        assert passed.error == ""
        headers, body = await asyncio.wait_for(came.get(), 5)
        assert headers["Idempotency-Key"] == missed.guid != taken.guid
        received = await house.ingest.receive("gitlab", "webhook", headers, body, {})
        assert received.state == "parsed"
        await house.collect("missed_deliveries")
    assert [each.guid for each in world.deliveries if each.is_redelivery] == [missed.guid]
