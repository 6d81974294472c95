"""Routes of branches, tags, files, commits, comparisons and merge requests."""

from base64 import b64encode

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.history import ancestors, compare
from tests.fakes.github.model import Commit, PullRequest, Repository

from .answers import bad_request, not_found
from .call import Call
from .ci_file import CI_PATH, ci_file
from .paging import list_page, ordered, within
from .shapes_commits import branch_shape, commit_shape, diff_shape, stats_shape
from .shapes_merge_requests import (
    approvals_shape,
    changed_files,
    full_merge_request_shape,
    merge_request_shape,
    note_shape,
    notes_of,
    runs_of,
    state_of,
)
from .shapes_pipelines import basic_pipeline_shape
from .site import Json

STATES = ("opened", "closed", "locked", "merged", "all")


def list_branches(call: Call) -> Answer:
    """GET …/repository/branches, by name; `search` chooses."""
    project, text = call.project(), call.get("search")
    found = [name for name in sorted(project.branches) if text in name]
    return list_page(call, found, lambda name: branch_shape(call.site, project, name))


def get_branch(call: Call) -> Answer:
    """GET …/repository/branches/{branch}."""
    project, name = call.project(), call.params["branch"]
    if name not in project.branches:
        raise not_found("Branch")
    return to_json(branch_shape(call.site, project, name))


def list_tags(call: Call) -> Answer:
    """GET …/repository/tags: there are none."""
    call.project()
    return list_page(call, [], lambda each: each)


def list_commits(call: Call) -> Answer:
    """GET …/repository/commits: newest first, of `ref_name` or of `all`; without totals."""
    project = call.project()
    since, until = call.moment("since"), call.moment("until")
    found = [
        each
        for each in _reachable(call, project)
        if (since is None or each.committed_at >= since) and (until is None or each.committed_at <= until)
    ]
    found.sort(key=lambda each: each.committed_at, reverse=True)
    has_stats = call.flag("with_stats")

    def shape(commit: Commit) -> Json:
        stats: Json = {"stats": stats_shape(commit)} if has_stats else {}
        return {**commit_shape(call.site, project, commit), **stats}

    return list_page(call, found, shape, is_counted=False)


def _reachable(call: Call, project: Repository) -> list[Commit]:
    if call.flag("all"):
        return list(project.commits.values())
    return ancestors(project, call.sha(call.get("ref_name", project.default_branch)))


def get_commit(call: Call) -> Answer:
    """GET …/repository/commits/{sha}: with its lines and its last pipeline."""
    project = call.project()
    commit = project.commits[call.sha(call.params["sha"])]
    runs = [run for run in project.runs if run.sha == commit.sha and run.created_at <= call.now]
    last = basic_pipeline_shape(call, runs[-1]) if runs else None
    shape: Json = {
        **commit_shape(call.site, project, commit),
        "stats": stats_shape(commit),
        "status": last["status"] if last else None,
        "project_id": project.id,
        "last_pipeline": last,
    }
    return to_json(shape)


def list_commit_diffs(call: Call) -> Answer:
    """GET …/repository/commits/{sha}/diff: the files, a page at a time."""
    commit = call.project().commits[call.sha(call.params["sha"])]
    return list_page(call, commit.files, diff_shape)


def get_comparison(call: Call) -> Answer:
    """GET …/repository/compare?from=…&to=…: the commits that `to` has and `from` hasn't, oldest first."""
    project, base, head = call.project(), call.get("from"), call.get("to")
    found = compare(project, call.sha(base), call.sha(head))
    if found is None:
        raise not_found()
    commits = [commit_shape(call.site, project, each) for each in found.commits]
    shape: Json = {
        "commit": commits[-1] if commits else None,
        "commits": commits,
        "diffs": [diff_shape(each) for each in found.files],
        "compare_timeout": False,
        "compare_same_ref": not commits and not found.behind,
        "web_url": f"{call.site.page(project)}/-/compare/{base}...{head}",
    }
    return to_json(shape)


def get_sequence(call: Call) -> Answer:
    """GET …/repository/commits/{sha}/sequence: how many commits lead to it, itself counted."""
    return to_json({"count": len(ancestors(call.project(), call.sha(call.params["sha"])))})


