"""`care-act ingest fetch | add | list | remove | diff`: the documents a library is built from."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from assistant.check_forms import usable_checks
from assistant.domain import Authority, Place
from assistant.errors import BadSource
from assistant.letter_forms import usable_letters
from assistant.reference import load_reference
from assistant.settings import Settings, load_settings
from ingest.adding import Wanted, add
from ingest.cards import read_cards
from ingest.comparing import changes, resting
from ingest.fetch.client import Client
from ingest.fetch.recipes import Recipe, recipes
from ingest.fetch.rounds import Fetched, Outcome, fetch_all
from ingest.holdings import Holdings
from ingest.limited import Limited
from ingest.next_steps import read_next_steps
from ingest.readers.document import Document

_BUILD = "Run `care-act ingest build` to put it into the library."
Names = Annotated[
    list[str] | None, typer.Argument(help="Sources by name, or the beginning of one; all when not given.")
]


def join(app: typer.Typer) -> None:
    """Put the commands into a group."""
    for name, command in (
        ("fetch", fetch),
        ("add", add_command),
        ("list", list_held),
        ("remove", remove),
        ("diff", diff),
    ):
        app.command(name=name)(command)


def fetch(
    sources: Names = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched, and ask nobody.")] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two requests to one server, at least.")] = 1.0,
) -> None:
    """Fetch the official texts that sources.toml lists: only what changed, politely; exit 1 when some could not be had."""
    settings, console = load_settings(), _console()
    wanted = [recipe for recipe in _recipes(settings) if not sources or recipe.key.startswith(tuple(sources))]
    if not wanted:
        raise BadSource(
            f"No source is called {', '.join(sources or ())}. `care-act ingest fetch --dry-run` lists them."
        )
    if dry_run:
        for recipe in wanted:
            console.print(f"{recipe.key}\t{recipe.url}")
        console.print(f"{len(wanted)} documents would be fetched into {settings.originals_dir}.")
        return
    done = list[Fetched]()
    bar = tqdm(total=len(wanted), unit="document", desc="Fetching", disable=None)
    with Limited() as limited, _client(settings, pause) as client, bar:
        for fetched in fetch_all(wanted, Holdings(settings.originals_dir), client, limited):
            done.append(fetched)
            bar.update()
            if fetched.outcome is not Outcome.UNCHANGED:
                bar.write(f"{fetched.outcome}: {fetched.recipe.key}: {fetched.told}", file=sys.stdout)
    _tell_round(console, done)


def _tell_round(console: Console, done: list[Fetched]) -> None:
    counts = {outcome: sum(fetched.outcome is outcome for fetched in done) for outcome in Outcome}
    console.print(", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) + ".")
    if counts[Outcome.AWAY] == len(done):
        console.print("Nothing could be reached: this machine seems to be offline. What was held before is as it was.")
    if counts[Outcome.NEW] or counts[Outcome.CHANGED]:
        console.print("See `care-act ingest diff` for what changed. Then run `care-act ingest build`.")
    if counts[Outcome.AWAY] or counts[Outcome.REFUSED]:
        raise typer.Exit(1)


def add_command(
    what: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="The document: PDF, DOCX, HTML, Markdown, text, XML.")
    ],
    title: Annotated[str, typer.Option(help="What people call it.")] = "",
    authority: Annotated[
        Authority | None, typer.Option(help="How far it counts; a council's policy is practice.")
    ] = None,
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "",
    area: Annotated[str, typer.Option(help="The council or area it is for.")] = "",
    name: Annotated[str, typer.Option(help="A short name for it; made from the title when not given.")] = "",
    url: Annotated[str, typer.Option(help="Where a file can be read on the web, for links to its pages.")] = "",
) -> None:
    """Add a document of your own, such as your council's policy. Questions no card answers are then answered from its words."""
    settings, console = load_settings(), _console()
    known = dict(load_reference(settings.corpus_dir).sources)
    wanted = Wanted(title, authority, publisher, area, name, url)
    holding, document = add(what, wanted, Holdings(settings.originals_dir), known, lambda: _client(settings, 0.0), _ask)
    assert holding.added is not None
    places = len({top.ref for top in document.tops})
    console.print(
        f"Added '{holding.key}': {holding.added.title}, as {holding.added.authority}; {places} places, {document.words} words."
    )
    for note in document.notes:
        console.print(f"Note: {note}.")
    console.print(_BUILD)


