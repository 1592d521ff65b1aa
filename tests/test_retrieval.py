"""Evidence comes best first with its score and authority, for our road and for LangChain alike."""

from pathlib import Path

import pytest
from small_cards import SMALL_CARDS, STATUTE

from assistant.domain import Question
from assistant.errors import ModelUnavailable
from assistant.langchain_retriever import CareActRetriever
from assistant.library import Library, open_library
from assistant.reference import Reference
from assistant.retrieval import Retriever
from assistant.testing import HashEmbedder
from ingest.build import build_library


@pytest.fixture(scope="module")
def retriever(library: Library) -> Retriever:
    return Retriever(library, HashEmbedder())


@pytest.fixture
def over_law(small_corpus: Path, tmp_path: Path) -> Retriever:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    build_library(small_corpus, tmp_path / "lib", HashEmbedder(), tmp_path / "texts")
    return Retriever(open_library(tmp_path / "lib"), HashEmbedder())


def test_evidence_comes_best_first(retriever: Retriever) -> None:
    evidence = retriever.retrieve(Question("Can I get a break from looking after my mum?"))
    scores = [found.score for found in evidence.cards]
    assert evidence.cards[0].card.id == "a-break"
    assert scores == sorted(scores, reverse=True)
    assert evidence.cards[0].nearest.text == "Can I get a break from looking after my mum?"
    assert evidence.cards[0].similarity == pytest.approx(1, abs=1e-5)


def test_each_card_stands_once_with_its_statements_together(retriever: Retriever) -> None:
    evidence = retriever.retrieve(Question("carer's assessment and savings"))
    ids = [found.card.id for found in evidence.cards]
    assert len(ids) == len(set(ids)) <= len(SMALL_CARDS)
    assert all(set(found.relevance) == {s.id for s in found.card.statements} for found in evidence.cards)


def test_a_question_in_a_long_story_is_found_by_its_part(retriever: Retriever) -> None:
    story = "My husband had a stroke in March and I am so tired I could weep."
    asked = "how much savings can i have before i pay for care"
    evidence = retriever.retrieve(Question(f"{story} {asked}", (story, asked)))
    assert "savings-limit" in {found.card.id for found in evidence.cards[:2]}


def test_official_passages_are_found_too(over_law: Retriever) -> None:
    evidence = over_law.retrieve(Question("promote well-being dignity housing"))
    assert evidence.passages[0].passage.place.ref == "s.1"
    scores = [found.score for found in evidence.passages]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", ["", " ", "?", "💙💙", "\ud800", "ما هي حقوقي", "x" * 5000])
def test_any_text_can_be_looked_for(over_law: Retriever, text: str) -> None:
    evidence = over_law.retrieve(Question(text))
    assert evidence.cards


def test_the_same_question_gives_the_same_evidence(retriever: Retriever) -> None:
    question = Question("cut hours review")
    assert retriever.retrieve(question) == retriever.retrieve(question)


def test_a_library_of_another_model_is_refused_with_what_to_do(library: Library) -> None:
    with pytest.raises(ModelUnavailable, match=r"built with hash.*says other.*care-act ingest build"):
        Retriever(library, HashEmbedder(name="other"))


def test_langchain_gets_documents_with_places_authority_and_score(over_law: Retriever, reference: Reference) -> None:
    documents = CareActRetriever(retriever=over_law, reference=reference).invoke(
        "Can I get a break from looking after my mum?"
    )
    first = documents[0]
    assert first.id == "a-break"
    assert first.page_content.startswith("Your council must meet your needs")
    assert first.metadata["places"][0] == "care-act-2014 s.20(1)"
    assert set(first.metadata["authority"]) == {"act"}
    passages = [document for document in documents if document.id and document.id.startswith("care-act-2014:")]
    assert passages
    assert {"places", "authority", "score", "in_force", "title"} <= set(passages[0].metadata)
    assert {bool(document.metadata["in_force"]) for document in passages} <= {True, False}


def test_langchain_can_ask_several_questions_at_once(retriever: Retriever, reference: Reference) -> None:
    answers = CareActRetriever(retriever=retriever, reference=reference).batch(["advocate", "direct payments"])
    assert [documents[0].id for documents in answers] == ["advocate", "direct-payment"]


def test_when_chroma_cannot_be_read_passages_are_still_found_by_words(
    over_law: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("the disk is gone")

    library = over_law._library
    monkeypatch.setattr(library._nearest, "_opened", broken)
    passage = library.passages[0]
    evidence = over_law.retrieve(Question(passage.text))
    assert passage.id in {found.passage.id for found in evidence.passages}
