"""The fake GitHub fails as networks and services do, the same way for the same seed."""

import re
import time
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from .github import INSTEAD, FakeGitHub, Faults, World
from .github.archives import HOSTILE, log_archive

REPO = "/repos/acme/checkout-api"
RUNS = f"{REPO}/actions/runs"
STATUSES = {
    "429_date": 429,
    "403_secondary": 403,
    "403_secondary_bare": 403,
    "403_primary": 403,
    "html": 200,
    "empty": 200,
}


@pytest.mark.parametrize("kind", INSTEAD)
async def test_a_fault_hits_the_request_of_its_number_only(
    kind: str, fake: FakeGitHub, client: httpx.AsyncClient
) -> None:
    fake.faults.at = {2: kind}
    answers = [await client.get(REPO) for _ in range(3)]
    expected = STATUSES[kind] if kind in STATUSES else int(kind)
    assert [each.status_code for each in answers] == [200, expected, 200]
    assert fake.stats.faults == {kind: 1}
    assert ("retry-after" in answers[1].headers) == (kind in ("429", "429_date", "403_secondary", "503"))


async def test_the_same_seed_gives_the_same_faults(world: World) -> None:
    """Serves check 57: a cycle can be made to fail at every request in turn."""
    told = []
    for _ in range(2):
        with FakeGitHub(world, faults=Faults(seed=4, rate=0.5, kinds=["429", "500", "502"])) as fake:
            async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers) as client:
                told.append([(await client.get(REPO)).status_code for _ in range(40)])
    assert told[0] == told[1]
    assert {200, 429, 500, 502} == set(told[0])
    assert not re.search("(5..|429)" * 3, "".join(map(str, told[0])).replace("200", "-"))


async def test_a_connection_is_reset_in_the_middle_of_a_body(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.faults.at = {1: "reset"}
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await client.get(RUNS)
    assert (await client.get(RUNS)).status_code == 200


async def test_a_slow_body_comes_byte_by_byte(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.faults.at, fake.faults.slow_seconds = {1: "slow"}, 0.02
    received, begun = 0, time.perf_counter()
    async with client.stream("GET", RUNS) as answer:
        async for chunk in answer.aiter_raw():
            received += len(chunk)
            if time.perf_counter() - begun > 0.2:
                break
    assert 1 < received < 50


async def test_a_body_may_be_huge_truncated_or_of_the_wrong_type(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.faults.at, fake.faults.huge_bytes = {1: "huge", 2: "truncated", 3: "wrong_type"}, 3_000_000
    huge, truncated, typed = [await client.get(RUNS) for _ in range(3)]
    assert len(huge.content) > 3_000_000
    with pytest.raises(ValueError, match="line 1"):
        truncated.json()
    assert typed.headers["content-type"].startswith("text/plain")


async def test_next_may_lead_to_itself_or_to_a_stranger(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.faults.at = {1: "endless", 2: "foreign_next"}
    endless, foreign = [(await client.get(f"{RUNS}?page=2")).links["next"]["url"] for _ in range(2)]
    assert endless == f"{fake.url}{RUNS}?page=2"
    assert foreign.startswith(fake.storage.url)


async def test_a_log_is_redirected_to_another_origin_and_expires(
    fake: FakeGitHub, world: World, client: httpx.AsyncClient
) -> None:
    world.finish_open_runs()
    run = next(each for each in world.repository("acme/checkout-api").runs[::-1] if each.latest.conclusion == "failure")
    job = next(each for each in run.latest.jobs if each.conclusion == "failure")
    redirect = await client.get(f"{REPO}/actions/jobs/{job.id}/logs")
    location = redirect.headers["location"]
    async with httpx.AsyncClient() as plain:
        log, part = await plain.get(location), await plain.get(location, headers={"Range": "bytes=10-19"})
        spied = await plain.get(location, headers={"Authorization": "Bearer leaked"})
        fake.skew_seconds = 61
        expired = await plain.get(location)
    assert (redirect.status_code, log.status_code, expired.status_code, spied.status_code) == (302, 200, 403, 403)
    assert httpx.URL(location).host != httpx.URL(fake.url).host
    assert (part.status_code, part.content) == (206, log.content[10:20])
    assert fake.storage.saw_authorization == [httpx.URL(location).path]
    assert all(
        sign in log.text for sign in ("##[group]", "\x1b[31m", "##[error]Process completed", world.secret_marker)
    )
    assert all(re.match(r"\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ", line) for line in log.text.splitlines())


async def test_an_old_log_is_gone_and_a_running_one_is_not_there(world: World, client: httpx.AsyncClient) -> None:
    old = next(each for each in world.repository("acme/checkout-api").runs if each.latest.conclusion == "success")
    world.log_retention_seconds = 60
    gone = await client.get(f"{REPO}/actions/jobs/{old.latest.jobs[0].id}/logs")
    run = world.insert_run(conclusion="success")
    running = await client.get(f"{REPO}/actions/jobs/{run.latest.jobs[0].id}/logs")
    assert (gone.status_code, running.status_code) == (410, 404)


@pytest.mark.parametrize("kind", sorted(HOSTILE.keys() - {"bomb"}))
def test_a_log_archive_can_be_hostile(kind: str, world: World) -> None:
    """Serves check 22."""
    attempt = next(run.latest for run in world.runs() if run.latest.conclusion == "success")
    honest, hostile = (
        ZipFile(BytesIO(log_archive(attempt, "m", chosen))) for chosen in (frozenset(), frozenset({kind}))
    )
    added = hostile.infolist()[len(honest.infolist()) :]
    assert honest.testzip() is None
    assert added


async def test_a_zip_bomb_is_small_on_the_wire(fake: FakeGitHub, world: World, client: httpx.AsyncClient) -> None:
    """Serves check 21."""
    run = next(each for each in world.repository("acme/checkout-api").runs if each.latest.conclusion == "success")
    fake.switches.hostile_zip = frozenset({"bomb"})
    answer = await client.get(f"{RUNS}/{run.id}/logs", follow_redirects=True)
    entry = ZipFile(BytesIO(answer.content)).getinfo("bomb.txt")
    assert entry.file_size == 200_000_000
    assert len(answer.content) < 1_000_000
    assert fake.storage.saw_authorization == []
