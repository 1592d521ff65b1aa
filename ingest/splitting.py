"""Cuts official texts into passages along their legal structure, about 200 words at most (the model reads 256 tokens)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.domain import Passage, Place
from ingest.originals import Original
from ingest.readers.document import Provision

MAX_WORDS = 200
_DOTS = re.compile(r"^[\s.]*$")


def passages_of(original: Original) -> Iterator[Passage]:
    """Every passage of a text, in order. Ids come from source and place, so they are the same in each build."""
    used: dict[str, int] = {}  # a page, or a number used twice, may give several passages in several places
    for top in original.tops:
        for ref, start, end in _pieces(top, original):
            text = original.text[start:end].strip()
            if not text or _DOTS.match(text):
                continue
            used[ref] = used.get(ref, 0) + 1
            part = f"~{used[ref]}" if used[ref] > 1 else ""
            yield Passage(
                id=f"{original.source.id}:{ref}{part}",
                place=Place(original.source.id, ref),
                heading=top.heading,
                text=text,
                in_force=original.is_in_force(top) and not _dead_part(original, ref),
            )


def _dead_part(original: Original, ref: str) -> bool:
    provision = original.by_ref.get(ref)
    return provision is not None and not original.is_in_force(provision)


def _pieces(provision: Provision, original: Original) -> Iterator[tuple[str, int, int]]:
    """Spans of at most MAX_WORDS: a whole provision, or runs of its children, or runs of its lines.

    What is not in force stands alone, so that no passage of living law carries it along.
    """
    text = original.text
    if _words(text[provision.start : provision.end]) <= MAX_WORDS and not _is_mixed(provision, original):
        yield provision.ref, provision.start, provision.end
        return
    if not provision.children:
        yield from ((provision.ref, start, end) for start, end in _lines(text, provision.start, provision.end))
        return
    if text[provision.start : provision.own_end].strip():
        yield from ((provision.ref, start, end) for start, end in _lines(text, provision.start, provision.own_end))
    run: list[Provision] = []
    for child in provision.children:
        stands_alone = _is_mixed(child, original) or not original.is_in_force(child)
        if stands_alone or _words(text[child.start : child.end]) > MAX_WORDS:
            yield from _run(run)
            run = []
            yield from _pieces(child, original)
        elif run and _words(text[run[0].start : child.end]) > MAX_WORDS:
            yield from _run(run)
            run = [child]
        else:
            run.append(child)
    yield from _run(run)
    last = provision.children[-1].end
    if text[last : provision.end].strip():
        yield from ((provision.ref, start, end) for start, end in _lines(text, last, provision.end))


def _is_mixed(provision: Provision, original: Original) -> bool:
    """Whether a provision in force holds a part that is not."""
    return original.is_in_force(provision) and not all(map(original.is_in_force, provision.walk()))


def _run(run: Sequence[Provision]) -> Iterator[tuple[str, int, int]]:
    if not run:
        return
    first, last = run[0].ref, run[-1].ref
    ref = first if first == last else f"{first}-{last[last.rfind('(') :]}"
    yield ref, run[0].start, run[-1].end


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of whole lines up to MAX_WORDS each; one long line is cut between words."""
    piece_start = position = start
    for line in text[start:end].splitlines(keepends=True):
        following = position + len(line)
        if piece_start < position and _words(text[piece_start:following]) > MAX_WORDS:
            yield from _cut(text, piece_start, position)
            piece_start = position
        position = following
    yield from _cut(text, piece_start, position)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = list(re.finditer(r"\S+", text[start:end]))
    for first in range(0, len(words), MAX_WORDS):
        run = words[first : first + MAX_WORDS]
        yield start + run[0].start(), start + run[-1].end()


def _words(text: str) -> int:
    return len(text.split())
