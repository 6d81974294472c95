"""Nothing outgrows its room: files, functions, argument lists and names stay readable."""

import ast
import re
from pathlib import Path

from .sources import Function, files_under, functions_of, text_of

FILE_LINES, FUNCTION_LINES, ARGUMENTS = 300, 30, 7
CODE = {".py", ".ts", ".tsx"}
ROOMS = ("datasource_server", "plugins", "grafana/src", "tests")
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "base", "common", "misc"}
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]) + r")\b")
UNFINISHED_WORDS = re.compile(r"\b(place" + "holder|not implemented " + r"yet)\b")
SIGNS_OF_A_CHECK = ("assert", "raises", "check", "verify", "expect")


def production() -> list[str]:
    return files_under("datasource_server", "plugins", suffixes=(".py",))


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    lengths = {name: len(text_of(name).splitlines()) for name in files_under(*ROOMS) if Path(name).suffix in CODE}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_thirty_lines() -> None:
    long = {f"{name}:{each.lineno} {each.name}": lines_of(each) for name in production() for each in functions_of(name)}
    assert {place: lines for place, lines in long.items() if lines > FUNCTION_LINES} == {}


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_takes_more_than_seven_arguments() -> None:
    counts = {f"{name}:{each.lineno} {each.name}": arity(each) for name in production() for each in functions_of(name)}
    assert {place: count for place, count in counts.items() if count > ARGUMENTS} == {}


def arity(function: Function) -> int:
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)


def test_every_name_says_something() -> None:
    parts = {
        name: {word for part in Path(name).parts for word in Path(part).stem.split("_")} for name in files_under(*ROOMS)
    }
    assert {name: words & EMPTY_WORDS for name, words in parts.items() if words & EMPTY_WORDS} == {}


def test_no_work_is_left_unfinished() -> None:
    code = [name for name in files_under(*ROOMS[:3]) if Path(name).suffix in CODE | {".sql"}]
    marks = (UNFINISHED, UNFINISHED_WORDS)
    lines = [
        f"{name}:{at}"
        for name in code
        for at, line in enumerate(text_of(name).splitlines(), 1)
        if any(m.search(line) for m in marks)
    ]
    assert lines == []


def test_every_test_checks_something() -> None:
    silent = [
        f"{name}:{each.lineno} {each.name}"
        for name in files_under("tests", suffixes=(".py",))
        for each in functions_of(name)
        if each.name.startswith("test_") and not any(sign in ast.unparse(each) for sign in SIGNS_OF_A_CHECK)
    ]
    assert silent == []


def test_every_query_begins_with_its_sentence() -> None:
    queries = [name for name in files_under("plugins", suffixes=(".sql",)) if "queries" in Path(name).parts]
    assert [name for name in queries if not text_of(name).lstrip().startswith("-- ")] == []


def test_every_part_of_queries_is_used() -> None:
    queries = [Path(name) for name in files_under("plugins", suffixes=(".sql",)) if "queries" in Path(name).parts]
    named = {(plugin_of(query), part) for query in queries for part in named_parts(query)}
    parts = {(plugin_of(path), path.stem) for path in queries if path.parent.name == "parts"}
    assert parts, "no part found"
    assert parts - named == set()


def plugin_of(path: Path) -> str:
    return path.parts[1]


def named_parts(path: Path) -> list[str]:
    lists = re.findall(r"^-- with: (.+)$", text_of(str(path)), re.MULTILINE)
    return [part.strip() for each in lists for part in each.split(",")]
