"""Who must, may or should do what: each of these words with its verb and the one who does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.faults import Fault
from assistant.wording import Token

_CLOSERS = frozenset({".", ";", ":", "!", "?", ","})


def modals(said: Sequence[Token], held: Sequence[Token]) -> Iterator[tuple[Fault, str]]:
    """What is wrong with the musts of a sentence: each stands by the verb and the doer it stands by in the evidence."""
    known = list(_bound_verbs(held))
    for modal, verb, agent, passive, negated in _bound_verbs(said):
        same = [row for row in known if row[1] == verb]
        classes = {row[0] for row in same} or {row[0] for row in known}
        if modal not in classes and not (negated and classes and any(row[4] for row in known)):
            yield Fault.FORCE, modal
        agents = {row[2] for row in same if row[3] == passive and row[2]}
        if agent and agents and agent not in agents:
            yield Fault.ROLE, agent
    governed, mentioned = {row[1] for row in _bound_verbs(said)}, {token.word for token in said}
    for modal, verb, *_ in known:
        if (
            modal != "must"
            and verb
            and verb in mentioned
            and verb not in governed
            and not any(t.kind == "modal" for t in said)
        ):
            yield Fault.FORCE, modal


def _bound_verbs(words: Sequence[Token]) -> Iterator[tuple[str, str, str, bool, bool]]:
    """Each modal with its verb, who does it, whether it is passive, and whether it is negated."""
    for at, token in enumerate(words):
        if token.kind != "modal":
            continue
        following = words[at + 1 : at + 8]
        verb = next((t.word for t in following if t.named and t.kind != "role"), "")
        negated = any(t.kind == "negation" for t in (*words[max(0, at - 1) : at], *following[:2]))
        passive = any(t.raw in {"be", "been"} for t in following[:3])
        yield token.word, verb, _agent(words[:at]), passive, negated


def _agent(before: Sequence[Token]) -> str:
    """The last one named before a modal in its clause; nobody when a relative clause stands between."""
    for at in range(len(before) - 1, -1, -1):
        token = before[at]
        if token.word in _CLOSERS or token.raw in {"and", "but", "they", "it", "who", "which", "that"}:
            return ""
        if token.kind == "role" and not token.owner:
            return "" if any(t.raw in {"who", "which", "that"} for t in before[:at]) else token.word
    return ""
