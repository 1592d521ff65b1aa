"""The reading room opens the words at a place, with those before and after, and searches without personal details."""

import pytest

from assistant.domain import Passage, Place
from assistant.library import Library
from assistant.reading import ReadingRoom
from assistant.reference import Reference
from assistant.wiring import House

ROWS = (
    "s.10(1)-(4)",
    "s.10(5)-(7)",
    "s.10(8)-(11)",
    "s.10(12)",
    "s.11(1)(a)-(c)",
    "s.11(1)(d)-(e)",
    "s.11(2)",
    "s.11(2A)",
    "s.12",
)


@pytest.fixture
def room(library: Library, reference: Reference, house: House) -> ReadingRoom:
    """A room with a few passages of the Act; the small library holds none of its own."""
    passages = tuple(
        Passage(f"care-act-2014:{ref}", Place("care-act-2014", ref), "A heading", f"words of {ref}") for ref in ROWS
    )
    held, library.passages = library.passages, passages
    opened = ReadingRoom(library, reference, house.assistant._retriever)
    library.passages = held
    return opened


@pytest.mark.parametrize(
    ("ref", "here"),
    [
        ("s.10", ["s.10(1)-(4)", "s.10(5)-(7)", "s.10(8)-(11)", "s.10(12)"]),
        ("s.10(1)", ["s.10(1)-(4)"]),
        ("s.10(4)(b)", ["s.10(1)-(4)"]),
        ("s.10(6)", ["s.10(5)-(7)"]),
        ("s.10(9)-(10)", ["s.10(8)-(11)"]),
        ("s.10(3)-(6)", ["s.10(1)-(4)", "s.10(5)-(7)"]),
        ("s.10(12)", ["s.10(12)"]),
        ("s.11(1)(d)", ["s.11(1)(d)-(e)"]),
        ("s.11(2)", ["s.11(2)"]),
        ("s.11(2A)", ["s.11(2A)"]),
        ("s.12", ["s.12"]),
    ],
)
def test_a_place_opens_at_the_passages_that_hold_it(room: ReadingRoom, ref: str, here: list[str]) -> None:
    opened = room.open("care-act-2014", ref)
    assert opened is not None
    assert [passage.place.ref for passage in opened.passages] == here


def test_the_neighbours_stand_before_and_after(room: ReadingRoom) -> None:
    opened = room.open("care-act-2014", "s.10(5)", around=2)
    assert opened is not None
    assert [p.place.ref for p in opened.before] == ["s.10(1)-(4)"]
    assert [p.place.ref for p in opened.after] == ["s.10(8)-(11)", "s.10(12)"]


def test_a_source_without_text_opens_with_its_title_and_address(room: ReadingRoom, library: Library) -> None:
    statements = (statement for card in library.cards for statement in card.statements)
    cited = next(p for statement in statements for p in statement.places if p.source != "care-act-2014")
    opened = room.open(cited.source, cited.ref)
    assert opened is not None
    assert (opened.passages, opened.before, opened.after) == ((), (), ())
    assert opened.url.startswith("https://")


def test_a_place_there_is_not_does_not_open(room: ReadingRoom) -> None:
    assert room.open("care-act-2014", "s.999") is None
    assert room.open("care-act-2014", "nonsense") is None
    assert room.open("nobody", "s.1") is None


def test_law_that_never_began_is_marked(room: ReadingRoom, reference: Reference) -> None:
    assert "s.15" in " ".join(reference.sources["care-act-2014"].not_in_force)
    opened = room.open("care-act-2014", "s.10(1)")
    assert opened is not None
    assert opened.in_force


def test_a_search_gives_cards_first_and_no_more_than_asked(house: House) -> None:
    hits = house.reading.search("can i get a break from looking after my mum", 3)
    assert [hit.kind for hit in hits] == ["card"] * 3
    assert hits[0].places[0].startswith("care-act-2014 s.20")
    assert house.reading.search("  \x00 ") == ()
