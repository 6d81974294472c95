"""The webhook: signed deliveries are taken once, whatever their order; all others are refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from datasource_server import sdk
from tests.fakes.github import Trigger, Webhooks, World, generate_organisation, sign
from tests.fakes.github.model import Delivery

from .comparing import differences
from .house import SECRET, House, github_house
from .samples import FOLDER, Sample, webhooks

SAMPLES = webhooks()
recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings beside the project (shared) are not there")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house that only listens."""
    async with github_house(tmp_path, repositories=["acme/web"], webhook_secret_before="the one before") as opened:
        yield opened


def headers_of(sample: Sample, secret: str = SECRET, identity: str = "1") -> dict[str, str]:
    about = {"X-GitHub-Delivery": identity, "X-GitHub-Event": sample.event, "Content-Type": "application/json"}
    return about | sign(secret, sample.body)


async def send(house: House, headers: Mapping[str, str], body: bytes) -> tuple[str, int]:
    received = await house.ingest.receive("github", "webhook", headers, body, {})
    return received.state, received.rows


async def count(house: House, table: str) -> int:
    return int((await house.rows(f'SELECT count(*) AS n FROM "{table}"'))[0]["n"])


@recordings
async def test_each_recorded_delivery_is_taken_when_signed_and_stored_once_of_a_thousand(house: House) -> None:
    """check 36: the same delivery, a thousand times at once, is one; one that is not signed is none."""
    rows = 0
    for number, sample in enumerate(SAMPLES):
        headers = headers_of(sample, identity=str(number))
        for refused in (headers | sign("another secret", sample.body), _unsigned(headers)):
            with pytest.raises(sdk.Rejected):
                await send(house, refused, sample.body)
        answers = await asyncio.gather(*(send(house, headers, sample.body) for _ in range(1_000)))
        assert len(set(answers)) == 1, sample.name
        assert answers[0][0] == "parsed", sample.name
        rows += answers[0][1]
    assert await count(house, "delivery") == len(SAMPLES)
    assert 0 < sum([await count(house, table.table) for table in sdk.DELIVERY]) <= rows


def _unsigned(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if "Signature" not in name}


@recordings
async def test_a_delivery_that_comes_again_after_a_restart_is_still_one(tmp_path: Path) -> None:
    """check 36: what was taken before is known from the store, not from memory."""
    sample = next(each for each in SAMPLES if each.name == "workflow_run/01.completed")
    for _ in range(2):
        async with github_house(tmp_path, repositories=["acme/web"]) as opened:
            await send(opened, headers_of(sample), sample.body)
            assert await count(opened, "delivery") == await count(opened, "pipeline_run") == 1


BODY = b'{"zen":"Keep it logically awesome.","hook_id":1}'


def _upper(headers: dict[str, str]) -> dict[str, str]:
    kind, _, digest = headers["X-Hub-Signature-256"].partition("=")
    return headers | {"X-Hub-Signature-256": f"{kind}={digest.upper()}"}


@pytest.mark.parametrize(
    ("change", "is_taken"),
    [
        (lambda headers: headers | sign("wrong", BODY), False),
        (lambda headers: {k: v for k, v in headers.items() if k != "X-Hub-Signature-256"}, False),
        (lambda headers: headers | {"X-Hub-Signature-256": headers["X-Hub-Signature"]}, False),
        (lambda headers: headers | {"X-Hub-Signature-256": headers["X-Hub-Signature-256"][:-2]}, False),
        (lambda headers: headers | {"X-Hub-Signature-256": "sha256=" + "ü" * 64}, False),
        (lambda headers: headers | {"X-Hub-Signature-256": "sha256="}, False),
        (lambda headers: headers | sign("", BODY), False),
        (_upper, True),
        (lambda headers: headers | sign("the one before", BODY), True),
    ],
    ids=["wrong", "missing", "sha1 only", "truncated", "junk", "empty", "empty secret", "upper case", "rotated"],
)
async def test_a_signature_is_right_or_the_delivery_is_refused(change: object, is_taken: bool, house: House) -> None:
    """check 33: four wrong ones are refused, upper case and the secret before are taken."""
    assert callable(change)
    headers = change(headers_of(Sample("ping", "ping", BODY)))
    if not is_taken:
        with pytest.raises(sdk.Rejected):
            await send(house, headers, BODY)
    else:
        assert await send(house, headers, BODY) == ("parsed", 0)


async def test_a_body_that_was_written_again_does_not_match(house: House) -> None:
    """check 34: the raw bytes are signed, not what they mean."""
    with pytest.raises(sdk.Rejected):
        await send(house, headers_of(Sample("ping", "ping", BODY)), BODY.replace(b",", b", "))


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("workflow_run", b"{}"),
        ("workflow_run", b"[1]"),
        ("workflow_job", b'{"workflow_job": null, "repository": {"full_name": "a/b"}}'),
        ("push", b'{"ref": 3, "repository": {"full_name": "a/b"}}'),
        ("deployment", b'{"deployment": {"id": 1}, "repository": {"full_name": "a/b"}}'),
        ("pull_request", b"payload=%7B%7D"),
        ("ping", b"\xff"),
        ("ping", b'{"a": ' + b"[" * 2_000),
        ("ping", b'{"a": ' + b"9" * 5_000),
    ],
)
async def test_a_signed_body_that_is_not_understood_is_kept(event: str, body: bytes, house: House) -> None:
    """check 41: it is taken and quarantined, with the reason."""
    assert await send(house, headers_of(Sample(event, event, body)), body) == ("quarantined", 0)
    (outcome,) = await house.rows("SELECT state, reason FROM delivery")
    assert outcome["state"] == "quarantined"
    assert outcome["reason"]


async def test_other_events_are_taken_and_say_nothing(house: House) -> None:
    body = b'{"action": "created", "repository": {"full_name": "acme/web"}}'
    assert await send(house, headers_of(Sample("star", "star", body)), body) == ("parsed", 0)


def _world() -> World:
    world = generate_organisation(repos=1, runs=0, seed=2, open_runs=0)
    world.deliveries.clear()
    return world


def _story(world: World) -> list[Delivery]:
    """All that GitHub says of a run that fails and is run again."""
    repository = next(iter(world.repositories.values()))
    sha = repository.branches["main"]
    trigger = Trigger("push", world.person("dev-01"), "main", sha, "Fix it")
    run = world.insert_run(repository, workflow=repository.workflows[2], trigger=trigger, conclusion="failure")
    world.finish_open_runs()
    world.rerun(run.id)
    world.finish_open_runs()
    hook = world.add_hook("acme", "http://127.0.0.1/", SECRET)
    return Webhooks(world, hook).story(run)


@pytest.mark.parametrize("seed", range(12))
async def test_every_order_of_a_runs_deliveries_ends_in_the_same_state(seed: int, house: House) -> None:
    """check 37: queued, in progress, completed and re-run, in any order, end as the run ended."""
    world = _world()
    story = _story(world)
    random.Random(seed).shuffle(story)
    for delivery in story:
        await send(house, delivery.headers, delivery.body)
    truth = world.truth()
    told = {
        "pipeline_run": truth["pipeline_run"],
        "pipeline_job": [_without_needs(row) for row in truth["pipeline_job"]],
    }
    assert await differences(house, told) == []


def _without_needs(row: Mapping[str, object]) -> dict[str, object]:
    """A delivery does not say what a job waits for."""
    return {name: value for name, value in row.items() if name != "needs"}
