"""Killed at any moment, or refused the disk: the old library or the new one answers, never a mix, and building again mends it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("killing.py")
ROUNDS = 5  # `make kill` does a hundred
KINDS = ["build", "fetch", "small-files", "read-only"]
SMALL_DISK = 'mount -t tmpfs -o size=128m none "$0" && exec "$@"'
Found = dict[str, dict[str, int]]


def lets_us_have_a_disk() -> bool:
    """Whether this machine lets a program mount a small disk that only it sees."""
    probe = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs none "$0"', "/tmp"]  # noqa: S108  # seen by the probe alone
    return bool(shutil.which("unshare")) and subprocess.run(probe, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the program counted, kind by kind; it runs once, because making the scene takes longest."""
    folder = tmp_path_factory.mktemp("disk")
    alone = lets_us_have_a_disk()
    kinds = [*KINDS, "full"] if alone else KINDS
    command = [sys.executable, PROGRAM, *kinds, "--rounds", str(ROUNDS), "--seed", "1", "--folder", folder]
    if alone:
        command = ["unshare", "-Urm", "sh", "-c", SMALL_DISK, folder, *command]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, told
    return {line["what"]: line for line in told}


def test_a_killed_build_leaves_the_old_library_or_the_new_and_is_done_again_the_same(
    found: Found,
) -> None:
    told = found["build"]
    assert told.get("the old answered", 0) + told.get("the new answered", 0) == ROUNDS, told
    assert told["built again the same"] == ROUNDS, told
    assert told.get("killed", 0) > 0, told


def test_a_killed_fetch_leaves_whole_documents_and_is_done_again_the_same(found: Found) -> None:
    told = found["fetch"]
    for each in ("every document whole", "the library answered as before", "fetched again whole", "built the same"):
        assert told[each] == ROUNDS, told
    assert told.get("killed", 0) > 0, told


@pytest.mark.parametrize("kind", ["small-files", "read-only", "full"])
def test_a_disk_that_refuses_is_told_of_and_loses_nothing(found: Found, kind: str) -> None:
    if kind not in found:
        pytest.skip("this machine lets no program have a disk of its own to fill; the other refusals are tested")
    assert found[kind]["said in our words"] >= 2, found[kind]
    assert found[kind]["built again the same"] == 1, found[kind]
