"""Who does what, and who must, may or should: each verb with the one who does it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.faults import Fault
from assistant.wording import Token

_CLOSERS = frozenset({".", ";", ":", "!", "?", ","})
_BE = frozenset({"is", "are", "be", "was", "were", "been", "being"})
_LEADING = frozenset({"and", "or", "to", "then", "who", "which", "that", "they", "it"})
_ACTIVE = re.compile(r"(?:ble|ing)$")
_BETWEEN = _BE | {
    "have",
    "has",
    "had",
    "do",
    "does",
    "did",
    "will",
    "would",
    "also",
    "still",
    "then",
    "already",
    "both",
}


def doers(said: Sequence[Token], held: Sequence[Token]) -> Iterator[tuple[Fault, str]]:
    """Who does what the evidence says another does, or does not do: "you pay" for "the council pays"."""
    known = [*_deeds(held), *_far_deeds(held)]
    for agent, verb, passive, negated in _deeds(said):
        same = [row for row in known if row[1:3] == (verb, passive)]
        by_agent = [row for row in same if row[0] == agent]
        if same and not by_agent:
            yield Fault.ROLE, agent
        elif by_agent and all(row[3] != negated for row in by_agent):
            yield Fault.NEGATION, verb


def _far_deeds(words: Sequence[Token]) -> Iterator[tuple[str, str, bool, bool]]:
    """Deeds that may be of one named before: in "a provider that owes the council must pay" the provider must."""
    for at, token in enumerate(words):
        if token.raw in {"who", "which", "that"}:
            before = [role.word for role in words[:at] if role.kind == "role" and not role.owner]
            yield from ((role, *deed[1:]) for role in before for deed in _deeds(words[at:]))


def _deeds(words: Sequence[Token]) -> Iterator[tuple[str, str, bool, bool]]:
    """Who stands before a verb, the verb, whether it is passive, and whether it is negated."""
    for at, token in enumerate(words):
        if token.kind != "role" or token.owner:
            continue
        passive = False
        negated = at > 0 and words[at - 1].kind == "negation"
        for following in words[at + 1 : at + 7]:
            if following.named and following.kind != "role":
                yield token.word, following.word, passive and not _ACTIVE.search(following.raw), negated
                break
            passive = passive or following.raw in _BE
            negated = negated or following.kind == "negation"
            if following.kind not in {"modal", "negation"} and following.raw not in _BETWEEN:
                break


def modals(said: Sequence[Token], held: Sequence[Token]) -> Iterator[tuple[Fault, str]]:
    """What is wrong with the musts of a sentence: each stands by the verb and the doer it stands by in the evidence."""
    known = list(_bound_verbs(held))
    governing = {row[1] for row in known}
    for modal, verb, agent, passive, negated in _bound_verbs(said):
        same = [row for row in known if row[1] == verb]
        classes = {row[0] for row in same} or {row[0] for row in known}
        if not same and _no_deed(verb, held, governing):
            classes = set()
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


def _no_deed(verb: str, held: Sequence[Token], governed: set[str]) -> bool:
    """Whether the evidence only speaks of what is done here: "must assess you" for "a record of the assessment"."""
    places = [at for at, token in enumerate(held) if token.named and verb in {token.word, *token.word.split("-")}]
    return bool(places) and not any(at == 0 or _may_precede(held[at - 1], governed) for at in places)


def _may_precede(token: Token, governed: set[str]) -> bool:
    """Whether a verb may follow this word."""
    if token.kind in {"stop", "modal", "negation", "condition"} or token.word in governed:
        return True
    return (token.kind == "role" and not token.owner) or token.raw in _LEADING


def _bound_verbs(words: Sequence[Token]) -> Iterator[tuple[str, str, str, bool, bool]]:
    """Each modal with its verb, who does it, whether it is passive, and whether it is negated."""
    for at, token in enumerate(words):
        if token.kind != "modal":
            continue
        following = words[at + 1 : at + 8]
        turned = 2 if following and following[0].owner else 0  # "can your plan be joined"
        verb = next((t.word for t in following[turned:] if t.named and t.kind != "role"), "")
        if following and following[0].kind == "stop":
            verb = ""
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
