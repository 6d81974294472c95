"""The fake GitLab keeps GitLab's limits, ETags and credentials, and fails when it is told to."""

import asyncio
from collections import Counter

import httpx
import pytest

from .github import PASSING, Faults, World, push
from .gitlab import FakeGitLab
from .reading import everything

PROJECT = "/projects/acme%2Fcheckout-api"


async def test_every_request_is_counted_against_its_token(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    await gitlab_client.get(f"{PROJECT}/nothing")
    second = await gitlab_client.get(PROJECT)
    told = {name: second.headers[f"ratelimit-{name}"] for name in ("limit", "observed", "remaining", "name")}
    assert told == {"limit": "2000", "observed": "2", "remaining": "1998", "name": "throttle_authenticated_api"}
    gitlab.limits.are_shown = False
    assert "ratelimit-limit" not in (await gitlab_client.get(PROJECT)).headers
    assert gitlab.stats.tokens == {gitlab.token}


async def test_one_request_too_many_is_throttled_in_plain_text_until_the_minute_is_over(gitlab: FakeGitLab) -> None:
    headers = {"PRIVATE-TOKEN": gitlab.issue_token(limit=1).text}
    async with httpx.AsyncClient(base_url=gitlab.url, headers=headers) as client:
        statuses = [(await client.get(PROJECT)).status_code]
        refused = await client.get(PROJECT)
        statuses.append(refused.status_code)
        gitlab.skew_seconds = 61
        statuses.append((await client.get(PROJECT)).status_code)
    assert statuses == [200, 429, 200]
    assert (refused.text, refused.headers["content-type"]) == ("Retry later\n", "text/plain")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-remaining"] == "0"


async def test_a_known_answer_is_304_and_still_costs(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    """Serves check 62."""
    path = f"{PROJECT}/repository/commits"
    first = await gitlab_client.get(path)
    known = {"If-None-Match": first.headers["etag"]}
    same = await gitlab_client.get(path, headers=known)
    push(gitlab.world, gitlab.world.repository("acme/checkout-api"), "Change it")
    changed = await gitlab_client.get(path, headers=known)
    assert (same.status_code, same.content, same.headers["ratelimit-observed"]) == (304, b"", "2")
    assert (changed.status_code, gitlab.stats.not_modified) == (200, 1)


@pytest.mark.parametrize("where", ["PRIVATE-TOKEN", "Authorization", "query"])
async def test_a_token_may_come_in_three_ways(gitlab: FakeGitLab, where: str) -> None:
    values = {"PRIVATE-TOKEN": gitlab.token, "Authorization": f"Bearer {gitlab.token}"}
    headers = {where: values[where]} if where in values else {}
    query = {} if headers else {"private_token": gitlab.token}
    async with httpx.AsyncClient(base_url=gitlab.url, headers=headers) as client:
        answer = await client.get(f"{PROJECT}/pipelines", params=query)
    assert answer.status_code == 200
    assert gitlab.token not in answer.headers["link"]


@pytest.mark.parametrize("headers", [{}, {"PRIVATE-TOKEN": "wrong"}, {"Authorization": "Basic d3Jvbmc="}])
async def test_unknown_callers_are_refused(gitlab: FakeGitLab, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=gitlab.url, headers=headers) as client:
        refused = await client.get(PROJECT)
    assert (refused.status_code, refused.json()) == (401, {"message": "401 Unauthorized"})


async def test_revoked_and_expired_tokens_say_why(gitlab: FakeGitLab) -> None:
    revoked, expired = gitlab.issue_token(), gitlab.issue_token(seconds=10)
    revoked.is_revoked, gitlab.skew_seconds = True, 11
    async with httpx.AsyncClient(base_url=gitlab.url) as client:
        answers = [await client.get(PROJECT, headers={"PRIVATE-TOKEN": each.text}) for each in (revoked, expired)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["error"] for answer in answers} == {"invalid_token"}
    assert [answer.json()["error_description"][:16] for answer in answers] == ["Token was revoke", "Token is expired"]


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("429", 429, "Retry later\n"),
        ("403_secondary", 429, "Retry later\n"),
        ("403_primary", 403, '{"message":"403 Forbidden"}'),
        ("401", 401, '{"message":"401 Unauthorized"}'),
        ("404", 404, '{"message":"404 Project Not Found"}'),
        ("500", 500, '{"message":"500 Internal Server Error"}'),
        ("502", 502, "<html>"),
        ("503", 503, "<html>"),
        ("html", 200, "<!DOCTYPE html>"),
        ("empty", 200, ""),
    ],
)
async def test_a_fault_is_answered_as_gitlab_would(world: World, kind: str, status: int, text: str) -> None:
    with FakeGitLab(world, faults=Faults(at={1: kind})) as fake:
        async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers) as client:
            failed, good = await client.get(PROJECT), await client.get(PROJECT)
    assert (failed.status_code, good.status_code) == (status, 200)
    assert failed.text.startswith(text)
    assert fake.stats.faults == Counter({kind: 1})


@pytest.mark.parametrize("kind", ["truncated", "reset", "endless", "foreign_next", "wrong_type"])
async def test_an_answer_can_be_spoiled(world: World, kind: str) -> None:
    path = f"{PROJECT}/pipelines?per_page=5"
    with FakeGitLab(world, faults=Faults(at={1: kind})) as fake:
        async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers) as client:
            if kind == "reset":
                with pytest.raises(httpx.TransportError):
                    await client.get(path)
                return
            answer, whole = await client.get(path), await client.get(path)
    spoiled = {
        "truncated": len(answer.content) < len(whole.content),
        "endless": answer.links.get("next", {}).get("url") == f"{fake.url}{path}",
        "foreign_next": not answer.links.get("next", {}).get("url", "").startswith(fake.url),
        "wrong_type": answer.headers["content-type"].startswith("text/plain"),
    }
    assert spoiled[kind]


async def test_a_patient_client_gets_through(world: World) -> None:
    with FakeGitLab(world, faults=Faults(seed=3, rate=0.4, kinds=PASSING)) as fake:
        async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers) as client:
            answers = [await _patiently(client, f"{PROJECT}/pipelines/{run.id}") for run in list(world.runs())[:30]]
        fake.faults.is_on = False
    assert answers.count(200) + answers.count(404) == 30
    assert fake.stats.faults.total() > 5


async def _patiently(client: httpx.AsyncClient, path: str) -> int:
    for _ in range(4):
        try:
            answer = await client.get(path)
        except httpx.TransportError:
            continue
        if answer.status_code in (200, 404) and answer.content.endswith(b"}"):
            return answer.status_code
    return 0


async def test_many_at_once_are_answered(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    gitlab.switches.latency_seconds = 0.05
    answers = await asyncio.gather(*(gitlab_client.get(PROJECT) for _ in range(8)))
    assert {each.status_code for each in answers} == {200}
    assert gitlab.stats.max_concurrent == 8


async def test_recorded_answers_stand_in_for_the_world(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    gitlab.switches.recorded = {"/projects/44/jobs": b'[{"id": 1}]'}
    assert await everything(gitlab_client, "/projects/44/jobs?per_page=100") == [{"id": 1}]
