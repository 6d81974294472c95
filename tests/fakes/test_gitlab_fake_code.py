"""The fake GitLab tells commits, merge requests, deployments, schedules and issues as GitLab does."""

import time
from itertools import pairwise

import httpx
import pytest

from .github import World, change_issue, merge, open_pull, push, review
from .github.model import PullRequest
from .gitlab import FakeGitLab
from .reading import everything

PROJECT = "/projects/acme%2Fcheckout-api"
MERGE_REQUESTS = f"{PROJECT}/merge_requests"


def _written(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


async def test_merge_requests_come_by_last_change(world: World, gitlab_client: httpx.AsyncClient) -> None:
    pulls = world.repository("acme/checkout-api").pulls.values()
    since = sorted(pull.updated_at for pull in pulls)[-7]
    query = f"updated_after={_written(since)}&order_by=updated_at&sort=asc&per_page=5"
    found = await everything(gitlab_client, f"{MERGE_REQUESTS}?{query}")
    assert [each["iid"] for each in found] == [
        pull.number for pull in sorted(pulls, key=lambda each: (each.updated_at, each.id)) if pull.updated_at >= since
    ]


async def test_a_squashed_merge_request_has_no_merge_commit(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    for pull in (each for each in repository.pulls.values() if each.merge_sha):
        told = (await gitlab_client.get(f"{MERGE_REQUESTS}/{pull.number}")).json()
        is_squash = len(repository.commits[pull.merge_sha or ""].parents) == 1
        wanted = (None, pull.merge_sha) if is_squash else (pull.merge_sha, None)
        assert (told["merge_commit_sha"], told["squash_commit_sha"]) == wanted
        assert (told["state"], told["closed_at"]) == ("merged", None)


async def test_a_draft_says_so_in_its_title(world: World, gitlab_client: httpx.AsyncClient) -> None:
    found = await everything(gitlab_client, f"{MERGE_REQUESTS}?state=opened")
    assert {each["draft"] for each in found} == {True, False}
    assert all(str(each["title"]).startswith("Draft: ") == each["draft"] for each in found)


async def test_diffs_of_a_merge_request_count_its_lines(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    pull = next(iter(repository.pulls.values()))
    diffs = await everything(gitlab_client, f"{MERGE_REQUESTS}/{pull.number}/diffs?per_page=2")
    lines = [line for each in diffs for line in str(each["diff"]).split("\n")]
    files = [file for sha in pull.commits for file in repository.commits[sha].files]
    assert sum(line.startswith("+") for line in lines) == sum(file.additions for file in files)
    assert sum(line.startswith("-") for line in lines) == sum(file.deletions for file in files)
    assert len({each["new_path"] for each in diffs}) == len(diffs)


def _reviewed(world: World) -> PullRequest:
    return next(
        each
        for each in world.repository("acme/checkout-api").pulls.values()
        if [given.state for given in each.reviews] == ["CHANGES_REQUESTED", "APPROVED"]
    )


async def test_each_review_is_one_note_and_an_approval_stands(world: World, gitlab_client: httpx.AsyncClient) -> None:
    pull = _reviewed(world)
    notes = await everything(gitlab_client, f"{MERGE_REQUESTS}/{pull.number}/notes?sort=asc&order_by=created_at")
    approvals = (await gitlab_client.get(f"{MERGE_REQUESTS}/{pull.number}/approvals")).json()
    bodies = [each["body"] for each in notes if each["id"] in {given.id for given in pull.reviews}]
    assert bodies == ["requested changes", "approved this merge request"]
    assert notes[0]["body"] == f"requested review from @{' and @'.join(_names(pull))}"
    assert notes[-1]["body"] == "merged"
    assert all(each["system"] for each in notes)
    assert [each["user"]["username"] for each in approvals["approved_by"]] == [pull.reviews[1].author.login]


def _names(pull: PullRequest) -> list[str]:
    return list(dict.fromkeys(each.author.login for each in pull.reviews))


async def test_people_open_review_and_merge(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    commit = push(world, repository, "Add it", branch="topic")
    pull = open_pull(world, repository, "topic", "Add it")
    review(world, pull, world.person("dev-02"), "COMMENTED")
    notes = (await gitlab_client.get(f"{MERGE_REQUESTS}/{pull.number}/notes")).json()
    merge(world, repository, pull, world.person("dev-03"))
    told = (await gitlab_client.get(f"{MERGE_REQUESTS}/{pull.number}")).json()
    commits = (await gitlab_client.get(f"{MERGE_REQUESTS}/{pull.number}/commits")).json()
    assert {(each["body"], each["system"]) for each in notes} == {
        ("A remark.", False),
        ("requested review from @dev-02", True),
    }
    assert (told["state"], told["merged_by"]["username"], told["sha"]) == ("merged", "dev-03", commit.sha)
    assert [(each["id"], each["parent_ids"]) for each in commits] == [(commit.sha, [])]


async def test_commits_are_of_one_branch_or_of_all(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    path = f"{PROJECT}/repository/commits?per_page=100"
    every = await everything(gitlab_client, f"{path}&all=true&with_stats=true")
    main = await everything(gitlab_client, path)
    assert {each["id"] for each in every} == set(repository.commits)
    assert len(main) < len(every)
    assert all(str(a["committed_date"]) >= str(b["committed_date"]) for a, b in pairwise(every))
    assert {each["stats"]["additions"] for each in every} == {  # type: ignore[index]  # JSON of an unknown shape
        sum(file.additions for file in commit.files) for commit in repository.commits.values()
    }


async def test_commits_since_a_moment_and_a_huge_one_in_pages(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    world.advance(3_600)
    commit = push(world, repository, "Fix it")
    huge = max(repository.commits.values(), key=lambda each: len(each.files))
    path = f"{PROJECT}/repository/commits"
    found = await everything(gitlab_client, f"{path}?since={_written(world.now)}")
    files = await everything(gitlab_client, f"{path}/{huge.sha}/diff?per_page=100")
    compared = (await gitlab_client.get(f"{PROJECT}/repository/compare?from={commit.parents[0]}&to=main")).json()
    assert [each["id"] for each in found] == [each["id"] for each in compared["commits"]] == [commit.sha]
    assert [each["new_path"] for each in files] == [file.path for file in huge.files]


async def test_branches_are_measured_by_what_they_share(world: World, gitlab_client: httpx.AsyncClient) -> None:
    repository = world.repository("acme/checkout-api")
    shared = repository.branches["main"]
    commit = push(world, repository, "Go on", branch="topic")
    path = f"{PROJECT}/repository"
    base = (await gitlab_client.get(f"{path}/merge_base?refs[]=main&refs[]=topic")).json()
    counts = [(await gitlab_client.get(f"{path}/commits/{ref}/sequence")).json()["count"] for ref in ("topic", "main")]
    refused = await gitlab_client.get(f"{path}/merge_base?refs[]=main")
    assert (base["id"], counts[0] - counts[1], commit.parents) == (shared, 1, (shared,))
    assert refused.status_code == 400


async def test_deployments_tell_their_job_and_keep_their_success(
    gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient
) -> None:
    rows = {row["id"]: row for row in gitlab.truth()["deployment"] if row["repo"] == "acme/checkout-api"}
    found = await everything(gitlab_client, f"{PROJECT}/deployments?per_page=50")
    assert {str(each["id"]) for each in found} == set(rows)
    for each in found:
        pipeline = each["deployable"]["pipeline"]  # type: ignore[index]  # JSON of an unknown shape
        words = {"failed": "failure", "canceled": "cancelled"}
        row = rows[str(each["id"])]
        assert (words.get(str(each["status"]), each["status"]), str(pipeline["id"])) == (row["status"], row["run_id"])


async def test_changed_deployments_come_in_the_order_of_their_change_only(gitlab_client: httpx.AsyncClient) -> None:
    path = f"{PROJECT}/deployments?updated_after=2025-12-01T00:00:00Z&per_page=100"
    found = await everything(gitlab_client, f"{path}&order_by=updated_at&sort=asc")
    refused = await gitlab_client.get(path)
    assert found
    assert all(str(a["updated_at"]) <= str(b["updated_at"]) for a, b in pairwise(found))
    assert min(str(each["updated_at"]) for each in found) >= "2025-12-01"
    assert (refused.status_code, refused.json()["message"]) == (
        400,
        "400 Bad request - `updated_at` filter and `updated_at` sorting must be paired",
    )


async def test_finished_deployments_are_successful_ones(gitlab_client: httpx.AsyncClient) -> None:
    path = f"{PROJECT}/deployments?finished_after=2025-12-01T00:00:00Z&order_by=finished_at"
    assert (await gitlab_client.get(path)).status_code == 400
    found = (await gitlab_client.get(f"{path}&status=success")).json()
    assert {each["status"] for each in found} == {"success"}


async def test_environments_have_tiers_and_a_last_deployment(gitlab_client: httpx.AsyncClient) -> None:
    found = await everything(gitlab_client, f"{PROJECT}/environments")
    whole = (await gitlab_client.get(f"{PROJECT}/environments/{found[0]['id']}")).json()
    assert {each["name"]: each["tier"] for each in found} == {"staging": "staging", "production": "production"}
    assert whole["last_deployment"]["environment"]["name"] == found[0]["name"]


async def test_every_cron_line_is_a_schedule_with_its_next_and_last_run(
    gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient
) -> None:
    found = await everything(gitlab_client, f"{PROJECT}/pipeline_schedules")
    rows = [row for row in gitlab.truth()["schedule"] if row["repo"] == "acme/checkout-api"]
    assert {each["cron"] for each in found} == {row["cron"] for row in rows}
    assert {each["next_run_at"] for each in found} == {"2026-01-16T02:00:00.000Z", "2026-01-15T14:00:00.000Z"}
    for each in found:
        path = f"{PROJECT}/pipeline_schedules/{each['id']}"
        last = (await gitlab_client.get(path)).json()["last_pipeline"]
        started = await everything(gitlab_client, f"{path}/pipelines?per_page=100")
        assert last["id"] == started[-1]["id"]
        assert {run["source"] for run in started} == {"schedule"}


async def test_issues_are_found_by_label_and_change(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    repository = world.repository("acme/checkout-api")
    issue = gitlab.extras.open_issue(world, repository, "Checkout is down", severity="HIGH")
    wish = gitlab.extras.open_issue(world, repository, "A wish", labels=())
    world.advance(600)
    change_issue(world, issue, is_open=False)
    found = await everything(gitlab_client, f"{PROJECT}/issues?labels=incident")
    changed = await everything(gitlab_client, f"{PROJECT}/issues?updated_after={_written(world.now)}")
    keyset = await everything(
        gitlab_client, f"{PROJECT}/issues?pagination=keyset&order_by=updated_at&sort=asc&per_page=1"
    )
    assert [each["iid"] for each in found] == [each["iid"] for each in changed] == [issue.number]
    assert [each["iid"] for each in keyset] == [wish.number, issue.number]
    assert (found[0]["state"], found[0]["severity"]) == ("closed", "HIGH")
    with pytest.raises(ValueError, match="unknown severity"):
        gitlab.extras.open_issue(world, repository, "Loud", severity="LOUD")
