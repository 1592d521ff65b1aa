"""The widget on other people's pages: one script, and the two pages of ours that show it (`/demo`, `/staff`).

The script is joined from the modules of `widget/`, so that a maintainer edits plain files and no build step is needed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import HTMLResponse, Response

from assistant.web.guard import PAGE_POLICY

router = APIRouter(include_in_schema=False)
_WIDGET = Path(__file__).parent / "widget"
_PAGES = Path(__file__).parent / "templates"
_FIRST = "element.js"
_IMPORT = re.compile(r'^import .*? from "\./(.+?)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const)\b)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """The widget as it is sent."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def script() -> Script:
    """The modules of `widget/` and its style sheet as one classic script: each after those it imports, in one scope of their own."""
    import minify  # a library in Go, with threads of its own: only where the widget is asked for

    modules: dict[str, str] = {}
    _gather(_FIRST, modules)
    style = minify.string("text/css", (_WIDGET / "widget.css").read_text(encoding="utf-8"))
    body = "".join([f"const STYLE = {json.dumps(style)};\n", *modules.values()])
    plain = minify.string("application/javascript", f'(() => {{\n"use strict";\n{body}}})();\n').encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:20]}"')


def _gather(name: str, modules: dict[str, str]) -> None:
    """Put a module after everything it imports. They share one scope, so no two may declare the same name."""
    if name in modules:
        return
    source = (_WIDGET / name).read_text(encoding="utf-8")
    for imported in _IMPORT.findall(source):
        _gather(imported, modules)
    modules[name] = _EXPORT.sub("", _IMPORT.sub("", source))


@router.get("/widget.js")
def widget(
    encodings: Annotated[str, Header(alias="Accept-Encoding")] = "",
    known: Annotated[str, Header(alias="If-None-Match")] = "",
) -> Response:
    """The script that gives pages `<care-act-chat>`."""
    made = script()
    headers = {
        "ETag": made.tag,
        "Cache-Control": "public, max-age=3600",
        "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin",  # it is made to be taken by other sites
        "Access-Control-Allow-Origin": "*",  # for pages that check its digest (integrity="…"); it holds nothing secret
    }
    if made.tag in known:
        return Response(status_code=304, headers=headers)
    packed = "gzip" in encodings.lower()
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(made.packed if packed else made.plain, media_type="text/javascript", headers=headers)


@router.get("/demo", response_class=HTMLResponse)
def demo() -> Response:
    """A page as a council's might be, with the widget on it."""
    return _page("demo.html")


@router.get("/staff", response_class=HTMLResponse)
def staff() -> Response:
    """The staff view. Nothing on it is secret, and no key is: an intranet's server may add one to the requests."""
    return _page("staff.html")


def _page(name: str) -> Response:
    return HTMLResponse((_PAGES / name).read_bytes(), headers={"Content-Security-Policy": PAGE_POLICY})
