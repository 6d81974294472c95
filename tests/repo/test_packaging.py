"""What pyproject.toml says agrees with the folders, and the wheel holds what runs and nothing else."""

import importlib.metadata
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .sources import ROOT, files_under, plugin_folders, project_files, pyproject, text_of


def test_every_plugin_folder_is_in_the_wheel() -> None:
    packages = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["datasource_server", *(f"plugins/{folder}" for folder in plugin_folders())]


def test_every_plugin_registers_under_its_folders_name() -> None:
    declared = pyproject()["project"]["entry-points"]["opssight.plugins"]
    assert declared == {folder.removeprefix("opssight_"): folder for folder in plugin_folders()}


def test_what_is_installed_is_what_is_declared() -> None:
    installed = importlib.metadata.distribution("opssight")
    names = {entry.name for entry in installed.entry_points if entry.group == "opssight.plugins"}
    assert installed.version == pyproject()["project"]["version"]
    assert names == set(pyproject()["project"]["entry-points"]["opssight.plugins"]), "run `make install` again"


def test_every_package_carries_its_types() -> None:
    packages = ["datasource_server", *(f"plugins/{folder}" for folder in plugin_folders())]
    assert [package for package in packages if f"{package}/py.typed" not in project_files()] == []


def test_the_import_contracts_name_every_plugin() -> None:
    linter = pyproject()["tool"]["importlinter"]
    contracts = {contract["id"]: contract for contract in linter["contracts"]}
    assert linter["root_packages"] == ["datasource_server", *plugin_folders()]
    assert contracts["plugins-know-the-sdk-only"]["source_modules"] == plugin_folders()
    assert contracts["plugins-do-not-know-each-other"]["modules"] == plugin_folders()
    assert set(contracts["only-store-speaks-duckdb"]["source_modules"]) >= set(plugin_folders())
    assert set(contracts["only-routes-know-fastapi"]["source_modules"]) >= set(plugin_folders())


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text_of(name), re.MULTILINE))


def test_every_locked_requirement_has_its_hashes() -> None:
    """Proves part of check 73."""
    for lock in ("requirements.lock", "deploy/runtime.lock", "deploy/build.lock"):
        blocks = re.split(r"\n(?=[\w.-]+==)", text_of(lock))[1:]
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
        assert len(blocks) >= 4


def test_the_two_locks_agree_and_cover_what_is_asked_for() -> None:
    everything, runtime = locked("requirements.lock"), locked("deploy/runtime.lock")
    assert runtime.items() <= everything.items()
    assert asked_for(pyproject()["project"]["dependencies"]) <= runtime.keys()
    assert asked_for([it for it in pyproject()["dependency-groups"]["dev"] if isinstance(it, str)]) <= everything.keys()


def asked_for(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[~! ]", requirement)[0].lower() for requirement in requirements}


def test_duckdb_is_locked_to_the_version_with_signed_extensions() -> None:
    assert locked("deploy/runtime.lock")["duckdb"] == "1.5.5"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from the work tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_every_query_and_type_marker_and_no_test(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = files_under("datasource_server", "plugins", suffixes=(".py", ".sql", ".typed"))
    assert {name.removeprefix("plugins/") for name in shipped} <= inside
    assert {name for name in inside if "/queries/parts/" in name and name.endswith(".sql")}
    assert [
        name for name in inside if name.startswith(("tests/", "grafana/", "plugins/")) or "__pycache__" in name
    ] == []


@pytest.mark.slow
def test_the_wheel_runs_without_the_work_tree(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    names = ["datasource_server", *plugin_folders()]
    program = f"import {', '.join(names)}\nfor it in ({', '.join(names)},): print(it.__file__)"
    environment = {"PYTHONPATH": str(tmp_path / "site")}
    run = [sys.executable, "-c", program]
    found = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert all(Path(line).is_relative_to(tmp_path) for line in found.stdout.splitlines())
