"""The fake GitHub signs and remembers its webhook deliveries, and sends them again when asked."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import httpx

from .github import FakeGitHub, World, lose, merge, open_pull, push, review
from .reading import everything

SECRET = "made up here"  # a test's own


def test_every_event_is_signed_over_its_raw_body(fake: FakeGitHub, world: World) -> None:
    """Serves check 33."""
    hook = fake.add_hook(SECRET)
    sender = fake.webhooks(hook)
    repository = world.repository("acme/checkout-api")
    commit = push(world, repository, "Add a branch", branch="topic")
    pull = open_pull(world, repository, "topic", "Add it")
    run = next(each for each in repository.runs if each.latest.jobs)
    deployment = repository.deployments[0]
    sent = [
        sender.ping(),
        *sender.story(run),
        sender.check_run(run, run.latest.jobs[0]),
        sender.create(repository, "topic"),
        sender.push(repository, commit, "topic"),
        sender.pull_request(repository, pull, "opened"),
        sender.pull_request_review(repository, pull, review(world, pull, world.person("dev-02"))),
        sender.deployment(repository, deployment),
        sender.deployment_status(repository, deployment, deployment.statuses[-1]),
        sender.push(repository, merge(world, repository, pull, world.person("dev-02"))),
        sender.delete(repository, "topic"),
    ]
    for delivery in sent:
        digest = hmac.new(SECRET.encode(), delivery.body, hashlib.sha256).hexdigest()
        assert delivery.headers["X-Hub-Signature-256"] == f"sha256={digest}"
        assert json.loads(delivery.body)
    assert len({delivery.guid for delivery in sent}) == len(sent) == len(world.deliveries)


def test_the_story_of_a_run_ends_as_the_api_tells_it(fake: FakeGitHub, world: World) -> None:
    """Serves check 37."""
    run = next(each for each in world.runs() if len(each.attempts) > 1 and each.latest.jobs)
    told = fake.webhooks(fake.add_hook(SECRET)).story(run)
    last = json.loads([each for each in told if each.event == "workflow_run"][-1].body)["workflow_run"]
    assert [each.action for each in told if each.event == "workflow_run"][:3] == [
        "requested",
        "in_progress",
        "completed",
    ]
    assert (last["run_attempt"], last["conclusion"]) == (run.latest.number, run.latest.conclusion)


async def test_a_lost_delivery_is_found_and_sent_again(
    fake: FakeGitHub, world: World, client: httpx.AsyncClient
) -> None:
    hook = fake.add_hook(SECRET, owner="acme/checkout-api")
    sender = fake.webhooks(hook)
    sent = [sender.workflow_run(run, "completed") for run in world.repository("acme/checkout-api").runs[:5]]
    lose(sent[1])
    received: list[tuple[str, bytes]] = []

    def receive(headers: Mapping[str, str], body: bytes) -> int:
        received.append((headers["X-GitHub-Delivery"], body))
        return 202

    world.outbox = receive
    path = f"/repos/acme/checkout-api/hooks/{hook.id}/deliveries"
    listed = await everything(client, f"{path}?per_page=2")
    failed = [each for each in listed if each["status_code"] != 200]
    asked = await client.post(f"{path}/{failed[0]['id']}/attempts")
    deadline = time.monotonic() + 2
    while not received and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    again = (await everything(client, path))[0]
    whole = (await client.get(f"{path}/{again['id']}")).json()
    assert [each["guid"] for each in listed] == [each.guid for each in reversed(sent)]
    assert (asked.status_code, received) == (202, [(sent[1].guid, sent[1].body)])
    assert (again["guid"], again["redelivery"]) == (sent[1].guid, True)
    assert whole["request"]["payload"]["workflow_run"]["id"] == world.repository("acme/checkout-api").runs[1].id


async def test_hooks_never_show_their_secret(fake: FakeGitHub, client: httpx.AsyncClient) -> None:
    fake.add_hook(SECRET)
    answer = await client.get("/orgs/acme/hooks")
    assert answer.json()[0]["type"] == "Organization"
    assert SECRET not in answer.text
