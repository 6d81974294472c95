"""Routes of webhooks and what they sent."""

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.model import Delivery, Hook
from tests.fakes.github.webhooks import redeliver

from .answers import not_found
from .call import Call
from .paging import list_page
from .shapes_hooks import event_shape, hook_shape


def _owner(call: Call) -> str:
    if call.path.startswith("/projects/"):
        return call.project().full_name
    organisation = call.world.organisation
    if call.params["id"].lower() not in (str(organisation.id), organisation.login.lower()):
        raise not_found("Group")
    return organisation.login


def list_hooks(call: Call) -> Answer:
    """GET …/hooks of a project or a group."""
    owner = _owner(call)
    return list_page(call, [each for each in call.world.hooks if each.owner == owner], lambda each: _shape(call, each))


def _shape(call: Call, hook: Hook) -> object:
    return hook_shape(call.world, hook)


def _hook(call: Call) -> Hook:
    owner, wanted = _owner(call), call.number("hook_id")
    found = next((each for each in call.world.hooks if each.owner == owner and each.id == wanted), None)
    if found is None:
        raise not_found()
    return found


def get_hook(call: Call) -> Answer:
    """GET …/hooks/{hook_id}."""
    return to_json(hook_shape(call.world, _hook(call)))


def _sent(call: Call, hook: Hook) -> list[Delivery]:
    return [each for each in call.world.deliveries if each.hook_id == hook.id]


def list_events(call: Call) -> Answer:
    """GET …/hooks/{hook_id}/events: what was sent, newest first; `status` chooses by code or kind."""
    hook, wanted = _hook(call), call.every("status")
    found = [each for each in reversed(_sent(call, hook)) if not wanted or _is_in(each, wanted)]
    return list_page(call, found, lambda each: event_shape(each, hook))


def _is_in(delivery: Delivery, wanted: list[str]) -> bool:
    kind = (
        "successful"
        if delivery.status_code < 300
        else "server_failure"
        if delivery.status_code >= 500
        else "client_failure"
    )
    return str(delivery.status_code) in wanted or kind in wanted


def resend(call: Call) -> Answer:
    """POST …/hooks/{hook_id}/events/{event_id}/resend: the same body under the same keys once more."""
    call.require_writer()
    hook, wanted = _hook(call), call.number("event_id")
    found = next((each for each in _sent(call, hook) if each.id == wanted), None)
    if found is None:
        raise not_found()
    call.later.append(lambda: redeliver(call.world, found))
    return to_json({"response_status": found.status_code}, 201)
