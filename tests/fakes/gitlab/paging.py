"""Pages of lists: by number with totals that may be missing, or by keyset where GitLab has it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from tests.fakes.github.answers import Answer, to_json

from .answers import invalid
from .call import Call

MAX_PER_PAGE = 100
UNSUPPORTED = "Keyset pagination is not yet available for this type of request"
TOO_DEEP = (
    "Offset pagination has a maximum allowed offset of {most} for requests that return objects of type {kind}. "
    "Remaining records can be retrieved using keyset pagination."
)
T = TypeVar("T")
Key = Callable[[T], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Keyset(Generic[T]):
    """What a list can be read by: orders with the key of each (the id last), sorts, and what its items are called.

    `is_plain`: the next page is named by `id_after` or `id_before` instead of a cursor.
    """

    kind: str
    orders: Mapping[str, Key[T]]
    sorts: tuple[str, ...] = ("asc", "desc")
    is_plain: bool = False


def page_size(call: Call) -> int:
    """`per_page`: 20 unless asked for, 100 at most."""
    text = call.get("per_page", "20")
    if not text.isdigit() or int(text) < 1:
        raise invalid("per_page is invalid")
    return min(MAX_PER_PAGE, int(text))


def page_number(call: Call) -> int:
    """`page`, from 1."""
    text = call.get("page", "1")
    if not text.isdigit() or int(text) < 1:
        raise invalid("page is invalid")
    return int(text)


def ordered(call: Call, items: Sequence[T], orders: Mapping[str, Key[T]], order: str, sort: str) -> list[T]:
    """The items by `order_by` and `sort`; `order` and `sort` are what counts when nothing is asked for."""
    key = orders[call.choice("order_by", tuple(orders), order)]
    return sorted(items, key=key, reverse=call.choice("sort", ("asc", "desc"), sort) == "desc")


def within(call: Call, items: Sequence[T], name: str, at: Callable[[T], int]) -> list[T]:
    """The items between `{name}_after` and `{name}_before`, both included."""
    first, last = call.moment(f"{name}_after"), call.moment(f"{name}_before")
    return [each for each in items if (first is None or at(each) >= first) and (last is None or at(each) <= last)]


def list_page(
    call: Call,
    items: Sequence[T],
    to_shape: Callable[[T], object],
    *,
    keyset: Keyset[T] | None = None,
    is_counted: bool = True,
) -> Answer:
    """One page of the items, which are in order already."""
    if keyset is not None and call.get("pagination") == "keyset":
        return _keyset_page(call, items, to_shape, keyset)
    size, page = page_size(call), page_number(call)
    if keyset is not None and (page - 1) * size >= call.switches.max_offset:
        raise invalid(TOO_DEEP.format(most=call.switches.max_offset, kind=keyset.kind), 405)
    shown = [to_shape(item) for item in items[(page - 1) * size : page * size]]
    has_total = is_counted and len(items) <= call.switches.counts_up_to
    return to_json(shown, headers=_headers(call, size, page, len(items), has_total=has_total))


def _headers(call: Call, size: int, page: int, total: int, *, has_total: bool) -> dict[str, str]:
    last = max(1, -(-total // size))
    following, previous = str(page + 1) if page < last else "", str(page - 1) if page > 1 else ""
    found = {"X-Next-Page": following, "X-Page": str(page), "X-Per-Page": str(size), "X-Prev-Page": previous}
    if has_total:
        found |= {"X-Total": str(total), "X-Total-Pages": str(last)}
    wanted = {"prev": previous, "next": following, "first": "1", "last": str(last) if has_total else ""}
    places = {rel: call.address(page=number, per_page=size) for rel, number in wanted.items() if number}
    return {**found, "Link": ", ".join(f'<{place}>; rel="{rel}"' for rel, place in places.items())}


def _keyset_page(call: Call, items: Sequence[T], to_shape: Callable[[T], object], keyset: Keyset[T]) -> Answer:
    order, sort = call.get("order_by", "id"), call.get("sort", "desc")
    if order not in keyset.orders or sort not in keyset.sorts:
        raise invalid(UNSUPPORTED, 405)
    key, size, descends = keyset.orders[order], page_size(call), sort == "desc"
    after = _place(call, keyset)
    kept = [each for each in items if after is None or (key(each) < after if descends else key(each) > after)]
    shown = sorted(kept, key=key, reverse=descends)[:size]
    link = _next(call, keyset, key(shown[-1]), descends=descends) if len(shown) == size else ""
    return to_json([to_shape(each) for each in shown], headers={"Link": f'<{link}>; rel="next"'} if link else {})


def _place(call: Call, keyset: Keyset[T]) -> tuple[object, ...] | None:
    text = call.get("cursor") or call.get("id_after") or call.get("id_before")
    if not text:
        return None
    if keyset.is_plain:
        return (int(text),)
    try:
        return tuple(orjson.loads(urlsafe_b64decode(text)))
    except ValueError:
        raise invalid("cursor is invalid") from None


def _next(call: Call, keyset: Keyset[T], key: tuple[object, ...], *, descends: bool) -> str:
    if keyset.is_plain:
        name = "id_before" if descends else "id_after"
        return call.address(per_page=page_size(call), **{name: str(key[-1])})
    return call.address(per_page=page_size(call), cursor=urlsafe_b64encode(orjson.dumps(key)).decode())
