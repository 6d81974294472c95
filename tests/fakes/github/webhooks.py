"""Builds webhook deliveries: raw bodies with the headers and signatures that GitHub sends."""

import hashlib
import hmac
from collections.abc import Mapping
from uuid import UUID

import orjson

from .issues import Issue
from .model import (
    Attempt,
    Commit,
    Delivery,
    Deployment,
    DeploymentStatus,
    Hook,
    Job,
    PullRequest,
    Repository,
    Review,
    Run,
    User,
)
from .moments import iso, iso_or_none
from .shapes_actions import job_shape, run_shape, workflow_shape
from .shapes_code import full_pull_shape, review_shape
from .shapes_deployments import deployment_shape, deployment_status_shape, hook_shape
from .shapes_issues import issue_event
from .site import Json, Site, repository_shape, user_shape
from .world import World

NOTHING = "0" * 40


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The two signature headers; receivers should only trust the second."""
    key = secret.encode()
    return {
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


class Webhooks:
    """Makes deliveries of one hook. Each is kept in `world.deliveries`; sending it is up to the test."""

    def __init__(self, world: World, hook: Hook, site: Site | None = None) -> None:
        """Payloads name github.com unless another site is given."""
        self.world, self.hook, self.site = world, hook, site or Site()

    def deliver(
        self, event: str, action: str | None, payload: Mapping[str, object], repository: Repository | None = None
    ) -> Delivery:
        """A signed delivery of any payload."""
        body = orjson.dumps({"action": action, **payload} if action else dict(payload))
        guid = str(UUID(int=self.world.plan.random.getrandbits(128), version=4))
        kind = "repository" if "/" in self.hook.owner else "organization"
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/f4k3f4k",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(self.hook.id),
            "X-GitHub-Hook-Installation-Target-ID": str(repository.id if repository else self.hook.id),
            "X-GitHub-Hook-Installation-Target-Type": kind,
            **(sign(self.hook.secret, body) if self.hook.secret else {}),
        }
        delivery = Delivery(
            self.world.plan.new_id(),
            guid,
            self.hook.id,
            event,
            action,
            headers,
            body,
            self.world.now,
            repository.id if repository else None,
        )
        self.world.deliveries.append(delivery)
        return delivery

    def ping(self) -> Delivery:
        """What GitHub sends when a hook is made."""
        payload = {
            "zen": "Keep it logically awesome.",
            "hook_id": self.hook.id,
            "hook": hook_shape(self.site, self.hook),
        }
        return self.deliver("ping", None, payload)

    def workflow_run(self, run: Run, action: str, *, attempt: Attempt | None = None, at: int | None = None) -> Delivery:
        """`requested`, `in_progress` or `completed`, as the run was seen at `at` (now unless given)."""
        shape = run_shape(self.site, run, attempt or run.latest, self.world.now if at is None else at)
        payload = {
            "workflow_run": shape,
            "workflow": workflow_shape(self.site, run.repository, run.workflow),
            **self._context(run.repository, run.actor),
        }
        return self.deliver("workflow_run", action, payload, run.repository)

    def workflow_job(
        self, run: Run, job: Job, action: str, *, attempt: Attempt | None = None, at: int | None = None
    ) -> Delivery:
        """`queued`, `in_progress`, `completed` or `waiting`, as the job was seen at `at`."""
        number = (attempt or run.latest).number
        shape = job_shape(self.site, run, number, job, self.world.now if at is None else at)
        return self.deliver(
            "workflow_job", action, {"workflow_job": shape, **self._context(run.repository, run.actor)}, run.repository
        )

    def story(self, run: Run) -> list[Delivery]:
        """Every `workflow_run` and `workflow_job` delivery of all attempts of a run, in the order they happened."""
        told = [each for attempt in run.attempts for each in self._moments(attempt)]
        return [self._tell(run, *each) for each in sorted(told, key=lambda each: each[0])]

    def _moments(self, attempt: Attempt) -> list[tuple[int, str, Attempt, Job | None]]:
        found: list[tuple[int, str, Attempt, Job | None]] = [
            (attempt.queued_at, "requested", attempt, None),
            (attempt.started_at, "in_progress", attempt, None),
            (attempt.finished_at, "completed", attempt, None),
        ]
        for job in (job for job in attempt.jobs if job.created_at >= attempt.queued_at):
            words = ["completed"] if job.conclusion == "skipped" else ["queued", "in_progress", "completed"]
            times = (
                [job.finished_at] if job.conclusion == "skipped" else [job.created_at, job.started_at, job.finished_at]
            )
            found += [(at, word, attempt, job) for at, word in zip(times, words, strict=True)]
        return found

    def _tell(self, run: Run, at: int, action: str, attempt: Attempt, job: Job | None) -> Delivery:
        if job is None:
            return self.workflow_run(run, action, attempt=attempt, at=at)
        return self.workflow_job(run, job, action, attempt=attempt, at=at)

    def push(self, repository: Repository, commit: Commit, branch: str = "") -> Delivery:
        """One commit pushed to a branch."""
        page, before = self.site.page(repository), commit.parents[0] if commit.parents else NOTHING
        shape = _pushed(page, commit)
        payload: Json = {
            "ref": f"refs/heads/{branch or repository.default_branch}",
            "before": before,
            "after": commit.sha,
            "created": before == NOTHING,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "compare": f"{page}/compare/{before[:12]}...{commit.sha[:12]}",
            "commits": [shape],
            "head_commit": shape,
            "pusher": {"name": commit.author.login, "email": f"{commit.author.login}@example.test"},
            **self._context(repository, commit.author),
        }
        return self.deliver("push", None, payload, repository)

    def pull_request(self, repository: Repository, pull: PullRequest, action: str) -> Delivery:
        """`opened`, `synchronize`, `ready_for_review`, `closed` …: the pull request as it is now."""
        shape = full_pull_shape(self.site, repository, pull)
        payload = {"number": pull.number, "pull_request": shape, **self._context(repository, pull.author)}
        return self.deliver("pull_request", action, payload, repository)

    def pull_request_review(self, repository: Repository, pull: PullRequest, review: Review) -> Delivery:
        """A submitted review; its state is written small here, unlike in the API."""
        shape = {**review_shape(self.site, repository, pull, review), "state": review.state.lower()}
        whole = full_pull_shape(self.site, repository, pull)
        payload = {"review": shape, "pull_request": whole, **self._context(repository, review.author)}
        return self.deliver("pull_request_review", "submitted", payload, repository)

    def issues(self, repository: Repository, issue: Issue, action: str) -> Delivery:
        """`opened`, `labeled`, `closed`, `reopened` …: the issue as it is now."""
        payload = {
            "action": action,
            **self._context(repository, issue.author),
            **issue_event(self.site, repository, issue, action, issue.author),
        }
        return self.deliver("issues", action, payload, repository)

    def deployment(self, repository: Repository, deployment: Deployment) -> Delivery:
        """A deployment was asked for, with the run that did."""
        payload = self._deployment(repository, deployment)
        return self.deliver("deployment", "created", payload, repository)

    def deployment_status(self, repository: Repository, deployment: Deployment, status: DeploymentStatus) -> Delivery:
        """A deployment changed its status."""
        shape = deployment_status_shape(self.site, repository, deployment, status)
        payload = {"deployment_status": shape, **self._deployment(repository, deployment)}
        return self.deliver("deployment_status", "created", payload, repository)

    def _deployment(self, repository: Repository, deployment: Deployment) -> Json:
        run = self.world.run(deployment.run_id)
        return {
            "deployment": deployment_shape(self.site, repository, deployment, self.world.now),
            "workflow": workflow_shape(self.site, repository, run.workflow),
            "workflow_run": run_shape(self.site, run, run.latest, self.world.now),
            **self._context(repository, deployment.creator),
        }

    def check_run(self, run: Run, job: Job, action: str = "completed") -> Delivery:
        """The check that GitHub Actions makes of a job."""
        now, api = self.world.now, self.site.repository(run.repository)
        status = job.status(now)
        shape: Json = {
            "id": job.id,
            "name": job.blueprint.name,
            "head_sha": run.sha,
            "external_id": f"{job.id:x}",
            "url": f"{api}/check-runs/{job.id}",
            "html_url": f"{self.site.page(run.repository)}/actions/runs/{run.id}/job/{job.id}",
            "status": status,
            "conclusion": job.conclusion if status == "completed" else None,
            "started_at": iso(job.started_at),
            "completed_at": iso_or_none(job.finished_at if status == "completed" else None),
            "check_suite": {"id": run.id * 3, "head_branch": run.branch, "head_sha": run.sha, "status": status},
            "app": {"id": 15_368, "slug": "github-actions", "name": "GitHub Actions"},
            "pull_requests": [],
        }
        payload = {"check_run": shape, **self._context(run.repository, run.actor)}
        return self.deliver("check_run", action, payload, run.repository)

    def create(self, repository: Repository, ref: str, ref_type: str = "branch") -> Delivery:
        """A branch or tag was made."""
        payload = {"ref": ref, "ref_type": ref_type, "master_branch": repository.default_branch, "description": None}
        return self.deliver("create", None, {**payload, **self._ref_context(repository)}, repository)

    def delete(self, repository: Repository, ref: str, ref_type: str = "branch") -> Delivery:
        """A branch or tag was deleted."""
        payload = {"ref": ref, "ref_type": ref_type}
        return self.deliver("delete", None, {**payload, **self._ref_context(repository)}, repository)

    def _ref_context(self, repository: Repository) -> Json:
        return {"pusher_type": "user", **self._context(repository, self.world.person("dev-00"))}

    def _context(self, repository: Repository, sender: User) -> Json:
        organisation = self.world.organisation
        return {
            "repository": repository_shape(self.site, repository),
            "organization": {
                "login": organisation.login,
                "id": organisation.id,
                "node_id": f"O_{organisation.id}",
                "url": f"{self.site.api}/orgs/{organisation.login}",
                "avatar_url": f"https://avatars.githubusercontent.com/u/{organisation.id}?v=4",
                "description": None,
            },
            "sender": user_shape(self.site, sender),
        }


def _pushed(page: str, commit: Commit) -> Json:
    login = commit.author.login
    person = {"name": login, "email": f"{login}@example.test", "username": login}
    return {
        "id": commit.sha,
        "tree_id": commit.sha[::-1],
        "distinct": True,
        "message": commit.message,
        "timestamp": iso(commit.committed_at),
        "url": f"{page}/commit/{commit.sha}",
        "author": person,
        "committer": person,
        "added": [file.path for file in commit.files if file.status == "added"],
        "removed": [],
        "modified": [file.path for file in commit.files if file.status == "modified"],
    }


def lose(delivery: Delivery, status_code: int = 502) -> None:
    """Marks a delivery as one that the receiver didn't take."""
    delivery.status_code, delivery.status = status_code, f"Invalid HTTP Response: {status_code}"


def redeliver(world: World, delivery: Delivery) -> Delivery:
    """Sends a delivery again through `world.outbox` and keeps it as a new one with the old guid and body."""
    with world.lock:
        again = Delivery(
            world.plan.new_id(),
            delivery.guid,
            delivery.hook_id,
            delivery.event,
            delivery.action,
            delivery.headers,
            delivery.body,
            world.now,
            delivery.repository_id,
            is_redelivery=True,
        )
        world.deliveries.append(again)
    if world.outbox is not None:
        status_code = world.outbox(again.headers, again.body)
        if not 200 <= status_code < 300:
            lose(again, status_code)
    return again
