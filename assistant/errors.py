"""Broken machinery, in our own words. Each message says what happened and what to do."""

import traceback
from pathlib import Path


class CareActError(Exception):
    """Something is broken or missing; the message is fit to show to the operator."""


class BadSetting(CareActError):
    """A setting is unknown or has a value that cannot be used."""


class BadCorpus(CareActError):
    """A file under the corpus folder cannot be read as it stands."""


class BadSource(CareActError):
    """An official text cannot be read."""


class LibraryEmpty(CareActError):
    """No finished library exists yet, or the one named is incomplete."""


class ModelUnavailable(CareActError):
    """The embedding model cannot be loaded, or is not the one the library was built with."""


class ChatUnavailable(CareActError):
    """The chat model is away, slow, or gave nothing that can be used; answers still come from statements."""


class ConversationsUnavailable(CareActError):
    """What was said before cannot be read or kept just now; answers still come."""


class TelegramUnavailable(CareActError):
    """Telegram refuses this bot, or cannot be reached when it starts."""


def where_it_broke(exc: BaseException) -> str:
    """The kind of error and the lines it came through. Its text stays out: it could hold what the person wrote."""
    frames = traceback.extract_tb(exc.__traceback__)
    return " ← ".join([type(exc).__name__, *(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))])
