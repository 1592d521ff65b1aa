"""Staff keys are shown once, kept as digests and can be ended."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import CareActError
from assistant.keys import StaffKeys


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/conversations.db"


def test_a_key_opens_until_it_is_revoked(url: str) -> None:
    keys = StaffKeys(url)
    made, text = keys.make("intranet")
    assert keys.who(text) == made
    assert keys.who(text[:-1]) is None
    assert keys.who(text + "x") is None
    assert keys.revoke(made.id).revoked
    assert keys.who(text) is None
    assert [(key.name, bool(key.revoked)) for key in keys.every()] == [("intranet", True)]
    keys.close()


@pytest.mark.parametrize("text", ["", "_", "__", "careact", "careact__", "careact_x", "careact_\ud800_x", "x" * 10_000])
def test_what_is_no_key_is_nobodys(url: str, text: str) -> None:
    keys = StaffKeys(url)
    assert keys.who(text) is None
    keys.close()


def test_the_key_itself_is_kept_nowhere(url: str, tmp_path: Path) -> None:
    keys = StaffKeys(url)
    _, text = keys.make("intranet")
    secret = text.rsplit("_", 1)[-1].encode()
    assert all(secret not in path.read_bytes() for path in tmp_path.iterdir())
    keys.close()


def test_a_key_there_is_not_cannot_be_revoked(url: str) -> None:
    with pytest.raises(CareActError, match="care-act keys list"):
        StaffKeys(url).revoke("nobody")


def test_keys_are_made_listed_and_revoked_at_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_ACT_HOME", str(tmp_path))
    runner = CliRunner()
    made = runner.invoke(app, ["keys", "make", "intranet proxy"])
    text = made.stdout.strip()
    assert StaffKeys(f"sqlite:///{tmp_path}/conversations.db").who(text) is not None
    listed = runner.invoke(app, ["keys", "list"]).stdout
    assert "intranet proxy" in listed
    assert text not in listed
    assert runner.invoke(app, ["keys", "revoke", listed.split()[0]]).exit_code == 0
    assert "revoked" in runner.invoke(app, ["keys", "list"]).stdout
