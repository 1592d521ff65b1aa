"""Settings are read once, and one that is unknown or cannot be used is named with what to do."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import BadSetting
from assistant.settings import load_settings


def test_without_any_setting_the_assistant_keeps_to_this_machine() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.home) == ("127.0.0.1", 8000, Path("var"))
    assert (settings.corpus_dir / "sources.toml").is_file()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CARE_ACT_PORT", "9000")
    monkeypatch.setenv("CARE_ACT_HOME", str(tmp_path))
    assert load_settings().port == 9000
    assert load_settings().library_dir == tmp_path / "library"


def test_an_option_given_wins_over_the_environment_and_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_ACT_PORT", "9000")
    assert load_settings(port=9001, host=None).port == 9001
    assert load_settings(port=None).port == 9000


def test_an_unknown_setting_is_named_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_ACT_PROT", "9000")
    with pytest.raises(BadSetting, match=r"CARE_ACT_PROT is unknown.*CARE_ACT_PORT.*mend its name"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("PORT", "0"), ("PORT", "70000"), ("PORT", ""), ("THREADS", "0"), ("THREADS", "many")],
)
def test_a_value_that_cannot_be_used_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CARE_ACT_{name}", value)
    with pytest.raises(BadSetting, match=f"CARE_ACT_{name} cannot be used: .*Change it or unset it"):
        load_settings()


def test_settings_do_not_change_afterwards() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]  # that it cannot is the point
