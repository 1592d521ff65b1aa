"""Documents fetched or added are kept whole, with the one before; what changed is told by place and statement."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from small_cards import STATUTE
from small_pdf import make_pdf
from test_readers import CLML
from typer.testing import CliRunner

from assistant.domain import Authority, Card, Force, Place, Statement, Verdict
from assistant.errors import BadSource, CareActError
from assistant.library import open_library
from assistant.testing import HashEmbedder
from ingest.adding import Wanted, add
from ingest.build import build_library
from ingest.cli import app
from ingest.comparing import Kind, changes, resting
from ingest.fetch.client import Client
from ingest.holdings import Added, Copy, Holding, Holdings
from ingest.limited import Limited
from ingest.readers import read
from ingest.readers.document import Document

POLICY = make_pdf(
    [
        [(20, "Charging policy"), (14, "Day centres"), (10, "A place at a day centre costs £38.50 a day.")],
        [(14, "Telecare"), (10, "The pendant alarm costs £4.75 a week after six weeks.")],
    ]
)


def keep(holdings: Holdings, raw: bytes, key: str = "care-act-2014") -> Holding:
    with holdings.writing():
        return holdings.keep(Holding(key, key, "https://x.example/", "clml", "Act", Copy("", "", 0, "")), raw, ".xml")


def as_given(document: Document, wanted: Wanted) -> Wanted:
    return wanted


def add_policy(holdings: Holdings, folder: Path, **said: object) -> Holding:
    path = folder / "policy.pdf"
    path.write_bytes(POLICY)
    wanted = replace(Wanted("Westmarch charging policy", Authority.PRACTICE, "", "Westmarch"), **said)
    return add(str(path), wanted, holdings, {}, Client, as_given)[0]


def test_a_document_and_the_one_before_it_are_kept_and_no_more(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    for words in ("One", "Two", "Three"):
        held = keep(holdings, CLML.replace("dignity", words).encode())
    assert holdings.all() == [held]
    assert b"Three" in holdings.path(held).read_bytes()
    assert held.before is not None and b"Two" in holdings.path(held, held.before).read_bytes()
    assert len(list((tmp_path / "care-act-2014").glob("*.xml"))) == 2


def test_the_same_words_again_do_not_push_out_the_one_before(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    first, second = CLML.encode(), CLML.replace("dignity", "respect").encode()
    before = keep(holdings, first).copy
    keep(holdings, second)
    again = keep(holdings, second)
    assert again.before is not None and again.before.sha256 == before.sha256


def test_a_document_that_was_changed_on_the_disk_is_named(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    held = keep(holdings, CLML.encode())
    with Limited() as limited:
        assert holdings.document(held, limited).identifier == "ukpga-2014-99"
        assert holdings.document(held, limited).tops == read(CLML.encode()).tops
        holdings.path(held).write_bytes(CLML.replace("must", "need not").encode())
        with pytest.raises(BadSource, match="its checksum differs"):
            holdings.document(held, limited)


@pytest.mark.parametrize("key", ["../escape", "a/b", "", ".hidden", "Ünï", "a" * 90])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadSource, match="cannot be a name"):
        keep(Holdings(tmp_path / "held"), b"x", key)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "writer.lock"]
    assert Holdings(tmp_path / "held").remove(key) is False


def test_a_disk_that_refuses_leaves_what_was_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holdings = Holdings(tmp_path)
    held = keep(holdings, CLML.encode())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CareActError, match="No space left on device"):
        keep(holdings, b"other")
    monkeypatch.undo()
    assert holdings.all() == [held]
    assert not list(tmp_path.rglob(".new-*"))


def test_changes_are_told_by_place() -> None:
    new = (
        CLML.replace("dignity, and", "dignity; and")
        .replace(' Status="Prospective"', "")
        .replace('"section-3"><Pnumber>3<', '"section-3"><Pnumber>3A<')
    )
    found = {change.ref: change.kind for change in changes(read(CLML.encode()), read(new.encode()))}
    assert found == {"s.1(2)(a)": Kind.CHANGED, "s.2": Kind.STANDING, "s.3": Kind.REMOVED, "s.3A": Kind.ADDED}


def test_statements_that_rest_on_a_change_are_named() -> None:
    def card(ref: str) -> Card:
        statement = Statement(f"on-{ref}", "A sentence.", Force.MUST, (Place("care-act-2014", ref),))
        return Card(f"card-{ref}", "", (), "answer", Verdict.NONE, (), (statement,), ())

    cards = [card(ref) for ref in ("s.1", "s.1(2)(a)", "s.1(2)(b)", "s.1(1)-(3)", "s.2")]
    # A statement on s.1(1)-(3) rests on s.1(2) too: left unnamed, it would outlive a change to the law it states.
    named = ["card-s.1", "card-s.1(2)(a)", "card-s.1(1)-(3)"]
    assert [rest.owner for rest in resting("care-act-2014", ["s.1(2)(a)"], cards, [])] == named
    assert not list(resting("another", ["s.1(2)(a)"], cards, []))
    letter = [("letter review", cards[0].statements)]
    assert [rest.owner for rest in resting("care-act-2014", ["s.1(2)(a)"], [], [], letter)] == ["letter review"]


def test_a_councils_own_pdf_is_in_the_library_with_its_pages(small_corpus: Path, tmp_path: Path) -> None:
    holdings = Holdings(tmp_path / "originals")
    held = add_policy(holdings, tmp_path, url="https://westmarch.example/policy.pdf")
    assert held.added == Added("Westmarch charging policy", Authority.PRACTICE, "Westmarch", "Westmarch")
    build_library(small_corpus, tmp_path / "lib", HashEmbedder(), holdings=holdings)
    library = open_library(tmp_path / "lib")
    assert [(p.place.ref, p.heading, p.text) for p in library.passages] == [
        ("p.1", "Day centres", "A place at a day centre costs £38.50 a day."),
        ("p.2", "Telecare", "The pendant alarm costs £4.75 a week after six weeks."),
    ]
    source = library.sources["westmarch-charging-policy"]
    assert source.own and source.authority is Authority.PRACTICE
    assert source.addresses == {"p": "https://westmarch.example/policy.pdf#page={n}"}


def test_ids_stay_the_same_between_builds_and_a_removed_document_is_gone(small_corpus: Path, tmp_path: Path) -> None:
    holdings = Holdings(tmp_path / "originals")
    add_policy(holdings, tmp_path)
    ids = []
    for name in ("one", "two"):
        build_library(small_corpus, tmp_path / name, HashEmbedder(), holdings=holdings)
        ids.append([passage.id for passage in open_library(tmp_path / name).passages])
    assert ids[0] == ids[1] == ["westmarch-charging-policy:p.1", "westmarch-charging-policy:p.2"]
    with holdings.writing():
        assert holdings.remove("westmarch-charging-policy")
    build_library(small_corpus, tmp_path / "one", HashEmbedder(), holdings=holdings)
    assert not open_library(tmp_path / "one").passages


def test_a_damaged_document_is_left_out_by_name_and_the_rest_is_built(small_corpus: Path, tmp_path: Path) -> None:
    holdings = Holdings(tmp_path / "originals")
    add_policy(holdings, tmp_path)
    damaged = keep(holdings, CLML.encode())
    holdings.path(damaged).write_bytes(b"")
    report = build_library(small_corpus, tmp_path / "lib", HashEmbedder(), holdings=holdings)
    assert report.manifest.passages == 2
    assert "care-act-2014" in report.refused[0] and "checksum" in report.refused[0]


def test_a_fetched_law_stands_before_the_folders_older_one(small_corpus: Path, tmp_path: Path) -> None:
    holdings, folder = Holdings(tmp_path / "originals"), tmp_path / "given"
    keep(holdings, CLML.encode())
    folder.mkdir()
    (folder / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    build_library(small_corpus, tmp_path / "lib", HashEmbedder(), folder, holdings=holdings)
    library = open_library(tmp_path / "lib")
    assert library.quotes["care-act-2014 s.1(1)"] == "The authority must promote well-being."
    assert not any("contribution to society" in passage.text for passage in library.passages)
    assert {p.place.ref: p.in_force for p in library.passages}["s.2"] is False


@pytest.mark.parametrize(
    ("name", "told"), [("care-act-2014", "source of the corpus already"), ("no/name", "cannot be a name")]
)
def test_an_added_document_cannot_pose_as_the_law(tmp_path: Path, name: str, told: str, reference: object) -> None:
    path = tmp_path / "x.txt"
    path.write_text("Some words of a policy.\n", encoding="utf-8")
    known = {"care-act-2014": reference.sources["care-act-2014"]}
    with pytest.raises(BadSource, match=told):
        add(str(path), Wanted(name=name), Holdings(tmp_path / "held"), known, Client, as_given)
    assert not Holdings(tmp_path / "held").all()


def test_the_commands_from_adding_to_removing(
    small_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARE_ACT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CARE_ACT_CORPUS", str(small_corpus))
    policy, run = tmp_path / "policy.pdf", CliRunner()
    policy.write_bytes(POLICY)
    added = run.invoke(app, ["add", str(policy), "--title", "Our policy", "--area", "Westmarch"])
    assert (added.exit_code, "Added 'our-policy'" in added.output) == (0, True), added.output
    policy.write_bytes(POLICY.replace(b"4 0 R", b"4 0 R "))
    assert run.invoke(app, ["add", str(policy), "--title", "Our policy"]).exit_code == 0
    assert "our-policy" in run.invoke(app, ["list"]).output
    assert "our-policy: 0 places changed" in run.invoke(app, ["diff"]).output
    assert "136" not in (dry := run.invoke(app, ["fetch", "--dry-run", "care-act-2014"]).output)
    assert "ukpga/2014/23/data.xml" in dry
    assert run.invoke(app, ["remove", "our-policy"]).exit_code == 0
    assert "No document is called" in str(run.invoke(app, ["remove", "our-policy"]).exception)
    shutil.rmtree(tmp_path / "home")
