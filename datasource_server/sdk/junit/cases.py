"""JUnit cases: what a report says of one test, in the dialects of a dozen tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from datasource_server.sdk.domain import TestStatus
from datasource_server.sdk.errors import Unparsable

MOST_LETTERS = 4_000

# `testsuites` and its like name a report, not a suite.
REPORTS = frozenset({"testsuites", "test-run", "test-results"})
SUITES = frozenset({"testsuite", "test-suite"})
CASES = frozenset({"testcase", "test-case"})
ROOTS = REPORTS | SUITES
OUTPUT = frozenset({"system-out", "system-err", "output"})

ENDS: Mapping[str, TestStatus] = {
    "failure": "failed",
    "error": "error",
    "skipped": "skipped",
    "ignored": "skipped",
    "disabled": "skipped",
}
TRIES = frozenset({"rerunFailure", "rerunError"})
FLAKES = frozenset({"flakyFailure", "flakyError"})
OUTCOMES = frozenset(ENDS) | TRIES | FLAKES | {"reason"}

# What attributes say where no element does: ctest, googletest, NUnit.
WORDS: Mapping[str, TestStatus] = {
    "fail": "failed",
    "failed": "failed",
    "failure": "failed",
    "error": "error",
    "skipped": "skipped",
    "ignored": "skipped",
    "inconclusive": "skipped",
    "disabled": "skipped",
    "notrun": "skipped",
    "suppressed": "skipped",
}


class NoReport(Unparsable):
    """XML that is no test report; the message names its first element."""


@dataclass(slots=True)
class Case:
    """One test case as the report has it; `suites` stand around it from the outermost."""

    suites: tuple[str, ...]
    attributes: Mapping[str, str]
    outcomes: list[Outcome] = field(default_factory=list)

    def status(self) -> TestStatus:
        """Return how it ended; an error counts more than a failure, and both more than being left out."""
        found = {ENDS[each.kind] for each in self.outcomes if each.kind in ENDS}
        if not found:
            words = (self.attributes.get(name, "").lower() for name in ("status", "result"))
            return next((WORDS[word] for word in words if word in WORDS), "passed")
        return "error" if "error" in found else "failed" if "failed" in found else "skipped"

    def tries(self) -> int:
        """Return how often it ran."""
        return 1 + sum(each.kind in TRIES | FLAKES for each in self.outcomes)

    def is_flaky(self) -> bool:
        """Say whether it failed before it passed."""
        return any(each.kind in FLAKES for each in self.outcomes)

    def message(self) -> str:
        """Return what it said when it did not pass."""
        return next((text for each in self.outcomes if (text := each.message())), "")


@dataclass(slots=True)
class Outcome:
    """One element that says how a try ended."""

    kind: str
    said: str
    texts: list[str] = field(default_factory=list)
    letters: int = 0

    def add(self, text: str) -> None:
        """Take text in, as much as is kept."""
        if self.letters < MOST_LETTERS:
            self.texts.append(text[: MOST_LETTERS - self.letters])
            self.letters += len(self.texts[-1])

    def message(self) -> str:
        """Return what the attribute says and what the text adds to it."""
        said, text = self.said.strip(), "".join(self.texts).strip()
        whole = text if said and text.startswith(said) else "\n".join(filter(None, (said, text)))
        return whole if len(whole) <= MOST_LETTERS else f"{whole[: MOST_LETTERS - 1]}…"
