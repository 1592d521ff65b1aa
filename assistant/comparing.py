"""Rules that hold one sentence against one sentence of evidence. None of them measures similarity.

A sentence may say the same in another order and in other common words. It may not name what the evidence does not name,
nor carry a *must*, a *not*, an *only* or a *before* that stands elsewhere in the evidence, nor lose one, nor a condition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.addressing import is_reader
from assistant.binding import doers, modals
from assistant.faults import Fault
from assistant.wording import Token, opposites

Words = Sequence[Token]
Found = tuple[Fault, str]

_NATIONS = frozenset({"scotland", "scottish", "wale", "welsh", "ireland", "irish"})
_OF_KIND = {
    "role": Fault.ROLE, "step": Fault.STEP, "number": Fault.NUMBER, "unit": Fault.NUMBER, "reference": Fault.REFERENCE,
    "scope": Fault.SCOPE, "bound": Fault.TIME, "modal": Fault.FORCE, "negation": Fault.NEGATION,
}  # fmt: skip
_SLOTTED = frozenset({"role", "step", "scope", "bound", "modal", "number", "unit", "reference"})
_KEPT = frozenset({"some", "only", "both", "each", "most", "usually", "often", "at-least", "at-most", "before", "after", "until", "within", "unless", "without"})  # fmt: skip
_OF_THE_WHOLE = frozenset({"usually", "often", "always", "first"})  # said of the whole sentence, wherever they stand
# What a word of scope may stand for: *all* in the evidence carries *each*. *Any* claims nothing of its own.
_WIDER = {"all": {"all", "each", "both"}, "each": {"each", "all"}, "both": {"both"}, "first": {"first"}}
_CASES = frozenset({"to", "for", "with", "without", "during", "in", "at", "on"})  # that a sentence may begin with
_CAUSES = frozenset({"because", "since", "as", "so", "for"})  # "because you need care" is not "if you need care"
_CLOSERS = frozenset({".", ";", ":", "!", "?", ","})


def faults(said: Words, held: Words, whole: Words) -> Iterator[Found]:
    """What `said` gets wrong against `held`. `whole` is all that is said, of which `said` may be a part."""
    yield from _new_words(said, held)
    yield from _operators(said, held)
    yield from modals(said, held)
    yield from doers(said, held)
    yield from _turned_round(said, held)
    yield from _slots(said, held)
    yield from _conditions(whole, held)
    yield from _counts(said, held)


def _new_words(said: Words, held: Words) -> Iterator[Found]:
    names = {token.word for token in held} | {part for token in held for part in token.word.split("-")}
    units = _measures(held)
    for at, token in enumerate(said):
        if token.kind == "reference":
            if not any(name == token.word or name.startswith(token.word + "(") for name in names):
                yield Fault.REFERENCE, token.word
        elif token.heavy and not _held(token, names) and not is_reader(said, at, held):
            yield Fault.NATION if token.word in _NATIONS else _OF_KIND.get(token.kind, Fault.WORD), token.raw
    yield from ((Fault.NUMBER, " ".join(pair)) for pair in _measures(said) - units if {*pair} <= names)


def _held(token: Token, names: set[str]) -> bool:
    if token.word in names:
        return True
    # One word of a family stands for another (provide, provision) when both are long: six letters in common.
    return token.kind == "word" and len(token.word) >= 6 and any(name[:6] == token.word[:6] for name in names)


def _turned_round(said: Words, held: Words) -> Iterator[Found]:
    """A word whose opposite alone the evidence has: up for down, less for more."""
    ours, theirs = {token.raw for token in said}, {token.raw for token in held}
    for word, other in opposites():
        if word in ours and word not in theirs and other in theirs and other not in ours:
            yield Fault.WAY, word


def _measures(words: Words) -> set[tuple[str, str]]:
    """Numbers with the unit of time that follows them: 28 days."""
    return {
        (number.word, unit.word)
        for n, number in enumerate(words)
        if number.kind == "number"
        for unit in words[n + 1 : n + 3]
        if unit.kind == "unit"
    }


def _operators(said: Words, held: Words) -> Iterator[Found]:
    """Negations, scope and bounds must stand by the same words in both."""
    spoken, names = {token.word for token in said}, {token.word for token in held}
    one = _one_clause_negated_once(said) and _one_clause_negated_once(held)
    if _one_clause_negated_once(held) and not any(
        token.kind == "negation" or token.word == "without" for token in said
    ):
        yield Fault.NEGATION, "not"
    for at, token in enumerate(said):
        if token.kind == "negation" and one:
            continue
        if token.kind in {"negation", "scope", "bound"} and not _stands(said, at, held):
            if token.word == "any" or _WIDER.get(token.word, set()) & names:
                continue
            if token.word == "both" and _joins(held):
                continue
            yield _OF_KIND[token.kind], token.raw
    for at, token in enumerate(held):
        if ((token.kind == "negation" and not one) or token.word in _KEPT) and not _stands(held, at, said):
            near = _window(held, at)
            if near and near[0] in spoken:
                yield _OF_KIND[token.kind], token.raw


def _joins(words: Words) -> bool:
    """Whether things are joined by *and* and none by *or*: of these, *both* says nothing new."""
    return any(t.raw == "and" for t in words) and not any(t.raw in {"or", "either"} for t in words)


def _one_clause_negated_once(words: Words) -> bool:
    """Whether a single *not* can only be of the one clause there is."""
    joints = any(t.kind in {"condition", "bound"} or t.raw in {"and", "but", "or", ",", ";", ":"} for t in words)
    return not joints and sum(token.kind == "negation" for token in words) == 1


def _stands(words: Words, at: int, other: Words) -> bool:
    """Whether `other` has this operator by a word that this one stands by."""
    near = set() if words[at].word in _OF_THE_WHOLE else set(_window(words, at))
    return any(
        token.word == words[at].word and (not near or near & set(_window(other, n))) for n, token in enumerate(other)
    )


def _window(words: Words, at: int) -> list[str]:
    """The names an operator stands by: the next three, then the two before."""
    after = [token.word for token in words[at + 1 : at + 9] if token.named][:3]
    before = [token.word for token in words[max(0, at - 5) : at] if token.named][-2:]
    return after + before if words[at].kind != "negation" or not after else after


def _slots(said: Words, held: Words) -> Iterator[Found]:
    """Between the same words, the same filler: no carer where the evidence has the adult, no *after* for *before*."""
    slots: dict[tuple[str, ...], set[str]] = {}
    for at, token in enumerate(held):
        for slot in _around(held, at):
            slots.setdefault(slot, set()).add(token.word)
    listed = _lists(said) & _lists(held)
    for at, token in enumerate(said):
        if token.kind not in _SLOTTED:
            continue
        for slot in _around(said, at):
            fillers = slots.get(slot, set())
            moved = any(frozenset({token.word, filler}) in listed for filler in fillers)
            if fillers and token.word not in fillers and not moved:
                yield _OF_KIND[token.kind], token.raw
                break


def _around(words: Words, at: int) -> Iterator[tuple[str, ...]]:
    """The neighbours of a token: one on each side, two before, two after."""
    kind = words[at].kind
    before = [token.word for token in words[max(0, at - 2) : at]]
    after = [token.word for token in words[at + 1 : at + 3]]
    if before and after:
        yield kind, before[-1], "_", after[0]
    if len(before) == 2:
        yield kind, *before, "_"
    if len(after) == 2 and words[at + 1].kind != "modal":  # who must or may is held by the verb, in `_modals`
        yield kind, "_", *after


def _lists(words: Words) -> set[frozenset[str]]:
    """Pairs that are joined by *and*, *or* or commas: they may change places."""
    pairs: set[frozenset[str]] = set()
    for at, token in enumerate(words):
        if token.raw in {"and", "or"}:
            before = [t for t in words[max(0, at - 6) : at] if t.kind in _SLOTTED]
            after = [t for t in words[at + 1 : at + 4] if t.kind in _SLOTTED][:1]
            pairs |= {frozenset({x.word, y.word}) for x in before for y in (*before, *after) if x.word != y.word}
    return pairs


def _conditions(said: Words, held: Words) -> Iterator[Found]:
    """The words of each condition of the evidence are said too: at least half of them, and one at least."""
    spoken = {token.word for token in said}
    spans = [
        (token, _clause(held, at))
        for at, token in enumerate(held)
        if token.kind == "condition" or token.word in {"unless", "until"} or _sets_a_case(held, at)
    ]
    inside = {position for _, span in spans for position in span}
    main = {token.word for at, token in enumerate(held) if at not in inside}
    for token, span in spans:
        clause = {held[at].word for at in span if held[at].named}
        own = clause - main or clause
        becauses = [t.raw for t in said if t.raw in {"because", "since"}]
        if becauses and not any(t.raw in _CAUSES for t in held):
            yield Fault.CONDITION, becauses[0]
        elif own and sum(word in spoken for word in own) * 2 < len(own) + (len(own) == 1):
            yield Fault.CONDITION, token.raw


def _sets_a_case(words: Words, at: int) -> bool:
    """Whether a sentence begins with the case it is for: "To use this power, …", "For an adult in prison, …"."""
    return at == 0 and words[0].raw in _CASES and any(token.raw == "," for token in words[2:12])


def _clause(words: Words, at: int) -> list[int]:
    """The positions of the words of a condition: to the next stop, or the next condition."""
    span: list[int] = []
    for position in range(at + 1, len(words)):
        token = words[position]
        if (span and token.word in _CLOSERS) or token.kind == "condition":
            break
        # "The council where the home is must assess you": the clause is over.
        if words[at].raw == "where" and at and token.kind == "modal" and words[position - 1].kind != "role":
            break
        if token.kind != "stop":
            span.append(position)
    return span


def _counts(said: Words, held: Words) -> Iterator[Found]:
    """When both name the same things, they hold the same negations, musts and limits, and as many."""
    names, spoken = {t.word for t in held if t.heavy}, {t.word for t in said if t.named}
    if not names or len(names & spoken) < 0.85 * len(names):
        return
    ours, theirs = _tally(said), _tally(held)
    for kind in ("negation", "bound", "scope"):
        if missing := [word for word in (theirs[kind] - ours[kind]) if kind != "scope" or word in _KEPT]:
            yield _OF_KIND[kind], missing[0]
    if ours["negation"] != theirs["negation"]:
        yield Fault.NEGATION, "not"
    lost = set(theirs["modal"]) - set(ours["modal"]) - ({"may"} if "allow" in spoken else set())
    if lost:
        yield Fault.FORCE, next(iter(lost))
    if (more := ours["role"] - theirs["role"]) and theirs["role"] - ours["role"]:
        yield Fault.ROLE, next(iter(more))


def _tally(words: Words) -> dict[str, Counter[str]]:
    return {kind: Counter(token.word for token in words if token.kind == kind) for kind in _OF_KIND}
