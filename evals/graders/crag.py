"""One figure for a whole answer, as CRAG has it: +1 right, 0 missing, -1 wrong (Yang et al. 2024)."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain import Status
from assistant.places import base_ref
from assistant.presenting import as_text
from evals.cases import flat
from evals.finding import holds
from evals.graders.verdict import Graded, World
from evals.graders.yes_no import opening
from evals.road import Trial


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Wrong: a false claim, or the wrong opening word. Right: it names a right section and says every vital fact. Else missing."""
    del world
    case, answer = trial.case, trial.answer
    if not case.gold:
        return
    text = flat(as_text(answer))
    false = [claim.text for claim in case.must_not_say if claim.stands_in_flat(text)]
    word = opening(answer)
    if false or (case.verdict and word and word != case.verdict):
        yield Graded("crag", -1.0, 1, f"wrong: {'; '.join(false) or f'opens with {word}'}")
        return
    missing = [fact.text for fact in case.must_say if fact.vital and fact.any and not fact.stands_in_flat(text)]
    cited = any(holds(gold, (c.source, base_ref(c.place))) for gold in case.gold for c in answer.sources)
    right = answer.status is Status.ANSWERED and cited and not missing
    why = "" if right else f"missing: {'; '.join(missing) or ('a right section' if not cited else answer.status)}"
    yield Graded("crag", float(right), 1, why)
