"""JUnit: test reports as rows, whichever tool wrote them. Pure functions of XML."""

from datasource_server.sdk.junit.cases import MOST_LETTERS, NoReport
from datasource_server.sdk.junit.events import MOST_BYTES, MOST_TESTS
from datasource_server.sdk.junit.rows import Report, is_report, merged, to_test_results
from datasource_server.sdk.junit.text import as_document

__all__ = [
    "MOST_BYTES",
    "MOST_LETTERS",
    "MOST_TESTS",
    "NoReport",
    "Report",
    "as_document",
    "is_report",
    "merged",
    "to_test_results",
]
