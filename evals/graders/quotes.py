"""Quotations: every official word shown is an exact span of what the library holds."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.places import base_ref, expand
from evals.graders.verdict import Graded, World, share
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Byte for byte, from the very place that is named."""
    sources = [cited for cited in trial.answer.sources if cited.quote]
    yield from share(
        "quotes",
        [(_exact(c.source, c.place, c.quote, world), f"not the words of {c.source} {c.place}") for c in sources],
    )


def _exact(source: str, place: str, quote: str, world: World) -> bool:
    held = world.library.quotes.get(f"{source} {expand(place)[0]}", "")
    return quote in held or quote in world.passages_by_section.get((source, base_ref(place)), "")
