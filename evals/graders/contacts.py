"""Contacts: who can help is named, and every number and address shown comes from the dated data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.domain import Status
from evals.graders.verdict import Graded, World, one
from evals.road import Trial

_NUMBER = re.compile(
    r"(?<![\w£.])(?:0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}|999|111|101|116 ?123|18000|85258|0800 ?1111)(?![\w.]*\d)"
)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\b[\w.]+@[\w.]+\.\w+\b")


def grade(trial: Trial, world: World) -> Iterator[Graded]:
    """Contacts are compared with the data, and the text is searched for numbers and addresses of its own."""
    answer, known = trial.answer, world.reference.contacts
    foreign = [contact.name for contact in answer.contacts if contact not in known.values()]
    phones = {re.sub(r"\D", "", c.phone) for c in known.values() if c.phone} | {
        re.sub(r"\D", "", p) for c in known.values() for p in _NUMBER.findall(c.phone)
    }
    text = " ".join(sentence.text for sentence in (*answer.sentences, *answer.next_steps))
    loose = [number for number in _NUMBER.findall(text) if re.sub(r"\D", "", number) not in phones]
    loose += _ADDRESS.findall(text)
    yield one("contacts_known", not foreign and not loose, f"not in contacts.toml: {', '.join([*foreign, *loose])}")
    if answer.status is Status.ANSWERED:
        yield one("who_can_help", bool(answer.contacts), "names nobody who can help")
