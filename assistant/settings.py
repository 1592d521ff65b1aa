"""One frozen Settings, read once at the edge from the environment (prefix CARE_ACT_)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import BadSetting

PREFIX = "CARE_ACT_"


class Settings(BaseSettings):
    """Everything an operator can choose. Each field is set by CARE_ACT_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(Path("var"), description="folder that holds the library and everything else that changes")
    corpus: Path | None = Field(None, description="folder of cards and data; the packaged one when not set")
    model: str = Field(
        "", description="sentence-transformers model: a path or hub name; the packaged MiniLM when empty"
    )
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the web server listens on")
    threads: int = Field(2, ge=1, le=64, description="processor threads the embedding model may use")
    weights: str = Field(
        "", description="weights of the fusion, as name=value pairs with commas; see assistant/card_index.py"
    )
    second_ear: bool = Field(
        True, description="whether danger is listened for beyond the fixed patterns; off only to measure what it buys"
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="what is logged at least; debug adds a line for each step of the road"
    )
    log_format: Literal["auto", "json", "plain"] = Field(
        "auto", description="how a log line looks; auto is plain on a terminal and JSON elsewhere"
    )
    traces_url: str = Field(
        "", description="an OpenTelemetry collector, http://host:4317; nothing is traced when empty"
    )
    chroma_url: str = Field(
        "", description="a Chroma server that several processes share, http://host:port; embedded when empty"
    )
    database_url: str = Field(
        "", description="where conversations are kept: a SQLAlchemy address; an SQLite file under the home when empty"
    )
    conversation_minutes: float = Field(
        30, gt=0, le=1440, description="how long a conversation is kept after its last word"
    )

    origins: str = Field(
        "", description="web origins whose pages may use the API, with commas: https://council.example"
    )
    rate: str = Field(
        "30/minute;300/hour", description="questions one public address may ask; a conversation may ask the first part"
    )
    staff_rate: str = Field("600/minute", description="questions one staff key may ask")
    limits_url: str = Field(
        "memory://", description="where the counts stand that limit questions; redis://host for several"
    )
    proxies: str = Field("127.0.0.1", description="addresses whose X-Forwarded-For is believed, with commas")
    telegram_token: SecretStr = Field(SecretStr(""), description="the bot's token, from @BotFather")
    telegram_webhook: str = Field(
        "", description="public https address Telegram brings messages to; the bot asks for them when empty"
    )
    telegram_secret: SecretStr = Field(
        SecretStr(""), description="what proves that a message comes from Telegram; made from the token when empty"
    )
    telegram_api: str = Field("https://api.telegram.org", description="the Bot API server, such as one of your own")
    telegram_rate: float = Field(
        25, gt=0, le=1000, description="messages a second to all chats together; Telegram allows 30"
    )

    chat_model: str = Field(
        "", description="chat model that words answers, as provider:name (openai:gpt-4.1-mini); none when empty"
    )
    chat_url: str = Field("", description="address of the chat model, when it is not the vendor's own")
    chat_key: SecretStr = Field(SecretStr(""), description="key of the chat model; the vendor's own variable works too")
    chat_seconds: float = Field(20, gt=0, le=120, description="seconds a chat model has for a whole answer")
    chat_options: str = Field("", description="more options for the chat model, as a JSON object")
    chat_price_in: float = Field(0, ge=0, description="price of a million tokens read, to count what is spent")
    chat_price_out: float = Field(0, ge=0, description="price of a million tokens written")

    private_hosts: str = Field(
        "",
        description="hosts on a private network that documents may be fetched from, with commas: intranet.example:8080",
    )
    contact: str = Field("", description="an address of yours, told to the servers that documents are fetched from")

    @property
    def originals_dir(self) -> Path:
        """Where documents fetched or added are kept."""
        return self.home / "originals"

    @property
    def conversations_url(self) -> str:
        """The database of conversations in use."""
        return self.database_url or f"sqlite:///{self.home / 'conversations.db'}"

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins whose pages may use the API."""
        return tuple(origin.strip().rstrip("/").lower() for origin in self.origins.split(",") if origin.strip())

    @property
    def corpus_dir(self) -> Path:
        """The corpus in use: the one set, the one in a checkout, or the one inside the installed package."""
        if self.corpus is not None:
            return self.corpus
        here = Path(__file__).resolve().parent
        packaged = here / "_corpus"
        return packaged if packaged.is_dir() else here.parent / "corpus"

    @property
    def library_dir(self) -> Path:
        """Where finished libraries stand."""
        return self.home / "library"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment. Raises BadSetting that names an unknown or unusable one."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise BadSetting(
                f"The setting {name} is unknown. Known ones: {', '.join(sorted(known))}. Unset it or mend its name."
            )
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as exc:
        first = exc.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else PREFIX
        raise BadSetting(f"The setting {name} cannot be used: {first['msg']}. Change it or unset it.") from exc
