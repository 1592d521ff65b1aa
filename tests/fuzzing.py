"""Documents of every format, damaged by the thousand and read as the command reads them: `python tests/fuzzing.py 10000`.

Prints, for each format, how many were read and refused, the slowest, and the most memory any reading process had.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docx
from lxml import etree
from small_pdf import make_pdf
from test_readers import AKN, CLML, GUIDANCE, PAGE
from typer.testing import CliRunner

from assistant.errors import BadSource
from ingest.cli import app
from ingest.limited import Limited

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "formats"
FOLDER = 250  # documents that the command is given at a time
# What has tripped parsers: control characters, half a character, nesting, numbers, markup of terminals and of templates.
NASTY = [
    b"\x00", b"\x1b[2J", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xae", b"[/red]", b"[link=x]", b"{0}%s",
    b"<", b"</", b"<!--", b"<![CDATA[", b"&#0;", b"&#x110000;", b"&amp", b"<p>" * 300, b"(" * 500, b"[" * 500,
    b"9" * 400, b"-1", b"1e999", b"%%EOF", b"endobj", b"stream\n", b"/Length 99999999", b"../../etc/passwd", b"\n" * 200,
]  # fmt: skip


@dataclass
class Tally:
    """What became of the documents of one format."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)


def seeds() -> list[tuple[bytes, str]]:
    """Whole documents to damage, with their suffixes: our own of every format, and the samples beside a checkout."""
    document, file = docx.Document(), io.BytesIO()
    document.add_heading("Carers policy", 0)
    document.add_paragraph("1.1 Carers can have 42 days.")
    document.add_table(1, 2).cell(0, 1).text = "£250"
    document.save(file)
    own = [
        (CLML.encode(), ".xml"),
        (AKN.encode(), ".xml"),
        (json.dumps(GUIDANCE).encode(), ".json"),
        (PAGE.encode(), ".html"),
        (make_pdf([[(14, "Policy"), (10, "Some words that a person may read.")]]), ".pdf"),
        (file.getvalue(), ".docx"),
        (b"# Policy\n\n1.1 Words.\n\n| a | b |\n|---|---|\n| c | d |\n", ".md"),
        (b"Policy\n\nSome words that a person may read.\n", ".txt"),
    ]
    real = [(path.read_bytes(), path.suffix) for path in sorted(SAMPLES.glob("*/*")) if path.stat().st_size < 200_000]
    return own * 3 + real


def damaged(rng: random.Random, raw: bytes) -> bytes:
    """The bytes with a few places cut out, doubled, turned over, or filled with something nasty."""
    made = bytearray(raw)
    for _ in range(rng.randint(1, 6)):
        at = rng.randint(0, len(made))
        end = min(len(made), at + rng.choice((0, 1, 4, 40, 400)))
        made[at:end] = rng.choice(
            (b"", rng.randbytes(rng.randint(1, 40)), rng.choice(NASTY), bytes(made[at:end]) * rng.randint(2, 9))
        )
    return bytes(made[: rng.randint(0, len(made))]) if rng.random() < 0.1 else bytes(made)


def damaged_inside(rng: random.Random, raw: bytes, suffix: str) -> bytes:
    """A file that opens well, as its format is well-formed, and holds damaged words or misplaced parts."""
    if suffix == ".docx":
        return _package(rng, raw)
    if suffix == ".json":
        return _item(rng, raw)
    return _tree(rng, raw) if suffix == ".xml" else damaged(rng, raw)


