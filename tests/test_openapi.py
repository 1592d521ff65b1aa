"""Schemathesis holds the server to its own OpenAPI document: no 5xx, nothing undeclared, wrong requests refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import ROOT, Built
from serving import serving

from assistant.web import create_app
from assistant.wiring import House

# A body over the limit is refused with 413 before it is read: a refusal of wrong data like the others.
CONFIG = """\
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 422, 428, 429]
"""
FREE = {"rate": "1000000/minute", "staff_rate": "1000000/minute"}


@pytest.fixture(scope="module")
def address(house: House, built: Built) -> Iterator[str]:
    app = create_app(house, built.settings.model_copy(update=FREE), with_admin=True)
    with serving(app) as opened:
        yield opened


def test_every_response_is_as_the_document_says(address: str, house: House, tmp_path: Path) -> None:
    """Its own command and not its pytest plugin, which does not run under this pytest."""
    conversation = httpx.post(f"{address}/api/conversation", trust_env=False).json()["conversation"]
    answer = httpx.post(f"{address}/api/ask", json={"question": "who pays"}, trust_env=False).json()["id"]
    known = {"KNOWN_CONVERSATION": conversation, "KNOWN_ANSWER": answer, "SCHEMATHESIS_HOOKS": "known_ids"}
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    search = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "run", f"{address}/openapi.json"),
            *("--header", f"Authorization: Bearer {house.keys.make('schemathesis')[1]}"),
            *("--max-examples", "10", "--seed", "2014", "--phases", "examples,coverage,fuzzing"),
            *("--generation-database", "none", "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, **known, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        timeout=600,
    )
    shown = "\n".join(line[:300] for line in (done.stdout + done.stderr).splitlines())
    assert done.returncode == 0, shown


def test_every_address_has_a_name_and_says_what_it_may_answer(address: str) -> None:
    document = httpx.get(f"{address}/openapi.json", trust_env=False).json()
    operations: list[dict[str, Any]] = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names)) > 15
    for each in operations:
        assert each["summary"]
        assert {"400", "500"} <= set(each["responses"])
    assert "Problem" in document["components"]["schemas"]
