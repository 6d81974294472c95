"""Routes of the caller, groups and projects."""

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.model import Repository, User

from .answers import not_found
from .call import Call
from .paging import Keyset, list_page, ordered
from .site import Json, group_shape, profile_shape, project_shape

PROJECT_ORDERS = {
    "id": lambda each: (each.id,),
    "name": lambda each: (each.name, each.id),
    "path": lambda each: (each.name, each.id),
    "created_at": lambda each: (each.created_at, each.id),
    "updated_at": lambda each: (each.pushed_at, each.id),
    "last_activity_at": lambda each: (each.pushed_at, each.id),
}
PROJECTS: Keyset[Repository] = Keyset("Project", {"id": lambda each: (each.id,)}, is_plain=True)


def get_version(_call: Call) -> Answer:
    """GET /version and /metadata."""
    return to_json({"version": "17.5.1-ee", "revision": "9d81c27eee7", "enterprise": True})


def get_user(call: Call) -> Answer:
    """GET /user."""
    return to_json(profile_shape(call.site, call.token.user))


def list_groups(call: Call) -> Answer:
    """GET /groups."""
    return list_page(call, [call.world.organisation], lambda each: group_shape(call.site, each))


def _group(call: Call) -> User:
    found = call.world.organisation
    if call.params["id"].lower() not in (str(found.id), found.login.lower()):
        raise not_found("Group")
    return found


def get_group(call: Call) -> Answer:
    """GET /groups/{id}, by id or path."""
    shape: Json = {**group_shape(call.site, _group(call)), "projects": [], "shared_projects": []}
    return to_json(shape)


def list_subgroups(call: Call) -> Answer:
    """GET /groups/{id}/subgroups and /groups/{id}/descendant_groups: there are none."""
    _group(call)
    return list_page(call, [], lambda each: each)


def list_group_projects(call: Call) -> Answer:
    """GET /groups/{id}/projects."""
    _group(call)
    return _projects(call, "created_at", "desc")


def list_projects(call: Call) -> Answer:
    """GET /projects."""
    return _projects(call, "created_at", "desc")


def _projects(call: Call, order: str, sort: str) -> Answer:
    found = [each for each in call.world.repositories.values() if _is_wanted(call, each)]
    if call.get("pagination") != "keyset":
        found = ordered(call, found, PROJECT_ORDERS, order, sort)
    return list_page(call, found, lambda each: project_shape(call.site, each), keyset=PROJECTS)


def _is_wanted(call: Call, repository: Repository) -> bool:
    archived, text = call.get("archived"), call.get("search").lower()
    fits = not archived or repository.is_archived == call.flag("archived")
    visibility = "private" if repository.is_private else "public"
    return fits and text in repository.full_name.lower() and call.get("visibility", visibility) == visibility


def get_project(call: Call) -> Answer:
    """GET /projects/{id}, by id or escaped path."""
    return to_json(project_shape(call.site, call.project()))
