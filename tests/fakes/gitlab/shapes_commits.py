"""The shapes of commits, branches and diffs."""

from tests.fakes.github.model import ChangedFile, Commit, Repository

from .moments import git_date
from .site import Json, Site


def commit_shape(site: Site, repository: Repository, commit: Commit) -> Json:
    """A commit as lists, jobs and branches show it."""
    name, email = commit.author.login, f"{commit.author.login}@example.test"
    return {
        "id": commit.sha,
        "short_id": commit.sha[:8],
        "created_at": git_date(commit.committed_at),
        "parent_ids": list(commit.parents),
        "title": commit.message.split("\n")[0],
        "message": commit.message,
        "author_name": name,
        "author_email": email,
        "authored_date": git_date(commit.authored_at),
        "committer_name": name,
        "committer_email": email,
        "committed_date": git_date(commit.committed_at),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{site.page(repository)}/-/commit/{commit.sha}",
    }


def stats_shape(commit: Commit) -> Json:
    """Lines added and removed."""
    additions = sum(file.additions for file in commit.files)
    deletions = sum(file.deletions for file in commit.files)
    return {"additions": additions, "deletions": deletions, "total": additions + deletions}


def diff_shape(file: ChangedFile) -> Json:
    """A changed file with as many plus and minus lines as it has additions and deletions."""
    is_new, old = file.status == "added", "0" if file.status == "added" else "100644"
    removed = "".join(f"-old line {number}\n" for number in range(file.deletions))
    added = "".join(f"+new line {number}\n" for number in range(file.additions))
    hunk = f"@@ -1,{file.deletions} +1,{file.additions} @@\n{removed}{added}" if removed or added else ""
    return {
        "diff": hunk,
        "collapsed": False,
        "too_large": False,
        "new_path": file.path,
        "old_path": file.path,
        "a_mode": old,
        "b_mode": "0" if file.status == "removed" else "100644",
        "new_file": is_new,
        "renamed_file": False,
        "deleted_file": file.status == "removed",
        "generated_file": None,
    }


def branch_shape(site: Site, repository: Repository, name: str) -> Json:
    """A branch with its newest commit."""
    is_default = name == repository.default_branch
    return {
        "name": name,
        "merged": False,
        "protected": is_default,
        "developers_can_push": False,
        "developers_can_merge": False,
        "can_push": True,
        "default": is_default,
        "web_url": f"{site.page(repository)}/-/tree/{name}",
        "commit": commit_shape(site, repository, repository.commits[repository.branches[name]]),
    }
