"""Reads a repository's commits as a graph, and lets it grow: pushes, pull requests, reviews, merges."""

from dataclasses import dataclass

from .issues import next_number
from .model import ChangedFile, Commit, PullRequest, Repository, Review, User
from .world import World


def resolve(repository: Repository, ref: str) -> str | None:
    """The commit id that a branch, a full or a shortened id means."""
    if ref in repository.branches:
        return repository.branches[ref]
    if ref in repository.commits:
        return ref
    matches = [sha for sha in repository.commits if len(ref) >= 7 and sha.startswith(ref)]
    return matches[0] if len(matches) == 1 else None


def ancestors(repository: Repository, sha: str) -> list[Commit]:
    """The commit and all that it builds on."""
    seen, waiting = {sha}, [sha]
    found: list[Commit] = []
    while waiting:
        commit = repository.commits[waiting.pop()]
        found.append(commit)
        fresh = [parent for parent in commit.parents if parent not in seen]
        seen.update(fresh)
        waiting += fresh
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `head` has and `base` hasn't; commits oldest first."""

    base: Commit
    merge_base: Commit
    commits: list[Commit]
    behind: int
    files: list[ChangedFile]

    @property
    def status(self) -> str:
        """identical, ahead, behind or diverged."""
        if not self.commits:
            return "behind" if self.behind else "identical"
        return "diverged" if self.behind else "ahead"


def compare(repository: Repository, base: str, head: str) -> Comparison | None:
    """Compares two refs; None when one of them is unknown or they share nothing."""
    base_sha, head_sha = resolve(repository, base), resolve(repository, head)
    if base_sha is None or head_sha is None:
        return None
    before = {commit.sha: commit for commit in ancestors(repository, base_sha)}
    after = {commit.sha: commit for commit in ancestors(repository, head_sha)}
    shared = [commit for sha, commit in after.items() if sha in before]
    if not shared:
        return None
    merge_base = max(shared, key=lambda commit: commit.committed_at)
    commits = sorted((after[sha] for sha in after.keys() - before.keys()), key=lambda each: each.committed_at)
    files = {file.path: file for commit in commits for file in commit.files}
    behind = len(before.keys() - after.keys())
    return Comparison(repository.commits[base_sha], merge_base, commits, behind, list(files.values()))


def push(
    world: World,
    repository: Repository,
    message: str,
    *,
    branch: str = "",
    author: User | None = None,
    paths: tuple[str, ...] = ("src/part_000.txt",),
) -> Commit:
    """A new commit on a branch, made now; an unknown branch starts at the default branch."""
    with world.lock:
        name = branch or repository.default_branch
        parent = repository.branches.get(name, repository.branches[repository.default_branch])
        files = tuple(ChangedFile(path, "modified", 3, 1) for path in paths)
        who = author or world.person("dev-00")
        commit = Commit(world.plan.sha(), who, world.now, world.now, message, (parent,), files)
        repository.commits[commit.sha] = commit
        repository.branches[name] = commit.sha
        repository.pushed_at = world.now
        for pull in repository.pulls.values():
            if pull.state == "open" and pull.head == name:
                pull.commits.append(commit.sha)
                pull.updated_at = world.now
        return commit


def open_pull(world: World, repository: Repository, branch: str, title: str, *, is_draft: bool = False) -> PullRequest:
    """A pull request for a branch that was pushed before."""
    with world.lock:
        head = repository.commits[repository.branches[branch]]
        base_sha = repository.branches[repository.default_branch]
        number = next_number(repository)
        known = {commit.sha for commit in ancestors(repository, base_sha)}
        commits = [each for each in ancestors(repository, head.sha) if each.sha not in known]
        pull = PullRequest(
            world.plan.new_id(),
            number,
            title,
            head.author,
            branch,
            repository.default_branch,
            base_sha,
            [each.sha for each in sorted(commits, key=lambda each: each.committed_at)],
            world.now,
            world.now,
            is_draft=is_draft,
        )
        repository.pulls[number] = pull
        return pull


def review(world: World, pull: PullRequest, author: User, state: str = "APPROVED") -> Review:
    """A review, given now."""
    with world.lock:
        given = Review(world.plan.new_id(), author, state, "", world.now, pull.head_sha)
        pull.reviews.append(given)
        pull.updated_at = world.now
        return given


def merge(world: World, repository: Repository, pull: PullRequest, author: User) -> Commit:
    """Merges now with a merge commit, and deletes the branch."""
    with world.lock:
        base = repository.branches[pull.base]
        message = f"Merge pull request #{pull.number} from {pull.head}"
        parents = (base, pull.head_sha)
        commit = Commit(world.plan.sha(), author, world.now, world.now, message, parents, ())
        repository.commits[commit.sha] = commit
        repository.branches[pull.base] = commit.sha
        repository.branches.pop(pull.head, None)
        pull.merge_sha, pull.merged_by = commit.sha, author
        pull.merged_at = pull.closed_at = pull.updated_at = repository.pushed_at = world.now
        return commit


def close(world: World, pull: PullRequest) -> None:
    """Closes without merging."""
    with world.lock:
        pull.closed_at = pull.updated_at = world.now
