"""GitHub's commits, branches and pull requests as rows. Pure functions of GitHub's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from opssight_github.words import Json, first_line, login, moment

REVERTS = re2.compile(r"This reverts commit ([0-9a-f]{7,40})")
NOBODY: Json = {}


def to_commit(commit: Json, *, repo: str, files: Iterable[str] | None = None) -> sdk.Commit:
    """Return the row of a commit as the API shows it; `files` are left as they are stored where not given."""
    inner, parents = commit["commit"], [parent["sha"] for parent in commit["parents"]]
    author, committer = inner.get("author") or NOBODY, inner.get("committer") or NOBODY
    known: dict[str, Any] = {} if files is None else {"files": list(files)}
    return sdk.Commit(
        repo=repo,
        sha=commit["sha"],
        url=commit.get("html_url") or "",
        author=login(commit.get("author")) or author.get("name") or "",
        author_email=author.get("email") or "",
        authored_at=author.get("date") or committer["date"],
        committed_at=committer.get("date") or author["date"],
        title=first_line(inner["message"]),
        is_merge=len(parents) > 1,
        parents=parents,
        reverts_sha=reverted(inner["message"]),
        **known,
    )


def reverted(message: str) -> str:
    """Return the commit that a message says it reverts."""
    found = REVERTS.search(message)
    return found[1] if found else ""


def to_pushed_commit(commit: Json, *, repo: str) -> sdk.Commit:
    """Return the row of a commit as a push tells of it: without its parents, and with one moment for two."""
    author = commit.get("author") or NOBODY
    return sdk.Commit(
        repo=repo,
        sha=commit["id"],
        url=commit.get("url") or "",
        author=author.get("username") or author.get("name") or "",
        author_email=author.get("email") or "",
        authored_at=commit["timestamp"],
        committed_at=commit["timestamp"],
        title=first_line(commit["message"]),
        reverts_sha=reverted(commit["message"]),
        files=sorted({*commit.get("added", ()), *commit.get("removed", ()), *commit.get("modified", ())}),
    )


def to_branch(
    branch: Json, *, repo: str, page: str, default_branch: str, head_at: datetime | None = None
) -> sdk.Branch:
    """Return the row of a branch; `page` is the repository's address for people."""
    name = branch["name"]
    return sdk.Branch(
        repo=repo,
        name=name,
        url=f"{page}/tree/{name}",
        head_sha=branch["commit"]["sha"],
        head_at=head_at,
        is_default=name == default_branch,
        is_protected=bool(branch.get("protected")),
        is_deleted=False,
    )


def to_pull(pull: Json, *, repo: str, details: Json = NOBODY) -> sdk.PullRequest:
    """Return the row of a pull request; `details` (of `pull_details`) hold what only other addresses tell."""
    merged_at = pull.get("merged_at")
    known = {name: pull[name] for name in ("additions", "deletions") if name in pull}
    if "merged_by" in pull:
        known["merged_by"] = login(pull["merged_by"])
    return sdk.PullRequest(
        repo=repo,
        number=pull["number"],
        url=pull.get("html_url") or "",
        title=pull["title"],
        author=login(pull.get("user")),
        state="merged" if merged_at else pull["state"],
        draft=bool(pull.get("draft")),
        base=pull["base"]["ref"],
        head=pull["head"]["ref"],
        head_sha=pull["head"]["sha"],
        labels=[label["name"] for label in pull.get("labels") or ()],
        created_at=pull["created_at"],
        merged_at=merged_at,
        closed_at=pull.get("closed_at"),
        merge_sha=(pull.get("merge_commit_sha") or "") if merged_at else "",
        updated_at=pull["updated_at"],
        **known,
        **details,
    )


def pull_details(pull: Json, reviews: Sequence[Json], commits: Sequence[Json]) -> dict[str, Any]:
    """Return the columns of a pull request that follow from its reviews and commits.

    What the author says to the own pull request is no review.
    """
    author = login(pull.get("user"))
    others = [each for each in reviews if each.get("submitted_at") and login(each.get("user")) != author]
    given = [moment(each["submitted_at"]) for each in others]
    approvals = [moment(each["submitted_at"]) for each in others if each["state"].upper() == "APPROVED"]
    written = [moment(each["commit"]["author"]["date"]) for each in commits]
    return {
        "first_commit_at": min(written, default=None),
        "first_review_at": min(given, default=None),
        "approved_at": min(approvals, default=None),
        "review_count": len(others),
        "reviewers": sorted({login(each.get("user")) for each in others} - {""}),
    }
