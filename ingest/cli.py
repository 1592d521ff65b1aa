"""`care-act ingest …`: build, audit, coverage, read."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from assistant.embedding import SentenceTransformerEmbedder
from assistant.errors import BadSource
from assistant.library import open_library
from assistant.reference import load_reference
from assistant.settings import load_settings
from assistant.testing import HashEmbedder
from assistant.wiring import choose_embedder
from ingest.audit import audit
from ingest.build import BuildReport, build_library, roll_back
from ingest.coverage import coverage
from ingest.holding_commands import join
from ingest.holdings import Holdings
from ingest.limited import Limited
from ingest.measuring import fill
from ingest.soundness import look_over
from ingest.tuning import EPOCHS, make_ear

app = typer.Typer(help="Fill the library and check the corpus.", no_args_is_help=True)
join(app)
Corpus = Annotated[Path | None, typer.Option(help="Folder of cards and data; the one in use when not given.")]
Originals = Annotated[Path | None, typer.Option(help="Folder of official texts in Markdown.")]


@app.command()
def build(corpus: Corpus = None, originals: Originals = None) -> None:
    """Read the cards (and official texts), embed what changed, and put the new library in use."""
    settings = load_settings(corpus=corpus)
    embedder = SentenceTransformerEmbedder(settings.model, settings.threads)
    with tqdm(total=0, unit="text", desc="Embedding", disable=None) as bar:  # no bar in a log file

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        holdings = Holdings(settings.originals_dir)
        report = build_library(
            settings.corpus_dir, settings.library_dir, embedder, originals, progress, holdings, settings.chroma_url
        )
    Console(markup=False, highlight=False).print(_summary(report))


@app.command(name="tune")
def tune_command(corpus: Corpus = None, epochs: Annotated[int, typer.Option(min=1, max=20)] = EPOCHS) -> None:
    """Teach the upper half of the model to hear danger, from messages/: ear.onnx. Takes some 20 minutes on two cores."""
    settings = load_settings(corpus=corpus)
    with tqdm(total=0, unit="step", desc="Tuning", disable=None) as bar:

        def progress(step: int, steps: int, loss: float) -> None:
            bar.total = steps
            bar.set_postfix(loss=f"{loss:.2f}", refresh=False)
            bar.update(step - bar.n)

        ear = make_ear(
            settings.corpus_dir, SentenceTransformerEmbedder(settings.model, settings.threads), epochs, progress
        )
    Console().print(f"{ear.path} is written. Build the library to use it: care-act ingest build")


@app.command(name="audit")
def audit_command(corpus: Corpus = None, originals: Originals = None, only: str = "") -> None:
    """Hold every card to its source and to plain words; exit 1 when something must change."""
    result = audit(load_settings(corpus=corpus).corpus_dir, originals)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for problem in result.problems:
        if problem.file.startswith(only):
            console.print(str(problem))
    console.print(result.summary())
    if originals is None:
        console.print("Places were not held against the official texts: give --originals to do that too.")
    if result.errors:
        raise typer.Exit(1)


def _summary(report: BuildReport) -> str:
    m = report.manifest
    lines = [
        f"Library {m.name} is in use.",
        f"{m.cards} cards with {m.statements} statements and {m.phrasings} phrasings; {m.passages} official passages.",
        f"{report.embedded} texts embedded with {m.model}, {report.kept} kept from before, in {report.seconds:.1f} s.",
    ]
    if not m.originals:
        lines.append(
            "No official texts were fetched (care-act ingest fetch) or given (--originals FOLDER): answers give addresses, "
            "without quotations."
        )
    lines.extend(f"LEFT OUT: {told}" for told in report.refused)
    return "\n".join(lines)


@app.command()
def verify() -> None:
    """Look the library over, and the documents it was built from; exit 1 when something is damaged, and name it."""
    settings, console = load_settings(), Console(soft_wrap=True, highlight=False, markup=False)
    found = list(look_over(settings.library_dir, Holdings(settings.originals_dir)))
    damaged = [thing for thing in found if thing.wrong]
    for thing in found:
        console.print(f"DAMAGED {thing.name}: {thing.wrong}" if thing.wrong else f"sound   {thing.name}")
    if damaged:
        console.print(
            "Run `care-act ingest build` to make the library anew, or `care-act ingest rollback` for the one before."
        )
        raise typer.Exit(1)


@app.command()
def rollback() -> None:
    """Put the library before this one in use again. Servers take it up by themselves."""
    home = load_settings().library_dir
    name = roll_back(home)
    manifest = open_library(home).manifest
    Console(soft_wrap=True).print(
        f"Library {name}, built {manifest.built}, is in use: {manifest.cards} cards, {manifest.passages} passages."
    )


@app.command(name="read")
def read_command(paths: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.")]) -> None:
    """Read documents and say what was found in each; exit 1 when one was refused. Nothing is kept."""
    table = Table(
        "document", "format", "sections", "provisions", "depth", "words", "seconds", "as of", "title or refusal"
    )
    files = [
        file
        for path in paths
        for file in (sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path])
    ]
    refused = 0
    with Limited() as limited:
        for file in files:
            before = time.perf_counter()
            try:
                document = limited.read(file)
            except BadSource as exc:
                refused += 1
                table.add_row(
                    file.name, "-", "", "", "", "", f"{time.perf_counter() - before:.2f}", "", f"REFUSED: {exc}"
                )
                continue
            provisions = sum(1 for _ in document.provisions())
            depth = max(top.depth for top in document.tops)
            counts = map(str, (len({top.ref for top in document.tops}), provisions, depth, document.words))
            said = " · ".join(filter(None, (document.title, *document.notes)))
            table.add_row(
                file.name, document.format, *counts, f"{time.perf_counter() - before:.2f}", document.updated, said
            )
    Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False).print(table)
    if refused:
        raise typer.Exit(1)


@app.command(name="bench")
def bench_command(
    folder: Annotated[Path, typer.Argument(help="Official texts in Markdown or XML.")],
    passages: Annotated[int, typer.Option(min=1, help="How many; the texts are repeated with small changes.")] = 1000,
    without_model: Annotated[
        bool, typer.Option("--without-model", help="Hash the words instead: what the rest of the road costs.")
    ] = False,
) -> None:
    """How fast a library is filled, against the model alone on the same passages, and how fast an unchanged one is made again."""
    settings = load_settings()
    chosen = None if without_model else choose_embedder(settings, open_library(settings.library_dir))
    embedder = chosen or HashEmbedder(384)
    sources = dict(load_reference(settings.corpus_dir).sources)
    with tempfile.TemporaryDirectory() as home, tqdm(total=passages, unit="passage", disable=None) as bar:

        def progress(done: int, _: int) -> None:
            bar.update(done - bar.n)

        filled = fill(folder, sources, passages, embedder, Path(home), progress)
    Console(soft_wrap=True, highlight=False, markup=False).print("\n".join(filled.lines()))


@app.command(name="coverage")
def coverage_command(corpus: Corpus = None, every: bool = False) -> None:
    """Which sections, regulations and chapters have statements; exit 1 when one has none and no reason. --every lists all."""
    rows = coverage(load_settings(corpus=corpus).corpus_dir)
    table = Table("place", "statements", "cards", "note")
    for row in rows:
        if every or not row.statements:
            table.add_row(
                row.title, str(row.statements), str(row.cards), row.reason or ("MISSING" if row.missing else "")
            )
    missing = sum(row.missing for row in rows)
    console = Console()
    console.print(table)
    console.print(
        f"{sum(row.statements > 0 for row in rows)} of {len(rows)} places have statements; {missing} have none and no reason."
    )
    if missing:
        raise typer.Exit(1)
