"""Builds webhook deliveries: raw bodies with the headers, tokens and signatures that GitLab sends."""

import base64
import hmac
from collections.abc import Mapping
from uuid import UUID

import orjson

from tests.fakes.github.accounts import Token
from tests.fakes.github.issues import Issue
from tests.fakes.github.model import (
    Attempt,
    Commit,
    Delivery,
    Deployment,
    Hook,
    Job,
    PullRequest,
    Repository,
    Run,
    User,
)
from tests.fakes.github.world import World

from .builds import Build
from .call import Call, Switches
from .extras import Extras
from .hook_payloads_ci import build_payload, deployment_payload, pipeline_payload
from .hook_payloads_code import issue_payload, merge_request_payload, note_payload, push_payload
from .shapes_merge_requests import Note
from .shapes_pipelines import NOTHING
from .site import Site

EVENTS = {
    "push": "Push Hook",
    "tag_push": "Tag Push Hook",
    "pipeline": "Pipeline Hook",
    "job": "Job Hook",
    "merge_request": "Merge Request Hook",
    "deployment": "Deployment Hook",
    "issue": "Issue Hook",
    "note": "Note Hook",
}


def sign(secret: str, identity: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed delivery. The secret is `whsec_` and base64, or taken as it is."""
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.digest(key, f"{identity}.{timestamp}.".encode() + body, "sha256")
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


class Webhooks:
    """Makes deliveries of one hook. Each is kept in `world.deliveries`; sending it is up to the test."""

    def __init__(
        self,
        world: World,
        hook: Hook,
        site: Site | None = None,
        *,
        extras: Extras | None = None,
        signing_secret: str = "",
        chain: str = "",
    ) -> None:
        """`chain` is the event UUID that hooks share when one sets off the other; otherwise each delivery has its own.

        The hook's secret travels as the token; an empty one sends none.
        """
        self.world, self.hook, self.site = world, hook, site or Site()
        self.extras, self.signing_secret, self.chain = extras or Extras(), signing_secret, chain

    def deliver(self, event: str, payload: Mapping[str, object], repository: Repository | None = None) -> Delivery:
        """A delivery of any payload; `event` is one of `EVENTS`."""
        body, identity = orjson.dumps(payload), self._uuid()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "GitLab/17.5.1-ee",
            "Idempotency-Key": identity,
            "X-Gitlab-Event": EVENTS[event],
            "X-Gitlab-Webhook-UUID": self._uuid(),
            "X-Gitlab-Instance": self.site.web,
            "X-Gitlab-Event-UUID": self.chain or self._uuid(),
            **({"X-Gitlab-Token": self.hook.secret} if self.hook.secret else {}),
            **(sign(self.signing_secret, identity, self.world.now, body) if self.signing_secret else {}),
        }
        repository_id = repository.id if repository else None
        delivery = Delivery(
            self.world.plan.new_id(), identity, self.hook.id, event, None, headers, body, self.world.now, repository_id
        )
        self.world.deliveries.append(delivery)
        return delivery

    def _uuid(self) -> str:
        return str(UUID(int=self.world.plan.random.getrandbits(128), version=4))

    def _call(self) -> Call:
        return Call(self.world, self.extras, self.site, Switches(), Token("", self.world.organisation), "", (), {}, b"")

    def pipeline(self, run: Run, *, at: int | None = None) -> Delivery:
        """A pipeline changed its status: it and its jobs as seen at `at`, now unless given."""
        with _Seen(self.world, at):
            return self.deliver("pipeline", pipeline_payload(self._call(), run), run.repository)

    def job(self, run: Run, job: Job, *, at: int | None = None) -> Delivery:
        """A job changed its status, as seen at `at`."""
        with _Seen(self.world, at):
            call = self._call()
            build = next(each for each in call.builds(run) if each.job is job)
            return self.deliver("job", build_payload(call, run, build, self._retries(call, run, build)), run.repository)

    def _retries(self, call: Call, run: Run, build: Build) -> int:
        return sum(each.name == build.name and each.id < build.id for each in call.builds(run))

    def story(self, run: Run) -> list[Delivery]:
        """Every pipeline and job delivery of all attempts of a run, in the order they happened."""
        told = sorted((at, place, job) for attempt in run.attempts for at, place, job in _moments(attempt))
        jobs = {job.id: job for attempt in run.attempts for job in attempt.jobs}
        return [self.job(run, jobs[each], at=at) if each else self.pipeline(run, at=at) for at, _, each in told]

    def push(self, repository: Repository, commit: Commit, branch: str = "") -> Delivery:
        """One commit pushed to a branch."""
        payload = push_payload(self._call(), repository, commit, f"refs/heads/{branch or repository.default_branch}")
        return self.deliver("push", payload, repository)

    def branch_deleted(self, repository: Repository, branch: str, sha: str) -> Delivery:
        """A branch was deleted; `sha` was its newest commit."""
        payload = push_payload(self._call(), repository, repository.commits[sha], f"refs/heads/{branch}")
        gone: dict[str, object] = {
            "before": sha,
            "after": NOTHING,
            "checkout_sha": None,
            "commits": [],
            "total_commits_count": 0,
        }
        return self.deliver("push", {**payload, **gone}, repository)

    def tag_push(self, repository: Repository, commit: Commit, tag: str) -> Delivery:
        """A tag was made."""
        return self.deliver("tag_push", push_payload(self._call(), repository, commit, f"refs/tags/{tag}"), repository)

    def merge_request(
        self, repository: Repository, pull: PullRequest, action: str, actor: User | None = None
    ) -> Delivery:
        """`open`, `update`, `approved`, `unapproved`, `close`, `reopen` or `merge`: the merge request as it is now."""
        payload = merge_request_payload(self._call(), repository, pull, action, actor or pull.author)
        return self.deliver("merge_request", payload, repository)

    def deployment(self, repository: Repository, deployment: Deployment, *, at: int | None = None) -> Delivery:
        """A deployment started or ended, as seen at `at`."""
        with _Seen(self.world, at):
            return self.deliver("deployment", deployment_payload(self._call(), repository, deployment), repository)

    def issue(self, repository: Repository, issue: Issue, action: str) -> Delivery:
        """`open`, `close`, `reopen` or `update`: the issue as it is now."""
        return self.deliver("issue", issue_payload(self._call(), repository, issue, action), repository)

    def note(self, repository: Repository, pull: PullRequest, note: Note) -> Delivery:
        """Somebody commented on a merge request."""
        return self.deliver("note", note_payload(self._call(), repository, pull, note), repository)


class _Seen:
    """The world as it was at a moment."""

    def __init__(self, world: World, at: int | None) -> None:
        self._world, self._at = world, at

    def __enter__(self) -> None:
        self._world.lock.acquire()
        self._follows, self._now = self._world.follows, self._world.now
        if self._at is not None:
            self._world.follows, self._world.now = None, self._at

    def __exit__(self, *_problem: object) -> None:
        self._world.follows = self._follows
        if self._at is not None:
            self._world.now = self._now
        self._world.lock.release()


def _moments(attempt: Attempt) -> list[tuple[int, int, int]]:
    """When something was told: moment, order within it, and the job's id, 0 for the pipeline."""
    found = [(at, 2, 0) for at in (attempt.queued_at, attempt.started_at, attempt.finished_at)]
    for job in (job for job in attempt.jobs if job.created_at >= attempt.queued_at):
        ends = {job.finished_at} if job.conclusion == "skipped" else {job.created_at, job.started_at, job.finished_at}
        found += [(at, 1, job.id) for at in sorted({attempt.queued_at, *ends})]
    return found
