"""The lever table measures what it says, beside peers, and its measures can fail."""

import re
import shutil
from pathlib import Path

import pytest
from conftest import Built
from evaluating import small_run
from typer.testing import CliRunner

from assistant.card_index import Weights
from assistant.domain import Passage, Place
from assistant.testing import HashEmbedder
from evals.cases import Case, Nugget
from evals.finding import LEGEND, Ranking, measure, score
from evals.intervals import cell
from evals.kept import keep
from evals.levers import Table, levers
from evals.peers.passages import Tutorial
from evals.tables import finding_table

GOLD = ("care-act-2014", "s.20")
OTHER = ("care-act-2014", "s.10")


def a_case(**changes: object) -> Case:
    fact = Nugget("the council must meet needs", (re.compile("must meet"),))
    whole = {
        "id": "c1",
        "message": "Can I get a break from looking after my mum?",
        "history": (),
        "asker": "carer",
        "style": "faq",
        "kind": "answerable",
        "topic": "assessment-carer",
        "gold": ("care-act-2014 s.20",),
        "must_say": (fact,),
        "must_not_say": (),
        "split": "dev",
    }
    return Case(**(whole | changes))


def test_a_right_section_counts_in_its_slot_and_not_beyond_the_fifth() -> None:
    others = [("care-act-2014", f"s.{n}") for n in range(1, 6)]
    far = measure(a_case(), Ranking((frozenset({*others, GOLD}),), (*others, GOLD)))
    assert far.in_five_items  # one card rests on all of them
    assert not far.in_five_sections
    assert far.recalled == 0
    assert far.reciprocal_rank == pytest.approx(1 / 6)
    near = measure(a_case(), Ranking((frozenset({GOLD}),), (OTHER, GOLD)))
    assert (near.in_five_sections, near.recalled, near.reciprocal_rank) == (True, 1, 0.5)


def test_the_first_card_must_be_right_in_section_and_in_topic() -> None:
    items = (frozenset({GOLD}),)
    assert measure(a_case(), Ranking(items, (GOLD,), frozenset({"assessment-carer"}))).first_right
    assert not measure(a_case(), Ranking(items, (GOLD,), frozenset({"charging"}))).first_right
    wrong = Ranking((frozenset({OTHER}),), (OTHER,), frozenset({"assessment-carer"}))
    assert not measure(a_case(), wrong).first_right
    assert measure(a_case(), Ranking(items, (GOLD,))).first_right is None  # a passage has no topic


def test_a_fact_is_handed_said_or_left_to_the_next_steps() -> None:
    found = measure(a_case(), Ranking((), (), handed="They must meet needs.", said="They may.", steps=""))
    assert (found.handed, found.said, found.in_steps) == ((True,), (False,), (False,))
    scores = score([found])
    assert scores.handed.value == 1.0
    assert scores.said is not None
    assert scores.said.value == 0.0


def test_a_gold_source_alone_means_any_place_in_it() -> None:
    found = measure(a_case(gold=("care-act-2014",)), Ranking((), (OTHER,)))
    assert found.in_five_sections


def test_each_signal_is_switched_off_once_and_stands_alone_once() -> None:
    names = [lever.name for lever in levers(Weights(stems=1, characters=0, dense=1, body=0, learned=0, statements=0))]
    assert names == [
        "the assistant",
        "without stems",
        "without dense",
        "without sentence parts",
        "only stems (cards)",
        "only dense (cards)",
    ]


def test_the_table_is_the_same_twice_and_every_figure_has_its_n_and_interval(built: Built) -> None:
    table = Table(built.settings, HashEmbedder())
    cases = [a_case(), a_case(id="c2", split="test", gold=("care-act-2014 s.72",))]
    rows = [table.of_lever(lever, cases, lambda: None) for lever in table.names()]
    again = [table.of_lever(lever, cases, lambda: None) for lever in table.names()]
    whole = finding_table("levers", LEGEND, rows)
    assert whole == finding_table("levers", LEGEND, again)
    assert [[cell.shown for cell in row[:2]] for row in whole.rows[:2]] == [
        ["the assistant", "dev"],
        ["without stems", "dev"],
    ]
    figures = [cell.shown for row in whole.rows for cell in row[2:]]
    assert [one for one in figures if not re.fullmatch(r"[\d.]+ \[[\d.]+ [\d.]+\] n\d+|–", one)] == []
    assert cell(rows[0].scores["dev"].in_five_sections) == "100.0 [21 100] n1"
    assert rows[0].scores["test"].in_five_sections.value == 0.0  # its gold is another section
    assert rows[0].missed == {"dev": (), "test": ("c2",)}


def test_the_tutorial_names_the_section_a_chunk_lies_in() -> None:
    passages = [
        Passage(f"p{n}", Place("sample-act", f"s.{n}(1)"), f"Section {n}", f"{word} " * 90)
        for n, word in enumerate(("lantern", "harbour", "orchard"), 1)
    ]
    found = Tutorial(passages, HashEmbedder()).find("orchard orchard")
    assert ("sample-act", "s.3") in found.items[0]
    assert set(found.sections) == {("sample-act", f"s.{n}") for n in (1, 2, 3)}


def test_the_command_keeps_the_table_beside_the_last_run(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evals import beside, cli, levers

    settings = built.settings
    home = Path(shutil.copytree(settings.home, tmp_path / "home"))
    kept = keep(small_run(built), {}, home)
    monkeypatch.setattr(beside, "load_settings", lambda: settings.model_copy(update={"home": home}))
    monkeypatch.setattr(levers, "choose_embedder", lambda *_: HashEmbedder())
    arguments = ["levers", "--every", "60", "--only", "the assistant"]
    done = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    [table] = kept.tables()
    assert table.rows[0][0].shown == "the assistant"
    assert table.rows[0][0].shown in done.output
