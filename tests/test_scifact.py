"""The third-party benchmark is read, built once, found in by the real retriever and scored as trec_eval scores."""

import gzip
import json
import math
from pathlib import Path

import pytest

from assistant.errors import BadSource
from assistant.testing import HashEmbedder
from evals.scifact import Systems, benchmark_library, ndcg, read_benchmark, run_benchmark

TEXTS = {"1": "Mice sleep at night.", "2": "Iron carries oxygen in blood.", "3": "Bees see ultraviolet light."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    with gzip.open(tmp_path / "corpus.jsonl.gz", "wt") as file:
        file.writelines(json.dumps({"_id": key, "title": "", "text": text}) + "\n" for key, text in TEXTS.items())
    queries = [{"_id": "q1", "text": "oxygen in the blood"}, {"_id": "q2", "text": "not judged"}]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t2\t1\n")
    return tmp_path


def test_every_system_finds_what_shares_the_words(folder: Path, tmp_path: Path) -> None:
    benchmark = read_benchmark(folder)
    assert list(benchmark.queries) == ["q1"]
    embedder = HashEmbedder()
    library = benchmark_library(benchmark, tmp_path / "home", embedder)
    figures = run_benchmark(benchmark, Systems(library, embedder))
    assert {name: figure.value for name, figure in figures.items()} == dict.fromkeys(figures, 1.0)
    assert "the assistant's retriever" in figures
    embedder.embedded.clear()
    assert benchmark_library(benchmark, tmp_path / "home", embedder).passages == benchmark.documents
    assert embedder.embedded == []  # built once


def test_ndcg_falls_with_the_rank_and_is_nothing_beyond_ten() -> None:
    assert ndcg(["a"], {"a": 1}) == 1.0
    assert ndcg(["x", "a"], {"a": 1}) == pytest.approx(1 / math.log2(3))
    assert ndcg([f"x{n}" for n in range(10)] + ["a"], {"a": 1}) == 0.0
    assert ndcg(["a"], {"a": 1, "b": 1}) == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_a_folder_that_holds_no_benchmark_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"holds no benchmark.*--folder"):
        read_benchmark(tmp_path)
