"""Everything a library is made of, read and checked before anything is embedded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.check_forms import usable_checks
from assistant.domain import Card, NextStep, Passage, Place, Source
from assistant.ear import EarFile, read_ear
from assistant.errors import BadCorpus
from assistant.letter_forms import usable_letters
from assistant.places import expand
from assistant.reference import load_reference
from ingest.cards import read_cards, shared_ids
from ingest.entries import unknown_names, with_amounts
from ingest.hearing import Message, read_messages
from ingest.held import Held, held_originals
from ingest.holdings import Holdings
from ingest.next_steps import read_next_steps
from ingest.originals import Original, read_originals
from ingest.splitting import passages_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """The cards with their amounts, the next steps, the official passages, the words of every place cited, and the
    labelled messages the second ear learns from."""

    cards: tuple[Card, ...]
    steps: dict[str, NextStep]
    passages: tuple[Passage, ...]
    quotes: dict[str, str]
    originals: tuple[str, ...]
    sources: tuple[Source, ...] = ()
    refused: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    ear: EarFile | None = None


def read_shelf(corpus: Path, originals: Path | None, holdings: Holdings | None = None) -> Shelf:
    """Read a corpus, what was fetched or added, and a folder of official texts when given.

    Where a source has been fetched, the folder's text of it is left aside: two versions of one law must not mix.

    Raises BadCorpus listing file, line and what to change for everything that stands in the way.
    """
    reference = load_reference(corpus)
    steps, problems = read_next_steps(corpus)
    cards = []
    files = list(read_cards(corpus))
    problems.extend(shared_ids(files))
    for file in files:
        problems.extend((*file.problems, *unknown_names(file, reference)))
        if file.card is not None and not problems:
            cards.append(with_amounts(file.card, reference))
    if problems:
        listed = "\n".join(f"  {corpus / problem.file}:{problem.line}: {problem.message}" for problem in problems[:20])
        raise BadCorpus(
            f"{len(problems)} things to mend before the library can be built (the old one still serves):\n{listed}"
        )
    if not cards:
        raise BadCorpus(f"{corpus / 'cards'} holds no cards. Restore them, or set CARE_ACT_CORPUS.")
    held = held_originals(holdings, reference.sources) if holdings else Held((), {}, ())
    given = read_originals(originals, dict(reference.sources)) if originals else []
    texts = [*held.texts, *(text for text in given if text.source.id not in held.sources)]
    # The same text may lie in a folder twice, whole and in part: the first one read is kept.
    passages = {passage.id: passage for text in reversed(texts) for passage in reversed(list(passages_of(text)))}
    return Shelf(
        cards=tuple(cards),
        steps=steps,
        passages=tuple(reversed(passages.values())),
        quotes=_quotes(_places(cards, steps.values(), corpus), texts),
        originals=tuple(f"{text.source.id} as of {text.as_of}" for text in texts),
        sources=tuple(held.sources.values()),
        refused=held.refused,
        messages=read_messages(corpus),
        ear=read_ear(corpus),
    )


def _places(cards: Iterable[Card], steps: Iterable[NextStep], corpus: Path) -> Iterator[Place]:
    """Every place an answer, a letter or a guided check may cite."""
    said = [statement for card in cards for statement in (*card.statements, *card.easy, *card.staff)]
    said += [statement for step in steps for statement in (*step.statements, *step.easy)]
    said += [statement for form in usable_letters(corpus) for statement in form.statements]
    said += [statement for form in usable_checks(corpus).values() for statement in form.statements]
    yield from (place for statement in said for place in statement.places)


def _quotes(cited: Iterable[Place], originals: Sequence[Original]) -> dict[str, str]:
    """The exact official words of every place cited."""
    places = {(place.source, end) for place in cited for end in (place.ref, *expand(place.ref))}
    quotes = {}
    for original in originals:
        for source, ref in places:
            if source == original.source.id and (words := original.own_words_of(ref)):
                quotes[f"{source} {ref}"] = words
    return dict(sorted(quotes.items()))
