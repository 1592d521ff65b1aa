"""The web front over the small library, as one process of several. The words of the model are a fake that ships."""

from __future__ import annotations

from assistant.logs import start_logging
from assistant.settings import load_settings
from assistant.testing import HashEmbedder
from assistant.web import create_app
from assistant.web.server import serve
from assistant.wiring import build_house

if __name__ == "__main__":
    settings = load_settings()
    start_logging(settings.log_level)
    serve(create_app(build_house(settings, HashEmbedder()), settings), settings)
