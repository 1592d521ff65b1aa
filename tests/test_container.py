"""The files an image and a street of containers are made from, held by the tools that read them. Nothing is built here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT


def tool(name: str) -> str:
    """A program that comes as a package of Python."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{name} is not installed, and CI=true asks for it: pip install '.[test]'")
    if found is None:
        pytest.skip(f"{name} is not installed (pip install '.[test]')")
    return found


def test_the_dockerfile_keeps_the_rules_of_hadolint() -> None:
    done = subprocess.run([tool("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("profile", [(), ("--profile", "scale")])
def test_the_compose_file_is_one(profile: tuple[str, ...]) -> None:
    command = [tool("docker-compose"), "-f", "compose.yaml", *profile, "config", "-q"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "POSTGRES_PASSWORD": "x"}
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_only_what_the_image_is_made_of_is_sent_to_the_builder() -> None:
    copied = {
        word
        for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)
