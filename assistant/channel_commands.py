"""`care-act serve` and `care-act telegram`: what answers for as long as it is left to run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from assistant.errors import CareActError
from assistant.settings import Settings, load_settings

WARM_UP = "Can I get a break from looking after my mum?"  # loads the model before the first person asks


def join(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command()(serve)
    app.command()(telegram)


def serve(
    host: str = "",
    port: int = 0,
    admin: Annotated[bool, typer.Option("--admin", help="Also serve the maintainers' view, for staff keys.")] = False,
    bot: Annotated[bool, typer.Option("--telegram", help="Also answer on Telegram.")] = False,
) -> None:
    """Serve the page and the API."""
    from assistant.web import create_app
    from assistant.web.server import serve as serve_app
    from assistant.wiring import build_house

    settings = load_settings(host=host or None, port=port or None)
    _refuse_port_in_use(settings.host, settings.port)
    _watch(settings)
    house = build_house(settings)
    app = create_app(house, settings, with_admin=admin)
    if bot:
        from assistant.telegram.bot import CareActBot
        from assistant.telegram.webhook import join as join_bot

        join_bot(app, CareActBot(house, settings), settings)
    house.assistant.answer(WARM_UP)
    _say(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    serve_app(app, settings)


def telegram() -> None:
    """Answer on Telegram: asks Telegram for messages, or takes them at CARE_ACT_TELEGRAM_WEBHOOK when that is set."""
    import asyncio

    from assistant.telegram.bot import CareActBot
    from assistant.telegram.polling import run_until_signalled
    from assistant.telegram.webhook import front
    from assistant.wiring import build_house

    settings = load_settings()
    _watch(settings)
    house = build_house(settings)
    bot = CareActBot(house, settings)
    house.assistant.answer(WARM_UP)
    if settings.telegram_webhook:
        from assistant.web.server import serve as serve_app

        _refuse_port_in_use(settings.host, settings.port)
        _say(f"Answering on Telegram, by webhook on http://{settings.host}:{settings.port}")
        serve_app(front(bot, settings), settings)
    else:
        _say("Answering on Telegram (stop with Ctrl-C)")
        asyncio.run(run_until_signalled(bot))


def _watch(settings: Settings) -> None:
    from assistant.logs import start_logging

    on_a_terminal = settings.log_format == "auto" and sys.stderr.isatty()
    start_logging(settings.log_level, as_json=settings.log_format != "plain" and not on_a_terminal)
    if settings.traces_url:
        import atexit

        from assistant.tracing import start_tracing

        atexit.register(start_tracing(settings.traces_url))


def _say(text: str) -> None:
    Console(soft_wrap=True, highlight=False, markup=False).print(text)


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
