"""A document as plain text, as marks over that text (for Telegram and its like), as Markdown and as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.document import Block, BlockKind, Document, Line, Span
from assistant.domain import Register

BULLET = "• "
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_BLOCK_OPENERS = re.compile(r"^(\d+)([.)])(?=\s)|^([-+=])(?=[\s=-]|$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A style over some characters of a flat text. `offset` and `length` count code points, not UTF-16 units."""

    kind: str  # bold, italic, link or quote
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Flat:
    """A document as one plain text, and the marks over it. Blocks are parted by an empty line."""

    text: str
    marks: tuple[Mark, ...]


def flat(document: Document) -> Flat:
    """The document as plain text with marks: what a channel with entities sends, and what the terminal prints."""
    writer = _Writer()
    for block in document.blocks:
        writer.write("\n\n" if writer.length else "")
        if block.heading:
            writer.span(Span(block.heading if block.heading.endswith("?") else f"{block.heading}:", bold=True))
        for n, line in enumerate(block.lines):
            writer.write("\n" if n or block.heading else "")
            writer.write(BULLET if block.bulleted else "")
            for span in line.spans:
                writer.span(span)
            if quote := _shown_quote(line, document):
                writer.write(" ")
                writer.styled(f"“{quote}”", "quote")
    return Flat("".join(writer.parts), tuple(writer.marks))


def as_markdown(document: Document) -> str:
    """The document as CommonMark; everything a source or a person wrote is escaped."""
    return "\n\n".join(_markdown_block(block, document) for block in document.blocks) + "\n"


def as_html(document: Document, level: int = 2) -> str:
    """The document as HTML without classes of its own beyond the kind of block; headings start at `level`.

    A source mark leads to `#source-N` on the same page; everything is escaped.
    """
    return "\n".join(_html_block(block, level) for block in document.blocks)


class _Writer:
    def __init__(self) -> None:
        self.parts, self.marks, self.length = list[str](), list[Mark](), 0

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def styled(self, text: str, kind: str, url: str = "") -> None:
        self.marks.append(Mark(kind, self.length, len(text), url))
        self.write(text)

    def span(self, span: Span) -> None:
        if span.url:
            self.styled(span.text, "link", span.url)
        elif span.bold or span.italic:
            self.styled(span.text, "bold" if span.bold else "italic")
        else:
            self.write(span.text)


def _shown_quote(line: Line, document: Document) -> str:
    """Quotations are for staff: on a phone they would bury the answer."""
    return line.quote if document.register is Register.STAFF else ""


def _markdown_block(block: Block, document: Document) -> str:
    heading = f"## {_escaped(block.heading)}\n\n" if block.heading else ""
    if block.kind is BlockKind.LETTER:  # each line stays a line
        return _broken_lines([_not_an_opener(_escaped(line.text)) for line in block.lines])
    bullet = "- " if block.bulleted else ""
    lines = []
    for line in block.lines:
        text = "".join(map(_markdown_span, line.spans))
        quote = _shown_quote(line, document)
        quoted = "".join(f"\n> {_escaped(part)}" for part in quote.splitlines()) if quote else ""
        lines.append(f"{bullet}{_not_an_opener(text)}{quoted}")
    return heading + ("\n" if block.bulleted else "\n\n").join(lines)


def _broken_lines(lines: Sequence[str]) -> str:
    """The lines with hard breaks: none at the end of a paragraph, where CommonMark would show the backslash."""
    following = [*lines[1:], ""]
    return "\n".join(f"{line}\\" if line and after else line for line, after in zip(lines, following, strict=True))


def _markdown_span(span: Span) -> str:
    text = _escaped(span.text)
    if span.url:
        return f"[{text}](<{span.url}>)"
    if not (span.bold or span.italic):
        return text
    return f"**{text}**" if span.bold else f"*{text}*"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _not_an_opener(text: str) -> str:
    """The line with a leading `1.`, `-`, `+` or `=` escaped, so that it stays a sentence."""
    return _BLOCK_OPENERS.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", text)


def _html_block(block: Block, level: int) -> str:
    heading = f"<h{level}>{html.escape(block.heading)}</h{level}>" if block.heading else ""
    if block.kind is BlockKind.SOURCES:
        items = (f'<li id="source-{html.escape(line.handle)}">{_html_line(line)}</li>' for line in block.lines)
        body = f"<ul>{''.join(items)}</ul>"
    elif block.kind is BlockKind.LETTER:
        body = f"<pre>{html.escape(chr(10).join(line.text for line in block.lines))}</pre>"
    elif block.bulleted:
        body = f"<ul>{''.join(f'<li>{_html_line(line)}</li>' for line in block.lines)}</ul>"
    else:
        body = "".join(f"<p>{_html_line(line)}</p>" for line in block.lines)
    return f'<section class="{block.kind}">{heading}{body}</section>'


def _html_line(line: Line) -> str:
    text = "".join(map(_html_span, line.spans))
    return text + (f"<blockquote>{html.escape(line.quote)}</blockquote>" if line.quote else "")


def _html_span(span: Span) -> str:
    text = html.escape(span.text)
    if span.handle:
        return f'<a class="handle" href="#source-{html.escape(span.handle)}" aria-label="source {html.escape(span.handle)}">{text}</a>'
    if span.url:
        return f'<a href="{html.escape(span.url)}" rel="noreferrer">{text}</a>'
    if not (span.bold or span.italic):
        return text
    return f"<b>{text}</b>" if span.bold else f"<i>{text}</i>"
