"""Places are read, widened, compared and turned into addresses."""

import pytest

from assistant.domain import Authority, Place, Source
from assistant.places import address, base_ref, covered, expand, in_force, is_within, parse_ref, title

SOURCE = Source(
    id="act",
    title="The Act",
    publisher="p",
    authority=Authority.ACT,
    page="https://example.org/act",
    addresses={"s": "https://example.org/section/{n}", "sch": "https://example.org/schedule/{n}"},
    not_in_force=("s.14(2)", "s.15", "sch.3"),
    chapters={"ch.6": "Assessment"},
)


@pytest.mark.parametrize(
    ("ref", "parsed"),
    [
        ("s.10", ("s", "10")),
        ("s.10(4)(b)", ("s", "10")),
        ("s.10(9)-(10)", ("s", "10")),
        ("s.22-23", ("s", "22")),
        ("s.50A(1)", ("s", "50A")),
        ("reg.2(1)", ("reg", "2")),
        ("sch.1", ("sch", "1")),
        ("sch.A1 para.3", ("sch", "A1")),
        ("sch.1 para.5(2)", ("sch", "1")),
        ("ch.6", ("ch", "6")),
        ("annex.A", ("annex", "A")),
        ("para.6.12", ("para", "6.12")),
        ("p.14", ("p", "14")),
        ("page", ("page", "")),
    ],
)
def test_every_form_of_place_is_read(ref: str, parsed: tuple[str, str]) -> None:
    assert parse_ref(ref) == parsed


@pytest.mark.parametrize(
    "ref", ["", "10", "section 10", "s.", "s.10(", "s.10)", "s.10 (1)", "S.10", "ch.", "pages", "s.10(1)(2"]
)
def test_anything_else_is_no_place(ref: str) -> None:
    assert parse_ref(ref) is None


@pytest.mark.parametrize(
    ("ref", "base"),
    [
        ("s.10(4)(b)", "s.10"),
        ("sch.1 para.5(2)", "sch.1"),
        ("para.6.12", "ch.6"),
        ("page", "page"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_place_is_widened_to_what_it_lies_in(ref: str, base: str) -> None:
    assert base_ref(ref) == base


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ("s.14(2)(a)", "s.14(2)", True),
        ("s.14(2)", "s.14(2)", True),
        ("s.14", "s.14(2)", False),
        ("s.14(20)", "s.14(2)", False),
        ("s.140", "s.14", False),
        ("sch.1 para.2", "sch.1", True),
        ("sch.12 para.2", "sch.1", False),
    ],
)
def test_one_place_lies_in_another_only_by_its_structure(inner: str, outer: str, within: bool) -> None:
    assert is_within(inner, outer) is within


@pytest.mark.parametrize(
    ("ref", "ends"),
    [
        ("s.10(9)-(10)", ("s.10(9)", "s.10(10)")),
        ("s.10(5)(a)-(b)", ("s.10(5)(a)", "s.10(5)(b)")),
        ("s.10(1)(a)-(2)(b)", ("s.10(1)(a)", "s.10(2)(b)")),
        ("s.22-23", ("s.22", "s.23")),
        ("s.10(1)", ("s.10(1)",)),
    ],
)
def test_a_range_gives_its_two_ends(ref: str, ends: tuple[str, ...]) -> None:
    assert expand(ref) == ends


@pytest.mark.parametrize(
    ("ref", "places"),
    [
        ("s.1(1)-(3)", ("s.1(1)", "s.1(2)", "s.1(3)")),
        ("s.1(2)(a)-(c)", ("s.1(2)(a)", "s.1(2)(b)", "s.1(2)(c)")),
        ("s.22-24", ("s.22", "s.23", "s.24")),
        ("s.10(1)(a)-(2)(b)", ("s.10(1)(a)", "s.10(2)(b)")),
        ("s.10(1)-(2A)", ("s.10(1)", "s.10(2A)")),
        ("s.10", ("s.10",)),
    ],
)
def test_a_range_covers_what_lies_between(ref: str, places: tuple[str, ...]) -> None:
    assert covered(ref) == places


def test_a_range_over_a_dead_place_is_not_in_force() -> None:
    assert not in_force(SOURCE, Place("act", "s.14(1)-(3)"))


def test_the_address_of_a_place_is_that_of_its_section() -> None:
    assert address(SOURCE, "s.10(4)(b)") == "https://example.org/section/10"
    assert address(SOURCE, "sch.2 para.3") == "https://example.org/schedule/2"


def test_a_place_without_an_address_of_its_own_leads_to_the_page() -> None:
    assert address(SOURCE, "ch.6") == address(SOURCE, "page") == SOURCE.page


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("s.10(4)(b)", "The Act, section 10(4)(b)"),
        ("reg.2", "The Act, regulation 2"),
        ("sch.1 para.5(2)", "The Act, schedule 1 paragraph 5(2)"),
        ("ch.6", "The Act, chapter 6 (Assessment)"),
        ("para.6.12", "The Act, paragraph 6.12"),
        ("page", "The Act"),
    ],
)
def test_a_place_is_said_as_a_person_would(ref: str, words: str) -> None:
    assert title(SOURCE, ref) == words


@pytest.mark.parametrize(
    ("ref", "live"),
    [("s.14", True), ("s.14(1)", True), ("s.14(2)", False), ("s.14(2)(a)", False), ("s.15(3)", False), ("sch.3 para.1", False),
     ("s.14(1)-(2)", False), ("s.150", True)],
)  # fmt: skip
def test_what_never_began_is_not_in_force(ref: str, live: bool) -> None:
    assert in_force(SOURCE, Place("act", ref)) is live
