"""False claims: nothing that a case says must not be said."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.presenting import as_text
from evals.cases import flat
from evals.graders.verdict import Graded, World, one
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """An answer with one false claim is a wrong answer, however much of it is right."""
    del world
    claims = [nugget for nugget in trial.case.must_not_say if nugget.any]
    if claims:
        text = flat(as_text(trial.answer))
        said = [claim.text for claim in claims if claim.stands_in_flat(text)]
        yield one("no_false_claim", not said, f"says: {'; '.join(said)}")