def get_merge_base(call: Call) -> Answer:
    """GET …/repository/merge_base?refs[]=…&refs[]=…: the newest commit that both build on; 404 when there is none."""
    project, refs = call.project(), call.every("refs")
    if len(refs) != 2:
        raise bad_request("Provide at least 2 refs")
    found = compare(project, call.sha(refs[0]), call.sha(refs[1]))
    if found is None:
        raise not_found("Merge Base")
    return to_json(commit_shape(call.site, project, found.merge_base))


def get_file(call: Call) -> Answer:
    """GET …/repository/files/{path}: the pipeline file, in base64."""
    body, ref = _file(call), call.get("ref", "HEAD")
    shape: Json = {
        "file_name": CI_PATH,
        "file_path": CI_PATH,
        "size": len(body),
        "encoding": "base64",
        "content": b64encode(body).decode(),
        "ref": ref,
        "blob_id": f"{len(body):040x}",
        "execute_filemode": False,
    }
    return to_json(shape)


def get_raw_file(call: Call) -> Answer:
    """GET …/repository/files/{path}/raw."""
    return Answer(_file(call), media_type="text/plain; charset=utf-8")


def _file(call: Call) -> bytes:
    if call.params["path"] != CI_PATH:
        raise not_found("File")
    return ci_file(call.project()).encode()


def list_merge_requests(call: Call) -> Answer:
    """GET …/merge_requests: `state`, `updated_after`, `created_after`, `order_by`, `sort`, branches and author."""
    project = call.project()
    state = call.choice("state", STATES, "all")
    found = [each for each in project.pulls.values() if state in ("all", state_of(each)) and _is_wanted(call, each)]
    found = within(call, found, "updated", lambda each: each.updated_at)
    found = within(call, found, "created", lambda each: each.created_at)
    orders = {
        "created_at": lambda each: (each.created_at, each.id),
        "updated_at": lambda each: (each.updated_at, each.id),
        "merged_at": lambda each: (each.merged_at or 0, each.id),
        "title": lambda each: (each.title, each.id),
    }
    in_order = ordered(call, found, orders, "created_at", "desc")
    return list_page(call, in_order, lambda each: merge_request_shape(call, project, each))


def _is_wanted(call: Call, pull: PullRequest) -> bool:
    wanted = {"source_branch": pull.head, "target_branch": pull.base, "author_username": pull.author.login}
    iids = call.every("iids")
    is_asked = not iids or str(pull.number) in iids
    return is_asked and all(call.get(name, value) == value for name, value in wanted.items())


def _merge_request(call: Call) -> tuple[Repository, PullRequest]:
    project = call.project()
    found = project.pulls.get(call.number("iid"))
    if found is None:
        raise not_found()
    return project, found


def get_merge_request(call: Call) -> Answer:
    """GET …/merge_requests/{iid}."""
    return to_json(full_merge_request_shape(call, *_merge_request(call)))


def list_merge_request_commits(call: Call) -> Answer:
    """GET …/merge_requests/{iid}/commits, newest first; here GitLab knows no parents."""
    project, pull = _merge_request(call)
    found = [project.commits[sha] for sha in reversed(pull.commits)]
    return list_page(call, found, lambda each: {**commit_shape(call.site, project, each), "parent_ids": []})


def list_merge_request_diffs(call: Call) -> Answer:
    """GET …/merge_requests/{iid}/diffs: each path once."""
    return list_page(call, changed_files(*_merge_request(call)), diff_shape)


def list_merge_request_pipelines(call: Call) -> Answer:
    """GET …/merge_requests/{iid}/pipelines, newest first."""
    project, pull = _merge_request(call)
    return list_page(call, runs_of(project, pull, call.now)[::-1], lambda run: basic_pipeline_shape(call, run))


def list_notes(call: Call) -> Answer:
    """GET …/merge_requests/{iid}/notes, newest first: what people wrote, and what GitLab wrote about their deeds."""
    project, pull = _merge_request(call)
    orders = {"created_at": lambda note: (note.at, note.id), "updated_at": lambda note: (note.at, note.id)}
    kept = [note for note in notes_of(pull) if note.at <= call.now]
    found = ordered(call, kept, orders, "created_at", "desc")
    return list_page(call, found, lambda note: note_shape(call.site, project, pull, note))


def get_approvals(call: Call) -> Answer:
    """GET …/merge_requests/{iid}/approvals."""
    return to_json(approvals_shape(call, *_merge_request(call)))
