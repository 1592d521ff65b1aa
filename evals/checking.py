"""Grades the checker: mutants it must catch, and verbatim and fairly reworded sentences it must let through."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import nupunkt

from assistant.domain import Card, Force, Verdict
from assistant.errors import BadSource
from assistant.verifying import Support
from evals.intervals import Rate
from evals.mutators import MUTATORS

Checker = Callable[[str, Sequence[Support]], bool]  # whether it finds a fault
# The fair rewordings: those the rules were tuned on; then pairs of sets, of which one half was looked at and the other was not.
REWORDINGS = {
    "rewordings": "reworded",
    "rewordings-model": "reworded as a chat model would",
    "rewordings-model-unseen": "reworded as a chat model would, unseen",
    "rewordings-free": "reworded freely",
    "rewordings-free-unseen": "reworded freely, unseen",
}
INNOCENT = ("verbatim", *REWORDINGS.values(), "reworded, unseen")


@dataclass(frozen=True, slots=True)
class Trial:
    """A sentence with the evidence it cites. `kind` is a mutator's name, or one of INNOCENT."""

    kind: str
    card: str
    text: str
    evidence: tuple[Support, ...]
    original: str = ""

    @property
    def held_out(self) -> bool:
        """Whether its card was kept back when the checker's rules were made."""
        return hashlib.blake2b(self.card.encode(), digest_size=2).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Group:
    """True sentences that stand together, as evidence would: those of a card, or of a run of official text."""

    name: str
    sentences: tuple[Support, ...]
    verdict: str = ""


def groups_of(cards: Iterable[Card], quotes: Iterable[tuple[str, str]]) -> list[Group]:
    """The statements of each card, and the whole sentences of official texts, ten to a group."""
    groups = [
        Group(
            card.id,
            tuple(dict.fromkeys(Support(s.text, s.force) for s in (*card.statements, *card.easy, *card.staff))),
            card.verdict.value if card.verdict in (Verdict.YES, Verdict.NO) else "",
        )
        for card in cards
    ]
    official: dict[str, dict[str, None]] = {}
    for place, words in quotes:
        for sentence in nupunkt.sent_tokenize(words):
            if (
                40 <= len(sentence) <= 400
                and sentence[:1].isupper()
                and sentence.endswith(".")
                and "\n" not in sentence
            ):
                official.setdefault(place.split(" ")[0], {})[sentence] = None
    for source, sentences in official.items():
        listed = [Support(sentence) for sentence in sentences]
        groups += [Group(f"{source} {n}", tuple(listed[n : n + 10])) for n in range(0, len(listed), 10)]
    return groups


def make_trials(groups: Sequence[Group], most: int = 250, seed: int = 5) -> list[Trial]:
    """Mutants of every kind, at most `most` a kind and spread over the groups, and every sentence as it stands."""
    chance = random.Random(seed)
    true = {sentence.text for group in groups for sentence in group.sentences}
    trials: dict[str, list[Trial]] = {}
    order = [(group, sentence) for group in groups for sentence in group.sentences]
    chance.shuffle(order)
    others = cycle(sorted(groups, key=lambda group: hashlib.blake2b(group.name.encode()).digest()))
    for group, sentence in order:
        evidence = _with_neighbours(group, sentence, chance)
        trials.setdefault("verbatim", []).append(Trial("verbatim", group.name, sentence.text, evidence))
        for kind, mutate in MUTATORS.items():
            made = [text for text in mutate(sentence.text) if text not in true]
            if made and len(trials.setdefault(kind, [])) < most:
                trials[kind].append(Trial(kind, group.name, chance.choice(made), evidence, sentence.text))
        if len(trials.setdefault("handle", [])) < most and (other := next(others)).name != group.name:
            cited = tuple(one for one in other.sentences if one.text != sentence.text)[:3]
            trials["handle"].append(Trial("handle", group.name, sentence.text, cited, sentence.text))
    trials["verdict"] = list(islice(_verdicts(groups), most))
    return [trial for some in trials.values() for trial in some]


def read_all_rewordings(folder: Path) -> list[Trial]:
    """The fair rewordings of every `rewordings*.jsonl` in a folder."""
    return [trial for path in sorted(folder.glob("rewordings*.jsonl")) for trial in read_rewordings(path)]


def read_rewordings(path: Path) -> list[Trial]:
    """The fair rewordings. Raises BadSource naming a line that cannot be read."""
    trials = []
    kind = REWORDINGS.get(path.stem, "reworded, unseen")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            forces = [Force(force) if force else None for force in raw["forces"]]
            evidence = tuple(Support(text, force) for text, force in zip(raw["evidence"], forces, strict=True))
            trials.append(Trial(kind, raw["card"], raw["text"], evidence, raw["evidence"][0]))
        except (ValueError, KeyError, IndexError) as exc:
            raise BadSource(f"{path}, line {number} is not a rewording ({exc!r}). Mend that line.") from exc
    return trials


@dataclass(frozen=True, slots=True)
class CheckerReport:
    """Mutants caught by kind, innocent sentences that were stopped, and the trials that went wrong."""

    caught: dict[str, Rate]
    false_alarms: dict[str, Rate]
    wrong: tuple[Trial, ...]

    @property
    def all_caught(self) -> Rate:
        """Mutants caught, of all kinds."""
        return Rate(sum(rate.hits for rate in self.caught.values()), sum(rate.n for rate in self.caught.values()))

    def lines(self) -> tuple[str, ...]:
        """The report as lines for a terminal."""
        return (
            f"mutants caught                 {self.all_caught}",
            *(f"  {kind:<28} {rate}" for kind, rate in sorted(self.caught.items())),
            *(f"false alarms, {kind:<16} {rate}" for kind, rate in self.false_alarms.items()),
        )


def grade(trials: Iterable[Trial], faulty: Checker) -> CheckerReport:
    """How a checker fares over the trials."""
    done = [(trial, faulty(trial.text, trial.evidence)) for trial in trials]
    rates = {
        kind: Rate(sum(found for trial, found in done if trial.kind == kind), sum(t.kind == kind for t, _ in done))
        for kind in dict.fromkeys(trial.kind for trial, _ in done)
    }
    return CheckerReport(
        caught={kind: rate for kind, rate in rates.items() if kind not in INNOCENT},
        false_alarms={kind: rates[kind] for kind in INNOCENT if kind in rates},
        wrong=tuple(trial for trial, found in done if found == (trial.kind in INNOCENT)),
    )


def _with_neighbours(group: Group, sentence: Support, chance: random.Random) -> tuple[Support, ...]:
    """The sentence among two that stand beside it, in any order: what one set of handles may hold."""
    at = group.sentences.index(sentence)
    beside = [one for one in group.sentences[max(0, at - 1) : at + 3] if one != sentence][:2]
    mixed = [sentence, *beside]
    chance.shuffle(mixed)
    return tuple(mixed)


def _verdicts(groups: Iterable[Group]) -> Iterator[Trial]:
    """A direct answer whose yes and no are the other way round."""
    for group in groups:
        if group.verdict:
            turned = "No" if group.verdict == "Yes" else "Yes"
            lead = group.sentences[0].text
            evidence = (Support(f"{group.verdict}. {lead}"), *group.sentences[1:3])
            yield Trial("verdict", group.name, f"{turned}. {lead}", evidence, lead)
