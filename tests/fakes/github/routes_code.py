"""Routes of repositories, branches, files, commits, comparisons and pull requests."""

from base64 import encodebytes

from .answers import Answer, RefusalError, invalid, not_found, to_json
from .call import Call, links, list_page
from .history import Comparison, ancestors, compare, resolve
from .model import Commit, PullRequest
from .moments import to_seconds
from .shapes_actions import workflow_file
from .shapes_code import (
    branch_shape,
    commit_shape,
    file_shape,
    full_branch_shape,
    full_commit_shape,
    full_pull_shape,
    pull_shape,
    review_shape,
)
from .site import Json, repository_shape, user_shape

FILES_A_PAGE = 300
MOST_FILES = 3_000


def list_repositories(call: Call) -> Answer:
    """GET /orgs/{org}/repos, /users/{user}/repos and /user/repos."""
    owner = call.params.get("owner", call.world.organisation.login)
    if owner.lower() != call.world.organisation.login.lower():
        raise not_found()
    found = sorted(call.world.repositories.values(), key=lambda each: each.full_name.lower())
    return list_page(call, found, lambda each: repository_shape(call.site, each))


def list_installation_repositories(call: Call) -> Answer:
    """GET /installation/repositories."""
    found = list(call.world.repositories.values())
    return list_page(call, found, lambda each: repository_shape(call.site, each), "repositories")


def get_repository(call: Call) -> Answer:
    """GET /repos/{owner}/{repo}."""
    repository = call.repository()
    whole: Json = {"organization": user_shape(call.site, repository.owner), "network_count": 0, "subscribers_count": 1}
    return to_json({**repository_shape(call.site, repository), **whole})


def list_branches(call: Call) -> Answer:
    """GET …/branches."""
    repository = call.repository()
    found = sorted(repository.branches.items())
    return list_page(call, found, lambda pair: branch_shape(call.site, repository, *pair))


def get_branch(call: Call) -> Answer:
    """GET …/branches/{branch}."""
    repository, name = call.repository(), call.params["branch"]
    if name not in repository.branches:
        raise RefusalError(to_json({"message": "Branch not found", "status": "404"}, 404))
    return to_json(full_branch_shape(call.site, repository, name, repository.branches[name]))


def get_contents(call: Call) -> Answer:
    """GET …/contents/{path}: workflow files and their folder, as JSON or, by `Accept`, raw."""
    repository, path = call.repository(), call.params["path"].strip("/")
    files = {workflow.path: workflow_file(workflow) for workflow in repository.workflows}
    if path == ".github/workflows":
        return to_json([_content(call, name, body, is_whole=False) for name, body in files.items()])
    if path not in files:
        raise not_found()
    if "raw" in call.headers.get("accept", ""):
        return Answer(files[path], media_type="application/vnd.github.raw+json; charset=utf-8")
    return to_json(_content(call, path, files[path], is_whole=True))


def _content(call: Call, path: str, body: bytes, *, is_whole: bool) -> Json:
    repository = call.repository()
    shape: Json = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": f"{len(body):040x}",
        "size": len(body),
        "url": f"{call.site.repository(repository)}/contents/{path}?ref={repository.default_branch}",
        "html_url": f"{call.site.page(repository)}/blob/{repository.default_branch}/{path}",
        "type": "file",
    }
    return {**shape, "content": encodebytes(body).decode(), "encoding": "base64"} if is_whole else shape


def list_commits(call: Call) -> Answer:
    """GET …/commits: those reachable from `sha` (a branch too), committed between `since` and `until`, newest first."""
    repository = call.repository()
    start = resolve(repository, call.get("sha", repository.default_branch))
    if start is None:
        raise not_found()
    first, last = _bound(call, "since", 0), _bound(call, "until", 1)
    found = [
        commit
        for commit in ancestors(repository, start)
        if (first is None or commit.committed_at >= first) and (last is None or commit.committed_at <= last)
    ]
    found.sort(key=lambda commit: commit.committed_at, reverse=True)
    return list_page(call, found, lambda each: commit_shape(call.site, repository, each))


