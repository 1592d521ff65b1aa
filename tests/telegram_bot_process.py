"""The bot over the small library, as a process that a test may kill. The words of the model are a fake that ships."""

from __future__ import annotations

import asyncio

from assistant.settings import load_settings
from assistant.telegram.bot import CareActBot
from assistant.telegram.polling import run_until_signalled
from assistant.testing import HashEmbedder
from assistant.wiring import build_house

if __name__ == "__main__":
    settings = load_settings()
    asyncio.run(run_until_signalled(CareActBot(build_house(settings, HashEmbedder()), settings)))
