"""Routes of jobs, their traces, artifacts and reports."""

from gzip import compress

from tests.fakes.github.answers import Answer, to_json
from tests.fakes.github.model import Run
from tests.fakes.github.storage import ranged

from .answers import TEXT, bad_request, forbidden, invalid, not_found
from .artifacts import archive, archived, reports_of, suite_shapes, summary_shape
from .builds import Build
from .call import Call
from .paging import Keyset, list_page
from .retrying import retry_jobs
from .shapes_pipelines import job_shape
from .traces import trace

SCOPES = (
    "created",
    "waiting_for_resource",
    "preparing",
    "pending",
    "running",
    "success",
    "failed",
    "canceling",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
)
Pair = tuple[Run, Build]
JOBS: Keyset[Pair] = Keyset("Ci::Build", {"id": lambda pair: (pair[1].id,)}, sorts=("desc",))


def list_pipeline_jobs(call: Call) -> Answer:
    """GET …/pipelines/{pipeline_id}/jobs: newest first; what was retried shows with `include_retried` only."""
    run, all_of_them = call.run(), call.flag("include_retried")
    found = [(run, build) for build in call.builds(run) if all_of_them or not build.is_retried]
    return list_page(call, _scoped(call, found)[::-1], lambda pair: job_shape(call, *pair))


def list_project_jobs(call: Call) -> Answer:
    """GET …/jobs: every job of the project, the retried ones too, newest first."""
    runs = [run for run in call.project().runs if run.created_at <= call.now]
    found = [(run, build) for run in runs for build in call.builds(run)]
    found.sort(key=lambda pair: pair[1].id, reverse=True)
    return list_page(call, _scoped(call, found), lambda pair: job_shape(call, *pair), keyset=JOBS)


def _scoped(call: Call, found: list[Pair]) -> list[Pair]:
    scopes = call.every("scope")
    if not set(scopes) <= set(SCOPES):
        raise invalid("scope does not have a valid value")
    return [pair for pair in found if not scopes or pair[1].status in scopes]


def list_bridges(call: Call) -> Answer:
    """GET …/pipelines/{pipeline_id}/bridges: no pipeline here starts another."""
    call.run()
    return list_page(call, [], lambda each: each)


def get_job(call: Call) -> Answer:
    """GET …/jobs/{job_id}."""
    return to_json(job_shape(call, *call.build()))


def get_trace(call: Call) -> Answer:
    """GET …/jobs/{job_id}/trace: plain text; empty while there is nothing, or once it was erased."""
    _, build = call.build()
    body = b"" if build.id in call.extras.erased or not build.has_begun(call.now) else _trace(call, build)
    answer = Answer(body, headers={"Content-Disposition": f'infile; filename="{build.id}.log"'}, media_type=TEXT)
    return ranged(answer, call.headers.get("range", "")) if call.switches.serves_ranges else answer


def _trace(call: Call, build: Build) -> bytes:
    return trace(build, call.world.secret_marker, call.now, has_timestamps=call.switches.trace_timestamps).encode()


def get_artifacts(call: Call) -> Answer:
    """GET …/jobs/{job_id}/artifacts: the archive as a zip; by `file_type=junit` the reports, where that is served."""
    run, build = call.build()
    if call.switches.serves_file_types and call.choice("file_type", ("archive", "junit"), "archive") == "junit":
        return _reports(call, run, build)
    files = archived(call.extras, run, build)
    if not files:
        raise not_found()
    headers = {"Content-Disposition": 'attachment; filename="artifacts.zip"'}
    return Answer(archive(files), headers=headers, media_type="application/zip")


def _reports(call: Call, run: Run, build: Build) -> Answer:
    """The reports, each gzipped, one after the other."""
    reports = [] if build.job.id in call.extras.expired else reports_of(call.extras, run, build)
    if not reports:
        raise not_found()
    headers = {"Content-Disposition": 'attachment; filename="junit.xml.gz"'}
    body = b"".join(compress(each.xml, mtime=0) for each in reports)
    return Answer(body, headers=headers, media_type="application/gzip")


def get_artifact_file(call: Call) -> Answer:
    """GET …/jobs/{job_id}/artifacts/{path}: one file of the archive."""
    files, path = archived(call.extras, *call.build()), call.params["path"]
    if path not in files:
        raise not_found()
    return Answer(files[path], media_type="application/octet-stream")


def get_test_report(call: Call) -> Answer:
    """GET …/pipelines/{pipeline_id}/test_report: the tests of the jobs that count."""
    return to_json(suite_shapes(call.extras, call.run(), _counted(call)))


def get_test_report_summary(call: Call) -> Answer:
    """GET …/pipelines/{pipeline_id}/test_report_summary."""
    return to_json(summary_shape(call.extras, call.run(), _counted(call)))


def _counted(call: Call) -> list[Build]:
    return [build for build in call.builds(call.run()) if not build.is_retried and build.is_over()]


def retry(call: Call) -> Answer:
    """POST …/jobs/{job_id}/retry: a new job of the same name; 403 for one that runs or was retried before."""
    call.require_writer()
    run, build = call.build()
    is_open = run.latest.finished_at > call.now
    if is_open or build.is_retried or build.status not in ("success", "failed", "canceled"):
        raise forbidden("Job is not retryable")
    retry_jobs(call.world, run, [build.name], call.token.user)
    again = next(each for each in reversed(call.builds(run)) if each.name == build.name)
    return to_json(job_shape(call, run, again), 201)


def cancel(call: Call) -> Answer:
    """POST …/jobs/{job_id}/cancel: what is over stays as it is."""
    call.require_writer()
    run, build = call.build()
    job, now = build.job, call.now
    if job.finished_at > now:
        call.extras.manual.discard(job.id)
        job.conclusion, job.created_at = "cancelled", min(job.created_at, now)
        job.started_at, job.finished_at = min(job.started_at, now), now
        others = [each.finished_at for each in run.latest.jobs]
        run.latest.conclusion, run.latest.finished_at = "cancelled", max(others) + 1
    return to_json(job_shape(call, *call.build()), 201)


def play(call: Call) -> Answer:
    """POST …/jobs/{job_id}/play: starts a job that waits for a person; 400 for any other."""
    call.require_writer()
    run, build = call.build()
    if build.status != "manual":
        raise bad_request("Unplayable Job")
    call.extras.play(call.world, run, build.job)
    return to_json(job_shape(call, *call.build()))


def erase(call: Call) -> Answer:
    """POST …/jobs/{job_id}/erase: trace and artifacts are gone; 403 for a job that is open."""
    call.require_writer()
    _, build = call.build()
    if not build.is_over():
        raise forbidden("Job is not erasable!")
    call.extras.erased[build.id] = call.now
    call.extras.reports.pop(build.job.id, None)
    return to_json(job_shape(call, *call.build()), 201)
