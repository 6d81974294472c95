"""What failed jobs of the sandbox say: the tail of a log, by the language of the service and the job that failed."""

from __future__ import annotations

from random import Random
from typing import Literal

Level = Literal["info", "warning", "error", "command", "debug"]
Line = tuple[Level, str]

NETWORK: tuple[Line, ...] = (
    ("command", "$ fetch --frozen"),
    ("info", "resolving 214 packages"),
    ("warning", "mirror answered 503, trying again in 5 s (2 of 3)"),
    ("warning", "mirror answered 503, trying again in 10 s (3 of 3)"),
    ("error", "could not download {artefact}: connection reset by peer"),
    ("error", "Process completed with exit code 1."),
)
DISK: tuple[Line, ...] = (
    ("info", "step 11 of 14: copying layers"),
    ("error", "write /var/lib/builder/{artefact}: no space left on device"),
    ("error", "Process completed with exit code 1."),
)
LOST_RUNNER: tuple[Line, ...] = (
    ("info", "{count} of 388 checks done"),
    ("warning", "no heartbeat from the runner for 60 s"),
    ("error", "The runner has received a shutdown signal."),
    ("error", "The operation was canceled."),
)
TESTS: dict[str, tuple[Line, ...]] = {
    "python": (
        ("command", "$ python -m pytest -q"),
        ("info", "collected {count} items"),
        ("error", "FAILED tests/test_{word}.py::test_{word}_is_kept - AssertionError: assert {left} == {right}"),
        ("info", "1 failed, {count} passed in 48.12s"),
        ("error", "Process completed with exit code 1."),
    ),
    "node": (
        ("command", "$ npm test"),
        ("error", "✕ shows the {word} of an order ({count} ms)"),
        ("error", "Expected: {left}, received: {right}"),
        ("info", "Tests: 1 failed, {count} passed"),
        ("error", "Process completed with exit code 1."),
    ),
    "java": (
        ("command", "$ mvn -B verify"),
        ("error", "[ERROR] {Word}ServiceTest.keeps{Word}:88 expected: <{left}> but was: <{right}>"),
        ("error", "[ERROR] Tests run: {count}, Failures: 1, Errors: 0, Skipped: 2"),
        ("error", "[ERROR] BUILD FAILURE"),
        ("error", "Process completed with exit code 1."),
    ),
    "go": (
        ("command", "$ go test ./..."),
        ("error", "--- FAIL: Test{Word} (0.03s)"),
        ("error", "    {word}_test.go:41: got {left}, want {right}"),
        ("error", "FAIL\tmeridian/{word}\t0.412s"),
        ("error", "Process completed with exit code 1."),
    ),
    "terraform": (
        ("command", "$ terraform apply -input=false plan.out"),
        ("info", "module.{word}.aws_instance.worker[0]: Creating..."),
        (
            "error",
            "Error: creating EC2 Instance: VcpuLimitExceeded: more vCPU capacity asked for than allowed",
        ),
        ("error", "  with module.{word}.aws_instance.worker[0], on {word}.tf line {count}"),
        ("error", "Process completed with exit code 1."),
    ),
    "docker": (
        ("command", "$ docker build --pull -t meridian/{word} ."),
        ("info", "#9 [4/6] RUN make {word}"),
        ("error", "#9 2.114 make: *** No rule to make target '{word}'.  Stop."),
        ("error", "ERROR: failed to solve: process did not complete successfully: exit code: 2"),
    ),
}
COMPILE: tuple[Line, ...] = (
    ("command", "$ make build"),
    ("error", "src/{word}.ts:{count}:17 - error: property '{word}Total' does not exist on type 'Order'"),
    ("error", "make: *** [build] Error 2"),
)
LINT: tuple[Line, ...] = (
    ("command", "$ make lint"),
    ("error", "src/{word}.py:{count}:1: unused import '{word}'"),
    ("error", "found 1 problem"),
    ("error", "Process completed with exit code 1."),
)
WORDS = ("total", "voucher", "session", "cursor", "export", "tariff", "ledger", "basket")


def log_lines(language: str, job: str, random: Random) -> list[Line]:
    """Return what a failed job printed at its end; a third of the failures are the platform's."""
    story = _story(language, job, random)
    word = random.choice(WORDS)
    facts = {
        "word": word,
        "Word": word.capitalize(),
        "count": random.randrange(20, 380),
        "left": random.randrange(1, 90),
        "right": random.randrange(91, 180),
        "artefact": f"{word}-{random.randrange(1, 9)}.{random.randrange(20)}.tgz",
    }
    return [(level, text.format(**facts)) for level, text in story]


def _story(language: str, job: str, random: Random) -> tuple[Line, ...]:
    if random.random() < 0.33:
        return random.choice((NETWORK, DISK, LOST_RUNNER))
    return {"lint": LINT, "build": COMPILE}.get(job, TESTS[language])
