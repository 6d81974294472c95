"""The webhook: what a delivery of GitLab says, as rows. Events that say nothing to us are taken and give none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from datasource_server import sdk
from opssight_gitlab.connector import connector
from opssight_gitlab.hooks import (
    deployment_rows,
    issue_rows,
    job_rows,
    merge_request_rows,
    pipeline_rows,
    push_rows,
)
from opssight_gitlab.settings import SIGNING
from opssight_gitlab.words import Json

EVENTS: Mapping[str, Callable[[Json], list[sdk.Row]]] = {
    "push": push_rows,
    "tag_push": push_rows,
    "pipeline": pipeline_rows,
    "build": job_rows,
    "merge_request": merge_request_rows,
    "deployment": deployment_rows,
    "issue": issue_rows,
    "work_item": issue_rows,
}
SIGNATURE = "webhook-signature"

_signed, _told = sdk.standard_webhooks(), sdk.shared_token("X-Gitlab-Token")


def verify(delivery: sdk.Delivery, secrets: Sequence[str]) -> None:
    """Refuse a delivery unless it proves itself by what is set: its secret token, its signature, or both.

    A webhook with a signing token and a secret token sends both; one is enough where only that one is set here.
    """
    signing = [secret for secret in secrets if secret.startswith(SIGNING)]
    tokens = [secret for secret in secrets if not secret.startswith(SIGNING)]
    if signing and (SIGNATURE in delivery.headers or not tokens):
        _signed(delivery, signing)
    else:
        _told(delivery, tokens)


# An event's UUID is no id: recursive webhooks share one, and so do the events of one request. The key of a retried
# delivery stays; before GitLab 17.4 there is none, and the body, which stays too, is what a delivery is known by.
@connector.receiver(verify=verify, id_header="Idempotency-Key", kind_header="X-Gitlab-Event")
def webhook(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take the webhook of a GitLab project or group, with a secret token or signed; choose any events, or all."""
    event = delivery.json()
    if not isinstance(event, dict):
        raise sdk.Unparsable(f"a {delivery.kind}: its body is no JSON object")
    read = EVENTS.get(str(event.get("object_kind") or event.get("event_name") or ""))
    try:
        return read(event) if read else []
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise sdk.Unparsable(f"a {delivery.kind}: {type(problem).__name__}: {problem}") from problem
