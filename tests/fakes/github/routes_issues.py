"""Routes of issues, among which GitHub counts pull requests, and of artifacts."""

from .answers import Answer, error, invalid, not_found, to_json
from .call import Call, list_page
from .issues import Artifact, Issue
from .model import PullRequest
from .moments import to_seconds
from .shapes_issues import artifact_shape, issue_shape

SORTS = {"created": "created_at", "updated": "updated_at", "comments": "number"}


def list_issues(call: Call) -> Answer:
    """GET …/issues: open ones unless `state` says else, with all of `labels`, changed since `since`, newest first."""
    repository = call.repository()
    found: list[Issue | PullRequest] = [*repository.issues.values(), *repository.pulls.values()]
    state, since = call.get("state", "open"), _since(call)
    if state not in ("open", "closed", "all"):
        raise invalid("Issue", "state")
    labels = {name.strip().lower() for name in call.get("labels").split(",") if name.strip()}
    chosen = [
        each
        for each in found
        if state in ("all", each.state)
        and labels <= {name.lower() for name in each.labels}
        and each.updated_at >= since
    ]
    attribute = SORTS.get(call.get("sort"), "created_at")
    is_down = call.get("direction", "desc") != "asc"
    chosen.sort(key=lambda each: (getattr(each, attribute), each.number), reverse=is_down)
    return list_page(call, chosen, lambda each: issue_shape(call.site, repository, each))


def _since(call: Call) -> int:
    text = call.get("since")
    try:
        return to_seconds(text)[0] if text else 0
    except ValueError:
        raise invalid("Issue", "since") from None


def get_issue(call: Call) -> Answer:
    """GET …/issues/{number}: an issue, or a pull request as one."""
    repository, number = call.repository(), call.number("number")
    issue = repository.issues.get(number) or repository.pulls.get(number)
    if issue is None:
        raise not_found()
    return to_json(issue_shape(call.site, repository, issue))


def list_run_artifacts(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/artifacts: of all attempts, expired ones too; none says whose attempt it is."""
    run = call.run()
    return _artifacts(call, [each for each in run.repository.artifacts if each.run is run])


def list_artifacts(call: Call) -> Answer:
    """GET …/actions/artifacts."""
    return _artifacts(call, call.repository().artifacts)


def _artifacts(call: Call, artifacts: list[Artifact]) -> Answer:
    name, now = call.get("name"), call.world.now
    found = [each for each in artifacts if each.created_at <= now and name in ("", each.name)]
    found.sort(key=lambda each: each.id, reverse=True)
    return list_page(call, found, lambda each: artifact_shape(call.site, each, now), "artifacts")


def get_artifact(call: Call) -> Answer:
    """GET …/actions/artifacts/{artifact_id}."""
    return to_json(artifact_shape(call.site, _artifact(call), call.world.now))


def get_artifact_zip(call: Call) -> Answer:
    """GET …/actions/artifacts/{artifact_id}/zip: 302 to the storage; 410 once it has expired."""
    artifact = _artifact(call)
    if artifact.expires_at <= call.world.now:
        raise error(410, "Artifact has expired")
    location = call.sign_log_url(f"/artifacts/{artifact.id}.zip")
    return Answer(b"", 302, {"Location": location}, "text/html;charset=utf-8")


def _artifact(call: Call) -> Artifact:
    wanted, now = call.number("artifact_id"), call.world.now
    for each in call.repository().artifacts:
        if each.id == wanted and each.created_at <= now:
            return each
    raise not_found()
