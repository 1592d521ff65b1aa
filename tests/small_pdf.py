"""A few pages of PDF, written by hand, so that tests need no program that makes them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

Line = tuple[int, str]  # size in points, words


def make_pdf(pages: Sequence[Sequence[Line]], title: str = "") -> bytes:
    """A PDF with these lines on its pages, top to bottom."""
    streams = [_page(lines) for lines in pages]
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) /ModDate (D:20260320120000Z) >>".encode(),
    ]
    for n, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        packed = zlib.compress(stream)
        objects.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed))
    return assemble(objects)


def assemble(objects: Sequence[bytes]) -> bytes:
    """The file that holds some objects, the first of them the catalogue, the fourth the information about it."""
    out, places = bytearray(b"%PDF-1.5\n"), []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _page(lines: Sequence[Line]) -> bytes:
    at, parts = 790, []
    for size, words in lines:
        shown = words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        parts.append(b"BT /F1 %d Tf 60 %d Td (%s) Tj ET" % (size, at, shown))
        at -= int(size * 1.3) + (10 if size > 12 else 0)
    return b"\n".join(parts)
