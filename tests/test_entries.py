"""Every text that is embedded has a lasting id, and amounts come from the data alone."""

from pathlib import Path

import pytest
from small_cards import LIMITS

from assistant.domain import Card, Passage, Place
from assistant.library import EntryKind
from assistant.reference import Reference
from ingest.cards import CardFile, read_card
from ingest.entries import card_entries, passage_entries, unknown_names, with_amounts
from ingest.next_steps import read_next_steps


def read(tmp_path: Path, text: str = LIMITS) -> CardFile:
    path = tmp_path / "savings-limit.md"
    path.write_text(text, encoding="utf-8")
    return read_card(path, path.name)


@pytest.fixture
def limits(tmp_path: Path) -> Card:
    card = read(tmp_path).card
    assert card is not None
    return card


def test_a_card_is_embedded_by_title_phrasings_statements_and_body(limits: Card) -> None:
    entries = list(card_entries([limits], []))
    assert [entry.kind for entry in entries] == [
        EntryKind.TITLE, EntryKind.ASKED, EntryKind.ASKED,
        EntryKind.STATEMENT, EntryKind.STATEMENT, EntryKind.STATEMENT, EntryKind.BODY,
    ]  # fmt: skip
    assert {entry.owner for entry in entries} == {"savings-limit"}
    assert len({entry.id for entry in entries}) == len(entries)


def test_statements_of_next_steps_are_embedded_after_the_cards(limits: Card, small_corpus: Path) -> None:
    steps, _ = read_next_steps(small_corpus)
    entries = list(card_entries([limits], list(steps.values())))
    assert [entry.owner for entry in entries[-3:]] == ["ask-in-writing", "complain", "complain"]


def test_a_digest_changes_with_the_text_and_with_the_model(limits: Card) -> None:
    first, second, *_ = card_entries([limits], [])
    assert first.digest("hash") == first.digest("hash")
    assert len({first.digest("hash"), second.digest("hash"), first.digest("other")}) == 3


def test_a_passage_is_embedded_with_its_heading() -> None:
    [entry] = passage_entries([Passage("act:s.1", Place("act", "s.1"), "Well-being", "- (1) It must.")])
    assert (entry.id, entry.text) == ("act:s.1", "Well-being. - (1) It must.")


def test_amounts_stand_where_figures_were_named_and_the_statement_remembers_which(
    limits: Card, reference: Reference
) -> None:
    shown = with_amounts(limits, reference)
    amount = reference.figures["capital-limit-upper"].amount
    assert amount in shown.lead[0].text
    assert shown.lead[0].figures == ("capital-limit-upper",)
    assert not any("{" in statement.text for statement in shown.statements)


def test_known_names_are_no_problem(tmp_path: Path, reference: Reference) -> None:
    assert list(unknown_names(read(tmp_path), reference)) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{capital-limit-upper}", "{capital-limit-upr}", "'{capital-limit-upr}' is not in figures.toml"),
        ("[fact charging-regs-2014 reg.12", "[fact charging-regs reg.12", "'charging-regs' is not in sources.toml"),
    ],
)
def test_a_name_no_data_file_holds_is_named_with_its_line(
    tmp_path: Path, reference: Reference, old: str, new: str, message: str
) -> None:
    [problem] = unknown_names(read(tmp_path, LIMITS.replace(old, new, 1)), reference)
    assert problem.line == 10
    assert message in problem.message
