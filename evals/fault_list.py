"""The deliberate faults, each of which must turn the gate red, and the changes they are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from assistant.card_index import Weights
from assistant.composing import Composer, Limits
from assistant.domain import Answer, Contact, Draft, Evidence, Question
from assistant.retrieval import Retriever
from assistant.wiring import Parts
from evals.faults import Bench, Fault


def in_cards(pattern: str, put: str) -> Callable[[Path], None]:
    """Change the first place in the cards, in the order of their names, where a pattern is found."""

    def change(corpus: Path) -> None:
        for path in sorted((corpus / "cards").rglob("*.md")):
            text, count = re.subn(pattern, put, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
            if count:
                path.write_text(text, encoding="utf-8")
                return
        raise LookupError(f"no card holds {pattern}")

    return change


def in_file(name: str, pattern: str, put: str, count: int = 1) -> Callable[[Path], None]:
    """Change the places in one file where a pattern is found."""

    def change(corpus: Path) -> None:
        path = corpus / name
        text, n = re.subn(pattern, put, path.read_text(encoding="utf-8"), count=count, flags=re.MULTILINE)
        if not n:
            raise LookupError(f"{name} does not hold {pattern}")
        path.write_text(text, encoding="utf-8")

    return change


def without_routes(status: str) -> Callable[[Path], None]:
    """Take every route of a status out."""

    def change(corpus: Path) -> None:
        for path in sorted((corpus / "routes").glob("*.toml")):
            head, *routes = re.split(r"(?m)^(?=\[\[route\]\])", path.read_text(encoding="utf-8"))
            path.write_text(head + "".join(r for r in routes if f'status = "{status}"' not in r), encoding="utf-8")

    return change


def of_routes(pattern: str, put: str) -> Callable[[Path], None]:
    """Change every route file wherever a pattern is found."""

    def change(corpus: Path) -> None:
        for path in sorted((corpus / "routes").glob("*.toml")):
            path.write_text(
                re.sub(pattern, put, path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
            )

    return change


class _Backwards:
    """A retriever that gives the worst of what was found first."""

    def __init__(self, parts: Parts) -> None:
        self._retriever = parts.retriever

    def retrieve(self, question: Question) -> Evidence:
        found = self._retriever.retrieve(question)
        return replace(found, cards=found.cards[::-1], passages=found.passages[::-1])


class _WithoutPoints(Composer):
    """A composer that loses what it has chosen beside the direct answer."""

    def compose(self, question: Question, evidence: Evidence) -> Draft:
        draft = super().compose(question, evidence)
        return replace(draft, sentences=tuple(each for each in draft.sentences if each.role != "point"))


def _weighted(weights: Weights) -> Callable[[Parts, Bench], Parts]:
    return lambda parts, bench: replace(parts, retriever=Retriever(bench.library, bench.embedder, weights))


def _composing(limits: Limits, *, steps: bool = True) -> Callable[[Parts, Bench], Parts]:
    return lambda parts, bench: replace(parts, composer=Composer(bench.library.steps if steps else {}, limits))


def _sentences(change: Callable[[str], str]) -> Callable[[Answer], Answer]:
    def broken(answer: Answer) -> Answer:
        return replace(answer, sentences=tuple(replace(s, text=change(s.text)) for s in answer.sentences))

    return broken


def _sources(**changes: str) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, sources=tuple(replace(cited, **changes) for cited in answer.sources))


def faults() -> Iterator[Fault]:
    """The list. Corpus faults edit the first fitting card, whatever its name."""
    duty, power = (
        r"^(- [^\n]*?)\bmust\b(?![^\n]*\b(?:not|no|never|only|right)\b)([^\n]*\[must )",
        r"^(- [^\n]*?)\bmay\b([^\n]*\[may )",
    )
    yield Fault("a duty told as a choice (must → may in a card)", in_cards(duty, r"\1may\2"))
    yield Fault("a choice told as a duty (may → must in a card)", in_cards(power, r"\1must\2"))
    yield Fault(
        "a time limit changed in a card",
        in_cards(r"\b(?:28|seven|14|12) (days|weeks)\b([^\n]*\[(?:must|fact|may|right) )", r"93 \1\2"),
    )
    yield Fault(
        "a subsection that does not exist", in_cards(r"care-act-2014 s\.(\d+)\(\d\)", r"care-act-2014 s.\1(97)")
    )
    yield Fault("a source nobody has listed", in_cards(r"\[must care-act-2014 ", r"[must care-act-2041 "))
    yield Fault(
        "law that never began, told as law",
        in_cards(r"^(- [^\n]*)\[must care-act-2014 s\.[^\]]*\]", r"\1[must care-act-2014 s.15(1)]"),
    )
    yield Fault("an amount written into a card", in_cards(r"\{capital-limit-upper\}", "£24,000"))
    yield Fault(
        "a telephone number written into a card", in_cards(r"^(- [^\n]*?)\.( \[)", r"\1, ring 0300 123 4567.\2")
    )
    yield Fault(
        "a contact that cards name taken out of the data", in_file("contacts.toml", r"^\[lgsco\]", "[lgsco-old]")
    )
    yield Fault("a next step that cards name taken out", in_file("next-steps.md", r"^## ([a-z-]+)$", r"## \1-old"))
    yield Fault("an opinion told as law", in_cards(r"\[advice\]", "[must]"))
    yield Fault("the routes of danger lost", without_routes("signposted_danger"), felt="danger_found")
    yield Fault("the routes of disclosures lost", without_routes("signposted_safeguarding"), felt="danger_found")
    yield Fault("the routes of manipulation lost", without_routes("refused_manipulation"), felt="manipulation")
    yield Fault("the routes of other nations lost", without_routes("signposted_outside_england"), felt="outside")
    yield Fault(
        "signposts without their contacts", of_routes(r"^contacts = \[[^\]]*\]", "contacts = []"), felt="danger_helped"
    )
    yield Fault(
        "a pattern of danger that fits everybody",
        of_routes(r"^patterns = \[", 'patterns = ["mum", "council", "care",'),
        felt="no_false_alarm",
    )
    yield Fault("a threshold so high that little is answered", parts=_composing(Limits(found=0.8)))
    yield Fault(
        "points that are lost",
        parts=lambda parts, bench: replace(parts, composer=_WithoutPoints(bench.library.steps)),
        felt="facts",
    )
    yield Fault("next steps lost", parts=_composing(Limits(), steps=False), felt="in_steps")
    yield Fault(
        "the worst card first", parts=lambda parts, _: replace(parts, retriever=_Backwards(parts)), felt="first_card"
    )
    yield Fault(
        "weights turned about", parts=_weighted(Weights(*[-1.0] * len(Weights.__dataclass_fields__))), felt="mrr"
    )
    yield Fault(
        "what was said before is lost (a broken bridge)", case=lambda case: replace(case, history=()), felt="in_five"
    )
    yield Fault("wrong places under right sentences", answer=_sources(place="s.80(1)"), felt="cites_gold")
    yield Fault(
        "quotations with a word changed",
        answer=_sources(quote="A local authority need not do any of this at all."),
        felt="quotes",
    )
    yield Fault(
        "numbers made up after the check",
        answer=_sentences(lambda text: text.replace(".", " within 3 days.", 1)),
        felt="citation_recall",
    )
    yield Fault(
        "must said for may after the check",
        answer=_sentences(lambda text: re.sub(r"\bmay\b", "must", text)),
        felt="citation_recall",
    )
    yield Fault(
        "sentences run together (a broken splitter)",
        answer=_sentences(lambda text: text + " " + "and so on " * 30),
        felt="short_sentences",
    )
    invented = Contact("Care Helpline", "0800 000 0000")
    yield Fault(
        "a contact made up",
        answer=lambda answer: replace(answer, contacts=(*answer.contacts, invented)),
        felt="contacts_known",
    )
