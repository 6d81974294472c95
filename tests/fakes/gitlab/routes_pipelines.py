"""Routes of pipelines and schedules."""

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.model import Run
from tests.fakes.github.planning import Trigger

from .answers import bad_request, forbidden, not_found
from .builds import pipeline_status, visible_attempts
from .call import Call
from .paging import list_page, ordered, within
from .retrying import retry_failed
from .schedules import PipelineSchedule, schedules_of
from .shapes_pipelines import listed_pipeline_shape, pipeline_shape, ref_of, schedule_shape, source_of

SCOPES = {
    "running": ("running",),
    "pending": ("pending",),
    "finished": ("success", "failed", "canceled"),
    "branches": (),
    "tags": (),
}
STATUSES = (
    "created",
    "waiting_for_resource",
    "preparing",
    "pending",
    "running",
    "success",
    "failed",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
)


def list_pipelines(call: Call) -> Answer:
    """GET …/pipelines: newest first; by `updated_after` and `order_by=updated_at` what changed since."""
    project = call.project()
    found = [run for run in project.runs if run.created_at <= call.now and _is_wanted(call, run)]
    found = within(call, found, "updated", lambda run: _updated_at(call, run))
    found = within(call, found, "created", lambda run: run.created_at)
    orders = {
        "id": lambda run: (run.id,),
        "status": lambda run: (pipeline_status(run, call.now, call.extras), run.id),
        "ref": lambda run: (ref_of(run), run.id),
        "updated_at": lambda run: (_updated_at(call, run), run.id),
        "user_id": lambda run: (run.actor.id, run.id),
    }
    answer = list_page(call, ordered(call, found, orders, "id", "desc"), lambda run: listed_pipeline_shape(call, run))
    _maybe_shift(call)
    return answer


def _updated_at(call: Call, run: Run) -> int:
    return visible_attempts(run, call.now)[-1].updated_at(call.now)


def _is_wanted(call: Call, run: Run) -> bool:
    scope = call.choice("scope", tuple(SCOPES), "")
    wanted = {
        "name": run.workflow.name,
        "ref": ref_of(run),
        "sha": run.sha,
        "source": source_of(run),
        "username": run.actor.login,
    }
    if not all(call.get(name, value) == value for name, value in wanted.items()):
        return False
    words = {*SCOPES.get(scope, ()), *filter(None, [call.choice("status", STATUSES, "")])}
    return not words or pipeline_status(run, call.now, call.extras) in words


def _maybe_shift(call: Call) -> None:
    """Lets a new pipeline come in after every k-th page, as it does while a client reads."""
    switches = call.switches
    switches.pipeline_pages += 1
    if switches.shift_every and switches.pipeline_pages % switches.shift_every == 0:
        call.world.insert_run(call.project())


def get_pipeline(call: Call) -> Answer:
    """GET …/pipelines/{pipeline_id}."""
    return to_json(pipeline_shape(call, call.run()))


def get_latest_pipeline(call: Call) -> Answer:
    """GET …/pipelines/latest: the newest of a branch; 403 when there is none."""
    project = call.project()
    ref = call.get("ref", project.default_branch)
    found = [run for run in project.runs if run.branch == ref and run.created_at <= call.now]
    if not found:
        raise forbidden()
    return to_json(pipeline_shape(call, found[-1]))


def retry(call: Call) -> Answer:
    """POST …/pipelines/{pipeline_id}/retry: the failed and cancelled jobs run again; nothing happens without any."""
    call.require_writer()
    run = call.run()
    retry_failed(call.world, run, call.token.user)
    return to_json(pipeline_shape(call, run), 201)


def cancel(call: Call) -> Answer:
    """POST …/pipelines/{pipeline_id}/cancel: what is over stays as it is."""
    call.require_writer()
    run = call.run()
    if run.latest.finished_at > call.now:
        call.extras.manual.difference_update(job.id for job in run.latest.jobs)
        call.world.cancel(run.id)
    return to_json(pipeline_shape(call, run))


def create(call: Call) -> Answer:
    """POST …/pipeline: a new pipeline of a branch."""
    call.require_writer()
    project, ref = call.project(), str(call.json().get("ref", ""))
    if not ref:
        raise bad_request("ref is missing")
    if ref not in project.branches:
        raise bad_request("Reference not found")
    sha = project.branches[ref]
    trigger = Trigger("workflow_dispatch", call.token.user, ref, sha, project.commits[sha].message.split("\n")[0])
    run = call.world.insert_run(project, trigger=trigger, conclusion="success")
    return to_json(pipeline_shape(call, run), 201)


def list_schedules(call: Call) -> Answer:
    """GET …/pipeline_schedules."""
    wanted = {"active": (True,), "inactive": (False,)}.get(
        call.choice("scope", ("active", "inactive"), ""), (True, False)
    )
    found = [each for each in schedules_of(call.project()) if each.is_active in wanted]
    return list_page(call, found, lambda each: schedule_shape(call, each))


def _schedule(call: Call) -> PipelineSchedule:
    wanted = call.number("schedule_id")
    found = next((each for each in schedules_of(call.project()) if each.id == wanted), None)
    if found is None:
        raise not_found("Pipeline Schedule")
    return found


def get_schedule(call: Call) -> Answer:
    """GET …/pipeline_schedules/{schedule_id}, with its last pipeline."""
    return to_json(schedule_shape(call, _schedule(call), is_whole=True))


def list_scheduled_pipelines(call: Call) -> Answer:
    """GET …/pipeline_schedules/{schedule_id}/pipelines, oldest first."""
    return list_page(call, _schedule(call).runs(call.now), lambda run: listed_pipeline_shape(call, run))
