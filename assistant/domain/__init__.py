"""The values that travel the road. All are frozen: a step takes values in and gives new ones out."""

from assistant.domain.found import Draft, DraftSentence, Evidence, Question, ScoredCard, ScoredPassage
from assistant.domain.given import Answer, Cited, Event, Letter, LetterField, Retrieved, Sentence, Word
from assistant.domain.held import Card, Contact, Figure, NextStep, Passage, Phrasing, Place, Source, Statement
from assistant.domain.kinds import Authority, Force, Register, Status, Verdict

__all__ = [
    "Answer",
    "Authority",
    "Card",
    "Cited",
    "Contact",
    "Draft",
    "DraftSentence",
    "Event",
    "Evidence",
    "Figure",
    "Force",
    "Letter",
    "LetterField",
    "NextStep",
    "Passage",
    "Phrasing",
    "Place",
    "Question",
    "Register",
    "Retrieved",
    "ScoredCard",
    "ScoredPassage",
    "Sentence",
    "Source",
    "Statement",
    "Status",
    "Verdict",
    "Word",
]
