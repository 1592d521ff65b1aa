"""The judge reads what patterns cannot, remembers its verdicts, is never believed more than its agreement, and may fail."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Built
from evaluating import CASE, small_run
from langchain_core.language_models import FakeListChatModel

from assistant.errors import BadSetting, BadSource, ChatUnavailable
from assistant.models import ChatModel
from assistant.testing import ScriptedModel
from evals import beside
from evals.agreement import PATH, agreement, by_patterns, read_labelled
from evals.beside import judge_table, reader_table
from evals.cases import all_cases
from evals.judging import Asked, Judge, asked_of, judged
from evals.kept import keep
from evals.measures import BY_NAME

SAID = Asked("Can I get a break?", "Your council must meet your needs.", "the council must meet needs")
UNSAID = replace(SAID, claim="you can appeal to a tribunal")


def knows(message: str) -> str:
    """A judge that says yes to claims about the council."""
    return "YES" if "the council" in message.split("<claim>")[1] else "No."


class Away:
    """A chat model that never answers."""

    name = "away"

    def stream(self, *_: str) -> Iterator[str]:
        raise ChatUnavailable("timed out")
        yield ""


def test_a_verdict_is_remembered_under_all_it_hangs_on(tmp_path: Path) -> None:
    model, memory = ScriptedModel(knows), tmp_path / "judged.jsonl"
    assert Judge(model, memory).verdicts([SAID, UNSAID]) == {SAID: True, UNSAID: False}
    assert len(model.asked) == 2
    assert Judge(model, memory).verdicts([SAID, UNSAID]) == {SAID: True, UNSAID: False}
    assert len(model.asked) == 2  # from the file
    other = replace(SAID, answer="Your council may help.")
    Judge(model, memory).verdicts([SAID, other])
    assert len(model.asked) == 3  # another answer is another question
    with memory.open("a") as file:
        file.write('{"key": "cut sho')
    assert Judge(model, memory).verdicts([SAID]) == {SAID: True}


@pytest.mark.parametrize("script", ["Perhaps.", "", "YES and NO", "I cannot judge this.", '{"verdict": "yes"}'])
def test_a_reply_that_is_no_verdict_counts_as_none_and_is_asked_again(tmp_path: Path, script: str) -> None:
    memory = tmp_path / "judged.jsonl"
    assert Judge(ScriptedModel(script), memory).verdicts([SAID]) == {SAID: None}
    assert not memory.exists()
    assert Judge(ScriptedModel("yes"), memory).verdicts([SAID]) == {SAID: True}


def test_a_judge_that_breaks_off_or_is_away_gives_no_verdict(tmp_path: Path) -> None:
    broken = ScriptedModel("YES, certainly", breaks_after=3)
    assert Judge(broken, tmp_path / "a.jsonl").verdicts([SAID]) == {SAID: None}
    assert Judge(Away(), tmp_path / "b.jsonl").verdicts([SAID, UNSAID]) == {SAID: None, UNSAID: None}


def test_a_judge_that_is_too_slow_gives_no_verdict(tmp_path: Path) -> None:
    now = iter(range(0, 10_000, 50))
    slow = ChatModel(FakeListChatModel(responses=["YES"]), "slow", seconds=20, clock=lambda: float(next(now)))
    assert Judge(slow, tmp_path / "judged.jsonl").verdicts([SAID]) == {SAID: None}


def test_any_langchain_model_can_judge(tmp_path: Path) -> None:
    model = ChatModel(FakeListChatModel(responses=["Yes"]), "listed")
    assert Judge(model, tmp_path / "judged.jsonl").verdicts([SAID]) == {SAID: True}


def test_what_has_no_verdict_is_counted_by_itself(built: Built) -> None:
    [outcome] = small_run(built, CASE).outcomes
    cases = {CASE.id: CASE}
    first, second, claim = asked_of([outcome], cases)
    found = judged("scripted", [outcome], cases, {first: True, second: None, claim: True})
    assert (found.facts.hits, found.facts.n, found.vital.n) == (1, 1, 1)
    assert (found.no_false_claim.hits, found.no_false_claim.n, found.false) == (0, 1, (CASE.id,))
    assert found.unjudged == 1
    nobody = judged("away", [outcome], cases, {})
    assert (nobody.facts.n, nobody.unjudged) == (0, 3)


def test_the_judges_table_has_its_kappa_with_the_labelled_sample(built: Built, tmp_path: Path) -> None:
    settings = built.settings.model_copy(update={"home": tmp_path})
    keep(small_run(built), {}, tmp_path)
    labels = {one.fact: "YES" if one.says else "NO" for one in read_labelled()}
    reader = ScriptedModel(lambda message: labels.get(message.split("<claim>\n")[1].split("\n</claim>")[0], "NO"))
    table = judge_table(Judge(reader, tmp_path / "judged.jsonl"), settings, only_sample=False)
    rows = {row[0].shown: row[1].shown for row in table.rows}
    assert rows["Cohen's kappa with that reader"].startswith("1.00 [1.00 1.00] n")
    assert rows["of the sample, without a verdict"] == "0"
    away = judge_table(Judge(Away(), tmp_path / "other.jsonl"), settings, only_sample=True)
    assert {row[0].shown: row[1].shown for row in away.rows}["of the sample, without a verdict"] == str(len(labels))


def test_without_a_chat_model_there_is_no_judge(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "load_settings", lambda: built.settings)
    with pytest.raises(BadSetting, match="--model"):
        beside.judge()


def test_no_measure_of_the_gate_is_a_judges() -> None:
    assert not [measure for measure in BY_NAME.values() if "judge " in measure.title]


def test_kappa_is_agreement_beyond_chance() -> None:
    perfect = agreement([(True, True), (False, False)] * 10)
    assert (perfect.kappa, perfect.interval) == (1.0, (1.0, 1.0))
    # Cohen's own form: 20 and 15 agreed of 50, with 25 and 30 yes: (0.7 - 0.5) / 0.5
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    found = agreement(pairs)
    assert found.kappa == pytest.approx(0.4)
    assert found.interval[0] < 0.4 < found.interval[1]
    assert agreement([(True, True)] * 5).kappa == 0.0  # chance explains it all
    assert agreement([]).same.n == 0


def test_the_labelled_sample_is_read_and_still_fits_the_cases() -> None:
    labelled = read_labelled()
    assert len(labelled) >= 60
    assert len(by_patterns(labelled, all_cases())) == len(labelled), "a fact of the sample was reworded: label it again"
    assert [row[0].shown for row in reader_table(all_cases()).rows] == ["all facts", "vital facts", "okay facts"]


def test_a_line_that_is_no_label_is_named(tmp_path: Path) -> None:
    raw = json.loads(PATH.read_text(encoding="utf-8").splitlines()[0])
    raw["facts"][0]["says"] = "perhaps"
    (tmp_path / "labelled.jsonl").write_text(json.dumps(raw) + "\n")
    with pytest.raises(BadSource, match=r"labelled.jsonl:1 .*Mend that line"):
        read_labelled(tmp_path / "labelled.jsonl")
