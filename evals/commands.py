"""`care-act evals run | compare | gate | questions`: the commands that ask the Assistant and hold it to its cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from tqdm import tqdm

from assistant.reference import load_reference
from assistant.settings import Settings, load_settings
from evals.accepted import COMMAND, grades_of, read_accepted, write_accepted
from evals.cases import DATA, Case, all_cases, chosen, load_examples
from evals.compare import compare, why_worse
from evals.corpus import doubtful, troubles
from evals.fault_list import faults
from evals.faults import MOST, Bench
from evals.gate import fallen, hold
from evals.kept import Kept, keep, last_run, runs_of
from evals.measures import BY_NAME
from evals.outcomes import Outcome, Run, figures, groups, read_run
from evals.repeats import repeats_of
from evals.run import run_cases

Examples = Annotated[Path | None, typer.Option(help="Annotated examples (JSON lines) to use instead of our own cases.")]
Processes = Annotated[int, typer.Option(help="how many processes ask at once", min=1, max=64)]
TREND = 12  # runs shown
ORIGINALS = Path("../shared/originals/legislation")


def run(
    split: Annotated[str, typer.Option(help="dev, test, blind, or all")] = "all",
    kind: Annotated[str, typer.Option(help="questions, messages, or all")] = "all",
    processes: Processes = 2,
    accept: Annotated[bool, typer.Option("--accept", help="keep it as the accepted run, in evals/data")] = False,
    repeats: Annotated[int, typer.Option(help="ask so many times: alike, or how much a chat model varies", min=1)] = 1,
    every: Annotated[int, typer.Option(help="ask every nth case", min=1)] = 1,
) -> None:
    """Ask and grade every case, and keep the run (run.json, timings.json) under CARE_ACT_HOME/evals/runs.

    Repeated without a chat model, exit 1 unless every run has the same bytes.
    """
    settings = load_settings()
    cases = chosen(all_cases(), split, kind)[::every]
    runs = []
    for _ in range(repeats):
        done, kept = keep_run(settings, cases, processes)
        runs.append(done)
        say(f"kept in {kept.folder}")
    say(*lines_of(done))
    if repeats > 1:
        found = repeats_of(runs)
        say(*found.lines())
        if not (found.alike or settings.chat_model):
            raise typer.Exit(1)
    if accept:
        _accept(done, settings)


def accept(kept: Path) -> None:
    """Take a kept run (its run.json) as the accepted one, which `gate` and the README hold to."""
    _accept(read_run(kept), load_settings())


def _accept(done: Run, settings: Settings) -> None:
    write_accepted(done, f"{datetime.now(UTC):%d %B %Y}".lstrip("0"), tuple(doubtful(settings.corpus_dir)))
    say("kept as the accepted run in evals/data/accepted.json")


def questions(
    split: Annotated[str, typer.Option(help="dev, test, or all")] = "dev",
    examples: Examples = None,
    why: Annotated[
        bool, typer.Option("--why", help="list what each answer lacks, and where on the road it was lost")
    ] = False,
    processes: Processes = 2,
) -> None:
    """Ask every question and grade the answers: right law, facts said, nothing false, plain words."""
    settings = load_settings()
    cases = example_cases(settings, examples) if examples else chosen(all_cases(), split, "questions")
    done = ask(settings, cases, processes)
    if why:
        say(*(line for outcome in done.outcomes for line in _reasons(outcome)))
    say(*lines_of(done))


def compare_command(before: Path, after: Path, why: Annotated[bool, typer.Option("--why")] = False) -> None:
    """Two kept runs (run.json) side by side: each measure, its difference with a 95% interval, and what flipped."""
    one, other = read_run(before), read_run(after)
    reasons = ({o.id: o.why for o in one.outcomes if not o.blind}, {o.id: o.why for o in other.outcomes if not o.blind})
    for change in compare(grades_of(one), grades_of(other)):
        say(str(change))
        if why:
            say(*(f"      {line}" for line in why_worse(change, *reasons)))


def gate(
    fast: Annotated[bool, typer.Option("--fast", help="the dev half alone")] = False,
    processes: Processes = 2,
    originals: Annotated[
        Path, typer.Option(help="official texts for the audit, left out where there are none")
    ] = ORIGINALS,
) -> None:
    """Hold the answers to the floors and to the accepted run, and the corpus to its rules; exit 1 when something falls."""
    settings = load_settings()
    done = ask(settings, chosen(all_cases(), "dev" if fast else "all"), processes)
    accepted = read_accepted()
    texts = originals if originals.is_dir() else None
    held = list(
        hold(
            done,
            accepted,
            DATA / "floors.toml",
            tuple(troubles(settings.corpus_dir, texts, accepted.doubtful)),
        )
    )
    say(*map(str, held))
    if fallen(held):
        say(
            f"{len(fallen(held))} of {len(held)} do not hold. When a change is meant, run `{COMMAND}` and commit the file."
        )
        raise typer.Exit(1)


def report(
    folder: Annotated[Path | None, typer.Argument(help="a kept run's folder; the last one when not given")] = None,
    readme: Annotated[Path | None, typer.Option(help="also write the accepted run's tables into this README")] = None,
) -> None:
    """One page of a kept run (report.html, with plots and what is behind each number), and junit.xml beside it."""
    from evals.beside import reader_table
    from evals.report.page import junit, page
    from evals.report.quality import write

    if readme is not None:
        write(readme)
        say(f"the tables of the accepted run are in {readme}")
    home = load_settings().home
    kept = Kept(folder) if folder else last_run(home)
    done = kept.run()
    earlier = [(one.name, one.run()) for one in runs_of(home)[-TREND:]]
    html = page(done, kept.timings(), earlier, [*kept.tables(), reader_table(all_cases())], kept.name)
    (kept.folder / "report.html").write_text(html, encoding="utf-8")
    (kept.folder / "junit.xml").write_text(junit(done), encoding="utf-8")
    say(f"report.html and junit.xml are in {kept.folder}")


def faults_command(
    most: Annotated[int, typer.Option(help="ask so many cases for each fault, at most", min=1)] = MOST,
    only: Annotated[str, typer.Option(help="faults whose name holds this")] = "",
    originals: Annotated[
        Path, typer.Option(help="official texts for the audit, left out where there are none")
    ] = ORIGINALS,
) -> None:
    """Seed deliberate faults one by one: each must turn the gate red. Exit 1 when one does not."""
    settings = load_settings()
    wanted = [fault for fault in faults() if only in fault.name]
    bench = Bench(settings, all_cases(), read_accepted(), originals if originals.is_dir() else None, most=most)
    sound = bench.sound(wanted)
    say(f"{'FALL ' if sound.seen else 'green'} {sound.fault}", *(f"    {seen}" for seen in sound.seen[:5]))
    caught = 0
    for fault in wanted:
        red = bench.seed(fault)
        caught += bool(red.seen)
        say(str(red))
    say(f"{caught} of {len(wanted)} turn the gate red")
    if sound.seen or caught < len(wanted):
        raise typer.Exit(1)


def ask(settings: Settings, cases: Sequence[Case], processes: int, kept: Path | None = None) -> Run:
    """The run of some cases, behind a progress bar."""
    return _asked(settings, cases, processes, kept)[0]


def keep_run(settings: Settings, cases: Sequence[Case], processes: int) -> tuple[Run, Kept]:
    """A run kept in a folder of its own, named by the time. One that was stopped is taken up where it was."""
    unfinished = settings.home / "evals" / "unfinished.jsonl"
    done, timings = _asked(settings, cases, processes, unfinished)
    kept = keep(done, timings, settings.home)
    unfinished.unlink(missing_ok=True)
    return done, kept


def _asked(
    settings: Settings, cases: Sequence[Case], processes: int, kept: Path | None
) -> tuple[Run, dict[str, dict[str, float]]]:
    with tqdm(total=len(cases), unit="case", disable=None) as bar:
        return run_cases(settings, cases, processes=processes, kept=kept, tick=bar.update)


def example_cases(settings: Settings, path: Path) -> list[Case]:
    """The annotated examples that can be answered."""
    sources = load_reference(settings.corpus_dir).sources
    return [case for case in load_examples(path, sources) if case.kind in {"answerable", "followup"}]


def lines_of(run: Run) -> Iterable[str]:
    """One line a measure and group, with n and its 95% interval."""
    for group, outcomes in groups(run).items():
        yield f"{group}, {len(outcomes)} cases"
        for name, value in figures(outcomes).items():
            yield f"  {BY_NAME[name].title:60} {value}"
        lost = {step: sum(o.lost.get(step, 0) for o in outcomes) for o in outcomes for step in o.lost}
        if lost:
            told = ", ".join(f"{step} {n}" for step, n in sorted(lost.items(), key=lambda row: -row[1]))
            yield f"  {'facts not said, by the step that lost them':60} {told}"


def _reasons(outcome: Outcome) -> Iterable[str]:
    shown = {
        name: why
        for name, why in outcome.why.items()
        if name not in {"ndcg", "mrr", "recall", "handed", "in_steps", "verdict_given"}
    }
    if shown:
        yield f"{outcome.id} {outcome.message[-100:]!r}"
        yield from (f"    {name}: {why}" for name, why in shown.items())


def say(*lines: str) -> None:
    """Lines to the terminal, never wrapped."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line in lines:
        console.print(line)
