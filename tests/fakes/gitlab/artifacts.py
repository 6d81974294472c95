"""Archives of jobs, and the test reports that GitLab makes of their JUnit files."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.fakes.github.issues import Artifact
from tests.fakes.github.model import Run

from .builds import Build
from .extras import Extras, Report
from .site import Json

EPOCH = (2026, 1, 15, 12, 0, 0)
COUNTS = ("success", "failed", "skipped", "error")


def reports_of(extras: Extras, run: Run, build: Build) -> list[Report]:
    """The JUnit files of a job: its own, and of its run's artifacts those that its attempt kept, in their folders."""
    return [*extras.reports.get(build.job.id, []), *_uploaded(run, build)] if build.is_over() else []


def _uploaded(run: Run, build: Build) -> list[Report]:
    """The world knows artifacts of attempts only: the last job that ran has them."""
    ran = [job.id for job in build.attempt.jobs if job.conclusion != "skipped"]
    kept = [each for each in run.repository.artifacts if each.run is run and each.attempt == build.attempt.number]
    return [report for each in kept for report in _unzipped(each)] if build.job.id == max(ran, default=0) else []


def _unzipped(artifact: Artifact) -> list[Report]:
    with ZipFile(BytesIO(artifact.body)) as opened:
        names = [name for name in opened.namelist() if name.endswith(".xml")]
        return [Report(f"{artifact.name}/{name}", opened.read(name)) for name in names]


def archived(extras: Extras, run: Run, build: Build) -> dict[str, bytes]:
    """The files of a job's archive; none when it has none, or they are too old."""
    found = [] if build.job.id in extras.expired else reports_of(extras, run, build)
    return {each.path: each.xml for each in found if each.is_in_archive}


def archive(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as opened:
        for path, body in files.items():
            opened.writestr(ZipInfo(path, EPOCH), body, ZIP_DEFLATED)
    return target.getvalue()


def suite_shapes(extras: Extras, run: Run, builds: Iterable[Build]) -> Json:
    """The test report of a pipeline: a suite for each job."""
    suites = [_suite(build, reports) for build in builds if (reports := reports_of(extras, run, build))]
    return {**_totals(suites), "test_suites": suites}


def summary_shape(extras: Extras, run: Run, builds: Iterable[Build]) -> Json:
    """The counts of a test report, without its tests."""
    found = [(build, _suite(build, reports)) for build in builds if (reports := reports_of(extras, run, build))]
    totals = _totals([suite for _, suite in found])
    total = {key.removeprefix("total_").removesuffix("_count"): value for key, value in totals.items()}
    counted: list[Json] = [
        {**{key: value for key, value in suite.items() if key != "test_cases"}, "build_ids": [build.id]}
        for build, suite in found
    ]
    return {"total": {**total, "suite_error": None}, "test_suites": counted}


def _suite(build: Build, reports: Iterable[Report]) -> Json:
    cases = [_case(case) for report in reports for case in ET.fromstring(report.xml).iter("testcase")]
    return {"name": build.name, **_counted(cases), "suite_error": None, "test_cases": cases}


def _counted(cases: list[Json]) -> Json:
    counts = {f"{word}_count": sum(case["status"] == word for case in cases) for word in COUNTS}
    return {
        "total_time": sum(float(str(case["execution_time"])) for case in cases),
        "total_count": len(cases),
        **counts,
    }


def _totals(suites: list[Json]) -> Json:
    keys = ("total_time", "total_count", *(f"{word}_count" for word in COUNTS))
    return {
        key: sum(float(str(suite[key])) if key == "total_time" else int(str(suite[key])) for suite in suites)
        for key in keys
    }


def _case(case: ET.Element) -> Json:
    problems = {"failure": "failed", "error": "error", "skipped": "skipped"}
    found = next(((word, case.find(tag)) for tag, word in problems.items() if case.find(tag) is not None), None)
    return {
        "status": found[0] if found else "success",
        "name": case.get("name", ""),
        "classname": case.get("classname", ""),
        "file": case.get("file"),
        "execution_time": float(case.get("time", "0") or 0),
        "system_output": found[1].text if found and found[1] is not None else None,
        "stack_trace": None,
        "recent_failures": None,
    }
