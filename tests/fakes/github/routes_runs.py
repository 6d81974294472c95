"""Routes of workflows and runs."""

from .answers import Answer, error, not_found, to_json
from .call import Call, links, list_page
from .model import Repository, Run, Workflow
from .run_search import SEARCH_CAP, found_runs, is_search, newest_first
from .shapes_actions import run_shape, workflow_shape


def list_workflows(call: Call) -> Answer:
    """GET …/actions/workflows."""
    repository = call.repository()
    return list_page(call, repository.workflows, lambda each: workflow_shape(call.site, repository, each), "workflows")


def get_workflow(call: Call) -> Answer:
    """GET …/actions/workflows/{workflow_id}, by id or file name."""
    return to_json(workflow_shape(call.site, call.repository(), _workflow(call)))


def _workflow(call: Call) -> Workflow:
    wanted = call.params["workflow_id"]
    for workflow in call.repository().workflows:
        if wanted in (str(workflow.id), workflow.path.rpartition("/")[2]):
            return workflow
    raise not_found()


def list_runs(call: Call) -> Answer:
    """GET …/actions/runs: newest first; of a search at most 1,000 can be read, though all are counted."""
    repository = call.repository()
    return _runs_page(call, repository, repository.runs)


def list_workflow_runs(call: Call) -> Answer:
    """GET …/actions/workflows/{workflow_id}/runs."""
    workflow = _workflow(call)
    return _runs_page(call, call.repository(), [run for run in call.repository().runs if run.workflow is workflow])


def _runs_page(call: Call, repository: Repository, runs: list[Run]) -> Answer:
    matching = found_runs(call, runs) if is_search(call) else runs
    size, page, now = call.page_size(), call.page_number(), call.world.now
    readable = min(len(matching), SEARCH_CAP) if is_search(call) else len(matching)
    shown = newest_first(matching, (page - 1) * size, min(page * size, readable))
    shapes = [run_shape(call.site, run, run.latest, now) for run in shown]
    body = {"total_count": len(matching), "workflow_runs": shapes}
    answer = to_json(body, headers=links(call, page, -(-readable // size)))
    _maybe_shift(call, repository)
    return answer


def _maybe_shift(call: Call, repository: Repository) -> None:
    """Lets a new run come in at the top after every k-th page, as it does while a client reads."""
    switches = call.switches
    switches.runs_pages += 1
    if switches.shift_every and switches.runs_pages % switches.shift_every == 0:
        call.world.insert_run(repository)


def get_run(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}: the latest attempt."""
    run = call.run()
    return to_json(run_shape(call.site, run, run.latest, call.world.now))


def get_attempt(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/attempts/{attempt}."""
    run, number = call.run(), call.number("attempt")
    if not 1 <= number <= len(run.attempts):
        raise not_found()
    return to_json(run_shape(call.site, run, run.attempts[number - 1], call.world.now))


def rerun(call: Call) -> Answer:
    """POST …/actions/runs/{run_id}/rerun."""
    return _again(call, failed_only=False)


def rerun_failed_jobs(call: Call) -> Answer:
    """POST …/actions/runs/{run_id}/rerun-failed-jobs."""
    return _again(call, failed_only=True)


def _again(call: Call, *, failed_only: bool) -> Answer:
    run = _changeable(call)
    if failed_only and run.latest.conclusion == "success":
        raise error(403, "This workflow run cannot be retried")
    try:
        call.world.rerun(run.id, failed_only=failed_only, actor=call.token.user)
    except ValueError as problem:
        raise error(403, str(problem)) from None
    return to_json({}, 201)


def cancel(call: Call) -> Answer:
    """POST …/actions/runs/{run_id}/cancel: 202, or 409 when it is over."""
    run = _changeable(call)
    try:
        call.world.cancel(run.id)
    except ValueError as problem:
        raise error(409, str(problem)) from None
    return to_json({}, 202)


def _changeable(call: Call) -> Run:
    if not call.token.may_write:
        raise error(403, "Must have admin rights to Repository.")
    return call.run()
