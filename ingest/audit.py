"""The gate that holds every statement to its source and every card to plain words (`care-act ingest audit`)."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from pathlib import Path

from assistant.domain import Card
from assistant.marks import Problem
from assistant.reference import load_reference
from ingest.audit_forms import check_problems, ear_problems, letter_problems, narrowing_problems, step_problems
from ingest.cards import read_cards, shared_ids, shared_phrasings
from ingest.checker import MAX_WORDS, Checker
from ingest.next_steps import read_next_steps
from ingest.originals import read_originals
from ingest.readability import Reading


@dataclass(slots=True)
class Audit:
    """What was looked at and what must change."""

    problems: list[Problem] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """The problems that fail the gate."""
        return [problem for problem in self.problems if not problem.warning]

    def summary(self) -> str:
        """Counts, and how the whole corpus reads."""
        statements = sum(len(card.statements) for card in self.cards)
        lines = [f"{len(self.cards)} cards, {statements} statements, {sum(len(c.asked) for c in self.cards)} phrasings"]
        if self.readings:
            grades = sorted(reading.grade for reading in self.readings.values())
            words, sentences = (
                sum(getattr(r, name) for r in self.readings.values()) for name in ("words", "sentences")
            )
            long = sum(reading.long_sentences for reading in self.readings.values())
            lines.append(
                f"reading grade of cards: median {statistics.median(grades):.1f}, 95th percentile {grades[int(0.95 * (len(grades) - 1))]:.1f}; "
                f"{words / sentences:.1f} words a sentence; {100 * long / sentences:.1f}% over {MAX_WORDS}"
            )
        warnings = len(self.problems) - len(self.errors)
        lines.append(f"{len(self.errors)} errors, {warnings} warnings")
        return "\n".join(lines)


def audit(corpus: Path, originals: Path | None = None) -> Audit:
    """Hold the whole corpus to the rules of corpus/README.md. With originals, hold each place to its text too."""
    reference = load_reference(corpus)
    steps, problems = read_next_steps(corpus)
    texts = read_originals(originals, dict(reference.sources)) if originals else []
    checker = Checker(reference, steps, {path.stem for path in (corpus / "letters").glob("*.md")}, texts)
    result = Audit(problems)
    result.problems.extend(step_problems(steps, checker))
    result.problems.extend(letter_problems(corpus, checker))
    result.problems.extend(check_problems(corpus, checker))
    files = list(read_cards(corpus))
    for card_file in files:
        result.problems.extend(card_file.problems)
        if card_file.card is not None:
            result.cards.append(card_file.card)
            result.problems.extend(checker.card(card_file, card_file.card))
            result.readings[card_file.file] = reading = checker.reading(card_file.card)
            if reading.grade > 9:
                result.problems.append(
                    Problem(
                        card_file.file,
                        1,
                        f"reads at grade {reading.grade:.1f}, above 9: shorter words and sentences.",
                        warning=True,
                    )
                )
    result.problems.extend(shared_phrasings(files))
    result.problems.extend(shared_ids(files))
    result.problems.extend(ear_problems(corpus))
    result.problems.extend(narrowing_problems(corpus, result.cards, checker))
    return result
