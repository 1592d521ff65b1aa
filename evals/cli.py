"""`care-act evals …`: grade the real Assistant, with n and 95% intervals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from tqdm import tqdm

from assistant.card_index import Weights
from assistant.library import open_library
from assistant.settings import load_settings
from assistant.verifying import check
from assistant.wiring import build_parts, choose_embedder
from evals import commands, more_commands
from evals.bench import bench
from evals.cases import DATA, all_cases, chosen
from evals.checking import grade as grade_checker
from evals.checking import groups_of, make_trials, read_all_rewordings
from evals.commands import Examples, example_cases, say
from evals.phrasings import leave_phrasings_out
from evals.routing import grade as grade_routes
from evals.routing import read_all_routes
from ingest.shelf import read_shelf

app = typer.Typer(help="Grade answers, finding and speed with the real Assistant.", no_args_is_help=True)
SCIFACT = Path("../shared/bench/scifact")


app.command()(commands.run)
app.command()(commands.questions)
app.command(name="compare")(commands.compare_command)
app.command()(commands.accept)
app.command()(commands.gate)
app.command()(commands.report)
app.command(name="faults")(commands.faults_command)
app.command()(more_commands.peers)
app.command()(more_commands.redteam)
app.command()(more_commands.calibrate)
app.command()(more_commands.triage)
app.command()(more_commands.worded)
app.command()(more_commands.stream)


@app.command()
def phrasings(sample: Annotated[int, typer.Option(help="use every nth phrasing")] = 1, misses: int = 0) -> None:
    """Leave each phrasing out in turn and ask it: does it find its own card?"""
    settings = load_settings()
    report = leave_phrasings_out(open_library(settings.library_dir), Weights.parse(settings.weights), sample=sample)
    for miss in report.misses[:misses]:
        say(f"{miss.phrasing}\n    of {miss.card}, found {', '.join(miss.found)}")
    say(f"own card first   {report.first}", f"own card in five {report.in_five}")


@app.command()
def routes(
    split: Annotated[str, typer.Option(help="dev, test, blind-a, blind-b, or all")] = "dev",
    misses: Annotated[bool, typer.Option("--misses", help="print every message that went another way")] = False,
) -> None:
    """Which messages are found to be danger, disclosures, out of scope, manipulation or small talk."""
    cases = [case for case in read_all_routes(DATA) if split in {case.split, "all"}]
    report = grade_routes(build_parts(load_settings()).lookout(), cases)
    say(*report.lines())
    if misses:
        say(*(f"{m.case.id} wanted {m.case.status}, got {m.got} {m.route}: {m.case.message}" for m in report.misses))


@app.command()
def levers(
    split: Annotated[str, typer.Option(help="dev, test, or all (both, side by side)")] = "all",
    only: Annotated[str, typer.Option(help="rows whose name holds this, such as 'the assistant' or 'BM25'")] = "",
    every: Annotated[int, typer.Option(help="use every nth case, for a quick look", min=1)] = 1,
    out: Annotated[Path | None, typer.Option(help="also write the table as JSON")] = None,
) -> None:
    """What each lever of retrieval buys: each signal off and alone, beside BM25, MiniLM and the tutorial pipeline."""
    from evals.finding import LEGEND  # here, because the peers bring in LangChain's Chroma
    from evals.levers import Table
    from evals.tables import lever_json, lever_tables

    table = Table(load_settings())
    cases = chosen(all_cases(), split, "questions")[::every]
    named = [lever for lever in table.names() if only in lever.name]
    peers = [peer for peer in table.peers() if only in peer.name]
    with tqdm(total=(len(named) + len(peers)) * len(cases), unit="question", disable=None) as bar:
        rows = [table.of_lever(lever, cases, bar.update) for lever in named]
        rows += [table.of_peer(peer, cases, bar.update) for peer in peers]
    console = Console(width=max(200, Console().width))
    for one in lever_tables(rows):
        console.print(one)
    say(LEGEND)
    if out is not None:
        out.write_text(json.dumps(lever_json(rows), indent=1) + "\n", encoding="utf-8")


@app.command()
def scifact(
    folder: Annotated[Path, typer.Option(help="the benchmark in BEIR's layout")] = SCIFACT,
    out: Annotated[Path | None, typer.Option(help="also write the figures as JSON")] = None,
) -> None:
    """BEIR SciFact: nDCG@10 of the retriever of passages, beside BM25, MiniLM and their rank fusion."""
    from evals.outcomes import figure_json
    from evals.scifact import Systems, benchmark_library, read_benchmark, run_benchmark

    settings = load_settings()
    benchmark = read_benchmark(folder)
    embedder = choose_embedder(settings, open_library(settings.library_dir))
    with tqdm(total=len(benchmark.documents), unit="text", desc="building", disable=None) as bar:

        def built(done: int, _: int) -> None:
            bar.update(done - bar.n)

        library = benchmark_library(benchmark, settings.home / "evals" / "scifact", embedder, built)
    with tqdm(total=len(benchmark.queries), unit="query", disable=None) as bar:
        figures = run_benchmark(benchmark, Systems(library, embedder), bar.update)
    say(f"SciFact, {len(benchmark.documents)} documents, nDCG@10")
    say(*(f"{name:45} {figure}" for name, figure in figures.items()))
    if out is not None:
        values = {name: figure_json(figure) for name, figure in figures.items()}
        out.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


@app.command()
def mutate(
    split: Annotated[str, typer.Option(help="dev, held-out, or all: by the card a sentence comes from")] = "all",
    originals: Annotated[Path | None, typer.Option(help="folder of official texts, to add their sentences")] = None,
    most: Annotated[int, typer.Option(help="mutants of each kind, at most")] = 250,
    misses: Annotated[int, typer.Option(help="print this many of what went wrong of each kind")] = 0,
) -> None:
    """Make true sentences false in many ways: does the checker catch them, and let true and fairly reworded ones pass?"""
    shelf = read_shelf(load_settings().corpus_dir, originals)
    trials = [*make_trials(groups_of(shelf.cards, shelf.quotes.items()), most), *read_all_rewordings(DATA)]
    picked = [trial for trial in trials if split == "all" or trial.held_out == (split == "held-out")]
    report = grade_checker(
        tqdm(picked, unit="sentence", disable=None), lambda text, evidence: bool(check(text, evidence))
    )
    for kind in (*report.caught, *report.false_alarms):
        wrong = [trial for trial in report.wrong if trial.kind == kind][:misses]
        say(*(f"{kind} [{trial.card}] {trial.text}\n    of: {trial.original}" for trial in wrong))
    say(*report.lines())


@app.command(name="bench")
def bench_command(examples: Examples = None) -> None:
    """Time and size of answering and of building, from one run on this machine."""
    settings = load_settings()
    cases = example_cases(settings, examples) if examples else chosen(all_cases(), "all", "questions")
    say(*bench(settings, cases).lines())


@app.command(name="load")
def load_command(
    people: int = 50,
    seconds: float = 60,
    pause: Annotated[float, typer.Option(help="seconds each person reads before asking again")] = 1.0,
    memory: Annotated[int, typer.Option(help="then ask this many questions and watch the server's memory")] = 0,
) -> None:
    """Ask a server of this machine's much at once: time, lost or wrong replies, the limit, memory."""
    from evals import load

    messages = [case.message for case in chosen(all_cases(), "all", "questions")][:120]
    settings = load_settings()
    with load.serving(settings.home, rate="1000000/minute") as server:
        known = load.known_answers(server, messages)
        say(f"one person: {load.crowd(server, known, 1, 15, 0).summary(15)}")
        say(f"{people} people, {pause} s pause: {load.crowd(server, known, people, seconds, pause).summary(seconds)}")
        if memory:
            say(f"memory before: {server.memory():.0f} MB")
            for asked, held in load.memory_over(server, messages, memory):
                say(f"after {asked} questions: {held:.0f} MB")
    with load.serving(settings.home, rate="20/minute") as server:
        say(f"one person with the limit at 20 a minute: {load.crowd(server, known, 1, 10, 0).summary(10)}")