def _bound(call: Call, name: str, side: int) -> int | None:
    text = call.get(name)
    try:
        return to_seconds(text)[side] if text else None
    except ValueError:
        raise invalid("Commit", name) from None


def get_commit(call: Call) -> Answer:
    """GET …/commits/{ref}: with its files, 300 a page, at most 3,000."""
    repository = call.repository()
    sha = resolve(repository, call.params["ref"])
    if sha is None:
        raise RefusalError(to_json({"message": f"No commit found for SHA: {call.params['ref']}", "status": "422"}, 422))
    commit: Commit = repository.commits[sha]
    size, page = call.page_size(FILES_A_PAGE, FILES_A_PAGE), call.page_number()
    files = list(commit.files[:MOST_FILES])
    shown = files[(page - 1) * size : page * size]
    headers = links(call, page, -(-len(files) // size))
    return to_json(full_commit_shape(call.site, repository, commit, shown), headers=headers)


def get_comparison(call: Call) -> Answer:
    """GET …/compare/{base}...{head}: commits oldest first, 250 a page, and at most 300 files on the first page."""
    repository = call.repository()
    base, _, head = call.params["basehead"].partition("...")
    found = compare(repository, base, head)
    if found is None:
        raise not_found()
    size, page = call.page_size(250, 250), call.page_number()
    shown = found.commits[(page - 1) * size : page * size]
    headers = links(call, page, -(-len(found.commits) // size))
    return to_json(_comparison(call, found, shown, page), headers=headers)


def _comparison(call: Call, found: Comparison, shown: list[Commit], page: int) -> Json:
    site, repository = call.site, call.repository()
    files = found.files[:FILES_A_PAGE] if page == 1 else []
    head_sha = found.commits[-1].sha if found.commits else found.base.sha
    return {
        "url": f"{site.repository(repository)}/compare/{call.params['basehead']}",
        "html_url": f"{site.page(repository)}/compare/{call.params['basehead']}",
        "base_commit": commit_shape(site, repository, found.base),
        "merge_base_commit": commit_shape(site, repository, found.merge_base),
        "status": found.status,
        "ahead_by": len(found.commits),
        "behind_by": found.behind,
        "total_commits": len(found.commits),
        "commits": [commit_shape(site, repository, each) for each in shown],
        "files": [file_shape(site, repository, head_sha, each) for each in files],
    }


def list_pulls(call: Call) -> Answer:
    """GET …/pulls: `state` (open unless given), `sort` by created or updated, `direction`, `base`, `head`."""
    repository = call.repository()
    state, sort = call.get("state", "open"), call.get("sort", "created")
    found = [pull for pull in repository.pulls.values() if state in ("all", pull.state) and _is_wanted(call, pull)]
    descends = call.get("direction", "desc" if sort == "created" else "asc") == "desc"
    found.sort(key=lambda pull: (pull.updated_at if sort == "updated" else pull.created_at, pull.number))
    ordered = found[::-1] if descends else found
    return list_page(call, ordered, lambda pull: pull_shape(call.site, repository, pull))


def _is_wanted(call: Call, pull: PullRequest) -> bool:
    base, head = call.get("base"), call.get("head").partition(":")[2]
    return base in ("", pull.base) and head in ("", pull.head)


def _pull(call: Call) -> PullRequest:
    pull = call.repository().pulls.get(call.number("number"))
    if pull is None:
        raise not_found()
    return pull


def get_pull(call: Call) -> Answer:
    """GET …/pulls/{number}: with counts, which lists lack."""
    return to_json(full_pull_shape(call.site, call.repository(), _pull(call)))


def list_reviews(call: Call) -> Answer:
    """GET …/pulls/{number}/reviews, oldest first."""
    repository, pull = call.repository(), _pull(call)
    return list_page(call, pull.reviews, lambda each: review_shape(call.site, repository, pull, each))


def list_pull_commits(call: Call) -> Answer:
    """GET …/pulls/{number}/commits, oldest first, at most 250."""
    repository, pull = call.repository(), _pull(call)
    return list_page(call, pull.commits[:250], lambda sha: commit_shape(call.site, repository, repository.commits[sha]))
