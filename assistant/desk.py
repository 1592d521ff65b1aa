"""Letters and guided checks in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assistant.checks import Checks, Step
from assistant.domain import Answer, Letter, Register
from assistant.errors import CareActError
from assistant.letters import Letters

STOPPED = "Stopped. Nothing was kept."


def letter_list(letters: Letters) -> str:
    """Every letter with its name, and how to get one."""
    rows = [f"{name:<32} {letters.get(name).title}" for name in letters.names()]
    return "\n".join([*rows, "", "Get one with: care-act letter NAME --field person='my mum'"])


def written(letters: Letters, name: str, fields: Sequence[str]) -> Letter:
    """A letter with `name=value` fields filled in. Raises CareActError naming what there is for an unknown name."""
    if name not in letters.names():
        raise CareActError(f"There is no letter '{name}'. There are: {', '.join(letters.names())}.")
    known = {field.name: field for field in letters.get(name).fields}
    values: dict[str, str] = {}
    for text in fields:
        key, equals, value = text.partition("=")
        if not equals or key.strip() not in known:
            raise CareActError(f"--field '{text}' cannot be used. Write name=value, with one of: {', '.join(known)}.")
        values[key.strip()] = value
    return letters.fill(name, values)


def letter_text(letter: Letter) -> str:
    """The draft, then what is left to fill in, and the law its lines rest on."""
    gaps = [f"• {gap.name}: {gap.question}" for gap in letter.missing]
    sources = [f"[{cited.handle}] {cited.title} {cited.url}" for cited in letter.sources]
    blocks = [letter.text.rstrip(), "\n".join(["What this rests on:", *sources])]
    if gaps:
        blocks.insert(1, "\n".join(["What is left for you to fill in:", *gaps]))
    return "\n\n---\n\n".join(blocks)


def check_list(checks: Checks) -> str:
    """Every guided check with its name, and how to start one."""
    rows = [f"{name:<20} {checks.get(name).title}" for name in checks.names()]
    return "\n".join([*rows, "", "Start one with: care-act check NAME"])


def gone_through(
    checks: Checks,
    name: str,
    register: Register,
    show: Callable[[str], None],
    ask: Callable[[], str],
    answers: Mapping[str, str] | None = None,
) -> Answer | None:
    """The outcome of a check, each question shown and asked; None when an empty line ended it."""
    if name not in checks.names():
        raise CareActError(f"There is no check '{name}'. There are: {', '.join(checks.names())}.")
    step = checks.answer(name, answers or {}, register)
    while step.outcome is None:
        show(_question(step))
        said = ask()
        if not said:
            show(STOPPED)
            return None
        step = checks.answer(name, {**step.answers, step.question: _chosen(step, said)}, register)
    return step.outcome


def _question(step: Step) -> str:
    choices = [f"  {n}. {choice.label}" for n, choice in enumerate(step.choices, 1)]
    amount = ["  (or type an amount)"] if step.takes_amount else []
    problem = [step.problem] if step.problem else []
    return "\n".join([*problem, "", step.text, *(f"  {text}" for text in step.help), *choices, *amount])


def _chosen(step: Step, said: str) -> str:
    """The choice a number stands for, or what was typed."""
    if said.isdecimal() and 1 <= int(said) <= len(step.choices):
        return step.choices[int(said) - 1].id
    return said
