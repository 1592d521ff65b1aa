"""Hostile and broken documents are refused in a process of their own; the ones after them are read."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzzing import fuzz
from small_pdf import assemble, make_pdf
from test_readers import AKN, CLML

from assistant.errors import BadSource
from ingest.limited import LARGEST, Limited


@pytest.fixture(scope="module")
def limited() -> Iterator[Limited]:
    with Limited() as reading:
        yield reading


def refused(limited: Limited, path: Path) -> str:
    with pytest.raises(BadSource) as told:
        limited.read(path)
    assert path.name in str(told.value)
    return str(told.value)


def write(tmp_path: Path, name: str, raw: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def test_a_document_comes_back_whole(limited: Limited, tmp_path: Path) -> None:
    document = limited.read(write(tmp_path, "law.xml", CLML.encode()))
    assert document.identifier == "ukpga-2014-99"
    assert document.tops[0].children[1].children[0].ref == "s.1(2)(a)"


def bomb() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE Legislation [<!ENTITY l0 "lol">{lines}]><Legislation>&l11;</Legislation>'.encode()


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(160):
                part.write(b" " * 1_000_000)
    return out.getvalue()


def lying_zip_bomb() -> bytes:
    """The same, with a directory that says it is small."""
    raw, size = bytearray(zip_bomb()), (160_000_000).to_bytes(4, "little")
    while (at := raw.find(size)) >= 0:
        raw[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(raw)


def endless_pdf() -> bytes:
    packed = zlib.compress(zlib.compress(b"BT /F1 10 Tf 60 700 Td (x) Tj ET\n" * 9_000_000, 1))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            b"<< >>",
            page,
            b"<< /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
        ]
    )


HOSTILE = {
    "bomb.xml": bomb,
    "entity.xml": lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Legislation>&x;</Legislation>',
    "bomb16.xml": lambda: bomb().decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
    "deep.xml": lambda: b"<Legislation>" + b"<P1>" * 200_000,
    "deep.json": lambda: b'{"details": ' + b"[" * 500_000,
    "deep.html": lambda: b"<html><body>" + b"<div>" * 300_000 + b"words",
    "zip.docx": zip_bomb,
    "lying.docx": lying_zip_bomb,
    "endless.pdf": endless_pdf,
    "line.txt": lambda: b"word " * 10_000_000,
    "letters.txt": lambda: b"a" * 50_000_000,
    "line.md": lambda: b"[" * 20_000_000,
    "line.html": lambda: b"<p>" + b"word " * 10_000_000,
    "half.pdf": lambda: make_pdf([[(12, "Some words of a policy that is cut off in the middle")]] * 5)[:400],
    "noise.docx": lambda: b"PK\x03\x04" + bytes(range(256)) * 50,
    "nothing.md": lambda: b"\n\n---\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_and_the_next_is_read(limited: Limited, tmp_path: Path, name: str) -> None:
    told = refused(limited, write(tmp_path, name, HOSTILE[name]()))
    assert "passwd" not in told and "root:" not in told
    assert limited.read(write(tmp_path, "next.xml", AKN.encode())).identifier == "ukpga-2014-99"


def test_a_file_too_large_to_look_at_is_refused_by_its_size(limited: Limited, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert "at most 64 are read" in refused(limited, path)


@pytest.mark.parametrize("name", ["gone.pdf", "folder.pdf"])
def test_a_path_that_is_no_file_is_named(limited: Limited, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.pdf").mkdir()
    assert name in refused(limited, tmp_path / name)


FUZZED, SEED = 60, 1  # `make fuzz` reads ten thousand


def test_damaged_documents_are_read_or_refused_and_never_more(limited: Limited, tmp_path: Path) -> None:
    tallies = fuzz(FUZZED, SEED, limited, tmp_path)
    assert [line for tally in tallies.values() for line in tally.wrong] == []
    assert sum(tally.read + tally.refused for tally in tallies.values()) == FUZZED
