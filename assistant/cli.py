"""The one command, `care-act`. Siblings add theirs through the entry point group `care_act.commands`."""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from assistant import key_commands
from assistant.domain import Register
from assistant.errors import CareActError
from assistant.presenting import as_json, as_text
from assistant.settings import load_settings

app = typer.Typer(
    help="Answers about adult social care in England, in plain words, with the law they rest on.", no_args_is_help=True
)
app.add_typer(key_commands.app, name="keys")
WARM_UP = "Can I get a break from looking after my mum?"  # loads the model before the first person asks
AsRegister = Annotated[Register, typer.Option("--register", help="plain words, easy read, or for staff")]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="Your question, in your own words.")] = "",
    register: AsRegister = Register.PLAIN,
    as_object: Annotated[bool, typer.Option("--json", help="Print the whole answer as one JSON object.")] = False,
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
def serve(
    host: str = "",
    port: int = 0,
    admin: Annotated[bool, typer.Option("--admin", help="Also serve the maintainers' view, for staff keys.")] = False,
    bot: Annotated[bool, typer.Option("--telegram", help="Also answer on Telegram.")] = False,
) -> None:
    """Serve the page and the API."""
    import uvicorn

    from assistant.web import create_app
    from assistant.wiring import build_house

    settings = load_settings(host=host or None, port=port or None)
    _refuse_port_in_use(settings.host, settings.port)
    house = build_house(settings)
    app = create_app(house, settings, with_admin=admin)
    if bot:
        from assistant.telegram.bot import CareActBot
        from assistant.telegram.webhook import join

        join(app, CareActBot(house, settings), settings)
    house.assistant.answer(WARM_UP)
    _console().print(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
    )


@app.command()
def telegram() -> None:
    """Answer on Telegram: asks Telegram for messages, or takes them at CARE_ACT_TELEGRAM_WEBHOOK when that is set."""
    import asyncio

    from assistant.telegram.bot import CareActBot
    from assistant.telegram.polling import run_until_signalled
    from assistant.telegram.webhook import front
    from assistant.wiring import build_house

    settings = load_settings()
    house = build_house(settings)
    bot = CareActBot(house, settings)
    house.assistant.answer(WARM_UP)
    if settings.telegram_webhook:
        import uvicorn

        _refuse_port_in_use(settings.host, settings.port)
        _console().print(f"Answering on Telegram, by webhook on http://{settings.host}:{settings.port}")
        uvicorn.run(front(bot, settings), host=settings.host, port=settings.port, log_level="warning", access_log=False)
    else:
        _console().print("Answering on Telegram (stop with Ctrl-C)")
        asyncio.run(run_until_signalled(bot))


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


def _prompt() -> str:
    try:
        return input("You: ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _refuse_port_in_use(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise CareActError(
                f"{host}:{port} cannot be used ({exc.strerror}). Stop what is using it, or choose another with --port or CARE_ACT_PORT."
            ) from exc


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False)
