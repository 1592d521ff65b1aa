"""A place has one number, and every quotation is an exact span of its official text."""

from pathlib import Path

from assistant.citing import Citations
from assistant.domain import Place
from assistant.reference import Reference
from ingest.shelf import read_shelf


def test_a_place_keeps_its_number(reference: Reference) -> None:
    citations = Citations(reference, {})
    one, two = Place("care-act-2014", "s.9(1)"), Place("care-act-2014", "s.10(1)")
    assert citations.handles([one, two, one]) == ("1", "2")
    assert citations.handles([two]) == ("2",)
    assert [cited.place for cited in citations.cited()] == ["s.9(1)", "s.10(1)"]


def test_every_quotation_of_the_corpus_is_an_exact_span_of_its_original(
    real_corpus: Path, legislation: Path, reference: Reference
) -> None:
    quotes = read_shelf(real_corpus, legislation).quotes
    originals = [path.read_bytes() for path in sorted(legislation.glob("*.md"))]
    citations = Citations(reference, quotes)
    citations.handles(Place(*key.split(" ", 1)) for key in quotes)
    quoted = [cited.quote for cited in citations.cited() if cited.quote]
    assert len(quoted) > 500
    assert [quote for quote in quoted if not any(quote.encode() in original for original in originals)] == []
