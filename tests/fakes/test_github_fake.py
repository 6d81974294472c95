"""The fake GitHub answers as GitHub does: lists, filters, limits, redirects and the errors of each."""

import base64
import time
from itertools import pairwise

import httpx
import jwt
import pytest
import yaml

from .github import FakeGitHub, GitHubApp, World, generate_organisation, push, truth
from .reading import everything, pages

RUNS = "/repos/acme/checkout-api/actions/runs"


def test_the_same_seed_makes_the_same_organisation() -> None:
    first, second = (truth(generate_organisation(repos=3, runs=200, seed=9)) for _ in range(2))
    assert first == second
    assert first != truth(generate_organisation(repos=3, runs=200, seed=10))


def test_twenty_thousand_runs_are_made_in_seconds() -> None:
    begun = time.process_time()
    world = generate_organisation(repos=40, runs=20_000)
    assert time.process_time() - begun < 5
    assert len(list(world.runs())) == 20_000


async def test_unfiltered_runs_are_read_whole_and_newest_first(world: World, client: httpx.AsyncClient) -> None:
    found = await everything(client, f"{RUNS}?per_page=50", "workflow_runs")
    ids = [run["id"] for run in found]
    assert ids == [run.id for run in reversed(world.repository("acme/checkout-api").runs)]


async def test_a_search_gives_at_most_a_thousand_results_but_counts_all() -> None:
    world = generate_organisation(repos=1, runs=1_500)
    with FakeGitHub(world) as fake:
        async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers) as client:
            path = f"{RUNS}?created=>=2020-01-01&per_page=100"
            found = await pages(client, path, "workflow_runs")
            beyond = (await client.get(f"{path}&page=11")).json()
    assert (len(found), sum(map(len, found))) == (10, 1_000)
    assert beyond == {"total_count": 1_500, "workflow_runs": []}


@pytest.mark.parametrize(
    "created",
    ["{a}..{b}", "{a}..*", "*..{b}", ">={a}", ">{a}", "<={b}", "<{b}", "{a}", "2026-01-01", "2025-12-01..2026-01-02"],
)
async def test_created_ranges_mean_what_github_says(created: str, world: World, client: httpx.AsyncClient) -> None:
    runs = world.repository("acme/checkout-api").runs
    a, b = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(runs[place].created_at)) for place in (20, 40))
    text = created.format(a=a, b=b)
    found = await client.get(RUNS, params={"created": text, "per_page": 100})
    assert found.json()["total_count"] == sum(_is_in(text, run.created_at) for run in runs)


def _is_in(text: str, at: int) -> bool:
    written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    first, separator, last = text.partition("..")
    if separator:
        return (first == "*" or written >= first) and (last == "*" or written[: len(last)] <= last)
    for sign, holds in ((">=", written >= text[2:]), ("<=", written <= text[2:])):
        if text.startswith(sign):
            return holds
    if text[0] in "<>":
        return written > text[1:] if text[0] == ">" else written < text[1:]
    return written.startswith(text)


async def test_runs_are_filtered_by_status_branch_event_actor_and_commit(
    world: World, client: httpx.AsyncClient
) -> None:
    runs = world.repository("acme/checkout-api").runs
    some = next(run for run in runs if run.latest.conclusion == "failure" and run.event == "push")
    wanted = {
        "status": "failure",
        "branch": some.branch,
        "event": "push",
        "actor": some.actor.login,
        "head_sha": some.sha,
    }
    found = await everything(client, str(httpx.URL(RUNS, params=wanted)), "workflow_runs")
    assert some.id in {run["id"] for run in found}
    assert {run["conclusion"] for run in found} == {"failure"}
    assert (await client.get(RUNS, params={"status": "in_progress"})).json()["total_count"] == sum(
        run.latest.status(world.now) == "in_progress" for run in runs
    )


