"""Web addresses as operators and servers write them: which can be asked, and where one sends on to."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

from assistant.errors import BadSource

_SIGNS = "%/:=&?~#+!$,;'@()*[]"  # that stand for themselves in an address


def is_address(url: str) -> bool:
    """Whether a program can ask for it: a web address with a host, no password, and nothing but plain letters."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        return known and parts.username is None and url.isascii() and url.isprintable() and " " not in url
    except ValueError:  # brackets that do not close, or a port that is no number
        return False


def sent_on(url: str, target: str) -> str:
    """The address a server sends on to, its other letters as signs that an address may hold. Raises BadSource when it is none."""
    try:
        return urljoin(url, quote(target.encode("latin-1"), safe=_SIGNS))  # headers are read as Latin-1, byte by byte
    except ValueError as exc:
        raise BadSource(
            f"{url} sends on to something that is no address. Look the page up, and mend its address."
        ) from exc
