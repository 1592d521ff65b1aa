"""The one command, `care-act`. Siblings add theirs through the entry point group `care_act.commands`."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from assistant import channel_commands, key_commands
from assistant.contract import as_json
from assistant.domain import Register
from assistant.errors import CareActError
from assistant.presenting import as_text
from assistant.settings import load_settings

app = typer.Typer(
    help="Answers about adult social care in England, in plain words, with the law they rest on.", no_args_is_help=True
)
channel_commands.join(app)
app.add_typer(key_commands.app, name="keys")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AsRegister = Annotated[Register, typer.Option("--register", help="plain words, easy read, or for staff")]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="Your question, in your own words.")] = "",
    register: AsRegister = Register.PLAIN,
    as_object: AsJson = False,
    batch: Annotated[Path | None, typer.Option(help="Answer a file of questions, one JSON object a line.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of --batch go; goes on where it stopped.")] = None,
) -> None:
    """Answer one question, or a file of them."""
    from assistant.wiring import build_assistant

    if batch is not None:
        _answer_file(batch, out)
        return
    answer = build_assistant(load_settings()).answer(question, register=register)
    _console().print(json.dumps(as_json(answer), ensure_ascii=False, indent=2) if as_object else as_text(answer))


@app.command()
def chat(register: AsRegister = Register.PLAIN) -> None:
    """Ask in the terminal, one question after another; an empty line ends it."""
    from assistant.wiring import build_assistant

    assistant, said, console = build_assistant(load_settings()), list[str](), _console()
    console.print("Ask about adult social care in England. An empty line ends this. Nothing is kept.")
    while message := _prompt():
        console.print(as_text(assistant.answer(message, said, register)) + "\n")
        said.append(message)


@app.command()
def letter(
    name: Annotated[str, typer.Argument(help="Which letter; all are listed when none is named.")] = "",
    field: Annotated[
        list[str] | None, typer.Option("--field", help="A gap to fill, as name=value; may be given again.")
    ] = None,
    as_object: AsJson = False,
) -> None:
    """Write a draft to send to the council, every legal line with its place."""
    from assistant import desk
    from assistant.letters import Letters

    letters = Letters(load_settings().corpus_dir)
    if not name:
        _console().print(desk.letter_list(letters))
        return
    made = desk.written(letters, name, field or [])
    _console().print(json.dumps(asdict(made), ensure_ascii=False, indent=2) if as_object else desk.letter_text(made))


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="Which check; all are listed when none is named.")] = "",
    register: AsRegister = Register.PLAIN,
    as_object: AsJson = False,
) -> None:
    """Go through a few questions: could I get support, what would my savings mean."""
    from assistant import desk
    from assistant.checks import Checks

    checks, console = Checks(load_settings().corpus_dir), _console()
    if not name:
        console.print(desk.check_list(checks))
        return
    outcome = desk.gone_through(
        checks, name, register, Console(stderr=True, markup=False, highlight=False).print, _line
    )
    if outcome is not None:
        console.print(
            json.dumps(as_json(outcome), ensure_ascii=False, indent=2) if as_object else "\n" + as_text(outcome)
        )


@app.command()
def verify(
    sentence: Annotated[str, typer.Argument(help="The sentence to check.")] = "",
    evidence: Annotated[
        list[str] | None, typer.Option("--evidence", "-e", help="A text it cites; may be given again.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help='Check a file of lines {"sentence": …, "evidence": [… , …]}.')
    ] = None,
) -> None:
    """Hold a sentence against the texts it cites, whatever wrote it: what it says that they do not carry. Exit 1 if anything."""
    from assistant.verifying import check, read_claims

    claims = read_claims(file) if file else [(sentence, tuple(evidence or ()))]
    if not file and not sentence.strip():
        raise CareActError('Nothing to check. Give a sentence and --evidence "a text it cites", or --file.')
    findings = [finding for said, texts in claims for finding in check(said, texts)]
    for finding in findings:
        _console().print(f"{finding.sentence}\n    {finding}")
    if findings:
        raise typer.Exit(1)
    _console().print(f"{len(claims)} checked: the evidence carries every word that counts.")


@app.command()
def doctor() -> None:
    """Say what is installed and built, what is missing, and what to do."""
    from assistant.doctor import examine

    ill = False
    for finding in examine(load_settings()):
        ill = ill or not finding.well
        _console().print(f"{'ok  ' if finding.well else 'FIX '} {finding.name}: {finding.text}")
    if ill:
        raise typer.Exit(1)


def main() -> None:
    """Run the command; our own errors become one plain line, without a trace."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for entry in importlib.metadata.entry_points(group="care_act.commands"):
        if entry.name in sys.argv[1:2] or not set(sys.argv[1:2]) - {"--help"}:
            app.add_typer(entry.load(), name=entry.name)
    try:
        app()
    except CareActError as exc:
        print(f"care-act: {exc}", file=sys.stderr)
        raise SystemExit(2) from None


def _answer_file(batch: Path, out: Path | None) -> None:
    from tqdm import tqdm

    from assistant.batch import answer_batch, read_batch
    from assistant.wiring import build_assistant

    lines = read_batch(batch)
    target = out or batch.with_suffix(".answers.jsonl")
    assistant = build_assistant(load_settings())
    written = sum(
        1 for _ in tqdm(answer_batch(assistant, lines, target), total=len(lines), unit="question", disable=None)
    )
    _console().print(f"{written} answered, {len(lines) - written} answered before; all in {target}")


def _line() -> str:
    """A line typed, or given through a pipe; nothing of ours goes to standard output, which holds the outcome alone."""
    print("> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _prompt() -> str:
    try:
        return input("You: ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False)
