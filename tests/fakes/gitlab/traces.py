"""Writes the traces of jobs as GitLab's runner does: sections, progress over carriage returns, colours, a secret."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from re import sub

from tests.fakes.github.logs import FAILURE_LINES
from tests.fakes.github.model import Job
from tests.fakes.github.moments import moment
from tests.fakes.github.shapes_actions import failing_step

from .builds import Build

CLEAR, RESET, BOLD, GREEN, RED = "\x1b[0K", "\x1b[0;m", "\x1b[0K\x1b[36;1m", "\x1b[32;1m", "\x1b[31;1m"
ENDINGS = {
    "success": f"{GREEN}Job succeeded{RESET}",
    "failed": f"{RED}ERROR: Job failed: exit code 1{RESET}",
    "canceled": f"{RED}ERROR: Job failed: canceled{RESET}",
}
TIMED_OUT = f"{RED}ERROR: Job failed: execution took longer than 1h0m0s seconds{RESET}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when it was written, and by the runner (`00O`), or by the script to its output or error stream."""

    at: int
    text: str
    stream: str = "00O"
    end: str = "\n"


def trace(build: Build, marker: str, now: int, *, has_timestamps: bool = False) -> str:
    """The trace up to `now`. `marker` is planted three times: plain, cut by colour codes, and in an address."""
    lines = list(_joined(line for line in _lines(build, marker) if line.at <= now))
    return _stamped(lines) if has_timestamps else "".join(f"{line.text}{line.end}" for line in lines)


def _joined(lines: Iterable[Line]) -> Iterator[Line]:
    """The end of a section has no line of its own: what follows goes on behind it."""
    before = ""
    last = Line(0, "")
    for line in lines:
        last = line
        if line.text.startswith("section_end:"):
            before += line.text
            continue
        yield Line(line.at, before + line.text, line.stream)
        before = ""
    if before:
        yield Line(last.at, before, last.stream, end="")


def _stamped(lines: Iterable[Line]) -> str:
    """Each line with its moment, its stream and `O` or `E`.

    A carriage return ends a line too, and the next is marked with a plus: it goes on where the one before stopped.
    """
    places, pieces = count(), []
    for line in lines:
        for nth, part in enumerate(line.text.split("\r")):
            end = line.end if nth == line.text.count("\r") else "\r\n"
            micros = (12_345 + next(places) * 17) % 1_000_000
            pieces.append(
                f"{moment(line.at):%Y-%m-%dT%H:%M:%S}.{micros:06d}Z {line.stream}{'+' if nth else ' '}{part}{end}"
            )
    return "".join(pieces)


def _lines(build: Build, marker: str) -> Iterator[Line]:
    job, at, end = build.job, build.job.started_at, build.job.finished_at
    yield Line(at, f"{CLEAR}Running with gitlab-runner 17.5.0 (0d4137b8){RESET}")
    yield Line(at, f"{CLEAR}  on {job.runner} t1_abcDE, system ID: s_1a2b3c{RESET}")
    for name, header, body in _preparation(job, marker):
        yield from _section(at, name, f"{BOLD}{header}{RESET}", [Line(at, text) for text in body])
    yield from _section(
        at, "step_script", f'{BOLD}Executing "step_script" stage of the job script{RESET}', _script(job, marker)
    )
    yield from _section(end, "cleanup_file_variables", f"{BOLD}Cleaning up file based variables{RESET}", [])
    ending = ENDINGS[build.status if build.is_over() else "success"]
    yield Line(end, TIMED_OUT if job.conclusion == "timed_out" else ending)


def _preparation(job: Job, marker: str) -> list[tuple[str, str, list[str]]]:
    """Name, header and lines of the sections before the script, with a progress bar that draws over itself."""
    progress = "\r".join(f"Receiving objects: {share:3d}% ({share}/100)" for share in (1, 40, 80, 100))
    fetched = f"fetched from https://gitlab-ci-token:{marker}@git.example.test/it.git"
    return [
        ("prepare_executor", 'Preparing the "docker" executor', ["Using Docker executor with image debian:12 ..."]),
        ("prepare_script", "Preparing environment", [f"Running on {job.runner}..."]),
        ("get_sources", "Getting source from Git repository", [f"{progress}, done.", fetched]),
    ]


def _script(job: Job, marker: str) -> Iterator[Line]:
    """The steps of the job, each a section of its own within the runner's one; the last line ends with the script."""
    steps = job.blueprint.steps
    span = (job.finished_at - job.started_at) / len(steps)
    for index in range(2, len(steps) - 2):
        at, header = job.started_at + int(span * index), f"{GREEN}$ {steps[index].removeprefix('Run ')}{RESET}"
        is_broken = index == failing_step(job) and job.conclusion != "success"
        texts = _failure(job, marker) if is_broken else [f"step {number} of 12 done" for number in range(1, 13)]
        body = [Line(at, text, "01E" if text.startswith(RED) else "01O") for text in texts]
        yield from _section(at, section_name(steps[index]), header, body)
        if is_broken:
            return


def section_name(step: str) -> str:
    """A step's name as a section has it: letters, digits and underscores."""
    return sub(r"\W+", "_", step.lower()).strip("_")


def _section(at: int, name: str, header: str, body: Iterable[Line]) -> Iterator[Line]:
    """A section from its start to the moment of its last line."""
    last = Line(at, "")
    yield Line(at, f"section_start:{at}:{name}\r{CLEAR}{header}")
    for line in body:
        last = line
        yield line
    yield Line(last.at, f"section_end:{last.at}:{name}\r{CLEAR}")


def _failure(job: Job, marker: str) -> list[str]:
    half = len(marker) // 2
    cut = f"using {marker[:half]}{RED}{RESET}{marker[half:]} for uploads"
    lines = [f"token={marker}", cut, "WARNING: image is deprecated"]
    return [*lines, *(f"{RED}{text}{RESET}" for text in FAILURE_LINES.get(job.failure, ()))]
