"""The fake GitLab sends webhooks with GitLab's bodies, tokens and signatures, and sends them again when asked."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import httpx

from .github import World, lose, merge, open_pull, push, review
from .gitlab import FakeGitLab, Webhooks
from .gitlab.shapes_merge_requests import notes_of
from .reading import everything

SECRET = "made up here"  # a test's own
SIGNING = "whsec_" + base64.b64encode(b"a key that a test made up").decode()
KINDS = {
    "Push Hook": "push",
    "Tag Push Hook": "tag_push",
    "Pipeline Hook": "pipeline",
    "Job Hook": "build",
    "Merge Request Hook": "merge_request",
    "Deployment Hook": "deployment",
    "Issue Hook": "issue",
    "Note Hook": "note",
}


def test_every_event_carries_token_keys_and_signature(gitlab: FakeGitLab, world: World) -> None:
    """Serves check 33."""
    sender = gitlab.webhooks(gitlab.add_hook(SECRET), signing_secret=SIGNING)
    repository = world.repository("acme/checkout-api")
    commit = push(world, repository, "Add a branch", branch="topic")
    pull = open_pull(world, repository, "topic", "Add it")
    review(world, pull, world.person("dev-02"), "COMMENTED")
    run = next(each for each in repository.runs if each.latest.jobs)
    issue = gitlab.extras.open_issue(world, repository, "It is down")
    sent = [
        *sender.story(run),
        sender.push(repository, commit, "topic"),
        sender.tag_push(repository, commit, "v1.0.0"),
        sender.merge_request(repository, pull, "open"),
        sender.note(repository, pull, notes_of(pull)[-1]),
        sender.deployment(repository, repository.deployments[0]),
        sender.issue(repository, issue, "open"),
        sender.push(repository, merge(world, repository, pull, world.person("dev-02"))),
    ]
    sent.append(sender.branch_deleted(repository, "topic", commit.sha))
    for delivery in sent:
        headers, body = delivery.headers, json.loads(delivery.body)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + delivery.body
        digest = hmac.new(b"a key that a test made up", signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        assert headers["webhook-id"] == headers["Idempotency-Key"] == delivery.guid
        assert (headers["X-Gitlab-Token"], KINDS[headers["X-Gitlab-Event"]]) == (SECRET, body["object_kind"])
    assert {KINDS[each.headers["X-Gitlab-Event"]] for each in sent} == set(KINDS.values())
    assert len({each.guid for each in sent}) == len(sent)
    assert json.loads(sent[-1].body)["after"] == "0" * 40


def test_unsigned_hooks_send_no_signature_and_chained_ones_share_an_event(gitlab: FakeGitLab, world: World) -> None:
    sender = Webhooks(world, gitlab.add_hook(""), gitlab.site, chain="13f0a3ee-0000-4000-8000-000000000001")
    runs = world.repository("acme/checkout-api").runs
    sent = [sender.pipeline(run) for run in runs[:2]]
    assert not {"webhook-signature", "X-Gitlab-Token"} & set(sent[0].headers)
    assert len({each.headers["X-Gitlab-Event-UUID"] for each in sent}) == 1
    assert len({each.headers["Idempotency-Key"] for each in sent}) == 2


def test_the_story_of_a_pipeline_ends_as_the_api_tells_it(gitlab: FakeGitLab, world: World) -> None:
    """Serves check 37."""
    run = next(each for each in world.runs() if len(each.attempts) > 1 and len(each.latest.jobs) == 4)
    told = [json.loads(each.body) for each in gitlab.webhooks(gitlab.add_hook(SECRET)).story(run)]
    pipelines = [each for each in told if each["object_kind"] == "pipeline"]
    words = [each["object_attributes"]["status"] for each in pipelines]
    answer = httpx.get(f"{gitlab.url}/projects/{run.repository.id}/pipelines/{run.id}", headers=gitlab.headers).json()
    assert words[:2] == ["pending", "running"]
    assert words[-1] == answer["status"]
    assert {each["object_attributes"]["id"] for each in pipelines} == {run.id}
    names = sorted(each["name"] for each in pipelines[-1]["builds"])
    assert names == sorted(job.name for job in run.workflow.jobs)
    assert {each["retries_count"] for each in told if each["object_kind"] == "build"} == {0, 1}
    assert world.now > run.latest.finished_at


async def test_a_lost_delivery_is_found_and_sent_again(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    hook = gitlab.add_hook(SECRET, owner="acme/checkout-api")
    sender = gitlab.webhooks(hook)
    sent = [sender.pipeline(run) for run in world.repository("acme/checkout-api").runs[:5]]
    lose(sent[1])
    received: list[tuple[str, bytes]] = []

    def receive(headers: Mapping[str, str], body: bytes) -> int:
        received.append((headers["Idempotency-Key"], body))
        return 202

    world.outbox = receive
    path = f"/projects/acme%2Fcheckout-api/hooks/{hook.id}/events"
    failed = await everything(gitlab_client, f"{path}?status=server_failure&per_page=2")
    asked = await gitlab_client.post(f"{path}/{failed[0]['id']}/resend")
    deadline = time.monotonic() + 2
    while not received and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert len(await everything(gitlab_client, f"{path}?per_page=2")) == 6
    assert [each["id"] for each in failed] == [sent[1].id]
    assert (asked.status_code, received) == (201, [(sent[1].guid, sent[1].body)])


async def test_hooks_never_show_their_secret(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    hook = gitlab.add_hook(SECRET)
    gitlab.webhooks(hook, signing_secret=SIGNING).pipeline(next(gitlab.world.runs()))
    answer = await gitlab_client.get("/groups/acme/hooks")
    events = await gitlab_client.get(f"/groups/acme/hooks/{hook.id}/events")
    assert answer.json()[0]["group_id"] == gitlab.world.organisation.id
    assert SECRET not in answer.text + events.text
    assert events.json()[0]["request_headers"]["X-Gitlab-Token"] == "[REDACTED]"
