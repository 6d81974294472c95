"""The shapes of webhooks and of what they sent."""

import orjson

from tests.fakes.github.model import Delivery, Hook
from tests.fakes.github.world import World

from .moments import iso
from .site import Json

EVENTS = ("push", "tag_push", "merge_requests", "issues", "note", "job", "pipeline", "deployment", "releases")


def hook_shape(world: World, hook: Hook) -> Json:
    """A webhook; its secrets are never shown."""
    is_project = "/" in hook.owner
    place = {"project_id": world.repository(hook.owner).id} if is_project else {"group_id": world.organisation.id}
    return {
        "id": hook.id,
        "url": hook.url,
        "name": "",
        "description": "",
        **place,
        **{f"{event}_events": "*" in hook.events or event in hook.events for event in EVENTS},
        "confidential_issues_events": False,
        "wiki_page_events": False,
        "repository_update_events": False,
        "enable_ssl_verification": True,
        "alert_status": "executable",
        "disabled_until": None,
        "url_variables": [],
        "push_events_branch_filter": None,
        "branch_filter_strategy": "wildcard",
        "custom_webhook_template": "",
        "custom_headers": [],
        "created_at": iso(hook.created_at),
    }


def event_shape(delivery: Delivery, hook: Hook) -> Json:
    """What was sent and answered; the token is not shown."""
    hidden = {"X-Gitlab-Token": "[REDACTED]"}
    headers = {name: hidden.get(name, value) for name, value in delivery.headers.items()}
    return {
        "id": delivery.id,
        "url": hook.url,
        "trigger": f"{delivery.event}_hooks",
        "request_headers": headers,
        "request_data": orjson.Fragment(delivery.body),
        "response_headers": {},
        "response_body": "" if delivery.status_code < 300 else delivery.status,
        "execution_duration": 0.27,
        "response_status": str(delivery.status_code),
    }