def _ask(document: Document, wanted: Wanted) -> Wanted:
    """Asks for what was not given, where there is somebody to ask; else takes it from the document."""
    if not sys.stdin.isatty():
        return replace(wanted, title=wanted.title or document.title, authority=wanted.authority or Authority.PRACTICE)
    title = wanted.title or typer.prompt("Title", default=document.title or "Untitled")
    names = ", ".join(Authority)
    authority = wanted.authority or typer.prompt(
        f"How far it counts ({names})", default=Authority.PRACTICE, type=Authority
    )
    area = wanted.area or typer.prompt("The council or area it is for (empty for none)", default="", show_default=False)
    return replace(wanted, title=title, authority=authority, area=area)


def list_held() -> None:
    """List the documents held: where each is from, and when it was fetched."""
    settings = load_settings()
    table = Table("name", "title", "format", "fetched", "bytes", "checksum", "from")
    held = Holdings(settings.originals_dir).all()
    for holding in held:
        title = holding.added.title if holding.added else holding.title
        copy = holding.copy
        table.add_row(
            holding.key,
            title,
            holding.format,
            copy.fetched[:10],
            str(copy.size),
            copy.sha256[:12],
            holding.url or "a file",
        )
    Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False).print(table)
    _console().print(f"{len(held)} documents in {settings.originals_dir}.")


def remove(name: str) -> None:
    """Take a document away. The library holds it until the next build."""
    holdings = Holdings(load_settings().originals_dir)
    with holdings.writing():
        gone = holdings.remove(name)
    if not gone:
        held = ", ".join(holding.key for holding in holdings.all()) or "nothing"
        raise BadSource(f"No document is called '{name}'. Held: {held}.")
    _console().print(f"Removed '{name}'. Run `care-act ingest build` to take it out of the library too.")


def diff(
    sources: Names = None, words: Annotated[bool, typer.Option(help="Show the words before and after.")] = False
) -> None:
    """What changed in each document since the version before, and which statements need a second look."""
    settings, console = load_settings(), _console()
    holdings = Holdings(settings.originals_dir)
    cards = [file.card for file in read_cards(settings.corpus_dir) if file.card is not None]
    steps = read_next_steps(settings.corpus_dir)[0].values()
    forms = [(f"letter {form.name}", form.statements) for form in usable_letters(settings.corpus_dir)]
    forms += [(f"check {name}", form.statements) for name, form in usable_checks(settings.corpus_dir).items()]
    looked = changed = 0
    with Limited() as limited:
        for holding in holdings.all():
            if holding.before is None or (sources and not holding.key.startswith(tuple(sources))):
                continue
            looked += 1
            before = holdings.document(holding, limited, holding.before)
            found = list(changes(before, holdings.document(holding, limited)))
            changed += bool(found)
            console.print(
                f"{holding.key}: {len(found)} places changed between {holding.before.fetched[:10]} and {holding.copy.fetched[:10]}"
            )
            for change in found:
                console.print(f"  {change.ref}: {change.kind}")
                if words:
                    console.print(f"    before: {change.before}\n    after:  {change.after}")
            for rest in resting(holding.source, [change.ref for change in found], cards, steps, forms):
                console.print(
                    f"  look again: {rest.owner}: {rest.statement.text} [{rest.statement.force}] rests on {rest.ref}"
                )
    console.print(f"{looked} documents have a version before; {changed} of them changed.")


def _recipes(settings: Settings) -> list[Recipe]:
    reference = load_reference(settings.corpus_dir)
    steps = read_next_steps(settings.corpus_dir)[0].values()
    cited: set[Place] = {place for file in read_cards(settings.corpus_dir) if file.card for place in file.card.places}
    cited |= {place for step in steps for statement in step.statements for place in statement.places}
    return list(recipes(reference.sources, cited))


def _client(settings: Settings, pause: float) -> Client:
    private = [host.strip() for host in settings.private_hosts.split(",") if host.strip()]
    return Client(settings.contact, private, pause)


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False)
