"""Dated data is read whole, shown as it is, and a slip in a file is named."""

from pathlib import Path

import pytest

from assistant.domain import Authority, Place
from assistant.errors import BadCorpus
from assistant.reference import Reference, Term, load_reference

DATA = ("sources.toml", "contacts.toml", "figures.toml", "glossary.toml", "topics.toml")


def test_the_act_is_a_source_with_its_address_and_what_never_began(reference: Reference) -> None:
    act = reference.source(Place("care-act-2014", "s.10"))
    assert act.authority is Authority.ACT
    assert {"s.15", "s.16", "s.28", "s.29", "s.36", "s.71", "s.72"} <= set(act.not_in_force)
    assert reference.cited("1", Place("care-act-2014", "s.10(1)")).url.endswith("/ukpga/2014/23/section/10")


def test_every_source_can_be_shown(reference: Reference) -> None:
    for source in reference.sources.values():
        cited = reference.cited("1", Place(source.id, "page"))
        assert cited.url.startswith("https://")
        assert cited.title


def test_an_unknown_source_is_named(reference: Reference) -> None:
    with pytest.raises(BadCorpus, match=r"no source called 'magna-carta'"):
        reference.source(Place("magna-carta", "page"))


def test_amounts_are_put_in_and_an_unknown_one_is_named(reference: Reference) -> None:
    amount = reference.figures["capital-limit-upper"].amount
    assert reference.with_amounts("Over {capital-limit-upper}, you pay.") == f"Over {amount}, you pay."
    assert reference.figure_names("{a} and {b} and {a}") == ("a", "b")
    with pytest.raises(BadCorpus, match="no figure called 'pocket-money'"):
        reference.with_amounts("{pocket-money}")


def words(*terms: Term) -> Reference:
    return Reference({}, {}, {}, {term.term: term for term in terms}, {})


def test_words_of_the_trade_are_found_whole_longest_first_and_capitals_as_capitals() -> None:
    reference = words(
        Term("direct payment", "Money to buy care.", ("direct payments",), False),
        Term("direct payment scheme", "The rules.", (), False),
        Term("personal assistant", "Someone you employ.", ("PA",), False),
        Term("council", "Your local authority.", (), True),
    )
    assert [w.term for w in reference.words_in("A Direct Payment scheme, run by the council.")] == [
        "direct payment scheme"
    ]
    assert [w.term for w in reference.words_in("direct payments for a PA")] == ["direct payment", "personal assistant"]
    assert reference.words_in("Indirect payments to papa") == ()
    assert [term.term for term in reference.terms_in("the council")] == ["council"]


def test_a_reference_without_words_finds_none() -> None:
    assert words().words_in("anything") == ()


@pytest.mark.parametrize("name", DATA)
def test_a_missing_file_is_named(small_corpus: Path, name: str) -> None:
    (small_corpus / name).unlink()
    with pytest.raises(BadCorpus, match=rf"{name} is missing. Restore it"):
        load_reference(small_corpus)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("broken", [b"[[[", b'a = "no end', b"\xff\xfe\x00"])
def test_a_broken_file_is_named_with_its_line(small_corpus: Path, name: str, broken: bytes) -> None:
    (small_corpus / name).write_bytes(broken)
    with pytest.raises(BadCorpus, match=rf"{name} is not well-formed.*Mend that line"):
        load_reference(small_corpus)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("sources.toml", 'title = "Care Act 2014"\n', "", r"sources\.toml: 'care-act-2014' has no 'title'"),
        ("sources.toml", 'authority = "act"', 'authority = "law"', r"sources\.toml: 'care-act-2014'.*'law'"),
        ("sources.toml", 'id = "care-act-2014"\n', "", r"sources\.toml: 'entry 1' has no 'id'"),
        ("figures.toml", 'amount = "£23,250"\n', "", r"figures\.toml: 'capital-limit-upper' has no 'amount'"),
        ("contacts.toml", 'name = "Emergency services"\n', "", r"contacts\.toml: 'emergency' has no 'name'"),
        ("glossary.toml", 'term = "abuse"\n', "", r"glossary\.toml: 'abuse' has no 'term'"),
    ],
)
def test_an_entry_that_lacks_something_is_named(small_corpus: Path, name: str, old: str, new: str, told: str) -> None:
    path = small_corpus / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadCorpus, match=told):
        load_reference(small_corpus)


def test_files_saved_on_windows_are_read(small_corpus: Path) -> None:
    path = small_corpus / "topics.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert "wellbeing" in load_reference(small_corpus).topics
