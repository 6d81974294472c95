"""Fills a repository with commits, branches, pull requests and reviews."""

from dataclasses import dataclass
from random import Random

from .model import ChangedFile, Commit, Environment, PullRequest, Repository, Review, User
from .moments import DAY
from .world import World

VERBS = ("Add", "Fix", "Refactor", "Remove", "Speed up", "Document")
NOUNS = ("retry of payments", "index of orders", "login form", "price cache", "health check", "image build", "alerts")
FOLDERS = ("src", "tests", "deploy", "docs", ".github/workflows")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much code history a repository gets; every third commit merges a pull request."""

    commits: int = 45
    open_pulls: int = 3


def fill_with_code(world: World, repository: Repository, since: int, scale: Scale, *, has_huge_commit: bool) -> None:
    """Gives the repository commits over its whole time, pull requests merged, open, draft and closed, and branches."""
    history = _History(world, repository)
    random = world.plan.random
    moments = sorted(random.randrange(since, world.now - 3_600) for _ in range(scale.commits))
    for index, at in enumerate(moments):
        if index % 3 == 2:
            history.merge(at, is_squash=index % 2 == 0)
        else:
            history.commit(at, reverts=index % 13 == 10, files=350 if has_huge_commit and index == 4 else 0)
    for index in range(scale.open_pulls):
        pull = history.open_pull(world.now - (index + 1) * 7_000, is_draft=index == 1)
        if index == 2:
            pull.closed_at = pull.updated_at = world.now - 3_000
            del repository.branches[pull.head]
    repository.pushed_at = moments[-1] if moments else since
    for name in ("staging", "production"):
        repository.environments.append(Environment(world.plan.new_id(), name, since))


class _History:
    """A default branch that grows."""

    def __init__(self, world: World, repository: Repository) -> None:
        self.world, self.repository = world, repository
        self.random: Random = world.plan.random
        first = repository.created_at + DAY
        root = Commit(world.plan.sha(), self._someone(), first, first, "Initial commit", (), self._files(3))
        self._put(root)
        self.head = root
        repository.branches[repository.default_branch] = root.sha

    def commit(self, at: int, *, reverts: bool = False, files: int = 0) -> None:
        """A commit straight to the default branch."""
        message = self._title()
        if reverts:
            message = f'Revert "{self.head.message.splitlines()[0]}"\n\nThis reverts commit {self.head.sha}.'
        self._advance(self._new(at, message, (self.head.sha,), files))

    def merge(self, at: int, *, is_squash: bool) -> None:
        """A pull request that is opened, reviewed and merged by `at`."""
        begun = max(self.head.committed_at + 1, at - self.random.randrange(3_600, 4 * DAY))
        pull = self._pull(min(begun, at - 4), at)
        self._review(pull, at)
        parents = (self.head.sha,) if is_squash else (self.head.sha, pull.head_sha)
        title = f"{pull.title} (#{pull.number})" if is_squash else f"Merge pull request #{pull.number} from {pull.head}"
        merged = self._new(at, title, parents, 0)
        pull.merge_sha, pull.merged_by = merged.sha, self._someone()
        pull.merged_at = pull.closed_at = pull.updated_at = at
        self._advance(merged)

    def open_pull(self, at: int, *, is_draft: bool) -> PullRequest:
        """A pull request that stays open, with its branch."""
        pull = self._pull(at, at + 600)
        pull.is_draft = is_draft
        self.repository.branches[pull.head] = pull.head_sha
        return pull

    def _pull(self, begun: int, until: int) -> PullRequest:
        random, repository = self.random, self.repository
        author = self._someone()
        number = len(repository.pulls) * 2 + 1
        commits, parent = [], self.head.sha
        for _ in range(random.randint(1, 3)):
            commit = self._new(begun + random.randrange(1, max(2, (until - begun) // 2)), self._title(), (parent,), 0)
            commits.append(commit.sha)
            parent = commit.sha
        created = min(until - 1, max(repository.commits[sha].committed_at for sha in commits) + 1)
        labels = ("bug",) if number % 5 == 0 else ()
        title = self._title()
        pull = PullRequest(
            self.world.plan.new_id(),
            number,
            title,
            author,
            f"{author.login}/{title.lower().replace(' ', '-')}-{number}",
            repository.default_branch,
            self.head.sha,
            commits,
            created,
            created,
            labels,
        )
        repository.pulls[number] = pull
        return pull

    def _review(self, pull: PullRequest, until: int) -> None:
        at = pull.created_at
        for state in self.random.choice((("APPROVED",), ("CHANGES_REQUESTED", "APPROVED"), ("COMMENTED",), ())):
            at = min(until, at + 1 + self.random.randrange(max(1, (until - at) // 2)))
            body = "" if state == "APPROVED" else "See the remarks."
            pull.reviews.append(
                Review(self.world.plan.new_id(), self._someone(pull.author), state, body, at, pull.head_sha)
            )

    def _new(self, at: int, message: str, parents: tuple[str, ...], files: int) -> Commit:
        written = at - self.random.choice((0, 0, 0, 60, 3_600))
        changed = self._files(files or self.random.randint(1, 6))
        commit = Commit(self.world.plan.sha(), self._someone(), written, at, message, parents, changed)
        self._put(commit)
        return commit

    def _put(self, commit: Commit) -> None:
        self.repository.commits[commit.sha] = commit

    def _advance(self, commit: Commit) -> None:
        self.head = commit
        self.repository.branches[self.repository.default_branch] = commit.sha

    def _someone(self, but: User | None = None) -> User:
        found = self.world.person(f"dev-{self.random.randrange(25):02d}")
        return self._someone(but) if found == but else found

    def _title(self) -> str:
        return f"{self.random.choice(VERBS)} {self.random.choice(NOUNS)}"

    def _files(self, count: int) -> tuple[ChangedFile, ...]:
        random = self.random
        paths = {f"{random.choice(FOLDERS)}/part_{number:03d}.txt" for number in range(count)}
        return tuple(
            ChangedFile(path, random.choice(("modified", "added")), random.randrange(80), random.randrange(40))
            for path in sorted(paths)
        )
