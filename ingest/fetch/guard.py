"""Connects to public addresses only: a web address somebody gives us must not reach into the network we stand in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

from assistant.errors import BadSource


class Guarded(httpcore.NetworkBackend):
    """Looks a name up once, refuses it when any of its addresses is private, and connects to what was looked up.

    So neither a redirect nor a name that changes its address between two look-ups gets through. `private` holds the
    hosts (`name` or `name:port`) that the operator allows all the same.
    """

    def __init__(self, private: Iterable[str] = ()) -> None:
        self._private, self._inner = frozenset(private), httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a public address. Raises BadSource for a private one."""
        address = self._looked_up(host, port)
        return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: no official text lies behind one."""
        del timeout, socket_options
        raise BadSource(f"{path} is a local socket. Give a web address.")

    def sleep(self, seconds: float) -> None:
        """As the inner one."""
        self._inner.sleep(seconds)

    def _looked_up(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as exc:
            raise httpcore.ConnectError(f"the name {host} cannot be looked up") from exc
        addresses = [str(entry[4][0]) for entry in found]
        if not {host, f"{host}:{port}"} & self._private:
            for address in addresses:
                if not is_public(address):
                    raise BadSource(
                        f"{host} is at {address}, a private address, and is not asked. If it is your own intranet, name it in "
                        f"CARE_ACT_PRIVATE_HOSTS ({host}:{port})."
                    )
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is reached over the public internet, also when an older one is wrapped in it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if wrapped is not None and not wrapped.is_global:
            return False
        if found in _NAT64 and not ipaddress.IPv4Address(int(found) & 0xFFFFFFFF).is_global:
            return False
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
