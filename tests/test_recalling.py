"""The same vectors as ever, made once."""

import threading

import numpy as np

from assistant.recalling import Recalling
from assistant.testing import HashEmbedder

TEXTS = ["a break from caring", "savings", "a break from caring", "the cap"]


def test_vectors_are_those_of_the_embedder_and_each_text_is_embedded_once() -> None:
    inner = HashEmbedder()
    recalling = Recalling(inner)
    for _ in range(2):
        assert np.array_equal(recalling.embed(TEXTS), HashEmbedder().embed(TEXTS))
    assert inner.embedded == ["a break from caring", "savings", "the cap"]
    assert recalling.embed(["new", "savings"]).shape == (2, inner.embed(["x"]).shape[1])
    assert recalling.name == inner.name


def test_the_oldest_are_forgotten_and_what_is_used_stays() -> None:
    inner = HashEmbedder()
    recalling = Recalling(inner, most=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        recalling.embed([text])
    assert inner.embedded == ["a", "b", "c", "b"]


def test_what_a_caller_does_to_its_rows_changes_nothing_kept() -> None:
    recalling = Recalling(HashEmbedder())
    recalling.embed(["a"])[:] = 0
    assert np.array_equal(recalling.embed(["a"]), HashEmbedder().embed(["a"]))


def test_no_words_are_held() -> None:
    recalling = Recalling(HashEmbedder())
    recalling.embed(["Doreen Quux"])
    assert b"Doreen" not in b"".join(recalling._held)


def test_nothing_asked_gives_nothing() -> None:
    assert len(Recalling(HashEmbedder()).embed([])) == 0


def test_many_threads_get_their_own_answers() -> None:
    recalling, wrong = Recalling(HashEmbedder(), most=5), list[str]()

    def ask(n: int) -> None:
        for m in range(50):
            texts = [f"text {(n + m) % 9}", f"text {m % 7}"]
            if not np.array_equal(recalling.embed(texts), HashEmbedder().embed(texts)):
                wrong.append(texts[0])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
