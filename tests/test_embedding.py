"""The packaged model is the one that was measured, is loaded offline, and a wrong one is refused in plain words."""

from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import SentenceTransformerEmbedder, check_model_file, packaged_model
from assistant.errors import ModelUnavailable
from assistant.testing import HashEmbedder


def test_the_packaged_model_is_installed_and_is_the_measured_file() -> None:
    check_model_file(packaged_model())


def test_another_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ModelUnavailable, match="is not the expected file"):
        check_model_file(tmp_path)


def test_a_model_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(tmp_path / "none"))
    with pytest.raises(ModelUnavailable, match="Check CARE_ACT_MODEL"):
        embedder.embed(["hello"])


def test_the_packaged_model_gives_unit_vectors_in_which_like_is_near() -> None:
    vectors = SentenceTransformerEmbedder().embed(["a rest from caring", "respite for carers", "the price of fish"])
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_hash_embedder_gives_unit_vectors_and_the_same_ones_each_time() -> None:
    texts = ["a break from caring", "Ein Satz über Wörter", "", "💙", "\ud800"]
    first, second = HashEmbedder().embed(texts), HashEmbedder().embed(texts)
    assert np.array_equal(first, second)
    assert np.allclose(np.linalg.norm(first, axis=1), 1)
    assert float(first[0, :8].sum()) == pytest.approx(
        float(HashEmbedder().embed(["A BREAK from caring!"])[0, :8].sum())
    )


def test_the_hash_embedder_finds_like_letters_near() -> None:
    vectors = HashEmbedder().embed(["a carer's assessment", "carers assesment", "gifts of money"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
