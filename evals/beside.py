"""`care-act evals peers | levers | scifact | judge`: the assistant beside others. Each keeps its table beside the last run.

With `--accept` a table is also kept in `data/tables/`, from where the README has its figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from assistant.errors import BadSetting
from assistant.library import open_library
from assistant.models import open_chat_model
from assistant.settings import Settings, load_settings
from assistant.wiring import choose_embedder
from evals.agreement import Agreement, agreement, by_patterns, read_labelled
from evals.cases import DATA, Case, all_cases, chosen
from evals.checking import groups_of, make_trials, read_all_rewordings
from evals.commands import say
from evals.intervals import cell
from evals.judging import Asked, Judge, asked_of, judged
from evals.kept import Cell, Table, last_run, runs_of, table_of, write_table

ACCEPTED = DATA / "tables"
SCIFACT = Path("../shared/bench/scifact")
TRUE = 10  # true sentences for the checkers, for each false one of a kind
Accept = Annotated[bool, typer.Option("--accept", help="also keep the table in evals/data/tables, for the README")]
Every = Annotated[int, typer.Option(help="use every nth question, for a quick look", min=1)]


def peers(
    every: Every = 1,
    mutants: Annotated[int, typer.Option(help="false sentences of each kind for the checkers, at most")] = 60,
    accept: Accept = False,
) -> None:
    """The assistant beside BM25, MiniLM, the tutorial pipeline and cairn; its checker beside overlap and similarity."""
    from evals.finding import LEGEND  # here, because the peers bring in LangChain's Chroma and cairn
    from evals.levers import Lever
    from evals.levers import Table as Systems
    from evals.peers.cairn_cards import CairnCards
    from evals.peers.checkers import TRUE as TRUE_KINDS
    from evals.peers.checkers import detect
    from evals.tables import finding_table

    settings = load_settings()
    systems = Systems(settings)
    cases = chosen(all_cases(), "all", "questions")[::every]
    others = (*systems.peers(), CairnCards(systems.library))
    with tqdm(total=(1 + len(others)) * len(cases), unit="question", disable=None) as bar:
        rows = [systems.of_lever(Lever("the assistant"), cases, bar.update)]
        rows += [systems.of_peer(peer, cases, bar.update) for peer in others]
    _keep(settings, "peers", finding_table("Peers over the same questions", LEGEND, rows), accept, every)
    library = systems.library
    made = make_trials(groups_of(library.cards, library.quotes.items()), mutants)
    true = [trial for trial in made if trial.kind == "verbatim"]  # by thousands: an even sample is enough for a rate
    trials = [*true[:: max(1, len(true) // (TRUE * mutants))], *(t for t in made if t.kind != "verbatim")]
    trials += read_all_rewordings(DATA)
    found = detect(trials, choose_embedder(settings, library))
    checked = table_of(
        "The checker beside similarity",
        "peers at the threshold that alarms over 5% of all true sentences: an even sample of verbatim ones, and every rewording",
        ["checker", "false sentences caught", *(f"alarms over {name}" for name in TRUE_KINDS), "area under the curve"],
        [[d.name, cell(d.caught), *map(cell, d.false_alarms.values()), cell(d.area)] for d in found],
    )
    _keep(settings, "checkers", checked, accept, command=f"peers --mutants {mutants}")


def levers(
    split: Annotated[str, typer.Option(help="dev, test, or all (both, side by side)")] = "all",
    only: Annotated[str, typer.Option(help="rows whose name holds this, such as 'the assistant' or 'BM25'")] = "",
    every: Every = 1,
    accept: Accept = False,
) -> None:
    """What each lever of retrieval buys: each signal off and alone, beside BM25, MiniLM and the tutorial pipeline."""
    from evals.finding import LEGEND  # here, because the peers bring in LangChain's Chroma
    from evals.levers import Table as Systems
    from evals.tables import finding_table

    settings = load_settings()
    systems = Systems(settings)
    cases = chosen(all_cases(), split, "questions")[::every]
    named = [lever for lever in systems.names() if only in lever.name]
    others = [peer for peer in systems.peers() if only in peer.name]
    with tqdm(total=(len(named) + len(others)) * len(cases), unit="question", disable=None) as bar:
        rows = [systems.of_lever(lever, cases, bar.update) for lever in named]
        rows += [systems.of_peer(peer, cases, bar.update) for peer in others]
    _keep(settings, "levers", finding_table("What each lever of retrieval buys", LEGEND, rows), accept, every)


def scifact(
    folder: Annotated[Path, typer.Option(help="the benchmark in BEIR's layout")] = SCIFACT,
    accept: Accept = False,
) -> None:
    """BEIR SciFact: nDCG@10 of the retriever of passages, beside BM25, MiniLM and their rank fusion."""
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
    caption = f"{len(benchmark.documents)} documents, {len(benchmark.queries)} queries; not tuned on"
    rows = [[name, cell(figure)] for name, figure in figures.items()]
    _keep(settings, "scifact", table_of("BEIR SciFact", caption, ["system", "nDCG@10"], rows), accept)


def judge(
    model: Annotated[str, typer.Option(help="provider:name; the one of CARE_ACT_CHAT_MODEL when not given")] = "",
    only_sample: Annotated[bool, typer.Option("--only-sample", help="judge the labelled sample alone")] = False,
    at_once: Annotated[int, typer.Option(help="questions asked at once", min=1, max=32)] = 4,
) -> None:
    """Let a chat model judge the facts of the last kept run, and hold it to the labelled sample (Cohen's kappa).

    Its verdicts are kept in CARE_ACT_HOME/evals/judged.jsonl. The gate never looks at them.
    """
    settings = load_settings()
    chat = open_chat_model(settings.model_copy(update={"chat_model": model}) if model else settings)
    if chat is None:
        raise BadSetting("There is no chat model to judge with. Name one with --model, or set CARE_ACT_CHAT_MODEL.")
    judging = Judge(chat, settings.home / "evals" / "judged.jsonl", at_once)
    _keep(settings, "judge", judge_table(judging, settings, only_sample), False)


def judge_table(judging: Judge, settings: Settings, only_sample: bool) -> Table:
    """What a judge says of the labelled sample, and of the last kept run unless only the sample is wanted."""
    cases = {case.id: case for case in all_cases()}
    labelled = read_labelled()
    sample = [Asked(one.question, one.answer, one.fact) for one in labelled]
    outcomes = () if only_sample else [o for o in last_run(settings.home).run().outcomes if o.id in cases]
    asked = [*sample, *asked_of(outcomes, cases)]
    with tqdm(total=len(asked), unit="verdict", disable=None) as bar:
        verdicts = judging.verdicts(asked, bar.update)
    held = [(one.says, says) for one, key in zip(labelled, sample, strict=True) if (says := verdicts[key]) is not None]
    rows: list[list[str | Cell]] = [
        ["agrees with the reader of the sample", cell(agreement(held).same)],
        ["Cohen's kappa with that reader", agreement(held).kappa_shown],
        ["of the sample, without a verdict", str(len(sample) - len(held))],
    ]
    if outcomes:
        found = judged(judging.name, outcomes, cases, verdicts)
        both = agreement(found.pairs)
        rows += [
            ["facts said, by the judge", Cell(cell(found.facts), found.lacking)],
            ["vital facts said, by the judge", cell(found.vital)],
            ["false claims not said, by the judge", Cell(cell(found.no_false_claim), found.false)],
            ["agrees with the patterns", Cell(cell(both.same), found.differ)],
            ["Cohen's kappa with the patterns", both.kappa_shown],
            ["facts and claims without a verdict", str(found.unjudged)],
        ]
    caption = "A chat model reads what patterns cannot. It is no gate; its kappa with a person's labels says how far to trust it."
    return table_of(f"The judge {judging.name}", caption, ["", "figure"], rows)


def reader_table(cases: Sequence[Case]) -> Table:
    """How far the patterns of the facts agree with the person who labelled the sample: all, vital and okay ones."""
    found = by_patterns(read_labelled(), cases)
    vital = {(case.id, nugget.text) for case in cases for nugget in case.must_say if nugget.vital}
    kinds = {
        "all facts": found,
        "vital facts": [row for row in found if (row[0].case, row[0].fact) in vital],
        "okay facts": [row for row in found if (row[0].case, row[0].fact) not in vital],
    }
    rows = [
        _agreed(
            kind, agreement([(one.says, says) for one, says in some]), [one.case for one, s in some if s != one.says]
        )
        for kind, some in kinds.items()
    ]
    caption = (
        "evals/data/labelled.jsonl: real answers, each fact labelled by a person who had not seen what the patterns say"
    )
    columns = ["patterns of", "Cohen's kappa", "agree", "said, by the reader", "said, by the patterns"]
    return table_of("The patterns of the facts beside a reader", caption, columns, rows)


def _agreed(name: str, found: Agreement, differ: Sequence[str]) -> list[str | Cell]:
    return [
        name,
        found.kappa_shown,
        Cell(cell(found.same), tuple(dict.fromkeys(differ))),
        cell(found.first),
        cell(found.second),
    ]


def _keep(settings: Settings, name: str, table: Table, accept: bool, every: int = 1, command: str = "") -> None:
    """Print a table, and keep it beside the last run, where `report` finds it."""
    say(
        table.title, table.caption, " | ".join(table.columns), *(" | ".join(c.shown for c in row) for row in table.rows)
    )
    if runs_of(settings.home):
        last_run(settings.home).add(name, table)
    if accept:
        ACCEPTED.mkdir(exist_ok=True)
        write_table(
            ACCEPTED / f"{name}.json", _dated(command or (f"{name} --every {every}" if every > 1 else name), table)
        )
        say(f"kept in evals/data/tables/{name}.json")


def _dated(command: str, table: Table) -> Table:
    today = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
    rows = tuple(tuple(Cell(c.shown) for c in row) for row in table.rows)  # the items belong to one run
    return Table(f"{table.title} (`care-act evals {command}`, {today})", table.caption, table.columns, rows)
