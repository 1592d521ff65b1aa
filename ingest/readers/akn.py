"""Reads Akoma Ntoso 3.0 as legislation.gov.uk gives it: the same provisions as CLML, under other names."""

from __future__ import annotations

import re
from typing import Any

from ingest.readers.document import Document, Standing, Unreadable
from ingest.readers.law import LawText, collapsed, label, place_kind
from ingest.readers.xml import below, local, parse_xml

_LEFT_OUT = {
    *("noteRef", "authorialNote", "meta", "coverPage", "preface", "preamble", "conclusions", "signature", "toc", "num"),
    *("img", "heading", "subheading"),
}
_NOT_BODY = {"signatures", "resources", "explanatoryNotes"}
_CONTAINERS = {
    "part",
    "chapter",
    "subchapter",
    "division",
    "title",
    "subtitle",
    "book",
    "tome",
    "subpart",
    "attachment",
}
_HIERARCHY = {
    *("section", "article", "rule", "subsection", "paragraph", "subparagraph", "clause", "subclause", "point", "level"),
    *("subrule", "indent", "alinea", "proviso", "transitional"),
}
_MADE = {"EnactmentDate", "Made"}
_TOLD = {"prospective": Standing.PROSPECTIVE, "repealed": Standing.REPEALED, "dead": Standing.REPEALED}
_KINDS = {"section": "s", "regulation": "reg", "article": "art", "rule": "rule"}
_ADDRESS = re.compile(r"legislation\.gov\.uk/(?:id/)*([a-z]+)/(\d{4})/(\d+)")


def read_akn(raw: bytes) -> Document:
    """The provisions of an item of legislation. Raises Unreadable when it is not Akoma Ntoso or holds none."""
    root = parse_xml(raw)
    if local(root) != "akomaNtoso":
        raise Unreadable(f"its root is '{local(root)}', not 'akomaNtoso'. Fetch the address that ends in /data.akn.")
    named = [e.get("value", "") for e in root.iter() if local(e) in {"FRBRthis", "FRBRuri"}]
    found = next((match for value in named if (match := _ADDRESS.search(value))), None)
    identifier = "-".join(found.groups()) if found else ""
    title = _said(root, "title")
    walker = _Walker(LawText(_kind(root, identifier, title)), _marked(root))
    walker.take(root, Standing.LIVING)
    law = walker.law
    if not law.tops:
        raise Unreadable("it holds no provisions. Fetch the whole item, not its table of contents.")
    made = next((e.get("Date") or e.get("date", "") for e in root.iter() if local(e) in _MADE), "")
    return Document("akn", title, law.text, law.tops, identifier, made, _said(root, "valid") or made)


def _said(root: Any, name: str) -> str:
    found = next((e for e in root.iter() if local(e) == name and "purl.org" in str(e.tag)), None)
    return collapsed(found.text or "") if found is not None else ""


def _kind(root: Any, identifier: str, title: str) -> str:
    ids = (e.get("eId", "").partition("-")[0] for e in root.iter() if isinstance(e.tag, str))
    return next((_KINDS[name] for name in ids if name in _KINDS), "") or place_kind(identifier, title)


def _marked(root: Any) -> dict[str, Standing]:
    """What the metadata say of provisions, by their id: never begun, repealed, or not matching the date asked for."""
    marked: dict[str, Standing] = {}
    for element in root.iter():
        name, about = local(element), element.get("href", "").lstrip("#")
        if name == "match" and element.get("value") == "false":
            marked.setdefault(about, Standing.NOT_MATCHING)
        elif name == "status" and (told := _TOLD.get(element.get("refersTo", "").rpartition("-")[2].lower())):
            marked[about] = told
    return marked


