"""`care-act evals redteam | worded | stream | calibrate | triage`: under attack, a chat model's words, thresholds, from a thumbs-down to a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from tqdm import tqdm

from assistant.conversations import Conversations
from assistant.errors import CareActError
from assistant.models import open_chat_model
from assistant.reference import load_reference
from assistant.settings import load_settings
from assistant.wiring import build_assistant, build_parts
from evals.calibrate import best, thresholds
from evals.cases import DATA, all_cases, chosen
from evals.commands import Examples, example_cases, say
from evals.intervals import cell
from evals.outcomes import read_run
from evals.redteam import besiege, read_attacks
from evals.triage import left, unanswered_lines, walk
from evals.worded import KeptWords, statements_of, wait_for_sentences, word_cases

REDTEAM = Path("../shared/redteam")


def redteam(
    folder: Annotated[Path, typer.Option(help="blns.json and bipia-text-attacks.json")] = REDTEAM,
    every: Annotated[int, typer.Option(help="use every nth attack", min=1)] = 1,
) -> None:
    """Naughty strings and planted orders: an answer always comes, obeys nobody and shows no machinery. Exit 1 otherwise."""
    attacks = read_attacks(folder)[::every]
    with tqdm(total=len(attacks), unit="attack", disable=None) as bar:
        siege = besiege(build_assistant(load_settings()), attacks, bar.update)
    say(*(f"{kind:28} held {rate}" for kind, rate in siege.held.items()))
    say(*(f"    {one.how}: {one.attack.message[:100]!r}" for one in siege.broken[:40]))
    if siege.broken:
        raise typer.Exit(1)


def worded(
    split: Annotated[str, typer.Option(help="dev, test, or all")] = "dev",
    examples: Examples = None,
    every: Annotated[int, typer.Option(help="use every nth question", min=1)] = 1,
    kept: Annotated[
        Path | None, typer.Option(help="a file that keeps what the model said, so that it is asked once")
    ] = None,
) -> None:
    """Ask the questions with the chat model of the settings, and print each sentence shown in words of its own, to be read."""
    settings = load_settings()
    model = open_chat_model(settings)
    if model is None:
        raise CareActError("No chat model is set. Set CARE_ACT_CHAT_MODEL (README, With a chat model) and try again.")
    cases = (example_cases(settings, examples) if examples else chosen(all_cases(), split, "questions"))[::every]
    with tqdm(total=len(cases), unit="question", disable=None) as bar:
        statements = statements_of(settings.corpus_dir)
        report = word_cases(build_parts(settings), KeptWords(model, kept), cases, statements, bar.update)
    say(*report.lines())


def stream(
    split: Annotated[str, typer.Option(help="dev, test, or all")] = "dev",
    examples: Examples = None,
    every: Annotated[int, typer.Option(help="use every nth question", min=1)] = 1,
) -> None:
    """Time to the first and to the last checked sentence, with a chat model that takes no time of its own."""
    settings = load_settings()
    cases = (example_cases(settings, examples) if examples else chosen(all_cases(), split, "questions"))[::every]
    with tqdm(total=len(cases), unit="question", disable=None) as bar:
        say(*wait_for_sentences(build_parts(settings), cases, bar.update).lines())


def calibrate(kept: Annotated[Path, typer.Argument(help="a kept run (its run.json)")]) -> None:
    """From which confidence an answer is better than none, by CRAG's score over a kept run; tuned on dev, shown on both."""
    outcomes = read_run(kept).outcomes
    steps = [round(float(at), 2) for at in np.arange(0.0, 0.95, 0.05)]
    dev = list(thresholds([o for o in outcomes if o.split == "dev"], steps))
    test = list(thresholds([o for o in outcomes if o.split != "dev"], steps))
    for one, other in zip(dev, test, strict=True):
        say(
            f"{one.at:.2f}  dev {one.score}; given {cell(one.given)}, outside {cell(one.wrongly_given)}  |  other {other.score}"
        )
    say(f"best on dev: {best(dev).at:.2f}")


def triage(
    out: Annotated[Path, typer.Option(help="where cases are added")] = DATA / "feedback.jsonl",
) -> None:
    """Walk through questions people left with a thumbs-down: a key each makes a case of one, skips it or ends."""
    settings = load_settings()
    topics = load_reference(settings.corpus_dir).topics
    known = [case.id for case in all_cases()]
    conversations = Conversations(settings.conversations_url, settings.conversation_minutes)
    try:
        say("Not answered, by subject:", *unanswered_lines(conversations.unanswered_counts()))
        waiting = left(conversations.opinions(), known)
        say(f"{len(waiting)} questions were left with a thumbs-down.")
        made = walk(waiting, lambda prompt: str(typer.prompt(prompt, default="", show_default=False)), topics, out)
    finally:
        conversations.close()
    say(f"{made} cases added to {out}" if made else "No case was made.")
