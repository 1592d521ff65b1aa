"""An ear is tuned, written in 8 bits, and heard through the exported model; a damaged one is refused in plain words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.domain import Status
from assistant.ear import FILE, KINDS, RECORD_FILE, EarFile, is_taught, read_ear
from assistant.embedding import SentenceTransformerEmbedder, Vectors
from assistant.errors import BadCorpus, ModelUnavailable
from assistant.exported import ExportedEar, ExportedEmbedder
from assistant.hearing import Listener
from assistant.recalling import Recalling
from assistant.testing import HashEmbedder
from ingest.audit import audit
from ingest.exporting import exported, take_ear
from ingest.hearing import Message, learn_hearing
from ingest.tuning import Lesson, lessons, make_ear, tune, write_ear

DANGER = ("nan is blue and will not wake", "he has taken all his tablets", "she is on the floor and not breathing")
CALM = ("how much savings can mum have", "who pays for respite", "can I get an assessment")


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("", 1)


@pytest.fixture(scope="module")
def model(original: SentenceTransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> ExportedEmbedder:
    made, _ = exported(original, list(CALM), tmp_path_factory.mktemp("models"))
    assert isinstance(made, ExportedEmbedder)
    return made


def make_corpus(folder: Path, small_corpus: Path) -> Path:
    """The small corpus with a handful of messages."""
    messages = [f'{{"message": "{text}", "status": "signposted_danger"}}' for text in DANGER]
    messages += [f'{{"message": "{text}", "status": "answered"}}' for text in CALM]
    (small_corpus / "messages").mkdir(exist_ok=True)
    (small_corpus / "messages" / "a.jsonl").write_text("\n".join(messages), encoding="utf-8")
    return small_corpus


@pytest.fixture
def corpus(small_corpus: Path, tmp_path: Path) -> Path:
    return make_corpus(tmp_path, small_corpus)


def test_every_message_is_taught_and_every_second_phrasing() -> None:
    phrasings = [f"question number {n}" for n in range(200)]
    taught = lessons([Message("he is blue", Status.DANGER)], phrasings)
    assert taught[0] == Lesson("he is blue", KINDS.index(Status.DANGER), 1.0)
    assert {lesson.text for lesson in taught[1:]} == {text for text in phrasings if is_taught(text)}
    assert 50 < len(taught) < 150


def test_an_ear_is_made_and_heard_through_the_exported_model(
    corpus: Path, original: SentenceTransformerEmbedder, model: ExportedEmbedder, tmp_path: Path
) -> None:
    steps: list[int] = []
    made = make_ear(corpus, original, 1, lambda step, _of, _loss: steps.append(step))
    assert read_ear(corpus) == made
    assert steps
    assert made.path.stat().st_size < 6_000_000  # 8 bits a weight
    ear = take_ear(made, model, tmp_path)
    assert ear is not None
    assert ear.scores([*DANGER, "x " * 3000]).shape == (len(DANGER) + 1, len(KINDS))


def test_the_file_says_what_was_trained(
    original: SentenceTransformerEmbedder, model: ExportedEmbedder, tmp_path: Path
) -> None:
    taught = [Lesson(text, 1, 1.0) for text in DANGER] + [Lesson(text, 0, 1.0) for text in CALM]
    write_ear(tune(original.loaded(), taught, 8), tmp_path / FILE)
    scores = ExportedEar(model, tmp_path / FILE).scores([*DANGER, *CALM])
    assert [int(row.argmax()) for row in scores] == [1] * len(DANGER) + [0] * len(CALM)


def test_a_message_listened_to_is_not_embedded_again(
    original: SentenceTransformerEmbedder, model: ExportedEmbedder, tmp_path: Path
) -> None:
    class Away:
        name = model.name

        def embed(self, texts: list[str]) -> Vectors:
            raise AssertionError(texts)

    taught = [Lesson(text, 1, 1.0) for text in (*DANGER, *CALM)]
    write_ear(tune(original.loaded(), taught, 1), tmp_path / FILE)
    recalling = Recalling(Away())
    ExportedEar(model, tmp_path / FILE, recalling.remember).scores([DANGER[0]])
    assert np.allclose(recalling.embed([DANGER[0]]), model.embed([DANGER[0]]), atol=1e-5)


def test_an_ear_over_another_model_is_left_aside(model: ExportedEmbedder, tmp_path: Path) -> None:
    other = EarFile(tmp_path / FILE, "another model", "", "")
    assert take_ear(other, model, tmp_path) is None
    assert take_ear(None, model, tmp_path) is None
    assert take_ear(other, HashEmbedder(), tmp_path) is None


def test_a_file_that_is_no_ear_is_refused(model: ExportedEmbedder, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not an ear")
    with pytest.raises(ModelUnavailable, match="ear"):
        ExportedEar(model, tmp_path / FILE)


def test_without_a_record_there_is_no_ear_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    assert read_ear(tmp_path) is None
    (tmp_path / RECORD_FILE).write_text('model = "m"\nsha256 = "0"\nmessages = "1"\n', encoding="utf-8")
    with pytest.raises(BadCorpus, match="ingest tune"):
        read_ear(tmp_path)
    (tmp_path / FILE).write_bytes(b"other bytes")
    with pytest.raises(BadCorpus, match="not the ear"):
        read_ear(tmp_path)


def test_the_audit_warns_when_messages_changed_since(corpus: Path) -> None:
    import hashlib

    (corpus / FILE).write_bytes(b"ear")
    sha256 = hashlib.sha256(b"ear").hexdigest()
    (corpus / RECORD_FILE).write_text(f'model = "m"\nsha256 = "{sha256}"\nmessages = "old"\n', encoding="utf-8")
    (problem,) = (each for each in audit(corpus).problems if each.file == RECORD_FILE)
    assert problem.warning


class Says:
    """A tuned ear that is sure of one kind."""

    def __init__(self, kind: Status) -> None:
        self.row = np.array([10.0 if each is kind else -10.0 for each in KINDS], dtype=np.float32)

    def scores(self, texts: list[str]) -> Vectors:
        calm = np.array([10.0, -10.0, -10.0], dtype=np.float32)
        return np.stack([self.row if "strange" in text else calm for text in texts])


@pytest.mark.parametrize("kind", [Status.DANGER, Status.SAFEGUARDING])
def test_what_the_tuned_ear_hears_counts_beside_the_lines(kind: Status) -> None:
    embedder, ordinary = HashEmbedder(), [f"how much savings for {n}" for n in range(60)]
    messages = [Message(text, Status.DANGER) for text in DANGER]
    messages += [Message("nephew hits her", Status.SAFEGUARDING), *(Message(text, Status.ANSWERED) for text in CALM)]
    ear = Says(kind)
    vectors = embedder.embed([message.text for message in messages])
    hearing = learn_hearing(messages, vectors, ordinary, embedder.embed(ordinary), ear)
    assert Listener(hearing, embedder, ear).hears("something strange").status is kind
    assert Listener(hearing, embedder, ear).hears("how much savings for 3").status is None
    assert Listener(hearing, embedder).hears("how much savings for 3").status is None  # its own bounds without the ear
