"""Reads CLML, the XML of legislation.gov.uk: parts, cross-headings, sections, schedules, tables; footnotes left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.readers.document import Document, Standing, Unreadable
from ingest.readers.law import LawText, collapsed, place_kind
from ingest.readers.xml import below, local, parse_xml

_LEFT_OUT = {
    *("FootnoteRef", "CommentaryRef", "MarginNoteRef", "Footnotes", "Commentaries", "MarginNotes", "Versions"),
    *("Resources", "Contents", "Metadata", "ExplanatoryNotes", "EarlierOrders", "SignedSection", "Reference"),
    *("PrimaryPrelims", "SecondaryPrelims", "EUPrelims", "Pnumber", "Number", "Figure", "Image", "Correction"),
}
_CONTAINERS = {
    "Group",
    "Part",
    "Chapter",
    "Pblock",
    "PsubBlock",
    "P1group",
    "EUPart",
    "EUTitle",
    "EUChapter",
    "Division",
}
_NUMBERED = re.compile(r"^P[1-7]$")
_CHARACTERS = {"NonBreakingSpace": "\u00a0", "EmSpace": "\u2003", "EnSpace": "\u2002", "ThinSpace": "\u2009"}
_KINDS = {"section": "s", "regulation": "reg", "article": "art", "rule": "rule"}
_TYPES = {
    "UnitedKingdomPublicGeneralAct": "ukpga",
    "UnitedKingdomLocalAct": "ukla",
    "UnitedKingdomStatutoryInstrument": "uksi",
    "ScottishAct": "asp",
    "ScottishStatutoryInstrument": "ssi",
    "WelshNationalAssemblyAct": "anaw",
    "WelshParliamentAct": "asc",
    "WelshStatutoryInstrument": "wsi",
    "NorthernIrelandAct": "nia",
    "NorthernIrelandStatutoryRule": "nisr",
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_FULL_ADDRESS = re.compile(r"legislation\.gov\.uk/(?:id/)?([a-z]+)/(\d{4})/(\d+)")


def read_clml(raw: bytes) -> Document:
    """The provisions of an item of legislation. Raises Unreadable when it is not CLML or holds none."""
    root = parse_xml(raw)
    if local(root) != "Legislation":
        raise Unreadable(f"its root is '{local(root)}', not 'Legislation'. Fetch the address that ends in /data.xml.")
    title = _said(root, "title")
    identifier = clml_identifier(root)
    walker = _Walker(LawText(_kind(root, identifier, title)))
    walker.take(root, Standing.LIVING)
    law = walker.law
    if not law.tops:
        raise Unreadable("it holds no provisions. Fetch the whole item, not its table of contents.")
    made = next((e.get("Date", "") for e in root.iter() if local(e) in {"EnactmentDate", "Made"} and e.get("Date")), "")
    valid = _said(root, "valid") or root.get("RestrictStartDate") or made or _said(root, "date")
    return Document("clml", title, law.text, law.tops, identifier, made, valid)


def clml_identifier(root: Any) -> str:
    """The name legislation.gov.uk gives an item, such as `ukpga-2014-23`; empty when the metadata do not tell."""
    addresses = [root.get("IdURI", ""), root.get("DocumentURI", ""), _said(root, "identifier")]
    if found := next((match for address in addresses if (match := _FULL_ADDRESS.search(address))), None):
        return "-".join(found.groups())
    told = {local(e): e.get("Value") for e in root.iter() if e.get("Value")}
    kind = _TYPES.get(told.get("DocumentMainType", ""))
    return f"{kind}-{told['Year']}-{told['Number']}" if kind and told.get("Year") and told.get("Number") else ""


def _said(root: Any, name: str) -> str:
    """The first Dublin Core value of a name."""
    found = next((e for e in root.iter() if local(e) == name and "purl.org" in str(e.tag)), None)
    return collapsed(found.text or "") if found is not None else ""


def _kind(root: Any, identifier: str, title: str) -> str:
    ids = (e.get("id", "").partition("-")[0] for e in root.iter() if local(e) == "P1")
    told = next((_KINDS[name] for name in ids if name in _KINDS), "")
    minor = next((e.get("Value") for e in root.iter() if local(e) == "DocumentMinorType"), "")
    if not told and below(root, "Primary") is not None:
        return "s"
    return told or {"regulation": "reg", "order": "art", "rule": "rule"}.get(minor) or place_kind(identifier, title)


class _Walker:
    """Goes through the elements in order. `standing` is handed down from what a provision lies in."""

    def __init__(self, law: LawText) -> None:
        self.law = law

    def take(self, element: Any, standing: Standing) -> None:
        name = local(element)
        if name in _LEFT_OUT or not name:
            return
        standing = _standing(element) or standing
        if name == "Schedule":
            self._schedule(element, standing)
        elif name in _CONTAINERS:
            self._container(element, standing)
        elif _NUMBERED.match(name):
            self._numbered(element, name, standing)
        elif name in {"BlockAmendment", "BlockExtract"}:
            self._amendment(element, standing)
        elif name == "AppendText":
            self.law.append(collapsed(_inline(element)))
        elif name in {"OrderedList", "UnorderedList"}:
            self._list(element, standing)
        elif name == "tr":
            self.law.row(_inline(cell) for cell in element if local(cell))
        elif name in {"Text", "math", "Title", "Caption"} or (element.text or "").strip():
            self.law.line(_inline(element))
        else:
            self._inner(element, standing)

    def _inner(self, element: Any, standing: Standing) -> None:
        for child in element:
            self.take(child, standing)

    def _container(self, element: Any, standing: Standing) -> None:
        title = below(element, "Title")
        before, words = self.law.heading, collapsed(_inline(title)) if title is not None else ""
        if words and self.law.quoted:
            self.law.line(words)
        elif words:
            self.law.heading = words
            self.law.aside(words)
        for child in element:
            if child is not title:
                self.take(child, standing)
        self.law.heading = before

    def _schedule(self, element: Any, standing: Standing) -> None:
        if self.law.quoted:
            self._inner(element, standing)
            return
        number, block = below(element, "Number"), below(element, "TitleBlock")
        title = below(block, "Title") if block is not None else None
        before = (self.law.heading, self.law.schedule)
        self.law.open_schedule(_inline(number) if number is not None else "")
        if title is not None:
            self.law.heading = collapsed(_inline(title))
            self.law.aside(self.law.heading)
        for child in element:
            if child is not block:
                self.take(child, standing)
        self.law.heading, self.law.schedule = before

    def _numbered(self, element: Any, name: str, standing: Standing) -> None:
        number = below(element, "Pnumber")
        words = collapsed(_inline(number)) if number is not None else ""
        if not words or (name != "P1" and not self.law.inside):
            self._inner(element, standing)
        elif self.law.quoted:
            self.law.mark(f"{words} " if name == "P1" else f"({words.strip('()')}) ")
            self._inner(element, standing)
        else:
            standing = standing or _struck(element)
            with self.law.provision(words, self.law.top(words) if name == "P1" else "", standing=standing):
                self._inner(element, standing)

    def _amendment(self, element: Any, standing: Standing) -> None:
        """Words put into another law: part of this text, but no provisions of it."""
        opening, closing = {"single": ("‘", "’"), "none": ("", "")}.get(element.get("Format", "double"), ("“", "”"))
        self.law.mark(opening)
        self.law.quoted += 1
        self._inner(element, standing)
        self.law.quoted -= 1
        self.law.append(closing)

    def _list(self, element: Any, standing: Standing) -> None:
        ordered = local(element) == "OrderedList"
        for n, item in enumerate(e for e in element if local(e) == "ListItem"):
            if ordered:
                self.law.mark(item.get("NumberOverride") or _list_mark(element, n))
            self._inner(item, standing)


def _list_mark(element: Any, n: int) -> str:
    kind = element.get("Type", "arabic")
    number = {"alpha": _LETTERS[n % 26], "alphaupper": _LETTERS[n % 26].upper(), "roman": _ROMAN[n % len(_ROMAN)]}.get(
        kind, str(n + 1)
    )
    return f"{number}. " if element.get("Decoration") == "period" else f"({number}) "


def _standing(element: Any) -> Standing:
    """What an element says of itself. A text that does not match the date asked for has ended, or not begun."""
    told = element.get("Status", "")
    if told in {"Repealed", "Dead"}:
        return Standing.REPEALED
    if told == "Prospective":
        return Standing.PROSPECTIVE
    return Standing.NOT_MATCHING if element.get("Match") == "false" else Standing.LIVING


def _struck(element: Any) -> Standing:
    """Whether words are kept in view although they were repealed in England."""
    struck = living = False
    for words, gone in _pieces(element, False):
        if re.search(r"\w", words):
            struck, living = struck or gone, living or not gone
    if not struck:
        return Standing.LIVING
    return Standing.REPEALED_IN_PART if living else Standing.REPEALED


def _pieces(element: Any, gone: bool) -> Iterator[tuple[str, bool]]:
    """The words of a provision, without what is numbered below it, each with whether they were struck out."""
    for child in element:
        name = local(child)
        if name in _LEFT_OUT or _NUMBERED.match(name):
            if child.tail and not _NUMBERED.match(name):
                yield child.tail, gone
            continue
        here = gone or (name == "Repeal" and "E" in child.get("Extent", "E").split("+"))
        if child.text:
            yield child.text, here
        yield from _pieces(child, here)
        if child.tail:
            yield child.tail, gone


def _inline(element: Any) -> str:
    """The words of an element, notes left out."""
    parts = [element.text or ""]
    for child in element:
        name = local(child)
        if name == "Character":
            parts.append(_CHARACTERS.get(child.get("Name", ""), " . . . " if "Dot" in child.get("Name", "") else " "))
        elif name and name not in _LEFT_OUT - {"Number"}:
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)
