"""A stranger's plugin, installed by pip, appears beside the built-in ones and keeps the SDK's promises."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

PACKAGE = Path(__file__).parent / "thirdparty" / "opssight_woodpecker"
DELIVERY = orjson.dumps(
    {
        "repo": {"full_name": "acme/web"},
        "pipeline": {"id": 7, "event": "push", "status": "success", "created": 1, "started": 10, "finished": 90},
    }
)
PROGRAM = f"""
import orjson
from datasource_server.plugins import Plugins
from datasource_server.render import rendered
from datasource_server.sdk.testing import check_connector
from datasource_server.settings import Settings

plugins = Plugins.load(Settings())
check_connector("opssight_woodpecker", samples=[("webhook", "", {DELIVERY!r})])
files = sorted(path for path in rendered(plugins.connectors) if "woodpecker" in path)
found = {{"connectors": sorted(plugins.connectors), "problems": plugins.problems, "boards": files}}
print(orjson.dumps(found).decode())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin in a folder of its own, put there by pip without any network."""
    folder = tmp_path_factory.mktemp("site")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder), str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_it_is_short() -> None:
    files = [PACKAGE / "opssight_woodpecker/__init__.py", *PACKAGE.glob("opssight_woodpecker/queries/*.sql")]
    assert sum(len(file.read_text().splitlines()) for file in files) < 80


@pytest.mark.slow
def test_it_appears_and_passes_the_contract_suite_without_any_change_to_the_project(installed: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found = orjson.loads(done.stdout)
    assert "woodpecker" in found["connectors"]
    assert {"ci", "github", "sandbox", "teams"} < set(found["connectors"])
    assert found["problems"] == {}
    assert found["boards"] == ["dashboards/team/opssight-woodpecker.json"]
