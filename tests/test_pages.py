"""The pages for people hold what they say: tests they name exist, links lead somewhere, settings are known."""

import re
from pathlib import Path

import pytest
from conftest import ROOT

from assistant.settings import PREFIX, Settings

PAGES = [ROOT / "README.md", *sorted((ROOT / "assistant/pages").glob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@each_page
def test_every_test_it_names_exists(page: Path) -> None:
    for file, name in re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", page.read_text(encoding="utf-8")):
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8") if name else (ROOT / file).is_file(), (
            file,
            name,
        )


@each_page
def test_every_link_inside_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert "://" in link or link.startswith("mailto:") or (page.parent / link).exists(), link


@each_page
def test_every_setting_it_names_is_known(page: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8"))) - known == set()


def test_every_page_is_found_from_the_readme() -> None:
    readme = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"assistant/pages/{page.name}" not in readme] == []
