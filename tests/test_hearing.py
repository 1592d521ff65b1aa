"""The second ear hears danger it was taught, stays quiet at ordinary questions, and says so when it cannot be read."""

from pathlib import Path

import numpy as np
import pytest

from assistant.domain import Status
from assistant.errors import BadCorpus
from assistant.hearing import LONGEST, NOTHING, Deaf, Hearing, Listener, counted, sentences, weighed
from assistant.testing import HashEmbedder
from ingest.hearing import Message, learn_hearing, read_messages

DANGER = ("the wardrobe has fallen on nan and she is blue", "nan is blue and will not wake", "he is blue in the bath")
ABUSE = (
    "the nephew keeps her in the shed",
    "her nephew took the shed key and her money",
    "nephew hits her in the shed",
)
CALM = ("what happens after a report about a shed", "how do I report a nephew", "the form made me blue")
ORDINARY = tuple(
    f"how much savings can {who} have for {what}" for who in "abcdef" for what in ("care", "a home", "rent", "help")
)


def teach(messages: list[Message], ordinary: tuple[str, ...] = ORDINARY) -> Hearing:
    embedder = HashEmbedder()
    return learn_hearing(messages, embedder.embed([m.text for m in messages]), ordinary, embedder.embed(list(ordinary)))


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    labelled = ((DANGER, Status.DANGER), (ABUSE, Status.SAFEGUARDING), (CALM, Status.ANSWERED))
    return teach([Message(text, status) for texts, status in labelled for text in texts])


@pytest.fixture(scope="module")
def listener(hearing: Hearing) -> Listener:
    return Listener(hearing, HashEmbedder())


def test_danger_is_heard_in_words_near_those_it_was_taught(listener: Listener) -> None:
    assert listener.hears("nan is blue in the bath and will not wake").status is Status.DANGER


def test_abuse_is_told_from_danger(listener: Listener) -> None:
    assert listener.hears("the nephew hits her and took her money").status is Status.SAFEGUARDING


def test_an_ordinary_question_is_not_taken_for_danger(listener: Listener) -> None:
    assert listener.hears("how much savings can she have for rent").status is None


def test_risk_in_one_sentence_of_a_long_practical_message_is_heard(listener: Listener) -> None:
    long = "How much savings can she have for care? How much savings can she have for rent? " * 4
    assert listener.hears(f"{long}Nan is blue and will not wake. {long}").status is Status.DANGER


def test_a_message_of_any_length_is_heard_at_both_ends(listener: Listener) -> None:
    filler = "how much savings can she have for care. " * (LONGEST // 10)
    assert listener.hears(filler + "nan is blue in the bath and will not wake").status is Status.DANGER


def test_what_was_learned_is_the_same_after_it_was_written(hearing: Hearing, tmp_path: Path) -> None:
    hearing.save(tmp_path / "hearing.npz")
    again = Hearing.load(tmp_path / "hearing.npz")
    vector = HashEmbedder().embed(["nan is blue"])[0]
    grams = weighed(counted("nan is blue"), hearing.rarity)
    assert again.score("nan is blue", grams, vector) == hearing.score("nan is blue", grams, vector)
    assert again.alone == hearing.alone


def test_a_file_cut_short_is_refused(tmp_path: Path, hearing: Hearing) -> None:
    hearing.save(tmp_path / "hearing.npz")
    whole = (tmp_path / "hearing.npz").read_bytes()
    (tmp_path / "hearing.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="cut short"):
        Hearing.load(tmp_path / "hearing.npz")


def test_teaching_twice_gives_the_same(hearing: Hearing) -> None:
    labelled = ((DANGER, Status.DANGER), (ABUSE, Status.SAFEGUARDING), (CALM, Status.ANSWERED))
    again = teach([Message(text, status) for texts, status in labelled for text in texts])
    assert np.array_equal(again.whole.grams, hearing.whole.grams)
    assert again.alone == hearing.alone


def test_with_nothing_to_learn_from_nothing_is_heard() -> None:
    assert Listener(teach([]), HashEmbedder()).hears("nan is blue") == NOTHING
    assert Deaf().hears("nan is blue") == NOTHING


def test_vectors_of_texts_have_length_one() -> None:
    rarity = np.ones(1 << 17, dtype=np.float32)
    assert sum(value**2 for value in weighed(counted("nan nan is blue"), rarity).values()) == pytest.approx(1)
    assert weighed(counted(""), rarity) == {}


def test_only_a_message_of_several_sentences_is_taken_apart() -> None:
    assert sentences("can I get a break") == ()
    assert sentences("He has gone. I cannot find him. Help.") == ("He has gone.", "I cannot find him.")


@pytest.mark.parametrize("line", ["{", '{"message": "x"}', '{"message": "x", "status": "greeting"}', "[]"])
def test_a_line_that_is_no_labelled_message_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "a.jsonl").write_text('{"message": "x", "status": "answered"}\n' + line)
    with pytest.raises(BadCorpus, match=r"a\.jsonl:2: .* Write"):
        read_messages(tmp_path)


def test_the_corpus_has_messages_of_each_kind_and_none_twice(real_corpus: Path) -> None:
    messages = read_messages(real_corpus)
    counts = {status: sum(m.status is status for m in messages) for status in {m.status for m in messages}}
    assert min(counts.values()) >= 300
    assert len({m.text.lower() for m in messages}) == len(messages)


def test_messages_that_are_not_utf8_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "old.jsonl").write_bytes(b'{"message": "caf\xe9", "status": "answered"}\n')
    with pytest.raises(BadCorpus, match=r"old\.jsonl is not UTF-8"):
        read_messages(tmp_path)
