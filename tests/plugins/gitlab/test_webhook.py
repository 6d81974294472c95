"""The webhook: deliveries that prove themselves are taken once, whatever their order; all others are refused."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datasource_server import sdk
from tests.fakes.github import Scale, Trigger, World, generate_organisation
from tests.fakes.github.model import Delivery
from tests.fakes.gitlab import FakeGitLab, Webhooks, sign

from .comparing import compared
from .house import SECRET, House, fake_settings, gitlab_house, quick_clock

SIGNING = "whsec_" + "c2lnbmluZyBrZXkgb2YgYSB0ZXN0"
BODY = b'{"object_kind": "wiki_page", "project": {"path_with_namespace": "acme/web"}}'


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house that only listens."""
    settings: Any = {"webhook_secret_before": "the one before", "webhook_signing": SIGNING}
    async with gitlab_house(tmp_path, projects=["acme/web"], **settings) as opened:
        yield opened


@pytest.fixture
def world() -> World:
    """A project without pipelines."""
    return generate_organisation(repos=1, runs=0, seed=2, open_runs=0, now=datetime.now(UTC), scale=Scale(commits=8))


@pytest.fixture
def quiet(world: World) -> Iterator[FakeGitLab]:
    """Its GitLab."""
    with FakeGitLab(world) as running:
        yield running


@pytest.fixture
def sender(quiet: FakeGitLab) -> Webhooks:
    """Makes its deliveries."""
    return quiet.webhooks(quiet.add_hook(SECRET))


async def send(house: House, headers: Mapping[str, str], body: bytes) -> tuple[str, int]:
    """What became of a delivery."""
    received = await house.ingest.receive("gitlab", "webhook", headers, body, {})
    return received.state, received.rows


def signed(secret: str = SIGNING, seconds_ago: int = 0, body: bytes = BODY) -> dict[str, str]:
    """The headers of a signed delivery."""
    return sign(secret, "msg-1", int(datetime.now(UTC).timestamp()) - seconds_ago, body)


@pytest.mark.parametrize(
    ("proof", "is_taken"),
    [
        (lambda: {"X-Gitlab-Token": SECRET}, True),
        (lambda: {"X-Gitlab-Token": "the one before"}, True),
        (lambda: {"X-Gitlab-Token": SECRET[:-1]}, False),
        (lambda: {"X-Gitlab-Token": ""}, False),
        (lambda: {"X-Gitlab-Token": "ü" * 9}, False),
        (lambda: {"X-Gitlab-Token": SIGNING}, False),
        (dict, False),
        (signed, True),
        (lambda: signed(seconds_ago=600), False),
        (lambda: signed("whsec_" + "b3RoZXI="), False),
        (lambda: signed(body=BODY + b" "), False),
        (lambda: {**signed(), "X-Gitlab-Token": SECRET}, True),
        (lambda: {**signed("whsec_" + "b3RoZXI="), "X-Gitlab-Token": SECRET}, False),
        (lambda: {"webhook-signature": "v1,", "webhook-id": "1", "webhook-timestamp": "1"}, False),
    ],
)
async def test_a_delivery_proves_itself_or_is_refused(
    proof: Callable[[], dict[str, str]], is_taken: bool, house: House
) -> None:
    """check 33: a wrong, missing, old or foreign proof is refused; both forms of a right one are taken."""
    about = {"X-Gitlab-Event": "Wiki Page Hook", **proof()}
    if is_taken:
        assert await send(house, about, BODY) == ("parsed", 0)
    else:
        with pytest.raises(sdk.Rejected):
            await send(house, about, BODY)


async def test_where_only_a_signature_is_set_no_token_is_enough(tmp_path: Path) -> None:
    async with gitlab_house(tmp_path, projects=["acme/web"], webhook_secret="", webhook_signing=SIGNING) as house:
        for token in ("", SIGNING, "anything"):
            with pytest.raises(sdk.Rejected):
                await send(house, {"X-Gitlab-Token": token}, BODY)
        assert await send(house, signed(), BODY) == ("parsed", 0)


async def test_a_delivery_that_comes_a_thousand_times_is_stored_once(
    house: House, sender: Webhooks, world: World
) -> None:
    """check 36: at once, again under its key, and again without one, as old servers send it."""
    delivery = sender.pipeline(world.insert_run(conclusion="success"))
    answers = await asyncio.gather(*(send(house, delivery.headers, delivery.body) for _ in range(1_000)))
    assert {state for state, _ in answers} == {"parsed"}
    keyless = {name: value for name, value in delivery.headers.items() if name != "Idempotency-Key"}
    await asyncio.gather(*(send(house, keyless, delivery.body) for _ in range(9)))
    assert await house.rows("SELECT count(*) AS n FROM delivery") == [{"n": 2}]


async def test_events_that_share_an_event_uuid_are_all_taken(house: House, quiet: FakeGitLab, world: World) -> None:
    """Hooks that set each other off share it: it tells no delivery from another."""
    sender = quiet.webhooks(quiet.add_hook(SECRET))
    sender.chain = "7c1c1a34-8f5a-4a9c-9a36-0f5a4a9c9a36"
    runs = [world.insert_run(conclusion="success") for _ in range(2)]
    for delivery in [sender.pipeline(run) for run in runs]:
        await send(house, delivery.headers, delivery.body)
    stored = {row["id"] for row in await house.rows("SELECT id FROM pipeline_run")}
    assert stored == {str(run.id) for run in runs}


