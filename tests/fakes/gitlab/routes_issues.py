"""Routes of issues."""

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.issues import Issue

from .answers import not_found
from .call import Call
from .paging import Keyset, list_page, ordered, within
from .shapes_issues import issue_shape, state_of

ORDERS = {
    "created_at": lambda each: (each.created_at, each.id),
    "updated_at": lambda each: (each.updated_at, each.id),
    "title": lambda each: (each.title, each.id),
    "id": lambda each: (each.id,),
}
ISSUES: Keyset[Issue] = Keyset("Issue", ORDERS)


def list_issues(call: Call) -> Answer:
    """GET …/issues: `state`, `labels` (all of them), `issue_type`, what was opened or changed since, in any order."""
    project = call.project()
    found = [each for each in project.issues.values() if _is_wanted(call, each)]
    found = within(call, found, "updated", lambda each: each.updated_at)
    found = within(call, found, "created", lambda each: each.created_at)
    if call.get("pagination") != "keyset":
        found = ordered(call, found, ORDERS, "created_at", "desc")
    return list_page(call, found, lambda each: issue_shape(call.site, call.extras, project, each), keyset=ISSUES)


def _is_wanted(call: Call, issue: Issue) -> bool:
    state = call.choice("state", ("opened", "closed", "all"), "all")
    kind = call.choice("issue_type", ("issue", "incident", "test_case", "task"), "")
    has_labels = {name.lower() for name in call.every("labels")} <= {name.lower() for name in issue.labels}
    return has_labels and state in ("all", state_of(issue)) and kind in ("", call.extras.kind_of(issue))


def get_issue(call: Call) -> Answer:
    """GET …/issues/{iid}."""
    project = call.project()
    issue = project.issues.get(call.number("iid"))
    if issue is None:
        raise not_found("Issue")
    return to_json(issue_shape(call.site, call.extras, project, issue))
