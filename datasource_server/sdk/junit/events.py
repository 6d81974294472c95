"""JUnit events: reads the test cases out of a report as it streams by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from datasource_server.sdk.errors import Unparsable
from datasource_server.sdk.junit.cases import CASES, ENDS, OUTCOMES, OUTPUT, ROOTS, SUITES, Case, NoReport, Outcome
from datasource_server.sdk.junit.text import as_document, pieces

MOST_BYTES = 50_000_000
MOST_TESTS = 100_000
DEEPEST = 100

_BEHIND_THE_END = 9
"""Expat's number for something behind the last element."""


@dataclass(slots=True)
class _Suite:
    name: str
    attributes: Mapping[str, str]
    case: Case | None = None


class _Target:
    """Hears the parser's events and keeps the cases; all else goes by."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._suites: list[_Suite] = []
        self._case: Case | None = None
        self._outcome: Outcome | None = None
        self._muted = 0
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._depth += 1
        self._check(name)
        if name in SUITES:
            self._suites.append(_Suite(attributes.get("name", "").strip(), attributes))
        elif name in CASES:
            self._begin_case(attributes)
        elif name in OUTPUT:
            self._muted += 1
        elif name in OUTCOMES and self._outcome is None:
            self._begin_outcome(name, attributes)

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        self._depth -= 1
        if name in SUITES:
            self._suites.pop()
        elif name in CASES:
            self._case = None
        elif name in OUTPUT:
            self._muted -= 1
        elif self._outcome is not None and name == self._outcome.kind:
            self._outcome = None

    def data(self, text: str) -> None:
        if self._outcome is not None and not self._muted:
            self._outcome.add(text)

    def close(self) -> list[Case]:
        return self.cases

    def _check(self, name: str) -> None:
        if self._depth == 1 and name not in ROOTS:
            raise NoReport(f"the first element is <{name}>, expected <testsuites> or <testsuite>")
        if self._depth > DEEPEST:
            raise Unparsable(f"elements lie more than {DEEPEST} deep in each other")

    def _begin_case(self, attributes: Mapping[str, str]) -> None:
        around = self._suites[-1].attributes if self._suites else {}
        inherited = {name: around[name] for name in ("file", "filepath", "timestamp") if name in around}
        self._case = self._keep({**inherited, **attributes})

    def _begin_outcome(self, name: str, attributes: Mapping[str, str]) -> None:
        case = self._case or self._case_of_suite(name)
        if case is not None:
            self._outcome = Outcome(name, attributes.get("message", "") or attributes.get("type", ""))
            case.outcomes.append(self._outcome)

    def _case_of_suite(self, kind: str) -> Case | None:
        """Return the case that stands for a suite which broke before or after its tests."""
        if not self._suites or ENDS.get(kind) not in ("failed", "error"):
            return None
        suite = self._suites[-1]
        if suite.case is None:
            suite.case = self._keep({**suite.attributes, "name": suite.name or "suite", "classname": ""})
        return suite.case

    def _keep(self, attributes: Mapping[str, str]) -> Case:
        if len(self.cases) >= MOST_TESTS:
            raise Unparsable(f"the report has more than {MOST_TESTS:,} tests")
        case = Case(tuple(each.name for each in self._suites if each.name), attributes)
        self.cases.append(case)
        return case


def read_cases(xml: bytes) -> list[Case]:
    """Return the cases of a report in their order; Unparsable where it can't be read, NoReport where it is none."""
    if len(xml) > MOST_BYTES:
        raise Unparsable(f"the report has {len(xml):,} bytes; at most {MOST_BYTES:,} are read")
    try:
        return _parse(_stripped(pieces(xml)))
    except ParseError as problem:
        if problem.code != _BEHIND_THE_END:
            raise Unparsable(f"the report is no XML: {problem}") from None
    try:  # several reports in one file, one behind the other
        return _parse(iter(("<testsuites>", as_document(xml), "</testsuites>")))
    except ParseError as problem:
        raise Unparsable(f"the report is no XML: {problem}") from None


def _stripped(texts: Iterator[str]) -> Iterator[str]:
    """Leave out what stands before the first element or declaration: spaces, and a mark of the encoding."""
    is_begun = False
    for text in texts:
        kept = text if is_begun else text.lstrip("\ufeff \t\r\n")
        if kept:
            is_begun = True
            yield kept


def _parse(texts: Iterator[str]) -> list[Case]:
    target = _Target()
    parser = DefusedXMLParser(target=target)
    try:
        for text in texts:
            parser.feed(text)
        parser.close()
    except DefusedXmlException as problem:
        raise Unparsable(f"the report declares entities or reads other files: {type(problem).__name__}") from None
    return target.cases
