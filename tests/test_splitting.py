"""Passages follow the law's own structure, stay short enough for the model, and are exact spans of the text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_cards import STATUTE

from assistant.domain import Passage, Source
from assistant.reference import Reference
from ingest.originals import Original, read_original, read_originals
from ingest.splitting import MAX_WORDS, passages_of


def split(text: str, source: Source) -> list[Passage]:
    return list(passages_of(read_original(text, "sample.md", source)))


def section(*subsections: str) -> str:
    body = "\n\n".join(f"- ({n}) {words}" for n, words in enumerate(subsections, 1))
    return f"# Act\n\n### Subject\n\n##### 7\n\n{body}\n"


def test_a_short_section_is_one_passage(sample_source: Source) -> None:
    passages = {passage.id: passage for passage in split(STATUTE, sample_source)}
    assert passages["sample-act:s.1"].text.startswith("- (1) The authority must promote well-being.")
    assert passages["sample-act:s.1"].text.endswith("Nothing here applies to children.")
    assert passages["sample-act:s.1"].heading == "Looking after"


def test_repealed_dots_make_no_passage(sample_source: Source) -> None:
    assert "sample-act:s.4" not in {passage.id for passage in split(STATUTE, sample_source)}


def test_a_long_section_is_cut_between_subsections(sample_source: Source) -> None:
    passages = split(section("one " * 90, "two " * 90, "three " * 90), sample_source)
    assert [passage.place.ref for passage in passages] == ["s.7(1)-(2)", "s.7(3)"]


def test_one_endless_line_is_cut_between_words(sample_source: Source) -> None:
    passages = split(section("word " * 450), sample_source)
    assert [len(passage.text.split()) for passage in passages] == [MAX_WORDS, MAX_WORDS, 52]
    assert [passage.id for passage in passages] == ["sample-act:s.7(1)", "sample-act:s.7(1)~2", "sample-act:s.7(1)~3"]


def test_a_dead_subsection_never_travels_inside_a_living_passage(sample_source: Source) -> None:
    found = {p.place.ref: p for p in split(STATUTE, sample_source) if p.place.ref.startswith("s.5A")}
    assert {ref: passage.in_force for ref, passage in found.items()} == {
        "s.5A(1)": True,
        "s.5A(2)": False,
        "s.5A(3)": True,
    }


def test_a_dead_section_is_marked(sample_source: Source) -> None:
    [dead] = [passage for passage in split(STATUTE, sample_source) if passage.place.ref == "s.3"]
    assert not dead.in_force


def test_the_same_text_gives_the_same_ids(sample_source: Source) -> None:
    assert split(STATUTE, sample_source) == split(STATUTE, sample_source)


@pytest.fixture(scope="module")
def texts(legislation: Path, reference: Reference) -> list[Original]:
    return read_originals(legislation, dict(reference.sources))


def spans(text: Original) -> Iterator[tuple[Passage, int, int]]:
    """Each passage with where it stands in its file, read in order."""
    position = 0
    for passage in passages_of(text):
        found = text.text.find(passage.text, position)
        assert found >= 0, f"{passage.id} is not a span of {text.file} after the passage before it"
        position = found + len(passage.text)
        yield passage, found, position


def test_every_passage_of_every_official_text_is_short_and_an_exact_span(texts: list[Original]) -> None:
    for text in texts:
        found = list(spans(text))
        assert found, text.file
        for passage, _, _ in found:
            assert 0 < len(passage.text.split()) <= MAX_WORDS, passage.id


def test_no_two_passages_share_an_id(texts: list[Original]) -> None:
    ids = [passage.id for text in texts for passage in passages_of(text)]
    assert len(ids) == len(set(ids))


def test_no_word_of_a_section_in_force_is_lost(texts: list[Original]) -> None:
    for text in texts:
        held = "".join("".join(passage.text.split()) for passage in passages_of(text))
        for top in text.tops:
            words = "".join(text.text[top.start : top.end].split())
            assert not text.is_in_force(top) or words.strip(".") in held, top.ref


def test_no_living_passage_of_the_act_holds_words_that_never_began(texts: list[Original]) -> None:
    for text in texts:
        dead = [
            p for top in text.tops for p in top.walk() if not text.is_in_force(p) and text.words_of(p.ref).strip(" .")
        ]
        living = [found for found in spans(text) if found[0].in_force]
        for provision in dead:
            for passage, start, end in living:
                assert end <= provision.start or provision.end <= start, f"{provision.ref} in {passage.id}"