def _package(rng: random.Random, raw: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part, chosen = old.read(name), name == "word/document.xml" or rng.random() < 0.1
            new.writestr(name, _tree(rng, part) if chosen and part[:1] == b"<" else part)
    return out.getvalue()


def _item(rng: random.Random, raw: bytes) -> bytes:
    item = json.loads(raw)
    details = item["details"]
    for key in rng.sample(sorted(details), rng.randint(1, len(details))):
        value = details[key]
        if isinstance(value, str):
            details[key] = damaged(rng, value.encode()).decode("utf-8", "replace")
        elif key != "body" or rng.random() < 0.2:
            details[key] = rng.choice((None, [], {}, 7, "words", [value], {"body": value}))
    return json.dumps(item).encode()


def _tree(rng: random.Random, raw: bytes) -> bytes:
    root = etree.fromstring(raw)
    for _ in range(rng.randint(1, 12)):
        one, other = rng.choices(list(root.iter("*")), k=2)
        change = rng.randint(0, 5)
        if change == 0 and one.getparent() is not None:
            one.getparent().remove(one)
        elif change == 1:
            other.append(copy.deepcopy(one))
        elif change == 2:
            one.tag = other.tag
        elif change == 3 and one.attrib:
            one.attrib[rng.choice(list(one.attrib))] = rng.choice(("", "-1", "9" * 400, "../x", "\u202e", "false"))
        elif change == 4:
            one.text = rng.choice(("", "9" * 400, "(" * 500, "[/red]", "(zz)", "\u202e", "\u00a0", "1A1A1A"))
        else:
            one.tail = rng.choice((other.text or "", "words", None))
    return bytes(etree.tostring(root))


def documents(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes; the same for the same seed."""
    rng, whole = random.Random(seed), seeds()
    for n in range(count):
        raw, suffix = rng.choice(whole)
        inside = rng.random() < 0.7
        yield f"{n:05}{suffix}", damaged_inside(rng, raw, suffix) if inside else damaged(rng, raw)


def fuzz(count: int, seed: int, limited: Limited, folder: Path) -> dict[str, Tally]:
    """Read so many damaged documents, each by itself and then all together by the command; by suffix what came of it."""
    tallies: dict[str, Tally] = {}
    batch: list[Path] = []
    for name, raw in documents(count, seed):
        path = folder / name
        path.write_bytes(raw)
        tally = tallies.setdefault(path.suffix, Tally())
        _read(path, limited, tally)
        batch.append(path)
        if len(batch) == FOLDER or int(path.stem) == count - 1:
            tally.wrong.extend(_command(folder, len(batch)))
            for done in batch:
                done.unlink()
            batch.clear()
    return tallies


def _read(path: Path, limited: Limited, tally: Tally) -> None:
    before = time.perf_counter()
    try:
        document = limited.read(path)
    except BadSource as exc:
        tally.refused += 1
        if f"{path.name} was not read" not in str(exc):
            tally.wrong.append(f"{path.name}: refused without its name: {exc}")
    except Exception as exc:  # what this looks for
        tally.wrong.append(f"{path.name}: {type(exc).__name__}: {exc}")
    else:
        tally.read += 1
        if not all(0 <= top.start <= top.end <= len(document.text) for top in document.tops):
            tally.wrong.append(f"{path.name}: a place lies outside the text")
    tally.slowest = max(tally.slowest, time.perf_counter() - before)


def _command(folder: Path, count: int) -> Iterator[str]:
    done = CliRunner().invoke(app, ["read", str(folder)])
    if done.exit_code not in {0, 1} or not isinstance(done.exception, (SystemExit, type(None))):
        yield f"the command broke: {done.exception!r}"
    if "\x1b" in done.output:
        yield "the command let a document write to the terminal"
    rows = Counter(line[2:7] for line in done.output.splitlines() if line[2:7].isdigit())
    if len(rows) != count:
        yield f"the command told of {len(rows)} of {count} documents"


def main() -> None:
    """Fuzz, print, and exit 1 when something went wrong."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("count", type=int)
    asked.add_argument("--seed", type=int, default=1)
    said = asked.parse_args()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with tempfile.TemporaryDirectory() as folder, Limited() as limited:
        tallies = fuzz(said.count, said.seed, limited, Path(folder))
    print(f"{'format':8}{'inputs':>8}{'read':>8}{'refused':>9}{'slowest':>10}")
    for suffix, tally in sorted(tallies.items()):
        print(f"{suffix:8}{tally.read + tally.refused:8}{tally.read:8}{tally.refused:9}{tally.slowest:9.2f}s")
    wrong = [line for tally in tallies.values() for line in tally.wrong]
    most = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(f"seed {said.seed}: {said.count} inputs, {len(wrong)} wrong; at most {most:.0f} MB in a reading process")
    print("\n".join(wrong[:20]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
