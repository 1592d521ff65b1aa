"""`care-act evals run | compare | gate | questions`: the commands that ask the Assistant and hold it to its cases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from tqdm import tqdm

from assistant.errors import BadSource
from assistant.reference import load_reference
from assistant.settings import Settings, load_settings
from evals.accepted import COMMAND, grades_of, read_accepted, write_accepted
from evals.cases import DATA, Case, all_cases, chosen, load_examples
from evals.compare import compare, why_worse
from evals.corpus import doubtful, troubles
from evals.gate import fallen, hold
from evals.measures import BY_NAME
from evals.outcomes import Outcome, Run, as_json, figures, groups, read_run
from evals.run import run_cases

Examples = Annotated[Path | None, typer.Option(help="Annotated examples (JSON lines) to use instead of our own cases.")]
Processes = Annotated[int, typer.Option(help="how many processes ask at once", min=1, max=64)]
TREND = 12  # runs shown
ORIGINALS = Path("../shared/originals/legislation")


def run(
    split: Annotated[str, typer.Option(help="dev, test, blind-a, blind-b, or all")] = "all",
    kind: Annotated[str, typer.Option(help="questions, messages, or all")] = "all",
    processes: Processes = 2,
    accept: Annotated[bool, typer.Option("--accept", help="keep it as the accepted run, in evals/data")] = False,
) -> None:
    """Ask and grade every case, and keep the run (run.json, timings.json) under CARE_ACT_HOME/evals/runs."""
    settings = load_settings()
    done, folder = keep_run(settings, chosen(all_cases(), split, kind), processes)
    say(*lines_of(done), f"kept in {folder}")
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
    reasons = ({o.id: o.why for o in one.outcomes}, {o.id: o.why for o in other.outcomes})
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
    kept: Annotated[Path | None, typer.Argument(help="a kept run's folder; the last one when not given")] = None,
    readme: Annotated[Path | None, typer.Option(help="also write the accepted run's table into this README")] = None,
) -> None:
    """One page of a kept run (report.html, with plots and every item that falls short), and junit.xml beside it."""
    from evals.report.page import junit, page, read_timings
    from evals.report.quality import write

    if readme is not None:
        write(readme, read_accepted())
        say(f"the table of the accepted run is in {readme}")
    runs = sorted((load_settings().home / "evals" / "runs").glob("*/run.json"))
    if kept is None and not runs:
        raise BadSource("No run is kept yet. Make one with `care-act evals run`.")
    folder = kept or runs[-1].parent
    done = read_run(folder / "run.json")
    earlier = [(path.parent.name, read_run(path)) for path in runs[-TREND:]]
    tables = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("table-*.json"))}
    extras = {table["title"]: table for table in tables.values()}
    html = page(done, read_timings(folder), earlier, extras, folder.name)
    (folder / "report.html").write_text(html, encoding="utf-8")
    (folder / "junit.xml").write_text(junit(done), encoding="utf-8")
    say(f"report.html and junit.xml are in {folder}")


def faults_command(
    every: Annotated[int, typer.Option(help="ask every nth case", min=1)] = 8,
    only: Annotated[str, typer.Option(help="faults whose name holds this")] = "",
    originals: Annotated[
        Path, typer.Option(help="official texts for the audit, left out where there are none")
    ] = ORIGINALS,
) -> None:
    """Seed deliberate faults one by one: each must turn the gate red. Exit 1 when one does not."""
    from evals.faults import Bench, faults

    settings = load_settings()
    cases = all_cases()[::every]
    bench = Bench(settings, cases, read_accepted(), originals if originals.is_dir() else None)
    sound = bench.sound()
    say(f"{'FALL ' if sound.seen else 'green'} {sound.fault}" + (f": {sound.seen[0]}" if sound.seen else ""))
    reds = []
    for fault in faults():
        if only in fault.name:
            reds.append(bench.seed(fault))
            say(str(reds[-1]))
    caught = sum(bool(red.seen) for red in reds)
    say(f"{caught} of {len(reds)} turn the gate red")
    if sound.seen or caught < len(reds):
        raise typer.Exit(1)


def ask(settings: Settings, cases: Sequence[Case], processes: int, kept: Path | None = None) -> Run:
    """The run of some cases, behind a progress bar."""
    return _asked(settings, cases, processes, kept)[0]


def keep_run(settings: Settings, cases: Sequence[Case], processes: int) -> tuple[Run, Path]:
    """A run kept in a folder of its own, named by the time. One that was stopped is taken up where it was."""
    home = settings.home / "evals"
    unfinished = home / "unfinished.jsonl"
    done, timings = _asked(settings, cases, processes, unfinished)
    folder = home / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(as_json(done), encoding="utf-8")
    (folder / "timings.json").write_text(json.dumps(timings, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.unlink(missing_ok=True)
    return done, folder


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
        name: why for name, why in outcome.why.items() if name not in {"ndcg", "mrr", "recall", "handed", "in_steps"}
    }
    if shown:
        yield f"{outcome.id} {outcome.message[-100:]!r}"
        yield from (f"    {name}: {why}" for name, why in shown.items())


def say(*lines: str) -> None:
    """Lines to the terminal, never wrapped."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line in lines:
        console.print(line)
