"""The fake GitHub keeps GitHub's limits, ETags and credentials."""

import asyncio

import httpx
import pytest

from .github import FakeGitHub, push

REPO = "/repos/acme/checkout-api"


async def test_every_request_is_counted_against_its_token(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    first = await client.get(REPO)
    await client.get(f"{REPO}/nothing")
    told = (await client.get("/rate_limit")).json()["resources"]["core"]
    assert first.headers["x-ratelimit-remaining"] == "4999"
    assert (told["used"], told["remaining"], told["limit"]) == (2, 4_998, 5_000)
    assert fake.stats.tokens == {fake.token}


async def test_a_304_costs_nothing_and_a_change_ends_it(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    """Serves check 62."""
    first = await client.get(f"{REPO}/commits")
    known = {"If-None-Match": first.headers["etag"]}
    same = await client.get(f"{REPO}/commits", headers=known)
    push(fake.world, fake.world.repository("acme/checkout-api"), "Change it")
    changed = await client.get(f"{REPO}/commits", headers=known)
    assert first.headers["etag"].startswith('W/"')
    assert (same.status_code, same.content, same.headers["x-ratelimit-remaining"]) == (304, b"", "4999")
    assert (changed.status_code, changed.headers["x-ratelimit-remaining"]) == (200, "4998")
    assert fake.stats.not_modified == 1


async def test_a_rotated_token_can_change_etags(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    """Serves check 62."""
    fake.switches.etag_by_token = True
    known = {"If-None-Match": (await client.get(REPO)).headers["etag"]}
    other = {"Authorization": f"Bearer {fake.issue_token().text}"}
    assert (await client.get(REPO, headers=known)).status_code == 304
    assert (await client.get(REPO, headers={**known, **other})).status_code == 200


async def test_an_exhausted_budget_answers_403_until_its_hour_is_over(fake: FakeGitHub) -> None:
    headers = {"Authorization": f"Bearer {fake.issue_token(limit=1).text}"}
    async with httpx.AsyncClient(base_url=fake.url, headers=headers) as client:
        statuses = [(await client.get(REPO)).status_code]
        refused = await client.get(REPO)
        statuses.append(refused.status_code)
        fake.skew_seconds = 3_700
        statuses.append((await client.get(REPO)).status_code)
    assert statuses == [200, 403, 200]
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.json()["message"].startswith("API rate limit exceeded for user ID")


async def test_too_many_at_once_meet_the_secondary_limit(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.limits.max_concurrent, fake.switches.latency_seconds = 3, 0.1
    answers = await asyncio.gather(*(client.get(REPO) for _ in range(8)))
    assert {each.status_code for each in answers} == {200, 403}
    assert fake.stats.max_concurrent == 8


async def test_haste_on_one_address_meets_the_secondary_limit(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.limits.points_per_minute = 2
    answers = [await client.get(REPO) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "60"
    assert "secondary rate limit" in answers[-1].json()["message"]


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 401, "Requires authentication"),
        ({"Authorization": "Bearer wrong"}, 401, "Bad credentials"),
        ({"Authorization": "Basic d3Jvbmc="}, 401, "Bad credentials"),
    ],
)
async def test_unknown_callers_are_refused(
    fake: FakeGitHub, headers: dict[str, str], status: int, message: str
) -> None:
    async with httpx.AsyncClient(base_url=fake.url, headers=headers) as client:
        refused = await client.get(REPO)
    assert (refused.status_code, refused.json()["message"], refused.json()["status"]) == (status, message, str(status))
    assert refused.json()["documentation_url"].startswith("https://docs.github.com/rest")


async def test_a_revoked_token_is_refused(fake: FakeGitHub) -> None:
    token = fake.issue_token()
    token.is_revoked = True
    async with httpx.AsyncClient(base_url=fake.url, headers={"Authorization": f"token {token.text}"}) as client:
        assert (await client.get("/user")).status_code == 401


async def test_a_client_without_a_name_is_forbidden(fake: FakeGitHub) -> None:
    async with httpx.AsyncClient(base_url=fake.url) as client:
        request = client.build_request("GET", "/user", headers={"Authorization": f"Bearer {fake.token}"})
        del request.headers["User-Agent"]
        assert (await client.send(request)).status_code == 403


async def test_a_parameter_that_cannot_be_is_unprocessable(client: httpx.AsyncClient) -> None:
    refused = await client.get(f"{REPO}/actions/runs?created=yesterday")
    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"resource": "WorkflowRun", "field": "created", "code": "invalid"}]
