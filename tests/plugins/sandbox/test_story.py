"""The sandbox's history is one that a forge could have: a main branch in order, deployments, trouble and repairs."""

import asyncio
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import TypeVar

from datasource_server import sdk
from opssight_sandbox.organisation import SERVICES
from tests.plugins.sandbox.reading import NOW, collected

DAYS = 40
R = TypeVar("R", bound=sdk.Row)


@cache
def story() -> tuple[sdk.Row, ...]:
    """Return forty days of work, read once."""
    return tuple(asyncio.run(collected(NOW - timedelta(days=DAYS), NOW)))


def of(table: type[R]) -> list[R]:
    return [row for row in story() if isinstance(row, table)]


def main_branches() -> dict[str, list[sdk.Commit]]:
    """Return the commits of each main branch in order."""
    branch_only = {pull.head_sha for pull in of(sdk.PullRequest)}
    landed = {run.sha for run in of(sdk.PipelineRun) if run.pipeline == "ci" and run.is_default_branch}
    commits = [each for each in of(sdk.Commit) if each.sha in landed and each.sha not in branch_only]
    found: dict[str, list[sdk.Commit]] = {service.repo: [] for service in SERVICES}
    for each in sorted(commits, key=lambda commit: commit.committed_at):
        found[each.repo].append(each)
    return found


def delivered() -> list[sdk.Deployment]:
    rows = [row for row in of(sdk.Deployment) if row.tier == "production" and row.status == "success"]
    return sorted(rows, key=lambda row: row.finished_at or NOW)


def test_the_main_branch_is_a_chain_of_commits_each_on_the_one_before() -> None:
    for repo, commits in main_branches().items():
        assert len(commits) > 5, repo
        for before, after in pairwise(commits):
            assert after.parents == [before.sha], (repo, after.title)


def test_the_branch_names_the_newest_commit_as_its_head() -> None:
    heads = {branch.repo: branch.head_sha for branch in of(sdk.Branch)}
    assert heads == {repo: commits[-1].sha for repo, commits in main_branches().items()}


def test_a_branch_begins_on_the_main_branch_and_goes_on_from_its_own_commits() -> None:
    on_main = {each.sha for commits in main_branches().values() for each in commits}
    shas = {each.sha for each in of(sdk.Commit)}
    heads = {pull.head_sha for pull in of(sdk.PullRequest)}
    on_branches = [each for each in of(sdk.Commit) if each.sha in heads and each.parents[0] in shas]
    assert on_branches
    assert all(len(each.parents) == 1 for each in of(sdk.Commit))
    assert any(each.parents[0] in on_main for each in on_branches)


def test_production_moves_forward_except_where_it_is_rolled_back() -> None:
    places = {each.sha: place for commits in main_branches().values() for place, each in enumerate(commits)}
    newest: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    backwards = 0
    for row in delivered():
        if row.sha not in places:
            continue  # it landed before the first day that was read
        if places[row.sha] <= newest.get(row.service, -1):
            backwards += 1
            assert (row.service, row.sha) in seen, row.id
        newest[row.service] = places[row.sha]
        seen.add((row.service, row.sha))
    assert backwards, "some deployments are rolled back"


def test_reverts_name_the_commit_and_hotfixes_carry_a_label() -> None:
    on_main = {each.sha: each for commits in main_branches().values() for each in commits}
    reverts = [each for each in on_main.values() if each.reverts_sha]
    assert reverts
    for each in reverts:
        assert on_main[each.reverts_sha].committed_at < each.committed_at
        assert on_main[each.reverts_sha].title in each.title
    assert [pull for pull in of(sdk.PullRequest) if "hotfix" in pull.labels and pull.state == "merged"]


def test_incidents_follow_deployments_and_are_over_later() -> None:
    deployed = {row.id: row for row in delivered()}
    incidents = of(sdk.Incident)
    named = [deployed[each.deployment_id] for each in incidents if each.deployment_id in deployed]
    assert named
    assert len(incidents) > 10
    for each in incidents:
        assert each.resolved_at is None or each.resolved_at > each.opened_at
        if cause := deployed.get(each.deployment_id):
            assert cause.service == each.service
            assert cause.finished_at is not None
            assert cause.finished_at < each.opened_at


def test_some_changes_are_pushed_directly_unreviewed_or_left_lying() -> None:
    pulls = of(sdk.PullRequest)
    merged = {pull.merge_sha for pull in pulls if pull.merge_sha}
    direct = [each for commits in main_branches().values() for each in commits if each.sha not in merged]
    assert direct
    assert [pull for pull in pulls if pull.state == "merged" and pull.first_review_at is None]
    assert [pull for pull in pulls if pull.state == "open" and pull.created_at < NOW - timedelta(days=10)]
    assert all(bool(pull.merged_by) == (pull.state == "merged") for pull in pulls)


def test_the_monorepo_has_an_owner_for_every_path_and_a_deployment_for_every_service() -> None:
    rows = asyncio.run(collected(NOW, NOW, "organisation"))
    owners = {row.service: row.pattern for row in rows if isinstance(row, sdk.PathOwner)}
    (monorepo,) = (service for service in SERVICES if service.parts)
    files = {file for each in of(sdk.Commit) if each.repo == monorepo.repo for file in each.files}
    assert tuple(owners) == monorepo.parts
    assert all(any(f"/{file}".startswith(pattern) for pattern in owners.values()) for file in files)
    assert {row.service for row in of(sdk.Deployment) if row.repo == monorepo.repo} == set(monorepo.parts)


def test_reports_of_tests_reach_back_thirty_days_and_hold_flaky_and_failed_ones() -> None:
    results = of(sdk.TestResult)
    a_run = Counter((row.run_id, row.attempt) for row in results)
    assert max(a_run.values()) == 40
    assert min(row.ran_at for row in results) > NOW - timedelta(days=31)
    assert any(row.is_flaky and row.tries == 2 for row in results)
    assert {row.status for row in results} == {"passed", "failed", "skipped"}
    failed = {row.job_id for row in results if row.status == "failed"}
    assert failed <= {row.id for row in of(sdk.PipelineJob) if row.status == "failure"}


def test_a_schedule_misses_some_nights_and_runners_differ() -> None:
    nights = Counter(run.repo for run in of(sdk.PipelineRun) if run.pipeline == "nightly" and run.attempt == 1)
    labels = {label for job in of(sdk.PipelineJob) for label in job.runner_labels}
    assert any(count < DAYS for count in nights.values())
    assert min(nights.values()) > DAYS * 0.8
    assert labels > {"ubuntu-latest", "windows-latest", "macos-15", "ubuntu-24.04-arm"}
