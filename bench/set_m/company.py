"""The company: 150 projects of three repositories, 730 days; everything follows from the seed.

In all 500,000 pipeline runs with 1.6 million jobs, 400,000 commits, 100,000 pull requests, 177,462 deployments of
commits to production, and 3,193 incidents. One repository at a time, so that memory stays small.
"""

# ruff: noqa: S311  chance makes figures here, no secrets

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from bench.set_m.organisation import DAYS, END, REPOSITORIES, SOURCE, START, Link, Place
from bench.set_m.runs import runs_of
from datasource_server import sdk


def rows_of(place: Place, seed: int = 7) -> Iterator[list[sdk.Row]]:
    """Yield all rows of one repository, in pages."""
    random = Random(f"{seed}:{place.repo}")
    stamp = {"source": SOURCE, "repo": place.repo, "team": place.team}
    chain = _chain(place, random)
    yield [
        sdk.Repository(**stamp, default_branch="main", created_at=START, updated_at=START),
        sdk.Environment(**stamp, name="production", tier="production"),
        sdk.Branch(**stamp, name="main", head_sha=chain[-1].sha, is_default=True),
    ]
    yield _commits(stamp, chain)
    yield _pulls(stamp, chain)
    deployments = _deployments(place, stamp, chain, random)
    yield [*deployments, *_incidents(place, stamp, deployments, random)]
    yield from runs_of(place, stamp, chain, random)


def _chain(place: Place, random: Random) -> list[Link]:
    """Return the main branch, oldest first: pull requests and direct pushes, as the repository's style has it."""
    amounts, moments = place.amounts, _moments(place.amounts.commits, random)
    ends = set(random.sample(range(amounts.commits), amounts.pulls))
    links: list[Link] = []
    pulls = 0
    for index, committed_at in enumerate(moments):
        is_end = index in ends
        pulls += is_end
        written = committed_at - timedelta(minutes=random.lognormvariate(5.5, 1.2))
        sha = f"{random.getrandbits(160):040x}"
        before = links[-1].sha if links else ""
        is_merge = is_end and place.style == "merge" and len(links) > 1
        parents = tuple(each for each in (before, links[-2].sha if is_merge else "") if each)
        author = f"person-{place.number // REPOSITORIES:03d}-{random.randrange(6)}"
        links.append(Link(sha, parents, written, committed_at, author, pulls if is_end else None))
    return links


def _moments(count: int, random: Random) -> list[datetime]:
    """Return sorted moments, mostly in the hours of work."""
    seconds = DAYS * 86_400
    found = []
    for _ in range(count):
        at = START + timedelta(seconds=random.randrange(seconds))
        found.append(
            at.replace(hour=random.choice((8, 9, 10, 11, 13, 14, 15, 16, 17))) if random.random() < 0.8 else at
        )
    return sorted(found)


def _commits(stamp: dict[str, str], chain: Sequence[Link]) -> list[sdk.Row]:
    return [
        sdk.Commit(
            **stamp,
            sha=each.sha,
            author=each.author,
            author_email=f"{each.author}@company.example",
            authored_at=each.authored_at,
            committed_at=each.committed_at,
            title=f"Change {each.sha[:6]}",
            is_merge=len(each.parents) > 1,
            parents=list(each.parents),
            files=[f"src/{each.sha[:2]}.py"],
        )
        for each in chain
    ]


def _pulls(stamp: dict[str, str], chain: Sequence[Link]) -> list[sdk.Row]:
    found: list[sdk.Row] = []
    for each in chain:
        if each.pull is None:
            continue
        span = each.committed_at - each.authored_at
        found.append(
            sdk.PullRequest(
                **stamp,
                number=each.pull,
                title=f"Change {each.sha[:6]}",
                author=each.author,
                state="merged",
                base="main",
                head=f"change-{each.pull}",
                head_sha=each.parents[-1] if len(each.parents) > 1 else each.sha[::-1],
                labels=["hotfix"] if each.pull % 50 == 0 else [],
                created_at=each.authored_at + span / 4,
                first_commit_at=each.authored_at,
                first_review_at=each.authored_at + span / 2,
                approved_at=each.authored_at + span * 0.75,
                merged_at=each.committed_at,
                closed_at=each.committed_at,
                merge_sha=each.sha,
                additions=each.pull % 400,
                deletions=each.pull % 90,
                review_count=each.pull % 3,
                reviewers=["person-0"],
                updated_at=each.committed_at,
            )
        )
    return found


def _deployments(place: Place, stamp: dict[str, str], chain: Sequence[Link], random: Random) -> list[sdk.Deployment]:
    found = []
    for number, index in enumerate(sorted(random.sample(range(len(chain)), place.amounts.deployments))):
        link = chain[index]
        asked = link.committed_at + timedelta(minutes=random.lognormvariate(3, 0.6))
        ended = asked + timedelta(minutes=random.uniform(2, 12))
        found.append(
            sdk.Deployment(
                **stamp,
                id=f"{place.number}-{number}",
                service=place.service,
                environment="production",
                tier="production",
                sha=link.sha,
                version=f"v{number}",
                status="failure" if random.random() < 0.05 else "success",
                actor=link.author,
                run_id=f"{place.number}-{number}",
                rule="a GitHub deployment to production",
                created_at=asked,
                finished_at=ended,
                updated_at=ended,
            )
        )
    return found


def _incidents(
    place: Place, stamp: dict[str, str], deployments: Sequence[sdk.Deployment], random: Random
) -> list[sdk.Incident]:
    found = []
    for number, cause in enumerate(random.sample(deployments, place.amounts.incidents)):
        opened = (cause.finished_at or END) + timedelta(minutes=random.uniform(5, 90))
        ended = opened + timedelta(minutes=random.lognormvariate(4.5, 1))
        found.append(
            sdk.Incident(
                **stamp,
                id=f"{place.number}-{number}",
                service=place.service,
                environment="production",
                title="Errors after a deployment",
                severity="high",
                state="resolved",
                opened_at=opened,
                resolved_at=ended,
                deployment_id=cause.id if number % 2 else "",
                updated_at=ended,
            )
        )
    return found
