"""Changes and what lands on main branches as rows, as they are seen at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random

from datasource_server import sdk
from opssight_sandbox.changes import Change
from opssight_sandbox.mainline import Landing, head_before
from opssight_sandbox.organisation import ORGANISATION, WEB, Service


def change_rows(change: Change, now: datetime, seed: int) -> Iterator[sdk.Row]:
    """Yield the pull request and the commits of its branch."""
    yield _pull_request(change, now)
    parents = [head_before(change.service, change.written_at, seed)]
    for place, sha in enumerate(change.shas):
        written = change.written_at + (change.opened_at - change.written_at) * (place / len(change.shas))
        commit = Landing(
            change.service, sha, change.title, change.author, change.author, written, change.files, change.number
        )
        yield _commit(commit, parents)
        parents = [sha]


def landing_rows(landing: Landing, seed: int) -> Iterator[sdk.Row]:
    """Yield the commit on the main branch, whose parent is the one before it."""
    yield _commit(landing, [head_before(landing.service, landing.at, seed)])


def branch_row(service: Service, now: datetime, seed: int) -> sdk.Branch:
    """Return the main branch as it is now."""
    head = head_before(service, now, seed)
    url = f"{WEB}/{service.name}"
    return sdk.Branch(repo=service.repo, name="main", head_sha=head, is_default=True, is_protected=True, url=url)


def path_rows(service: Service) -> Iterator[sdk.Row]:
    """Yield which folder of a monorepo makes up which service."""
    for place, part in enumerate(service.parts, 1):
        owners = [f"@{ORGANISATION}/{service.team}"]
        yield sdk.PathOwner(repo=service.repo, place=place, pattern=f"/{part}/", owners=owners, service=part)


def _pull_request(change: Change, now: datetime) -> sdk.PullRequest:
    moments = (change.merged_at, change.closed_at, change.reviewed_at, change.approved_at)
    merged_at, closed_at, reviewed_at, approved_at = (each if each and each <= now else None for each in moments)
    size = Random(change.merge_sha)
    return sdk.PullRequest(
        repo=change.service.repo,
        number=change.number,
        title=change.title,
        author=change.author,
        state="merged" if merged_at else "closed" if closed_at else "open",
        draft=change.closed_at is None and change.number % 2 == 0,
        base="main",
        head=change.branch,
        head_sha=change.shas[-1],
        labels=list(change.labels),
        created_at=change.opened_at,
        first_commit_at=change.written_at,
        first_review_at=reviewed_at,
        approved_at=approved_at,
        merged_at=merged_at,
        merged_by=(change.reviewer or change.author) if merged_at else "",
        closed_at=closed_at,
        merge_sha=change.merge_sha if merged_at else "",
        additions=size.randrange(3, 400),
        deletions=size.randrange(200),
        review_count=int(reviewed_at is not None),
        reviewers=[change.reviewer] if reviewed_at else [],
        updated_at=max(filter(None, (change.opened_at, reviewed_at, approved_at, closed_at))),
        url=f"{WEB}/{change.service.name}/pulls/{change.number}",
    )


def _signed(landing: Landing) -> tuple[str, str]:
    """Return name and address in a commit: a few are a bot's, and one person's second machine is not set up well."""
    place = int(landing.sha[:4], 16)
    if landing.number is None and place % 4 == 0:
        return "renovate[bot]", "bot@renovateapp.com"
    if landing.author == "bastian" and place % 5 == 0:
        return "Bastian Weber", "bastian@home.example"
    return landing.author, f"{landing.author}@{ORGANISATION}.example"


def _commit(landing: Landing, parents: Sequence[str]) -> sdk.Commit:
    author, address = _signed(landing)
    return sdk.Commit(
        repo=landing.service.repo,
        sha=landing.sha,
        author=author,
        author_email=address,
        authored_at=landing.at,
        committed_at=landing.at,
        title=landing.title,
        parents=list(parents),
        files=list(landing.files),
        reverts_sha=landing.reverts_sha,
        url=f"{WEB}/{landing.service.name}/commit/{landing.sha}",
    )
