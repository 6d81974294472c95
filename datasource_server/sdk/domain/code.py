"""What is worked on: repositories, commits, pull requests, branches, and who owns which paths."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server.sdk.row import Moment, Row


class Repository(Row, table="repository", key=("source", "repo"), newer=("updated_at",)):
    """One repository that a connector watches."""

    repo: Annotated[str, "Owner and name, as the forge writes it."]
    default_branch: Annotated[str, "The branch that is released from."] = ""
    is_archived: Annotated[bool, "Read-only in the forge."] = False
    visibility: Annotated[str, "public, private or internal."] = ""
    description: Annotated[str, "The forge's own description."] = ""
    created_at: Annotated[Moment | None, "When it was created."] = None
    pushed_at: Annotated[Moment | None, "The last push to any branch."] = None
    updated_at: Annotated[Moment | None, "The last change of the repository itself."] = None


class Commit(Row, table="commit", key=("source", "repo", "sha")):
    """One commit."""

    repo: Annotated[str, "Owner and name of the repository."]
    sha: Annotated[str, "The commit's id."]
    author: Annotated[str, "Login where the forge knows it, else the name."] = ""
    author_email: Annotated[str, "The address in the commit."] = ""
    committer: Annotated[str, "Login or name of who put it on its branch, where it is known."] = ""
    authored_at: Annotated[Moment, "When it was written."]
    committed_at: Annotated[Moment, "When it was put on its branch."]
    title: Annotated[str, "First line of its message."] = ""
    is_merge: Annotated[bool, "Has more than one parent."] = False
    parents: Annotated[list[str], "Ids of its parents."] = []
    files: Annotated[list[str], "Paths that it touches."] = []
    reverts_sha: Annotated[str, "The commit that it reverts, by its message."] = ""


class PullRequest(Row, table="pull_request", key=("source", "repo", "number"), newer=("updated_at",)):
    """One pull or merge request."""

    repo: Annotated[str, "Owner and name of the repository."]
    number: Annotated[int, "The number that people see."]
    title: Annotated[str, "Its title."]
    author: Annotated[str, "Login of who opened it."] = ""
    state: Annotated[Literal["open", "merged", "closed"], "open, merged or closed."]
    draft: Annotated[bool, "Not ready for review."] = False
    base: Annotated[str, "The branch it goes to."] = ""
    head: Annotated[str, "The branch it comes from."] = ""
    head_sha: Annotated[str, "Its newest commit."] = ""
    labels: Annotated[list[str], "Names of its labels."] = []
    created_at: Annotated[Moment, "When it was opened."]
    first_commit_at: Annotated[Moment | None, "When its first commit was written."] = None
    first_review_at: Annotated[Moment | None, "The first review by somebody else."] = None
    approved_at: Annotated[Moment | None, "The first approval."] = None
    merged_at: Annotated[Moment | None, "When it was merged."] = None
    merged_by: Annotated[str, "Login of who merged it."] = ""
    closed_at: Annotated[Moment | None, "When it was closed or merged."] = None
    merge_sha: Annotated[str, "The commit that it became."] = ""
    additions: Annotated[int | None, "Lines added."] = None
    deletions: Annotated[int | None, "Lines removed."] = None
    review_count: Annotated[int | None, "Reviews by others."] = None
    reviewers: Annotated[list[str], "Logins of who reviewed it."] = []
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class Branch(Row, table="branch", key=("source", "repo", "name")):
    """One branch."""

    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The branch's name."]
    head_sha: Annotated[str, "Its newest commit."] = ""
    head_at: Annotated[Moment | None, "When its newest commit was made."] = None
    is_default: Annotated[bool, "The repository's default branch."] = False
    is_protected: Annotated[bool, "Guarded by the forge."] = False
    is_deleted: Annotated[bool, "No longer in the forge."] = False
    ahead: Annotated[int | None, "Commits that the default branch lacks."] = None
    behind: Annotated[int | None, "Commits of the default branch that it lacks."] = None


class PathOwner(Row, table="path_owner", key=("source", "repo", "place")):
    """One rule of who owns which paths of a repository; of those that match a path the last one counts."""

    repo: Annotated[str, "Owner and name of the repository."]
    place: Annotated[int, "Its place among the rules of the repository, from 1."]
    pattern: Annotated[str, "Paths as a CODEOWNERS file writes them."]
    owners: Annotated[list[str], "Logins, teams and addresses that own them; nobody where it is empty."] = []
    service: Annotated[str, "The service that these paths make up; empty where the rule is about owners only."] = ""
    section: Annotated[str, "The section of its file; of each section the last rule that matches counts."] = ""
