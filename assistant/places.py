"""Places in a source: `s.10(4)(b)`, `reg.2(1)`, `art.3`, `rule.4`, `sch.1 para.5(2)`, `ch.6`, `annex.A para.2`, `para.6.12`,
`p.14` (a page), `h.who-pays` (what stands under a heading), `page` (the whole)."""

from __future__ import annotations

import re
from urllib.parse import quote

from assistant.domain import Place, Source

_TAIL = r"(?:\([0-9A-Za-z]+\))*"
_RANGE = rf"(?:-{_TAIL})?"
_FORMS = (
    re.compile(rf"^(?P<kind>s|reg|art|rule)\.(?P<n>\d+[A-Z]{{0,2}}){_TAIL}{_RANGE}$"),
    re.compile(r"^(?P<kind>s|reg)\.(?P<n>\d+[A-Z]{0,2})-\d+[A-Z]{0,2}$"),  # a run of whole sections: s.22-23
    re.compile(rf"^(?P<kind>sch)\.(?P<n>[A-Z]?\d+[A-Z]?)(?: para\.\d+[A-Z]?{_TAIL}{_RANGE})?$"),
    re.compile(r"^(?P<kind>ch)\.(?P<n>\d+)$"),
    re.compile(r"^(?P<kind>annex)\.(?P<n>[A-Z])(?: para\.\d+)?$"),
    re.compile(r"^(?P<kind>para)\.(?P<n>\d+(?:\.\d+){1,2})$"),
    re.compile(r"^(?P<kind>h)\.(?P<n>[\w.:-]+)$"),
    re.compile(r"^(?P<kind>p)\.(?P<n>\d+)$"),
    re.compile(r"^(?P<kind>page)(?P<n>)$"),
)
_LAST = re.compile(r"(?P<stem>.*[(.])(?P<n>[0-9A-Za-z]+)(?P<end>\)?)")
_NAMES = {
    "s": "section",
    "reg": "regulation",
    "art": "article",
    "rule": "rule",
    "sch": "schedule",
    "ch": "chapter",
    "annex": "annex",
    "p": "page",
}


def parse_ref(ref: str) -> tuple[str, str] | None:
    """The kind and number of a place (`s.10(4)` → `("s", "10")`), or None when it is not written as a place."""
    for form in _FORMS:
        if match := form.match(ref):
            return match["kind"], match["n"]
    return None


def base_ref(ref: str) -> str:
    """The section, regulation, schedule, chapter or page a place lies in: `s.10(4)(b)` → `s.10`."""
    parsed = parse_ref(ref)
    if parsed is None or parsed[0] == "page":
        return ref
    kind, number = parsed
    if kind == "para":
        return f"ch.{number.split('.')[0]}"
    return f"{kind}.{number}"


def is_within(inner: str, outer: str) -> bool:
    """Whether a place lies in another: `s.14(2)(a)` is within `s.14(2)`, `s.14` is not."""
    return inner == outer or (inner.startswith(outer) and inner[len(outer) :][:1] in {"(", " "})


def expand(ref: str) -> tuple[str, ...]:
    """The first and last place of a range: `s.10(9)-(10)` → `s.10(9)`, `s.10(10)`; `s.22-23` → `s.22`, `s.23`; another gives itself."""
    head, dash, tail = ref.partition("-(")
    if not dash:
        first, run, last = ref.partition("-")
        return (first, f"{first.partition('.')[0]}.{last}") if run else (ref,)
    depth = tail.count("(") + 1
    stem = head
    for _ in range(depth):
        stem = stem[: stem.rfind("(")] if "(" in stem else stem
    return (head, f"{stem}({tail}")


def covered(ref: str) -> tuple[str, ...]:
    """Every place of a range: `s.1(1)-(3)` → `s.1(1)`, `s.1(2)`, `s.1(3)`; letters likewise.

    Its two ends only where what lies between cannot be counted, as from `(2A)` on or across subsections.
    """
    ends = expand(ref)
    if len(ends) < 2:
        return ends
    first, last = (_LAST.fullmatch(end) for end in ends)
    if first is None or last is None or first["stem"] != last["stem"]:
        return ends
    low, high, stem = first["n"], last["n"], first["stem"]
    if low.isdecimal() and high.isdecimal():
        return tuple(f"{stem}{n}{first['end']}" for n in range(int(low), int(high) + 1)) or ends
    if len(low) == len(high) == 1 and low.isalpha() and high.isalpha():
        return tuple(f"{stem}{chr(n)}{first['end']}" for n in range(ord(low), ord(high) + 1)) or ends
    return ends


def address(source: Source, ref: str) -> str:
    """The web address of a place, or the page of the whole source when places have none of their own."""
    parsed = parse_ref(ref)
    pattern = source.addresses.get(parsed[0]) if parsed else None
    if pattern and parsed:
        return pattern.format(n=parsed[1])
    anchor = source.anchors.get(ref) or source.anchors.get(base_ref(ref), "")
    return f"{source.page}#{quote(anchor)}" if anchor and source.page else source.page


def title(source: Source, ref: str) -> str:
    """How a person would say the place: `Care Act 2014, section 10(4)(b)`."""
    parsed = parse_ref(ref)
    if parsed is None or parsed[0] == "page":
        return source.title
    kind, number = parsed
    if kind == "para":
        return f"{source.title}, paragraph {number}"
    if kind == "h":
        heading = source.chapters.get(ref, "")
        return f"{source.title}, under “{heading}”" if heading else source.title
    words = ref.replace("sch.", "schedule ").replace("annex.", "annex ").replace("para.", "paragraph ")
    if kind not in {"sch", "annex"}:
        words = f"{_NAMES[kind]} {ref.partition('.')[2]}"
    subject = source.chapters.get(ref, "")
    return f"{source.title}, {words}" + (f" ({subject})" if subject else "")


def in_force(source: Source, place: Place) -> bool:
    """False when the place, or what it lies in, never began or was repealed."""
    return not any(is_within(ref, dead) for ref in covered(place.ref) for dead in source.not_in_force)