async def test_links_are_absolute_and_name_prev_next_last_first(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{RUNS}?page=2&per_page=500")
    assert len(answer.json()["workflow_runs"]) == 100
    assert list(answer.links) == ["prev", "next", "last", "first"]
    assert all(link["url"].startswith(f"{fake.url}/repositories/") for link in answer.links.values())


async def test_a_run_inserted_while_paging_repeats_one_and_loses_none(
    fake: FakeGitHub, world: World, client: httpx.AsyncClient
) -> None:
    before = {run.id for run in world.repository("acme/checkout-api").runs}
    fake.switches.shift_every = 1
    found = [run["id"] for run in await everything(client, f"{RUNS}?per_page=20", "workflow_runs")]
    assert before <= set(found)
    assert len(found) > len(set(found))


async def test_a_rerun_keeps_id_and_created_at_and_counts_the_attempt(world: World, client: httpx.AsyncClient) -> None:
    run = next(each for each in world.repository("acme/checkout-api").runs if each.latest.conclusion == "failure")
    address, number = f"{RUNS}/{run.id}", run.latest.number
    before = (await client.get(address)).json()
    again = await client.post(f"{address}/rerun-failed-jobs")
    after = (await client.get(address)).json()
    assert (again.status_code, again.json()) == (201, {})
    assert (after["run_attempt"], after["status"], after["created_at"]) == (number + 1, "queued", before["created_at"])
    assert after["previous_attempt_url"].endswith(f"/attempts/{number}")
    assert (await client.post(f"{address}/rerun")).status_code == 403
    assert (await client.post(f"{address}/cancel")).status_code == 202
    assert (await client.post(f"{address}/cancel")).status_code == 409
    old = (await client.get(f"{address}/attempts/{number}")).json()
    assert (old["run_attempt"], old["conclusion"]) == (number, before["conclusion"])


async def test_the_default_job_list_hides_earlier_attempts(world: World, client: httpx.AsyncClient) -> None:
    run = next(each for each in world.runs() if len(each.attempts) > 1 and each.attempts[0].jobs)
    path = f"/repos/{run.repository.full_name}/actions/runs/{run.id}/jobs"
    latest = await everything(client, path, "jobs")
    every = await everything(client, f"{path}?filter=all", "jobs")
    first = await everything(client, path.replace("/jobs", "/attempts/1/jobs"), "jobs")
    assert {job["run_attempt"] for job in latest} <= {run.latest.number}
    assert {job["id"] for job in first} == {job.id for job in run.attempts[0].jobs}
    assert len(every) == sum(len(attempt.jobs) for attempt in run.attempts)


async def test_time_completes_open_runs(world: World, client: httpx.AsyncClient) -> None:
    assert world.open_runs()
    world.finish_open_runs()
    assert not world.open_runs()
    inserted = world.advance(600, new_runs=3)
    newest = (await client.get(RUNS)).json()["workflow_runs"][0]
    assert newest["id"] == inserted[-1].id > inserted[0].id


async def test_a_read_only_token_changes_nothing(fake: FakeGitHub, world: World) -> None:
    run = world.repository("acme/checkout-api").runs[0]
    headers = {"Authorization": f"token {fake.issue_token(may_write=False).text}"}
    async with httpx.AsyncClient(base_url=fake.url, headers=headers) as client:
        refused = await client.post(f"{RUNS}/{run.id}/rerun")
    assert (refused.status_code, refused.json()["message"]) == (403, "Must have admin rights to Repository.")


async def test_workflow_files_carry_their_crons(world: World, client: httpx.AsyncClient) -> None:
    path = "/repos/acme/checkout-api/contents/.github/workflows/nightly.yml"
    content = (await client.get(path)).json()
    raw = await client.get(path, headers={"Accept": "application/vnd.github.raw+json"})
    text = base64.b64decode(content["content"]).decode()
    parsed = yaml.safe_load(text)
    assert raw.text == text
    expected = {row["cron"] for row in truth(world)["schedule"] if row["repo"] == "acme/checkout-api"}
    assert {entry["cron"] for entry in parsed[True]["schedule"]} == expected


async def test_pull_requests_come_by_last_change_and_lists_lack_counts(client: httpx.AsyncClient) -> None:
    query = "/repos/acme/checkout-api/pulls?state=all&sort=updated&direction=desc&per_page=5"
    found = await everything(client, query)
    assert all(str(a["updated_at"]) >= str(b["updated_at"]) for a, b in pairwise(found))
    whole = (await client.get(f"/repos/acme/checkout-api/pulls/{found[0]['number']}")).json()
    assert "additions" not in found[0]
    assert whole["additions"] > 0


async def test_a_huge_commit_pages_its_files(world: World, client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    huge = max(repository.commits.values(), key=lambda commit: len(commit.files))
    first = await client.get(f"/repos/acme/checkout-api/commits/{huge.sha}")
    second = await client.get(first.links["next"]["url"])
    assert [len(answer.json()["files"]) for answer in (first, second)] == [300, len(huge.files) - 300]


async def test_commits_are_bounded_by_since_and_a_comparison_counts_them(
    world: World, client: httpx.AsyncClient
) -> None:
    repository = world.repository("acme/checkout-api")
    before = repository.branches["main"]
    world.advance(3_600)
    commit = push(world, repository, "Fix it")
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(world.now))
    found = await everything(client, f"/repos/acme/checkout-api/commits?since={since}")
    compared = (await client.get(f"/repos/acme/checkout-api/compare/{before}...main")).json()
    assert [each["sha"] for each in found] == [commit.sha]
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("ahead", 1, 0)


async def test_every_deployment_tells_its_statuses_newest_first(world: World, client: httpx.AsyncClient) -> None:
    rows = {row["id"]: row for row in truth(world)["deployment"] if row["repo"] == "acme/checkout-api"}
    found = await everything(client, "/repos/acme/checkout-api/deployments?per_page=10")
    assert {str(each["id"]) for each in found} == set(rows)
    statuses = await everything(client, f"/repos/acme/checkout-api/deployments/{found[-1]['id']}/statuses")
    told = [each["state"] for each in statuses if each["state"] != "inactive"]
    assert told[0] == rows[str(found[-1]["id"])]["status"]
    assert told[-1] == "in_progress"


async def test_a_renamed_repository_redirects_and_a_removed_one_is_gone(
    world: World, client: httpx.AsyncClient
) -> None:
    repository = world.repository("acme/checkout-api")
    world.rename_repository(repository, "basket-api")
    moved = await client.get(f"{RUNS}?per_page=1")
    followed = await client.get(f"{RUNS}?per_page=1", follow_redirects=True)
    world.remove_repository(repository)
    assert (moved.status_code, followed.status_code) == (301, 200)
    assert (await client.get(f"{RUNS}?per_page=1")).status_code == 404
    assert (await client.get("/repos/acme/basket-api")).json()["message"] == "Not Found"


async def test_an_app_signs_in_and_its_token_expires(fake: FakeGitHub) -> None:
    fake.switches.installation_token_seconds = 1
    path = f"/app/installations/{fake.app.installation_id}/access_tokens"
    async with httpx.AsyncClient(base_url=fake.url) as client:
        signed = {"Authorization": f"Bearer {fake.app.sign(fake.clock())}"}
        made = await client.post(path, headers=signed)
        token = {"Authorization": f"Bearer {made.json()['token']}"}
        ids = [(await client.get("/orgs/acme/installation", headers=signed)).json()["id"]]
        seen = await client.get("/installation/repositories", headers=token)
        fake.skew_seconds = 2
        expired = await client.get("/installation/repositories", headers=token)
    assert (made.status_code, ids) == (201, [fake.app.installation_id])
    assert seen.json()["total_count"] == 4
    assert (expired.status_code, expired.json()["message"]) == (401, "Bad credentials")


@pytest.mark.parametrize("fault", ["far", "expired", "hs256", "stranger", "issuer"])
async def test_a_wrong_app_signature_is_refused(fake: FakeGitHub, fault: str) -> None:
    now = int(fake.clock())
    tokens = {
        "far": lambda: fake.app.sign(now, 1_200),
        "expired": lambda: fake.app.sign(now, -10),
        "hs256": lambda: jwt.encode({"iss": str(fake.app.id), "iat": now, "exp": now + 60}, "s" * 32, "HS256"),
        "stranger": lambda: GitHubApp(fake.app.id, fake.app.installation_id).sign(now),
        "issuer": lambda: jwt.encode({"iss": "7", "iat": now, "exp": now + 60}, fake.app.private_key, "RS256"),
    }
    async with httpx.AsyncClient(base_url=fake.url) as client:
        refused = await client.get("/app", headers={"Authorization": f"Bearer {tokens[fault]()}"})
    assert refused.status_code == (404 if fault == "issuer" else 401)


async def test_an_enterprise_server_has_a_prefix_and_may_have_no_limits(world: World) -> None:
    with FakeGitHub(world, prefix="/api/v3") as fake:
        fake.limits.is_on = False
        async with httpx.AsyncClient(headers=fake.headers) as client:
            answer = await client.get(f"{fake.url}{RUNS}?per_page=1")
            outside = await client.get(fake.url.removesuffix("/api/v3") + RUNS)
    assert answer.links["next"]["url"].startswith(f"{fake.url}/repositories/")
    assert "x-ratelimit-remaining" not in answer.headers
    assert outside.status_code == 404
