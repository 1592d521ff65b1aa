"""Loaded by Schemathesis: ids the server gave out take the place of made-up ones, so that more than refusals is tried."""

import os
import re
from typing import Any

import schemathesis

from assistant.web.shapes import TOKEN


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    for holder in (case.headers, case.path_parameters, case.body):
        for name, kind in (("X-Conversation", "CONVERSATION"), ("conversation", "CONVERSATION"), ("answer", "ANSWER")):
            if hasattr(holder, "get") and isinstance(found := holder.get(name), str) and re.fullmatch(TOKEN, found):
                holder[name] = os.environ[f"KNOWN_{kind}"]
