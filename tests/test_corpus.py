"""The real corpus keeps its own rules, and was not written from the questions it is measured by."""

import json
import re
from pathlib import Path

import pytest

from ingest.audit import audit
from ingest.cards import read_cards


def plain(text: str) -> str:
    """The words alone: small letters and figures."""
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", text.lower()).split())


def test_the_corpus_has_no_errors(real_corpus: Path) -> None:
    result = audit(real_corpus)
    assert "\n".join(map(str, result.errors)) == ""
    assert len(result.cards) >= 30


def test_every_statement_is_borne_out_by_the_official_texts(real_corpus: Path, legislation: Path) -> None:
    assert "\n".join(map(str, audit(real_corpus, legislation).errors)) == ""


def test_no_phrasing_is_one_of_the_example_questions(real_corpus: Path, shared: Path) -> None:
    lines = (shared / "example-questions.jsonl").read_text(encoding="utf-8").splitlines()
    examples = {
        plain(turn) for line in map(json.loads, lines) for turn in (line.get("question", ""), *line.get("turns", ()))
    } - {""}
    assert len(examples) >= 60
    asked = {
        plain(phrasing.text): file.file for file in read_cards(real_corpus) if file.card for phrasing in file.card.asked
    }
    assert len(asked) > 300
    assert {text: asked[text] for text in examples & set(asked)} == {}


@pytest.mark.parametrize(
    "subject", ["s.9", "s.10", "s.13", "s.18", "s.20", "s.25", "s.26", "s.27", "s.31", "s.42", "s.67"]
)
def test_what_people_ask_most_has_cards(real_corpus: Path, subject: str) -> None:
    pattern = re.compile(re.escape(f"care-act-2014 {subject}") + r"(?!\d)")
    assert any(pattern.search(path.read_text(encoding="utf-8")) for path in (real_corpus / "cards").rglob("*.md"))
