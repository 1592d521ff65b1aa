"""Official texts are read by their legal structure, and every provision is an exact span of its file."""

import json
import re
from pathlib import Path

import pytest
from small_cards import STATUTE

from assistant.domain import Source
from assistant.errors import BadSource
from assistant.places import address
from assistant.reference import Reference
from ingest.originals import Original, read_original, read_originals


@pytest.fixture
def act(sample_source: Source) -> Original:
    return read_original(STATUTE, "sample.md", sample_source)


def test_sections_and_schedules_are_found_in_order(act: Original) -> None:
    assert [top.ref for top in act.tops] == [
        "s.1",
        "s.2",
        "s.3",
        "s.4",
        "s.5A",
        "sch.1",
        "sch.1 para.1",
        "sch.1 para.2",
        "sch.2",
        "sch.2 para.1",
    ]


def test_subsections_paragraphs_and_sub_paragraphs_have_their_places(act: Original) -> None:
    assert {ref for ref in act.by_ref if ref.startswith("s.1(")} == {
        "s.1(1)", "s.1(2)", "s.1(2)(a)", "s.1(2)(h)", "s.1(2)(i)",
        "s.1(3)", "s.1(3)(a)", "s.1(3)(a)(i)", "s.1(3)(a)(ii)", "s.1(3)(b)", "s.1(4)",
    }  # fmt: skip


def test_an_i_after_an_h_is_a_letter_and_an_i_after_an_a_is_a_number(act: Original) -> None:
    assert act.words_of("s.1(2)(i)") == "- (i) the contribution to society."
    assert act.words_of("s.1(3)(a)(i)") == "- (i) their wishes, and"


def test_words_after_a_list_belong_to_what_the_list_stands_in(act: Original) -> None:
    assert act.words_of("s.1(3)").endswith("and must write down its reasons.")
    assert "write down" not in act.words_of("s.1(3)(b)")


def test_the_own_words_of_a_place_leave_out_what_is_numbered_below_it(act: Original) -> None:
    assert act.own_words_of("s.1(3)") == "The authority must have regard to—"
    assert act.own_words_of("s.1(3)(a)") == "what the person says about—"
    assert act.own_words_of("s.2") == "One sentence without numbers."


def test_a_place_is_read_with_the_opening_words_of_what_it_lies_in(act: Original) -> None:
    whole = act.in_context("s.1(3)(a)(ii)")
    assert whole.split("what the person says about—")[0].startswith("The authority must have regard to—")
    assert whole.endswith("(ii) their feelings; and")


def test_every_provision_is_a_span_that_lies_in_its_parent(act: Original) -> None:
    for top in act.tops:
        for provision in top.walk():
            assert provision.start <= provision.own_end <= provision.end
            for child in provision.children:
                assert provision.start <= child.start
                assert child.end <= provision.end
                assert STATUTE[child.start :].lstrip("- ").startswith(child.ref[child.ref.rfind("(") :])


def test_headings_name_the_subject(act: Original) -> None:
    assert act.by_ref["s.2"].heading == "Looking after"
    assert act.by_ref["s.3"].heading == "Never begun"
    assert act.by_ref["sch.1 para.2"].heading == "Payments"


def test_what_never_began_and_what_was_repealed_is_not_in_force(act: Original) -> None:
    dead = {ref for ref, provision in act.by_ref.items() if not act.is_in_force(provision)}
    assert dead >= {"s.3", "s.3(1)", "s.4", "s.5A(2)"}
    assert not dead & {"s.1", "s.2", "s.5A", "s.5A(1)", "s.5A(3)", "sch.1 para.1"}


def test_notes_after_the_law_are_not_law(act: Original) -> None:
    assert not any("9" in ref for ref in act.by_ref)
    assert "not law" not in "".join(map(act.words_of, act.by_ref))


def test_the_date_of_the_text_is_kept(act: Original) -> None:
    assert act.as_of == "2026-01-02"


def test_a_place_that_is_not_there_has_no_words(act: Original) -> None:
    assert act.words_of("s.99") == act.own_words_of("s.99") == ""


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="is not a folder"):
        read_originals(tmp_path / "none", {})


def test_a_folder_without_known_texts_says_what_to_do(tmp_path: Path, sample_source: Source) -> None:
    (tmp_path / "poem.md").write_text("# Roses\n", encoding="utf-8")
    with pytest.raises(BadSource, match=r"holds no text that sources\.toml knows"):
        read_originals(tmp_path, {"sample-act": sample_source})


def test_a_text_that_is_not_utf8_is_named(tmp_path: Path, sample_source: Source) -> None:
    (tmp_path / "sample.md").write_bytes(STATUTE.encode("utf-16"))
    with pytest.raises(BadSource, match=r"sample\.md was not read: it is not UTF-8"):
        read_originals(tmp_path, {"sample-act": sample_source})


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_texts_are_kept_byte_for_byte(tmp_path: Path, sample_source: Source, ending: str) -> None:
    raw = STATUTE.replace("\n", ending).encode()
    (tmp_path / "sample.md").write_bytes(raw)
    [act] = read_originals(tmp_path, {"sample-act": sample_source})
    assert act.text.encode() == raw
    assert "s.1(3)(a)(ii)" in act.by_ref


@pytest.fixture(scope="module")
def texts(legislation: Path, reference: Reference) -> list[Original]:
    return read_originals(legislation, dict(reference.sources))


@pytest.fixture(scope="module")
def part_one(texts: list[Original]) -> Original:
    return next(text for text in texts if text.file == "ukpga-2014-23.part1.md")


def test_all_82_sections_of_part_one_are_read_with_their_addresses(part_one: Original) -> None:
    refs = [top.ref for top in part_one.tops]
    assert len(refs) == len(set(refs)) == 82
    assert set(refs) >= {f"s.{n}" for n in range(1, 81)}
    for ref in refs:
        number = ref.removeprefix("s.")
        assert address(part_one.source, ref) == f"https://www.legislation.gov.uk/ukpga/2014/23/section/{number}"


def test_sections_stand_where_the_act_has_them(part_one: Original) -> None:
    assert part_one.own_words_of("s.1(2)(i)") == "the individual's contribution to society."
    assert part_one.words_of("s.10(1)").startswith(
        "- (1) Where it appears to a local authority that a carer may have needs"
    )
    assert part_one.own_words_of("s.42(1)").startswith(
        "This section applies where a local authority has reasonable cause"
    )


def test_what_the_commencement_record_leaves_out_is_not_in_force(part_one: Original, legislation: Path) -> None:
    record = json.loads((legislation / "commencement.json").read_text(encoding="utf-8"))
    dead = [
        *record["whole_sections_with_no_commencement_note_seen"],
        *record["subsections_left_out_of_commencement_notes"],
    ]
    assert len(dead) == 18
    for number in dead:
        for provision in part_one.by_ref[f"s.{number}"].walk():
            assert not part_one.is_in_force(provision), provision.ref


def test_sections_that_began_are_in_force(part_one: Original) -> None:
    assert all(part_one.is_in_force(part_one.by_ref[f"s.{n}"]) for n in (1, 9, 10, 13, 14, 18, 20, 37, 42, 67, 80))


def test_every_official_text_is_read_and_nothing_of_its_body_is_lost(texts: list[Original], legislation: Path) -> None:
    assert {text.file for text in texts} == {path.name for path in legislation.glob("*.md")}
    for text in texts:
        numbered = re.findall(r"^#{1,6} (\d+[A-Z]{0,2})$", text.text, re.MULTILINE)
        assert len(text.tops) >= len(set(numbered)) > 0, text.file