class _Walker:
    def __init__(self, law: LawText, marked: dict[str, Standing]) -> None:
        self.law, self.marked = law, marked

    def take(self, element: Any, standing: Standing) -> None:
        name = local(element)
        if name == "hcontainer":
            name = element.get("name", "")
        if not name or name in _LEFT_OUT or name in _NOT_BODY:
            return
        standing = self._standing(element) or standing
        if name == "quotedStructure":
            self._amendment(element, standing)
        elif name in {"item", "tr", "p"}:
            self._words(element, name, standing)
        else:
            self._structure(element, name, standing)

    def _structure(self, element: Any, name: str, standing: Standing) -> None:
        if name in {"schedule", "schedules"} or (name in {"hcontainer", "attachment"} and _is_schedule(element)):
            self._schedule(element, standing)
        elif name in _HIERARCHY or name in _KINDS:
            self._numbered(element, name, standing)
        elif name in _CONTAINERS or name in {"crossheading", "subheading", "P1group"}:
            self._container(element, standing)
        else:
            self._mixed(element, standing)

    def _words(self, element: Any, name: str, standing: Standing) -> None:
        if name == "item":
            number = below(element, "num")
            if number is not None:
                self.law.mark(f"{_marker(collapsed(_inline(number)))} ")
            self._inner(element, standing)
        elif name == "tr":
            self.law.row(_inline(cell) for cell in element if local(cell))
        elif not any(local(e) in {"quotedStructure", "authorialNote"} for e in element.iter()):
            self.law.line(_inline(element))
        else:
            self._mixed(element, standing)

    def _mixed(self, element: Any, standing: Standing) -> None:
        """Words and blocks side by side: a paragraph that holds the text it puts into another law."""
        loose = element.text or ""
        for child in element:
            if local(child) in {"mod", "quotedStructure"} or local(child) not in _INLINE:
                self.law.line(loose)
                loose = ""
                self.take(child, standing)
                if (child.tail or "").strip():
                    self.law.append(collapsed(child.tail))
            else:
                loose += _inline(child) + (child.tail or "")
        self.law.line(loose)

    def _inner(self, element: Any, standing: Standing) -> None:
        for child in element:
            self.take(child, standing)

    def _standing(self, element: Any) -> Standing:
        return self.marked.get(element.get("eId", ""), Standing.LIVING)

    def _container(self, element: Any, standing: Standing) -> None:
        heading = below(element, "heading")
        before, words = self.law.heading, collapsed(_inline(heading)) if heading is not None else ""
        if words and self.law.quoted:
            self.law.line(words)
        elif words:
            self.law.heading = words
            self.law.aside(words)
        self._inner(element, standing)
        self.law.heading = before

    def _schedule(self, element: Any, standing: Standing) -> None:
        number = below(element, "num")
        if number is None or self.law.quoted:
            self._container(element, standing)
            return
        before = self.law.schedule
        self.law.open_schedule(_inline(number))
        self._container(element, standing)
        self.law.schedule = before

    def _numbered(self, element: Any, name: str, standing: Standing) -> None:
        number, heading = below(element, "num"), below(element, "heading")
        words = collapsed(_inline(number)) if number is not None else ""
        titled = collapsed(_inline(heading)) if heading is not None else ""
        if not label(words):
            self._inner(element, standing)
        elif self.law.quoted:
            self.law.line(titled)
            self.law.mark(f"{_marker(words) if name != 'section' else words} ")
            self._inner(element, standing)
        else:
            standing = standing or _struck(element)
            if not self.law.inside:
                self.law.aside(titled)
            ref = "" if self.law.inside else self.law.top(words)
            with self.law.provision(words, ref, titled, standing):
                self._inner(element, standing)

    def _amendment(self, element: Any, standing: Standing) -> None:
        self.law.mark(element.get("startQuote", "“"))
        self.law.quoted += 1
        self._inner(element, standing)
        self.law.quoted -= 1
        self.law.append(element.get("endQuote", "”"))


_INLINE = {
    *("a", "ref", "rref", "mref", "b", "i", "u", "em", "strong", "span", "sup", "sub", "abbr", "inline", "term", "def"),
    *("ins", "del", "date", "docDate", "person", "role", "concept", "foreign", "br", "eop", "placeholder", "remark"),
    *("quotedText", "organization", "location", "noteRef", "authorialNote", "math", "shortTitle"),
}


def _is_schedule(element: Any) -> bool:
    return bool(element.get("name") == "schedule" or element.get("eId", "").startswith("schedule"))


def _marker(words: str) -> str:
    return words if not re.fullmatch(r"[0-9A-Za-z]+", words) else f"({words})"


def _struck(element: Any) -> Standing:
    """Whether words are kept in view although they were repealed."""
    struck = living = False
    for node in element.iter():
        name = local(node)
        if name not in {"p", "span", "del", "ins", "term", "ref", "inline"}:
            continue
        if any(local(outer) in _HIERARCHY for outer in _between(node, element)):
            continue
        if re.search(r"\w", node.text or ""):
            gone = name == "del" or any(local(outer) == "del" for outer in _between(node, element))
            struck, living = struck or gone, living or not gone
    if not struck:
        return Standing.LIVING
    return Standing.REPEALED_IN_PART if living else Standing.REPEALED


def _between(node: Any, outer: Any) -> list[Any]:
    found = []
    for ancestor in node.iterancestors():
        if ancestor is outer:
            break
        found.append(ancestor)
    return found


def _inline(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if local(child) and local(child) not in _LEFT_OUT:
            parts.append(_inline(child))
        parts.append(child.tail or "")
    return "".join(parts)