def story(world: World, sender: Webhooks, *, is_retried: bool) -> list[Delivery]:
    """All that GitLab says of a pipeline that fails, and of its retry."""
    repository = next(iter(world.repositories.values()))
    sha = repository.branches["main"]
    trigger = Trigger("push", world.person("dev-01"), "main", sha, repository.commits[sha].message)
    run = world.insert_run(repository, workflow=repository.workflows[0], trigger=trigger, conclusion="failure")
    world.finish_open_runs()
    if is_retried:
        world.rerun(run.id)
        world.finish_open_runs()
    return sender.story(run)


@pytest.mark.parametrize("seed", range(6))
async def test_every_order_of_a_pipelines_deliveries_ends_in_the_same_state(
    seed: int, house: House, quiet: FakeGitLab, sender: Webhooks, world: World
) -> None:
    """check 37: pending, running and ended, in any order, end as the pipeline ended."""
    told = story(world, sender, is_retried=False)
    random.Random(seed).shuffle(told)
    for delivery in told:
        assert (await send(house, delivery.headers, delivery.body))[0] == "parsed"
    truth = quiet.truth()
    jobs = [
        _without(row, "runner_labels", "finished_at" if row["status"] == "skipped" else "")
        for row in truth["pipeline_job"]
    ]
    runs = [_without(row, "updated_at") for row in truth["pipeline_run"]]
    assert await compared(house, {"pipeline_run": runs, "pipeline_job": jobs}) == []


def _without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize("seed", range(3))
async def test_what_deliveries_say_of_a_retried_pipeline_is_put_right_by_the_next_poll(
    seed: int, quiet: FakeGitLab, sender: Webhooks, world: World, tmp_path: Path
) -> None:
    told = story(world, sender, is_retried=True)
    random.Random(seed).shuffle(told)
    async with gitlab_house(tmp_path, clock=quick_clock(), **fake_settings(quiet)) as house:
        half = len(told) // 2
        for delivery in told[:half]:
            await send(house, delivery.headers, delivery.body)
        for collector in ("projects", "pipelines"):
            await house.collect(collector)
        for delivery in told[half:]:
            await send(house, delivery.headers, delivery.body)
        runs = [_without(row, "updated_at") for row in quiet.truth()["pipeline_run"]]
        assert await compared(house, {"pipeline_run": runs}) == []


async def test_other_events_bring_their_rows(house: House, quiet: FakeGitLab, sender: Webhooks, world: World) -> None:
    repository = next(iter(world.repositories.values()))
    pull = next(each for each in repository.pulls.values() if each.merged_at is None)
    commit = repository.commits[repository.branches["main"]]
    issue = quiet.extras.open_issue(world, repository, "It is down", labels=("incident", "P1"))
    for delivery in (
        sender.push(repository, commit),
        sender.tag_push(repository, commit, "v1.0.0"),
        sender.merge_request(repository, pull, "open"),
        sender.issue(repository, issue, "open"),
    ):
        state, rows = await send(house, delivery.headers, delivery.body)
        assert (state, rows > 0) == ("parsed", True)
    (branch,) = await house.rows("SELECT name, head_sha, is_default FROM branch")
    assert branch == {"name": "main", "head_sha": commit.sha, "is_default": True}
    (stored,) = await house.rows("SELECT number, head, state, author, title FROM pull_request")
    assert stored["number"] == pull.number
    assert (stored["head"], stored["author"], stored["title"]) == (pull.head, pull.author.login, pull.title)
    (incident,) = await house.rows("SELECT title, severity, state FROM incident")
    assert incident == {"title": "It is down", "severity": "critical", "state": "open"}


async def test_a_deployment_is_put_right_by_the_next_poll(
    quiet: FakeGitLab, sender: Webhooks, world: World, tmp_path: Path
) -> None:
    repository = next(iter(world.repositories.values()))
    world.insert_run(repository, workflow=repository.workflows[1], conclusion="success")
    world.finish_open_runs()
    deployment = repository.deployments[-1]
    async with gitlab_house(tmp_path, clock=quick_clock(), **fake_settings(quiet)) as house:
        for at in (deployment.created_at, None):
            delivery = sender.deployment(repository, deployment, at=at)
            await send(house, delivery.headers, delivery.body)
        (row,) = await house.rows("SELECT status, sha, environment FROM deployment")
        assert row == {"status": "success", "sha": deployment.sha, "environment": deployment.environment}
        for collector in ("projects", "environments", "deployments"):
            await house.collect(collector)
        assert await compared(house, {"deployment": quiet.truth()["deployment"]}) == []


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b"\xff",
        b"not json",
        b'{"object_kind": "pipeline"}',
        b'{"object_kind": "build", "build_status": "success"}',
        b'{"object_kind": "push", "ref": 3, "project": {"path_with_namespace": "a/b"}}',
        b'{"object_kind": "merge_request", "object_attributes": []}',
        b'{"object_kind": "deployment", "project": null, "repository": null}',
        b'{"object_kind": "issue", "object_attributes": {"labels": 3}}',
    ],
)
async def test_a_body_that_is_not_understood_is_kept(body: bytes, house: House) -> None:
    """check 41: it is taken and quarantined, with the reason."""
    assert await send(house, {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "A Hook"}, body) == ("quarantined", 0)
    (outcome,) = await house.rows("SELECT state, reason FROM delivery")
    assert outcome["state"] == "quarantined"
    assert outcome["reason"]
