"""GitLab's commits, branches and merge requests as rows. Pure functions of GitLab's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import re2  # type: ignore[import-untyped]

from datasource_server import sdk
from opssight_gitlab.words import Json, first_line, login, moment, moment_or_none

REVERTS = re2.compile(r"This reverts commit ([0-9a-f]{7,40})")
DRAFT = re2.compile(r"(?i)^\s*(?:\[draft\]|\(draft\)|draft:|\[wip\]|wip:)\s*")
APPROVED, WANTS_CHANGES = "approved this merge request", "requested changes"
AT_ONCE = timedelta(seconds=5)
"""Remarks that somebody hands in together are stored one after another."""

Review = tuple[str, datetime]
Reviews = list[Review]


def to_commit(commit: Json, *, repo: str, files: Iterable[str] | None = None) -> sdk.Commit:
    """Return the row of a commit; `files` are left as they are stored where not given.

    Lists of a merge request's commits leave out the parents: then they are left as they are stored too. GitLab knows
    names, not logins.
    """
    parents, message = commit.get("parent_ids") or [], commit.get("message") or commit.get("title") or ""
    known: dict[str, Any] = {} if files is None else {"files": list(files)}
    known |= {"parents": list(parents), "is_merge": len(parents) > 1} if parents else {}
    committed_at = commit.get("committed_date") or commit.get("created_at") or commit["authored_date"]
    return sdk.Commit(
        repo=repo,
        sha=commit["id"],
        url=commit.get("web_url") or "",
        author=commit.get("author_name") or "",
        author_email=commit.get("author_email") or "",
        authored_at=moment(commit.get("authored_date") or committed_at),
        committed_at=moment(committed_at),
        title=first_line(message),
        reverts_sha=reverted(message),
        **known,
    )


def reverted(message: str) -> str:
    """Return the commit that a message says it reverts."""
    found = REVERTS.search(message)
    return found[1] if found else ""


def to_pushed_commit(commit: Json, *, repo: str) -> sdk.Commit:
    """Return the row of a commit as a push tells of it: without its parents, and with one moment for two."""
    author, message = commit.get("author") or {}, commit["message"]
    pushed_at = moment(commit["timestamp"])
    return sdk.Commit(
        repo=repo,
        sha=commit["id"],
        url=commit.get("url") or "",
        author=author.get("name") or "",
        author_email=author.get("email") or "",
        authored_at=pushed_at,
        committed_at=pushed_at,
        title=first_line(message),
        reverts_sha=reverted(message),
        files=sorted({*commit.get("added", ()), *commit.get("removed", ()), *commit.get("modified", ())}),
    )


def changed_files(diffs: Iterable[Json]) -> list[str]:
    """Return the paths that diffs are about: of a file that was moved its new one, of one that is gone its old one."""
    paths = ((each["old_path"] if each.get("deleted_file") else each["new_path"]) for each in diffs)
    return list(dict.fromkeys(paths))


def to_branch(branch: Json, *, repo: str) -> sdk.Branch:
    """Return the row of a branch."""
    return sdk.Branch(
        repo=repo,
        name=branch["name"],
        url=branch.get("web_url") or "",
        head_sha=branch["commit"]["id"],
        head_at=moment_or_none(branch["commit"].get("committed_date") or branch["commit"].get("created_at")),
        is_default=bool(branch.get("default")),
        is_protected=bool(branch.get("protected")),
        is_deleted=False,
    )


def to_merge_request(request: Json, *, repo: str, details: Mapping[str, Any] | None = None) -> sdk.PullRequest:
    """Return the row of a merge request; `details` hold what only other addresses tell."""
    is_merged, merged_at = request["state"] == "merged", moment_or_none(request.get("merged_at"))
    closed_at = moment_or_none(request.get("closed_at")) or merged_at
    return sdk.PullRequest(
        repo=repo,
        number=request["iid"],
        url=request.get("web_url") or "",
        title=plain_title(request),
        author=login(request.get("author")),
        state="merged" if is_merged else "closed" if request["state"] == "closed" else "open",
        draft=is_draft(request),
        base=request["target_branch"],
        head=request["source_branch"],
        head_sha=request.get("sha") or "",
        labels=list(request.get("labels") or ()),
        created_at=moment(request["created_at"]),
        merged_at=merged_at,
        merged_by=login(request.get("merge_user") or request.get("merged_by")),
        closed_at=closed_at,
        merge_sha=merge_sha(request) if is_merged else "",
        updated_at=moment_or_none(request.get("updated_at")),
        **(details or {}),
    )


def is_draft(request: Json) -> bool:
    """Return whether a merge request is not ready for review."""
    return bool(request.get("draft") or request.get("work_in_progress"))


def plain_title(request: Json) -> str:
    """Return a merge request's title without the word in front by which GitLab marks drafts."""
    title: str = request["title"]
    return str(DRAFT.sub("", title)) if is_draft(request) else title


def merge_sha(request: Json) -> str:
    """Return the commit that the target branch got: of the merge, else squashed, else the last one as it was."""
    return request.get("merge_commit_sha") or request.get("squash_commit_sha") or request.get("sha") or ""


def merge_request_details(request: Json, notes: Sequence[Json], commits: Sequence[Json]) -> dict[str, Any]:
    """Return the columns of a merge request that follow from its notes and commits.

    A review is an approval, a wish for changes, or remarks by somebody else that were handed in together.
    """
    author = login(request.get("author"))
    others = sorted((each for each in notes if _is_review(each, author)), key=lambda each: moment(each["created_at"]))
    approvals = [moment(each["created_at"]) for each in others if _is(each, APPROVED)]
    written = [moment(each.get("authored_date") or each["created_at"]) for each in commits]
    given = reviews(others)
    return {
        "first_commit_at": min(written, default=None),
        "first_review_at": min((at for _, at in given), default=None),
        "approved_at": min(approvals, default=None),
        "review_count": len(given),
        "reviewers": sorted({who for who, _ in given} - {""}),
    }


def _is_review(note: Json, author: str) -> bool:
    counts = not note.get("system") or _is(note, APPROVED) or _is(note, WANTS_CHANGES)
    return counts and login(note.get("author")) != author


def _is(note: Json, deed: str) -> bool:
    return bool(note.get("system")) and str(note.get("body") or "").startswith(deed)


def reviews(notes: Iterable[Json]) -> Reviews:
    """Return who reviewed when; notes in the order of time."""
    given: Reviews = []
    last: dict[str, datetime] = {}
    for note in notes:
        who, at = login(note.get("author")), moment(note["created_at"])
        if who not in last or at - last[who] > AT_ONCE:
            given.append((who, at))
        last[who] = at
    return given


def line_counts(diffs: Iterable[Json]) -> dict[str, int]:
    """Return how many lines diffs add and remove; nothing where GitLab leaves out the text of one of them."""
    added = removed = 0
    for each in diffs:
        if each.get("too_large") or each.get("collapsed"):
            return {}
        lines = (each.get("diff") or "").split("\n")
        added += sum(line.startswith("+") and not line.startswith("+++ ") for line in lines)
        removed += sum(line.startswith("-") and not line.startswith("--- ") for line in lines)
    return {"additions": added, "deletions": removed}
