"""`care-act evals …`: grade the real Assistant, with n and 95% intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from assistant.card_index import Weights
from assistant.library import open_library
from assistant.settings import load_settings
from assistant.verifying import check
from assistant.wiring import build_parts
from evals import beside, commands, more_commands
from evals.bench import bench
from evals.cases import DATA, all_cases, chosen
from evals.checking import grade as grade_checker
from evals.checking import groups_of, make_trials, read_all_rewordings
from evals.commands import Examples, example_cases, say
from evals.phrasings import leave_phrasings_out
from evals.routing import grade as grade_routes
from evals.routing import read_all_routes
from ingest.shelf import read_shelf

PAIRS = 150  # questions asked both ways
app = typer.Typer(help="Grade answers, finding and speed with the real Assistant.", no_args_is_help=True)

app.command()(commands.run)
app.command()(commands.questions)
app.command(name="compare")(commands.compare_command)
app.command()(commands.accept)
app.command()(commands.gate)
app.command()(commands.report)
app.command(name="faults")(commands.faults_command)
app.command()(beside.peers)
app.command()(beside.levers)
app.command()(beside.scifact)
app.command()(beside.judge)
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
    split: Annotated[str, typer.Option(help="dev, test, blind, or all")] = "dev",
    misses: Annotated[
        bool, typer.Option("--misses", help="print what went another way; of blind messages the ids alone")
    ] = False,
) -> None:
    """Which messages are found to be danger, disclosures, out of scope, manipulation or small talk."""
    cases = [case for case in read_all_routes(DATA) if split in {case.split, "all"}]
    report = grade_routes(build_parts(load_settings()).lookout(), cases)
    say(*report.lines())
    if misses:
        say(*map(str, report.misses))


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
def bench_command(
    examples: Examples = None,
    every: Annotated[int, typer.Option(help="use every nth case")] = 1,
    grow: Annotated[str, typer.Option(help="instead: sizes of made-up libraries, such as 1000,100000")] = "",
) -> None:
    """Time and size of answering beside their targets, from one run on this machine."""
    settings = load_settings()
    if grow:
        from evals.growth import growth

        for grown in growth(open_library(settings.library_dir), [int(size) for size in grow.split(",")]):
            say(str(grown))
        return
    cases = example_cases(settings, examples) if examples else chosen(all_cases(), "all", "questions")
    for figure in bench(settings, cases[::every]):
        say(str(figure))


@app.command(name="load")
def load_command(
    people: int = 50,
    seconds: float = 60,
    pause: Annotated[float, typer.Option(help="seconds each person reads before asking again")] = 1.0,
    memory: Annotated[int, typer.Option(help="then ask this many questions and watch the server's memory")] = 0,
    soak: Annotated[
        float, typer.Option(help="instead: so many minutes at half load, watching memory and file handles")
    ] = 0,
) -> None:
    """Ask a server of this machine's: what the web adds to an answer, many people at once, the limit, memory."""
    from evals import load
    from evals.overhead import overhead

    settings, messages = load_settings(), [case.message for case in all_cases()]
    questions = [case.message for case in chosen(all_cases(), "all", "questions")]
    if soak:
        with load.serving(settings.home, rate="1000000/minute", log_level="warning") as server:
            for sample in load.soak(server, load.known_answers(server, questions[:120]), soak):
                say(str(sample))
        return
    say(*overhead(settings, questions[:PAIRS]))
    with load.serving(settings.home, rate="1000000/minute") as server:
        known = load.known_answers(server, messages)
    with load.serving(settings.home, rate="1000000/minute") as server:  # one that has met none of the questions
        say(f"{people} people, {pause} s pause: {load.crowd(server, known, people, seconds, pause).summary(seconds)}")
        if memory:
            say(f"memory before: {server.memory():.0f} MB")
            for asked, held in load.memory_over(server, messages, memory):
                say(f"after {asked} questions: {held:.0f} MB")
    with load.serving(settings.home, rate="20/minute") as server:
        say(f"one person with the limit at 20 a minute: {load.crowd(server, known, 1, 10, 0).summary(10)}")
