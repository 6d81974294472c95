"""Deriving: deployments by rule, the changes in them and the flow of pull requests, one repository after another."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from datasource_server import sdk
from opssight_dora.changes import Story, tell, unseen
from opssight_dora.code import Code, read_code
from opssight_dora.counting import Counted, count
from opssight_dora.deliveries import SOURCE, Delivery, Key, Raw, Record, deliveries
from opssight_dora.failures import Blame, blame
from opssight_dora.flow import Landing, flow, landings
from opssight_dora.history import History, to_commit
from opssight_dora.pulls import to_pull
from opssight_dora.reading import Facts, read_facts, read_raw
from opssight_dora.rows import change_rows, deployment_rows, flow_row
from opssight_dora.settings import Settings

READS = (
    sdk.Deployment,
    sdk.PipelineJob,
    sdk.PipelineRun,
    sdk.Commit,
    sdk.PullRequest,
    sdk.Branch,
    sdk.PathOwner,
)


async def deployments(of: sdk.Derive) -> list[sdk.Row]:
    """Say what was deployed, what it brought, how long that took, and whether it failed its users."""
    settings: Settings = of.settings or Settings()
    repos = sorted({repo for _, repo in of.changed or () if repo})
    if not repos:
        return []
    found = await asyncio.to_thread(_counted, await read_raw(of.read, repos, settings), settings)
    firsts = {repo: first for repo, (_, counted) in found.items() if (first := _first(counted))}
    facts = await read_facts(of.read, repos, settings, firsts)
    return await asyncio.to_thread(derived, repos, found, facts, settings)


Found = dict[str, tuple[Sequence[Delivery], Counted]]
"""The deliveries of each repository, and which of them count."""


def _counted(raw: Raw, settings: Settings) -> Found:
    grouped: defaultdict[str, list[Delivery]] = defaultdict(list)
    for each in deliveries(raw, settings):
        grouped[each.repo].append(each)
    return {repo: (own, count(own, settings)) for repo, own in grouped.items()}


def _first(counted: Counted) -> datetime | None:
    return min((stream[0].ended_at for stream in counted.streams.values()), default=None)


def derived(repos: Sequence[str], found: Found, facts: Facts, settings: Settings) -> list[sdk.Row]:
    """Return the rows of repositories; what was handed over for each is let go when its rows are made."""
    rows: list[sdk.Row] = []
    for repo in repos:
        own, counted = found.pop(repo, ((), Counted({}, {})))
        code = _code(repo, own, facts, settings)
        code = replace(code, apart=code.parted & {service for _, service, _ in counted.streams})
        rows += _of_repo(code, own, counted, _causes(facts.causes.pop(repo, ()), counted), settings)
    return rows


def _of_repo(
    code: Code,
    own: Sequence[Delivery],
    counted: Counted,
    causes: Mapping[Key, Sequence[Record]],
    settings: Settings,
) -> Iterator[sdk.Row]:
    stories = [tell(stream, code, settings) for stream in counted.streams.values()]
    told: dict[Key, tuple[Story, Blame]] = {}
    for story in stories:
        blamed = blame(story, code, causes, settings)
        told.update((delivery.key, (story, blamed)) for delivery in story.stream)
    yield from deployment_rows(own, counted, told)
    changes = [change for story in stories for change in story.changes]
    yield from change_rows([*changes, *unseen(code, stories, settings)], code)
    landed = landings(stories)
    nowhere = Landing(settings.service_of(code.repo), left_out="not deployed yet" if stories else "never deployed")
    for pull in code.pulls:
        landing = landed.get(pull.merge_sha, nowhere)
        yield flow_row(flow(pull, landing), _service(code, pull.merge_sha, landing.service), code.repo)


def _service(code: Code, sha: str, deployed: str) -> str:
    commit = code.history.get(sha)
    return next(iter(code.services(commit, deployed) if commit else ()), deployed)


def _code(repo: str, own: Sequence[Delivery], facts: Facts, settings: Settings) -> Code:
    pulls = [to_pull(row) for row in facts.pulls.pop(repo, ())]
    rows, heads = facts.commits.pop(repo, ()), facts.heads.pop(repo, ())
    home = _home([{pull.source for pull in pulls}, {each.source for each in own} - {SOURCE}], rows)
    ordered = sorted(rows, key=lambda row: (row["source"] != home, row["source"]))
    code = Code(
        repo=repo,
        source=home,
        history=History(to_commit(row) for row in ordered),
        pulls=pulls,
        heads=[row["head_sha"] for row in heads],
        base=heads[0]["name"] if heads else "",
    )
    return read_code(code, facts.owners.get(repo, ()), settings)


def _home(known: Sequence[set[str]], commits: Sequence[Record]) -> str:
    """Return the connector that changes are told of by: the one of the pull requests, of deployments or of commits."""
    candidates = [*known, {row["source"] for row in commits}]
    return next((min(sources) for sources in candidates if sources), SOURCE)


def _causes(rows: Sequence[Record], counted: Counted) -> Mapping[Key, Sequence[Record]]:
    """Return the incidents of each counted delivery; those of one that is left out are those of what it stands for."""
    found: defaultdict[Key, list[Record]] = defaultdict(list)
    for row in rows:
        key = (row["deployment_source"], row["deployment_id"])
        while key in counted.stands_for:
            key = counted.stands_for[key]
        found[key].append(row)
    return found
