"""Names and seals of conversations: only who knows the channel, the identity and the secret can find or open a row.

A row is found by a digest of the conversation's name (`conversation_key`) and sealed with a key made from that name, which
nobody keeps.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from assistant.errors import ConversationsUnavailable

_SECRET_BYTES = 32


def conversation_key(channel: str, identity: str, secret: bytes) -> str:
    """The name of a conversation: a keyed hash that gives away neither the channel nor who is talking."""
    return hmac.new(secret, json.dumps([channel, identity]).encode(), hashlib.sha256).hexdigest()


def conversation_secret(home: Path) -> bytes:
    """The secret of `conversation_key`, made once under `home` and readable by its owner only."""
    path = home / "conversations.secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = home / f".{path.name}.{secrets.token_hex(8)}"
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                out.write(secrets.token_bytes(_SECRET_BYTES))
            try:
                os.link(fresh, path)  # unlike a rename, never replaces the secret another process has just made
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        secret = path.read_bytes()
    except OSError as exc:
        raise ConversationsUnavailable(
            f"The secret of the conversations in {home} cannot be read or made ({exc.strerror}). Make the folder writable."
        ) from exc
    if len(secret) != _SECRET_BYTES:
        raise ConversationsUnavailable(f"{path} is damaged. Remove it: conversations in progress are then forgotten.")
    return secret


def row_of(key: str) -> str:
    """Where the conversation of a name is kept. It does not give the name away."""
    return hashlib.sha256(b"row" + key.encode()).hexdigest()


def seal_of(key: str) -> Fernet:
    """What opens and closes the conversation of a name."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal" + key.encode()).digest()))
