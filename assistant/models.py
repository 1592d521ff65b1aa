"""The chat model that settings choose, through LangChain: the only door to any vendor of one.

With a time limit, one retry, a circuit breaker, and a count of what was spent. Without a setting there is none, and
answers are put together from checked statements.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Protocol

from assistant.errors import BadSetting, ChatUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.settings import Settings

log = logging.getLogger("care_act")
_FAILURES = 3  # in a row, before the model is left alone
_PAUSE = 60.0  # seconds it is left alone
_SAY_THEIR_END = frozenset({"openai", "azure_openai", "anthropic", "ollama"})  # the last piece says why it is the last
_BETWEEN = 0.3  # seconds before the one retry


class Chats(Protocol):
    """Something that writes text for instructions and a message."""

    name: str

    def stream(self, instructions: str, message: str) -> Iterator[str]:
        """The text in pieces. Raises ChatUnavailable, also after some pieces."""
        ...


@dataclass(frozen=True, slots=True)
class Spent:
    """What a chat model has been used for since it was opened. `cost` is in the currency of the prices set."""

    calls: int = 0
    failures: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0


class ChatModel:
    """A LangChain chat model that gives up in time. Safe for many threads."""

    def __init__(
        self,
        model: BaseChatModel,
        name: str,
        seconds: float = 20.0,
        prices: tuple[float, float] = (0.0, 0.0),
        clock: Callable[[], float] = time.monotonic,
        says_its_end: bool = False,
    ) -> None:
        self.name, self.spent = name, Spent()
        self._says_its_end = says_its_end
        self._model, self._seconds, self._prices, self._clock = model, seconds, prices, clock
        self._lock = threading.Lock()
        self._failed, self._closed_until = 0, 0.0

    def stream(self, instructions: str, message: str) -> Iterator[str]:
        """The text in pieces. Tried once more when nothing came. Raises ChatUnavailable."""
        if self._clock() < self._closed_until:
            raise ChatUnavailable(
                f"The chat model {self.name} failed {_FAILURES} times and is left alone for a minute."
            )
        until = self._clock() + self._seconds
        for last in (False, True):
            begun = False
            try:
                for piece in self._pieces(instructions, message, until):
                    begun = True
                    yield piece
            except GeneratorExit:  # whoever reads has heard enough, which is no fault of the model's
                self._note_success()
                raise
            except ChatUnavailable:
                if begun or last or self._clock() + _BETWEEN >= until:
                    self._note_failure()
                    raise
                time.sleep(_BETWEEN)
                continue
            self._note_success()
            return

    def _pieces(self, instructions: str, message: str, until: float) -> Iterator[str]:
        pieces, ended = 0, not self._says_its_end
        try:
            for chunk in self._model.stream([("system", instructions), ("human", message)]):
                self._count(getattr(chunk, "usage_metadata", None))
                ended = ended or any(key.endswith("_reason") and said for key, said in chunk.response_metadata.items())
                if text := str(chunk.text):
                    pieces += 1
                    yield text
                if self._clock() > until:
                    raise TimeoutError(f"over {self._seconds:g} seconds")
            if pieces and not ended:  # a connection that closes half-way looks like an end to the vendors' clients
                raise EOFError("broke off")
        except Exception as exc:  # each vendor has errors of its own; all of them become ours here
            raise ChatUnavailable(
                f"The chat model {self.name} could not be used ({type(exc).__name__}). Look at CARE_ACT_CHAT_MODEL, "
                "CARE_ACT_CHAT_URL and CARE_ACT_CHAT_KEY, and at the vendor's status page."
            ) from exc
        if not pieces:
            raise ChatUnavailable(f"The chat model {self.name} gave an empty answer. Try another model.")

    def _count(self, usage: Any) -> None:
        if not usage:
            return
        tokens_in, tokens_out = int(usage.get("input_tokens", 0)), int(usage.get("output_tokens", 0))
        cost = (tokens_in * self._prices[0] + tokens_out * self._prices[1]) / 1e6
        with self._lock:
            self.spent = replace(
                self.spent,
                tokens_in=self.spent.tokens_in + tokens_in,
                tokens_out=self.spent.tokens_out + tokens_out,
                cost=self.spent.cost + cost,
            )
        log.info("chat model %s: %d tokens in, %d out, cost %.6f", self.name, tokens_in, tokens_out, cost)

    def _note_success(self) -> None:
        with self._lock:
            self._failed = 0
            self.spent = replace(self.spent, calls=self.spent.calls + 1)

    def _note_failure(self) -> None:
        with self._lock:
            self._failed += 1
            self.spent = replace(self.spent, calls=self.spent.calls + 1, failures=self.spent.failures + 1)
            if self._failed >= _FAILURES:
                self._closed_until = self._clock() + _PAUSE


def open_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model of the settings, or None when none is set. Raises BadSetting."""
    if not settings.chat_model:
        return None
    from langchain.chat_models import init_chat_model

    provider = settings.chat_model.partition(":")[0]
    options: dict[str, Any] = {"temperature": 0}
    if provider == "ollama":
        options["client_kwargs"] = {"timeout": settings.chat_seconds}
    else:
        options |= {"timeout": settings.chat_seconds, "max_retries": 0}
    if provider == "openai":
        options["stream_usage"] = True
    if settings.chat_url:
        options["base_url"] = settings.chat_url
    if key := settings.chat_key.get_secret_value():
        options["api_key"] = key
    try:
        options |= json.loads(settings.chat_options or "{}")
        model = init_chat_model(settings.chat_model, **options)
    except Exception as exc:  # a package that is missing, a name that is unknown, a key that is not there
        raise BadSetting(
            f"The chat model '{settings.chat_model}' cannot be opened ({type(exc).__name__}: {exc}). Install its package, such as "
            "langchain-openai; write the setting as provider:name; give its key in CARE_ACT_CHAT_KEY; or unset it."
        ) from exc
    prices = (settings.chat_price_in, settings.chat_price_out)
    return ChatModel(model, settings.chat_model, settings.chat_seconds, prices, says_its_end=provider in _SAY_THEIR_END)


def prompt(name: str) -> Template:
    """A prompt from `assistant/prompts/`, with its `$fields`."""
    return Template(files("assistant").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8"))
