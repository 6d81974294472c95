"""git gets no more than it needs: no configuration of others, no hooks, no prompts, no secret where it can be seen."""

from __future__ import annotations

import asyncio
import base64
import logging
import shutil
from pathlib import Path

import pytest

from .house import REPO, at, git_house, here
from .remote import remote, wrapped_git
from .scripted import Scripted

TOKEN = "s3cret-t0ken-of-the-forge"
SHAS = 'SELECT sha FROM "commit" ORDER BY sha'


@pytest.fixture
def shop(tmp_path: Path) -> Scripted:
    """A repository of two commits with a CODEOWNERS file."""
    made = Scripted.make(tmp_path / "served" / "shop.git")
    made.commit("Begin", CODEOWNERS="* @acme/shop\n")
    made.commit("Go on", a_txt="a\n")
    return made


async def test_a_private_repository_is_read_with_its_token(tmp_path: Path, shop: Scripted) -> None:
    with remote(shop.folder.parent, "x-access-token", TOKEN) as server:
        settings = {"repositories": [{"repo": REPO, "url": f"{server.url}/shop.git"}], "token": TOKEN}
        async with git_house(tmp_path / "data", **settings) as house:
            await house.collect()
            assert len(await house.column(SHAS)) == 2
            assert await house.column("SELECT owners FROM path_owner") == [["@acme/shop"]]
            new = shop.commit("Later", b_txt="b\n")
            await house.collect()
            assert new in await house.column(SHAS)


async def test_a_token_is_seen_in_no_argument_no_file_and_no_error(
    tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, log = shutil.which("git"), tmp_path / "words"
    script = f'echo "$@" >> {log}\nenv | grep -v "^GIT_CONFIG_VALUE" >> {log}\nexec {real} "$@"\n'
    caplog.set_level(logging.DEBUG)
    with remote(shop.folder.parent, "x-access-token", "another") as server:
        monkeypatch.setenv("PATH", wrapped_git(tmp_path / "bin", script))
        monkeypatch.setenv("OPSSIGHT_GIT__TOKEN", TOKEN)
        monkeypatch.setenv("GIT_DIR", "/nowhere")
        settings = {"repositories": [{"repo": REPO, "url": f"{server.url}/shop.git"}], "token": TOKEN}
        async with git_house(tmp_path / "data", **settings) as house:
            (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
            config = (house.clone / "config").read_text()
    assert "terminal prompts disabled" in error or "Authentication failed" in error
    for secret in (TOKEN, base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()):
        assert secret not in error + log.read_text() + config + caplog.text
    assert "/nowhere" not in log.read_text()


async def test_a_token_does_not_follow_to_another_host(tmp_path: Path, shop: Scripted) -> None:
    with remote(shop.folder.parent) as other, remote(shop.folder.parent, moved_to=other.url) as server:
        settings = {"repositories": [{"repo": REPO, "url": f"{server.url}/shop.git"}], "token": TOKEN}
        async with git_house(tmp_path / "data", **settings) as house:
            (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
    assert "redirect" in error or "302" in error
    assert other.asked == []
    assert server.asked[0][1].startswith("Basic ")


async def test_nothing_that_a_repository_s_configuration_names_is_run(tmp_path: Path, shop: Scripted) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $0 >> {ran}\n")
    program.chmod(0o755)
    pairs = {
        "core.fsmonitor": program,
        "core.pager": program,
        "core.sshCommand": program,
        "diff.external": program,
        "gpg.program": program,
        "credential.helper": program,
        "log.showSignature": "true",
        "log.mailmap": "true",
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "protocol.ext.allow": "always",
    }
    for name, value in pairs.items():
        shop.git("config", name, str(value))
    hooks = shop.folder / ".git" / "hooks"
    for hook in ("post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change"):
        shutil.copy(program, hooks / hook)
    blob = shop.git("rev-parse", "HEAD:CODEOWNERS")
    (shop.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    async with git_house(tmp_path / "data", **here(shop.folder)) as house:
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
        assert len(await house.column(SHAS)) == 2
    assert "cat-file" in error
    assert not ran.exists()


async def test_the_configuration_of_whoever_runs_the_server_is_not_read(
    tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[url "ext::sh -c false "]\n\tinsteadOf = file\n[fetch]\n\tprune = nonsense\n')
    monkeypatch.setenv("HOME", str(home))
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        await house.collect()
        assert len(await house.column(SHAS)) == 2


async def test_git_that_is_not_there_is_named(tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
    assert "needs the program git" in error


async def test_git_that_is_too_old_is_named(tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", wrapped_git(tmp_path / "bin", "echo git version 2.17.1\n"))
    async with git_house(tmp_path / "data", **at(shop.folder)) as house:
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
    assert "git is 2.17, expected 2.32 or newer" in error


async def test_git_that_hangs_is_stopped_with_its_children(
    tmp_path: Path, shop: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, child = shutil.which("git"), tmp_path / "child"
    hang = f"[ $word = fetch ] && {{ sleep 60 & echo $! > {child}; wait; }}"
    script = f'for word in "$@"; do\n{hang}\ndone\nexec {real} "$@"\n'
    monkeypatch.setenv("PATH", wrapped_git(tmp_path / "bin", script))
    async with git_house(tmp_path / "data", **at(shop.folder), seconds=1) as house:
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
    assert "git fetch said nothing for 1 s" in error
    await asyncio.sleep(0.1)
    assert not is_running(child.read_text().strip())


def is_running(process: str) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "zombie" not in status.read_text()


async def test_a_folder_that_is_no_repository_is_named(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    async with git_house(tmp_path / "data", **here(plain)) as house:
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
        assert "not a git repository" in error
        plain.rmdir()
        (error,) = [run.error for run in await house.try_to_collect() if run.scope == REPO]
        assert "is no folder" in error
