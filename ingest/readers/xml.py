"""The one way XML is opened: no entities, no network, no document types."""

from __future__ import annotations

from typing import Any

from lxml import etree

from ingest.readers.document import Unreadable


def parse_xml(raw: bytes) -> Any:
    """The root element. Raises Unreadable for what is not well-formed, or declares a document type or entities."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise Unreadable(f"it is not well-formed XML ({str(exc)[:120]}). Fetch it again.") from exc
    if root.getroottree().docinfo.doctype:
        raise Unreadable("it declares a document type, which official texts never do. It may be meant to do harm.")
    return root


def local(element: Any) -> str:
    """An element's name without its namespace; empty for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def below(element: Any, *names: str) -> Any | None:
    """The first element directly below that has one of the names."""
    return next((child for child in element if local(child) in names), None)
