"""Makes true sentences false, one way at a time.

Written from how the law is misread, and before the checker's rules (but for "way", which was written when the checker was
found to miss it): nothing here is imported from `assistant.verifying`, nor the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.swaps import PAIRS, Mutator, capital, swaps

_ASKING = r"(?<!ask )(?<!asks )(?<!see )(?<!check )(?<!know )(?<!decide )(?<!say )(?<!tell )(?<!asked )(?<!consider )(?<!even )(?<!as )"
_BEGINNINGS = r"If|When|Once|Where|Unless|As long as|Until|Except where|Provided"
_NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"]
_REFERENCE = re.compile(r"\b([Ss]ections?|[Rr]egulations?|[Ss]chedules?|[Cc]hapters?|[Pp]aragraphs?|s\.|reg\.) ?(\d+)")
_PLAIN_NUMBER = re.compile(
    r"(?<![£\d.,(])(?<![Ss]ection )(?<![Ss]ections )(?<!egulation )(?<!egulations )(?<!chedule )(?<!hapter )"
    r"(?<!aragraph )(?<!\bs\.)(?<!reg\.)(?<!Act )\b(\d{1,3})\b(?![\d,.(]\d|\()"
)
_MONEY = re.compile(r"£(\d[\d,]*)(\.\d\d)?")

INVENTED = (
    "You can appeal to a tribunal.",
    "You have a right of appeal to the county court.",
    "You can appeal to the court within 21 days.",
    "There is a cap of £86,000 on what you pay for care in your life.",
    "There is a cap on what anyone has to pay.",
    "You must pay a fee first.",
    "The assessment costs £50.",
    "Gifts made more than seven years ago do not count.",
    "Your next of kin decides for you.",
    "A doctor has to approve it first.",
    "The council has to answer within 28 days.",
    "You will lose your home.",
    "The police can force the council to do this.",
)


def numbers(text: str) -> Iterator[str]:
    """Another number, in figures or words."""
    for match in _PLAIN_NUMBER.finditer(text):
        value = int(match[1])
        yield text[: match.start()] + str(value * 2 if value % 2 else value + 7) + text[match.end() :]
    for n, word in enumerate(_NUMBER_WORDS):
        other = _NUMBER_WORDS[(n + 3) % len(_NUMBER_WORDS)]
        unit = (
            r"(?= (?:day|week|month|year|hour|stage|time|outcome|condition|thing|adult|people|council|step|part)s?\b)"
        )
        yield from swaps((word + unit, other))(text)


def money(text: str) -> Iterator[str]:
    """Another amount of money."""
    for match in _MONEY.finditer(text):
        value = int(match[1].replace(",", ""))
        yield text[: match.start()] + f"£{value * 2 + 10:,}{match[2] or ''}" + text[match.end() :]


def references(text: str) -> Iterator[str]:
    """Another section, regulation, schedule, chapter or paragraph."""
    for match in _REFERENCE.finditer(text):
        other = int(match[2]) + (11 if int(match[2]) % 2 else 3)
        yield text[: match.start(2)] + str(other) + text[match.end(2) :]


def conditions(text: str) -> Iterator[str]:
    """A condition or exception left out, at the start or at the end."""
    if match := re.match(rf"(?:{_BEGINNINGS})\b[^,;:.]*, (?!and\b|or\b)(.+)$", text):
        yield capital(match[1])
    tail = rf"^(.{{12,}}?),? {_ASKING}(?:only if|but only if|if|unless|as long as|provided|except|until|only when|so long as)\b[^;]*\.$"
    if match := re.match(tail, text):
        yield match[1] + "."


def negations(text: str) -> Iterator[str]:
    """A *not* put in, or taken out."""
    without = swaps(
        (r"cannot", "can"),
        (r"(must|may|should|will|is|are|was|do|does|did|can|could|has|have) not", r"\1"),
        (r"(is|are|do|does|did|has|have|was|would)n't", r"\1"),
        (r"never", "always"),
        (r"nobody", "everybody"),
        (r"without", "with"),
        (r"no (?=\w+ (?:can|may|must|gives|is|has))", "a "),
        (r"there is no", "there is a"),
        (r"do not (?=\w)", ""),
    )
    found = list(without(text))
    if found:
        yield from (re.sub(r"\b([Dd]o|[Dd]oes) (?=[a-z])", "", one) if " do " in one else one for one in found[:1])
        return
    yield from swaps((r"(must|may|should|can|will|is|are)(?! not\b)", r"\1 not"))(text)
    if re.match(r"(?:Ask|Tell|Say|Write|Keep|Send|Check|Ring|List|Give|Put|Use|Get|Explain|Take)\b", text):
        yield "Do not " + text[0].lower() + text[1:]


def nations(text: str) -> Iterator[str]:
    """The same said of another nation."""
    if "England" in text:
        yield text.replace("England", "Wales", 1)
    elif not re.search(r"Wales|Scotland|Northern Ireland", text):
        yield f"In Wales, {_small(text)}"
        yield f"In Scotland, {_small(text)}"
        yield text.rstrip(".") + " in Northern Ireland."


def in_force(text: str) -> Iterator[str]:
    """Law that never began said to be in force, and living law said not to be."""
    began = swaps(
        (r"(?:is|are|was|were) not (?:yet )?in force", "is in force"),
        (r"not in force", "in force"),
        (r"never (came|began|started)", r"\1"),
        (r"has (?:never|not) (?:begun|started|come into force)", "has begun"),
        (r"there is no (cap|care account|limit on what)", r"there is a \1"),
        (r"no longer", "still"),
        (r"repealed", "in force"),
    )
    made = list(began(text))
    yield from made
    if not made:
        yield text.rstrip(".") + ", but this is not in force."
        yield text.rstrip(".") + ", but this part of the law was repealed."
        yield f"From 2025, {_small(text)}"


def inventions(text: str) -> Iterator[str]:
    """Something that is nowhere in the evidence, after the true sentence, joined to it, or in its place."""
    start = sum(map(ord, text))
    for n in range(3):
        extra = INVENTED[(start + n * 5) % len(INVENTED)]
        yield (f"{text} {extra}", f"{text.rstrip('.')}, and {_small(extra)}", extra)[n]


def turned(text: str) -> Iterator[str]:
    """Who does it and whom it is done to, the wrong way round."""
    pairs = (
        (r"(?P<a>(?:your|the|a) council)(?P<mid> (?:must|may|should|can|has to|cannot|must not) [a-z ]*?)(?P<b>you)\b", "you", "your council"),
        (r"(?P<a>you)(?P<mid> (?:must|may|should|can|have to|cannot) [a-z ]*?)(?P<b>(?:your|the) council)\b", "your council", "you"),
        (r"(?P<a>(?:the|a) carer)(?P<mid> [a-z ]+? )(?P<b>(?:the|an) (?:adult|person))\b", "the adult", "the carer"),
        (r"(?P<a>(?:the|an) (?:adult|person))(?P<mid> [a-z ]+? )(?P<b>(?:the|a) carer)\b", "the carer", "the adult"),
        (r"(?P<a>(?:the|a) provider)(?P<mid> [a-z ]+? )(?P<b>(?:your|the) council)\b", "the council", "the provider"),
        (r"(?P<a>(?:the|your) (?:new|first) (?:council|authority))(?P<mid> [a-z ]+? )(?P<b>the (?:old|second) (?:council|authority))\b", "the old council", "the new council"),
    )  # fmt: skip
    for pattern, first, second in pairs:
        match = re.search(pattern, text, re.IGNORECASE)
        if match and match["mid"].split() not in (["and"], ["or"]):  # a list says the same in any order
            opening = capital(first) if match.start() == 0 else first
            yield text[: match.start()] + opening + match["mid"] + second + text[match.end() :]


MUTATORS: dict[str, Mutator] = {
    "force": swaps(*PAIRS["force"]),
    "negation": negations,
    "number": numbers,
    "money": money,
    "reference": references,
    "time": swaps(*PAIRS["time"]),
    "person": swaps(*PAIRS["person"]),
    "body": swaps(*PAIRS["body"]),
    "step": swaps(*PAIRS["step"]),
    "scope": swaps(*PAIRS["scope"]),
    "way": swaps(*PAIRS["way"]),
    "condition": conditions,
    "nation": nations,
    "in force": in_force,
    "invention": inventions,
    "turned": turned,
}


def _small(text: str) -> str:
    return text if re.match(r"[A-Z][A-Z]|[A-Z][a-z]+ [A-Z]", text) else text[:1].lower() + text[1:]
