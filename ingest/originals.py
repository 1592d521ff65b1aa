"""Official texts: what a reader found in a file, tied to the source it is a text of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Place, Source
from assistant.errors import BadSource
from assistant.places import in_force
from ingest.limited import Limited
from ingest.readers.document import Document, Provision, Standing
from ingest.readers.statute import read_statute

_IDENTIFIER = re.compile(r"^identifier: \"?([a-z0-9-]+)\"?\r?$", re.MULTILINE)
_LAST_UPDATED = re.compile(r"^last_updated: \"?([0-9-]+)\"?\r?$", re.MULTILINE)
_MARKER = re.compile(r"^(?:- )?\((\d+[A-Z]*|[a-z]{1,5}|[A-Z]{1,2})\) ?")
_REPEALED = re.compile(r"^[\s.]*$")


@dataclass(slots=True)
class Original:
    """One official text: its source, the words, and the provisions by place."""

    source: Source
    file: str
    text: str
    as_of: str
    tops: list[Provision]
    by_ref: dict[str, Provision]

    @classmethod
    def of(cls, document: Document, source: Source, file: str) -> Original:
        """A document read, as a text of a source."""
        as_of = document.updated or document.published or source.as_of
        return cls(source, file, document.text, as_of, document.tops, _by_ref(document.tops))

    def words_of(self, ref: str) -> str:
        """The exact text of a place with everything in it, or an empty string when the place is not here."""
        provision = self.by_ref.get(ref)
        return self.text[provision.start : provision.end].strip() if provision else ""

    def own_words_of(self, ref: str) -> str:
        """The exact text of a place without what is numbered below it."""
        provision = self.by_ref.get(ref)
        if provision is None:
            return ""
        own = self.text[provision.start : provision.own_end].strip()
        return own[match.end() :] if (match := _MARKER.match(own)) else own

    def in_context(self, ref: str) -> str:
        """A place with the opening words of what it lies in, for reading it as a lawyer would."""
        lead = [self.own_words_of(outer) for outer in _outers(ref)]
        return " ".join((*filter(None, lead), self.words_of(ref)))

    def is_in_force(self, provision: Provision) -> bool:
        """False for what never began or was repealed: by `sources.toml`, by the text's own marks, or nothing but dots."""
        body = self.text[provision.start : provision.end]
        living = provision.standing is Standing.LIVING and not _REPEALED.match(body)
        return living and in_force(self.source, Place(self.source.id, provision.ref))


def read_originals(folder: Path, sources: dict[str, Source]) -> list[Original]:
    """Every official text in a folder that `sources.toml` knows by its identifier, in any format that can be read.

    Raises BadSource when the folder is missing or holds none, or one of them cannot be read.
    """
    if not folder.is_dir():
        raise BadSource(f"{folder} is not a folder. Give --originals a folder of official texts.")
    known = {name: source for source in sources.values() for name in source.originals}
    found = []
    with Limited() as limited:
        for path in sorted(p for p in folder.iterdir() if p.suffix in {".md", ".xml"} and p.is_file()):
            if path.suffix == ".md" and _named(path) not in known:
                continue
            document = limited.read(path)
            if document.identifier in known:
                found.append(Original.of(document, known[document.identifier], path.name))
    if not found:
        raise BadSource(
            f"{folder} holds no text that sources.toml knows. Check the folder, or add the source's `originals` name."
        )
    return found


def _named(path: Path) -> str:
    """What a Markdown text's header calls it, looked at without reading the rest."""
    with path.open("rb") as file:
        match = _IDENTIFIER.search(file.read(8192).replace(b"\x00", b"").decode("utf-8", "replace"))
    return match[1] if match else ""


def read_original(text: str, file: str, source: Source) -> Original:
    """The provisions of a text in Markdown, cut as the law of its source is."""
    dated = _LAST_UPDATED.search(text)
    tops = read_statute(text, "s" if source.authority == "act" else "reg")
    return Original(source, file, text, dated[1] if dated else source.as_of, tops, _by_ref(tops))


def _by_ref(tops: list[Provision]) -> dict[str, Provision]:
    by_ref: dict[str, Provision] = {}
    for top in tops:
        for provision in top.walk():
            by_ref.setdefault(provision.ref, provision)
    return by_ref


def _outers(ref: str) -> list[str]:
    outers = []
    while ref.endswith(")"):
        ref = ref[: ref.rfind("(")]
        outers.append(ref)
    return outers[::-1]
