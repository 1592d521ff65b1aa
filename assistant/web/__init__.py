"""The web front: a JSON API, and a plain page that works without JavaScript."""

from assistant.web.app import create_app

__all__ = ["create_app"]
