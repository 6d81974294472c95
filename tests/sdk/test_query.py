"""A query's file holds its sentence, its shape and one SELECT."""

import pytest

from datasource_server import sdk

TEXT = """-- Failed runs
-- per pipeline: one row each.
-- shape: alert
-- default days: 30
SELECT pipeline, count(*) AS value
FROM pipeline_run
"""


def test_the_leading_comment_is_the_documentation_and_its_directives_are_not() -> None:
    query = sdk.read_query("ci", "failed_runs", TEXT)
    assert query.doc == "Failed runs per pipeline: one row each."
    assert (query.path, query.shape, query.title, query.defaults) == (
        "ci/failed_runs",
        "alert",
        "Failed runs",
        {"days": "30"},
    )
    assert query.sql.startswith("SELECT pipeline")


@pytest.mark.parametrize(
    ("text", "message"), [("SELECT 1", "no leading comment"), ("-- A.\n-- shape: pie\nSELECT 1", "shape pie")]
)
def test_a_file_without_a_sentence_or_with_an_unknown_shape_is_refused(text: str, message: str) -> None:
    with pytest.raises(sdk.PluginError, match=message):
        sdk.read_query("ci", "x", text)


def test_parameters_are_the_names_behind_a_dollar_without_the_given_ones() -> None:
    query = sdk.read_query(
        "ci", "x", "-- A.\nSELECT 1 FROM t WHERE a > $from AND picked($repo, repo) AND b = $team OR c = $repo"
    )
    assert query.parameters() == ("repo", "team")
