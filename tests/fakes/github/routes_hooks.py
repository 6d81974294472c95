"""Routes of webhooks and of what was delivered. GitHub never redelivers by itself: a client must ask."""

from .answers import Answer, error, not_found, to_json
from .call import Call, list_page
from .model import Delivery, Hook
from .shapes_deployments import delivery_shape, full_delivery_shape, hook_shape
from .webhooks import redeliver


def _owner(call: Call) -> str:
    return call.repository().full_name if "repo" in call.params else call.params["owner"]


def list_hooks(call: Call) -> Answer:
    """GET …/hooks of a repository or an organisation."""
    owner = _owner(call).lower()
    found = [hook for hook in call.world.hooks if hook.owner.lower() == owner]
    return list_page(call, found, lambda each: hook_shape(call.site, each))


def _hook(call: Call) -> Hook:
    wanted, owner = call.number("hook_id"), _owner(call).lower()
    for hook in call.world.hooks:
        if hook.id == wanted and hook.owner.lower() == owner:
            return hook
    raise not_found()


def get_hook(call: Call) -> Answer:
    """GET …/hooks/{hook_id}."""
    return to_json(hook_shape(call.site, _hook(call)))


def list_deliveries(call: Call) -> Answer:
    """GET …/hooks/{hook_id}/deliveries: newest first, paged by a cursor that `Link` carries."""
    hook, size = _hook(call), call.page_size()
    mine = sorted((each for each in call.world.deliveries if each.hook_id == hook.id), key=lambda each: -each.id)
    cursor = call.get("cursor").removeprefix("v1_")
    if cursor:
        mine = [each for each in mine if each.id <= int(cursor)] if cursor.isdigit() else []
    shown, rest = mine[:size], mine[size:]
    headers = {"Link": f'<{call.address(cursor=f"v1_{rest[0].id}")}>; rel="next"'} if rest else {}
    return to_json([delivery_shape(each) for each in shown], headers=headers)


def _delivery(call: Call) -> tuple[Hook, Delivery]:
    hook, wanted = _hook(call), call.number("delivery_id")
    for delivery in call.world.deliveries:
        if delivery.id == wanted and delivery.hook_id == hook.id:
            return hook, delivery
    raise not_found()


def get_delivery(call: Call) -> Answer:
    """GET …/hooks/{hook_id}/deliveries/{delivery_id}: with what was sent."""
    hook, delivery = _delivery(call)
    return to_json(full_delivery_shape(delivery, hook))


def attempt_delivery(call: Call) -> Answer:
    """POST …/deliveries/{delivery_id}/attempts: 202; it is sent again afterwards, under its old guid."""
    if not call.token.may_write:
        raise error(403, "Must have admin rights to Repository.")
    _, delivery = _delivery(call)
    call.later.append(lambda: redeliver(call.world, delivery))
    return to_json({}, 202)
