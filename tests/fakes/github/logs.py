"""Writes the logs of jobs as GitHub Actions does: a timestamp a line, groups, colours, and a planted secret."""

from .model import Job
from .moments import moment
from .shapes_actions import failing_step

RED, BOLD, RESET = "\x1b[31m", "\x1b[36;1m", "\x1b[0m"
FAILURE_LINES = {
    "test": (
        "=================================== FAILURES ===================================",
        "E       AssertionError: assert 41 == 42",
        "FAILED tests/test_price.py::test_total - AssertionError: assert 41 == 42",
        "=================== 1 failed, 312 passed in 48.20s ===================",
    ),
    "compile": ("src/main.go:17:2: undefined: retry", "make: *** [Makefile:12: build] Error 2"),
    "network": (
        "curl: (28) Failed to connect to packages.example.test port 443 after 130012 ms: Connection timed out",
    ),
    "memory": ("fatal: runtime: out of memory", "/usr/bin/bash: line 1:  2117 Killed                  make test"),
    "disk": ("write /var/lib/docker/tmp/layer.tar: no space left on device",),
    "terraform": (
        "Error: error acquiring the state lock",
        "  ConditionalCheckFailedException: The conditional request failed",
    ),
    "registry": ("ERROR: toomanyrequests: You have reached your pull rate limit.",),
    "secret": ("Error: Input required and not supplied: token",),
}


def job_log(job: Job, marker: str) -> str:
    """The whole log of one job. `marker` is planted three times: plain, cut by colour codes, and in an address."""
    span = (job.finished_at - job.started_at) / len(job.blueprint.steps)
    lines: list[str] = []
    for index, step in enumerate(job.blueprint.steps):
        at = job.started_at + span * index
        lines += [_stamped(at, place, text) for place, text in enumerate(_step_lines(job, index, step, marker))]
    return "\ufeff" + "\n".join(lines) + "\n"


def step_log(job: Job, index: int, marker: str) -> str:
    """The log of one step, as it stands in the zip."""
    texts = _step_lines(job, index, job.blueprint.steps[index], marker)
    return "".join(f"{_stamped(job.started_at, place, text)}\n" for place, text in enumerate(texts))


def _stamped(at: float, place: int, text: str) -> str:
    whole = int(at)
    fraction = (1_234_567 + place * 7_919) % 10_000_000
    return f"{moment(whole):%Y-%m-%dT%H:%M:%S}.{fraction:07d}Z {text}"


def _step_lines(job: Job, index: int, step: str, marker: str) -> list[str]:
    if index == 0:
        return _setup_lines(job)
    lines = [
        f"##[group]{step}",
        f"{BOLD}{step.removeprefix('Run ')}{RESET}",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
    ]
    if index == 1:
        lines.append(f"[command]/usr/bin/git fetch https://x-access-token:{marker}@git.example.test/it.git")
    if index == failing_step(job) and job.conclusion != "success":
        return lines + _failure_lines(job, marker)
    return [*lines, *(f"step {number} of 12 done" for number in range(1, 13))]


def _setup_lines(job: Job) -> list[str]:
    image = "Runner Image" if job.runner.startswith("GitHub") else "Self-hosted runner"
    return [
        "Current runner version: '2.330.0'",
        f"##[group]{image}",
        f"Machine name: '{job.runner}'",
        "##[endgroup]",
        f"Complete job name: {job.blueprint.name}",
    ]


def _failure_lines(job: Job, marker: str) -> list[str]:
    half = len(marker) // 2
    lines = [
        f"##[debug]token={marker}",
        f"using {marker[:half]}{RED}{RESET}{marker[half:]} for uploads",
        "##[warning]Node.js 16 actions are deprecated.",
    ]
    lines += [f"{RED}{text}{RESET}" for text in FAILURE_LINES.get(job.failure, ())]
    endings = {
        "cancelled": "The operation was canceled.",
        "timed_out": "The job has exceeded the maximum execution time of 6h0m0s",
    }
    return [*lines, f"##[error]{endings.get(job.conclusion, 'Process completed with exit code 1.')}"]
