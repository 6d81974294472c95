"""The fake GitLab answers as GitLab does: pages, filters, keysets, redirects and the errors of each."""

import time
from itertools import pairwise
from urllib.parse import quote

import httpx
import pytest

from .github import World, generate_organisation
from .gitlab import FakeGitLab
from .reading import everything, pages

PROJECT = "/projects/acme%2Fcheckout-api"
PIPELINES = f"{PROJECT}/pipelines"


def _written(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


async def test_a_project_is_found_by_id_and_by_its_escaped_path(world: World, gitlab_client: httpx.AsyncClient) -> None:
    wanted = world.repository("acme/checkout-api")
    by_path = (await gitlab_client.get(PROJECT)).json()
    by_id = (await gitlab_client.get(f"/projects/{wanted.id}")).json()
    assert by_path == by_id
    assert (by_id["path_with_namespace"], by_id["default_branch"]) == ("acme/checkout-api", "main")
    assert (await gitlab_client.get("/projects/acme/checkout-api")).status_code == 404


async def test_pipelines_are_read_whole_and_newest_first(world: World, gitlab_client: httpx.AsyncClient) -> None:
    found = await everything(gitlab_client, f"{PIPELINES}?per_page=50")
    ids = [each["id"] for each in found]
    assert ids == [run.id for run in reversed(world.repository("acme/checkout-api").runs)]


async def test_pages_tell_where_they_are_and_links_repeat_the_project(
    gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient, world: World
) -> None:
    answer = await gitlab_client.get(f"{PIPELINES}?page=2&per_page=30")
    total = len(world.repository("acme/checkout-api").runs)
    told = {name: answer.headers[f"x-{name}"] for name in ("page", "next-page", "prev-page", "per-page", "total")}
    assert told == {"page": "2", "next-page": "3", "prev-page": "1", "per-page": "30", "total": str(total)}
    assert list(answer.links) == ["prev", "next", "first", "last"]
    assert answer.links["next"]["url"].startswith(f"{gitlab.url}{PIPELINES}?id=acme%2Fcheckout-api&")
    assert len((await gitlab_client.get(f"{PIPELINES}?per_page=500")).json()) == 100
    assert len((await gitlab_client.get(PIPELINES)).json()) == 20


async def test_long_lists_say_no_totals(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    gitlab.switches.counts_up_to = 100
    answer = await gitlab_client.get(PIPELINES)
    assert "x-total" not in answer.headers
    assert "last" not in answer.links
    assert answer.headers["x-next-page"] == "2"
    assert "x-total" not in (await gitlab_client.get(f"{PROJECT}/repository/commits")).headers


async def test_changed_pipelines_come_in_the_order_of_their_change(
    world: World, gitlab_client: httpx.AsyncClient
) -> None:
    runs = world.repository("acme/checkout-api").runs
    since = sorted(run.latest.updated_at(world.now) for run in runs)[-40]
    query = f"updated_after={_written(since)}&order_by=updated_at&sort=asc&per_page=15"
    found = await everything(gitlab_client, f"{PIPELINES}?{query}")
    assert {each["id"] for each in found} == {run.id for run in runs if run.latest.updated_at(world.now) >= since}
    assert all(str(a["updated_at"]) <= str(b["updated_at"]) for a, b in pairwise(found))


async def test_pipelines_are_filtered_by_status_source_ref_and_name(
    world: World, gitlab_client: httpx.AsyncClient
) -> None:
    failed = await everything(gitlab_client, f"{PIPELINES}?status=failed&source=push&ref=main&name=CI&per_page=100")
    wanted = [
        run.id
        for run in world.repository("acme/checkout-api").runs
        if (run.event, run.branch, run.workflow.name) == ("push", "main", "CI")
        and run.latest.visible_conclusion(world.now) in ("failure", "timed_out", "startup_failure")
    ]
    assert [each["id"] for each in failed] == wanted[::-1]
    refused = await gitlab_client.get(f"{PIPELINES}?status=broken")
    assert (refused.status_code, refused.json()) == (400, {"error": "status does not have a valid value"})


async def test_a_merge_request_pipeline_runs_on_the_head_of_it(world: World, gitlab_client: httpx.AsyncClient) -> None:
    run = next(each for each in world.runs() if each.pull_numbers)
    found = (await gitlab_client.get(f"/projects/{run.repository.id}/pipelines/{run.id}")).json()
    assert (found["source"], found["ref"]) == ("merge_request_event", f"refs/merge-requests/{run.pull_numbers[0]}/head")


async def test_projects_are_read_by_keyset(world: World, gitlab_client: httpx.AsyncClient) -> None:
    path = "/projects?pagination=keyset&order_by=id&sort=asc&per_page=1"
    found = await pages(gitlab_client, path)
    first = await gitlab_client.get(path)
    assert [each["id"] for page in found for each in page] == sorted(world.repositories)
    assert found[-1] == []
    assert "id_after=" in first.links["next"]["url"]
    assert "x-page" not in first.headers


async def test_jobs_are_read_by_keyset_downwards_only(world: World, gitlab_client: httpx.AsyncClient) -> None:
    path = f"{PROJECT}/jobs?pagination=keyset&order_by=id&per_page=100"
    found = [int(str(each["id"])) for each in await everything(gitlab_client, f"{path}&sort=desc")]
    refused = await gitlab_client.get(f"{path}&sort=asc")
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found) > 300
    assert (refused.status_code, refused.json()["error"]) == (
        405,
        "Keyset pagination is not yet available for this type of request",
    )


async def test_pipelines_have_no_keyset_and_ignore_it(gitlab_client: httpx.AsyncClient) -> None:
    answer = await gitlab_client.get(f"{PIPELINES}?pagination=keyset&order_by=id&sort=asc")
    assert answer.headers["x-page"] == "1"


async def test_pages_of_keyset_lists_end_somewhere(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    gitlab.switches.max_offset = 200
    refused = await gitlab_client.get(f"{PROJECT}/jobs?page=3&per_page=100")
    assert (refused.status_code, refused.json()["error"][:45]) == (405, "Offset pagination has a maximum allowed offse")
    assert (await gitlab_client.get(f"{PIPELINES}?page=3&per_page=100")).status_code == 200


async def test_a_pipeline_inserted_while_paging_repeats_one_and_loses_none(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    before = {run.id for run in world.repository("acme/checkout-api").runs}
    gitlab.switches.shift_every = 1
    found = [each["id"] for each in await everything(gitlab_client, f"{PIPELINES}?per_page=20")]
    assert before <= set(found)
    assert len(found) > len(set(found))


@pytest.mark.parametrize("parameter", ["page=0", "per_page=0", "per_page=x", "sort=up", "updated_after=yesterday"])
async def test_a_parameter_that_cannot_be_is_refused(gitlab_client: httpx.AsyncClient, parameter: str) -> None:
    refused = await gitlab_client.get(f"{PIPELINES}?{parameter}")
    assert refused.status_code == 400
    assert refused.json()["error"].startswith(parameter.partition("=")[0])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/projects/1", {"message": "404 Project Not Found"}),
        ("/projects/acme%2Fnothing/pipelines", {"message": "404 Project Not Found"}),
        ("/groups/nobody/projects", {"message": "404 Group Not Found"}),
        (f"{PIPELINES}/1", {"message": "404 Not found"}),
        (f"{PROJECT}/jobs/1", {"message": "404 Not found"}),
        (f"{PROJECT}/repository/commits/{'0' * 40}", {"message": "404 Commit Not Found"}),
        (f"{PROJECT}/repository/branches/none", {"message": "404 Branch Not Found"}),
        (f"{PROJECT}/merge_requests/9999", {"message": "404 Not found"}),
        ("/nothing", {"error": "404 Not Found"}),
    ],
)
async def test_what_is_not_there_is_said_in_gitlabs_words(
    gitlab_client: httpx.AsyncClient, path: str, body: dict[str, str]
) -> None:
    answer = await gitlab_client.get(path)
    assert (answer.status_code, answer.json()) == (404, body)


async def test_a_pipeline_of_another_project_is_not_found(world: World, gitlab_client: httpx.AsyncClient) -> None:
    stranger = next(run for run in world.runs() if run.repository.name != "checkout-api")
    assert (await gitlab_client.get(f"{PIPELINES}/{stranger.id}")).status_code == 404


async def test_a_renamed_project_redirects_and_a_removed_one_is_gone(
    world: World, gitlab_client: httpx.AsyncClient
) -> None:
    repository = world.repository("acme/checkout-api")
    world.rename_repository(repository, "basket-api")
    moved = await gitlab_client.get(f"{PIPELINES}?per_page=1")
    followed = await gitlab_client.get(f"{PIPELINES}?per_page=1", follow_redirects=True)
    world.remove_repository(repository)
    assert (moved.status_code, moved.headers["content-type"]) == (301, "text/plain")
    assert moved.headers["location"].endswith(f"/projects/{repository.id}/pipelines?per_page=1")
    assert followed.status_code == 200
    assert (await gitlab_client.get(PIPELINES)).status_code == 404


async def test_a_groups_projects_can_leave_out_the_archived(gitlab_client: httpx.AsyncClient, world: World) -> None:
    world.repository("acme/checkout-api").is_archived = True
    every = await everything(gitlab_client, "/groups/acme/projects?include_subgroups=true")
    active = await everything(gitlab_client, f"/groups/{world.organisation.id}/projects?archived=false")
    assert {each["path_with_namespace"] for each in every} == {each.full_name for each in world.repositories.values()}
    assert len(active) == len(every) - 1


async def test_time_ends_open_pipelines_and_new_ones_come(world: World, gitlab_client: httpx.AsyncClient) -> None:
    running = await everything(gitlab_client, f"{PIPELINES}?scope=running")
    assert running
    world.finish_open_runs()
    inserted = world.advance(600, new_runs=3)
    newest = (await gitlab_client.get(PIPELINES)).json()[0]
    ended = (await gitlab_client.get(f"{PIPELINES}/{running[0]['id']}")).json()
    assert newest["id"] == inserted[-1].id
    assert ended["status"] not in ("running", "pending")
    assert ended["finished_at"] or ended["status"] == "manual"


async def test_twenty_thousand_pipelines_page_in_time() -> None:
    world = generate_organisation(repos=40, runs=20_000)
    with FakeGitLab(world) as fake:
        async with httpx.AsyncClient(base_url=fake.url, headers=fake.headers, timeout=10) as client:
            begun = time.process_time()
            found = await everything(client, f"{PIPELINES}?per_page=100&order_by=updated_at&sort=asc")
    assert time.process_time() - begun < 20
    assert len(found) == len(world.repository("acme/checkout-api").runs)


def test_branches_with_slashes_are_one_part_of_an_address(gitlab: FakeGitLab, world: World) -> None:
    name = next(each for each in world.repository("acme/checkout-api").branches if "/" in each)
    answer = httpx.get(f"{gitlab.url}{PROJECT}/repository/branches/{quote(name, safe='')}", headers=gitlab.headers)
    assert (answer.status_code, answer.json()["name"]) == (200, name)
