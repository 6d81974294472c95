"""The project's files, as git knows them, and its functions, as Python parses them."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> tuple[str, ...]:
    """Every file that is in git or would be added to it, relative to the root."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in set(found.split("\0")) if name and (ROOT / name).is_file()))


def files_under(*folders: str, suffixes: tuple[str, ...] = ()) -> list[str]:
    """The project's files in these folders, with one of these suffixes where any is named."""
    inside = [name for name in project_files() if name.startswith(tuple(f"{folder}/" for folder in folders))]
    return [name for name in inside if not suffixes or Path(name).suffix in suffixes]


def text_of(name: str) -> str:
    """The text of a file; bytes that are no UTF-8 are replaced."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def functions_of(name: str) -> Iterator[Function]:
    """Every function and method of a Python file, nested ones too."""
    for node in ast.walk(ast.parse(text_of(name), name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml, parsed."""
    return tomllib.loads(text_of("pyproject.toml"))


def plugin_folders() -> list[str]:
    """The built-in plugins' folders: those of plugins/ that hold a package."""
    return sorted({Path(name).parts[1] for name in files_under("plugins", suffixes=(".py",))})
