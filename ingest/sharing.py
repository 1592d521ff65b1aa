"""Puts a finished library's passages on a Chroma server, before the library is swapped in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.chroma import PASSAGES_COLLECTION, chroma_errors, close_chroma, connect_chroma, open_chroma, shared_name
from assistant.errors import CareActError

BATCH = 500  # a server refuses bodies that are too large


def share_passages(folder: Path, library: str, url: str, kept: Sequence[str]) -> None:
    """Make a collection of the library's own on the server, and delete those of libraries that are not `kept`.

    What runs on the old library goes on asking the old collection. Raises CareActError when the server did not take it.
    """
    try:
        store = open_chroma(folder / "chroma")
        rows = store.get_collection(PASSAGES_COLLECTION, embedding_function=None).get(
            include=["embeddings", "documents", "metadatas"]
        )
        store.close()
        server = connect_chroma(url)
        collection = server.get_or_create_collection(
            shared_name(library), embedding_function=None, metadata={"hnsw:space": "cosine"}
        )
        for start in range(0, len(rows["ids"]), BATCH):
            part = slice(start, start + BATCH)
            collection.upsert(
                ids=rows["ids"][part],
                embeddings=rows["embeddings"][part],
                documents=rows["documents"][part],
                metadatas=rows["metadatas"][part],
            )
        if collection.count() != len(rows["ids"]):
            raise CareActError(
                f"The Chroma server kept {collection.count()} of {len(rows['ids'])} passages. Build again."
            )
        needed = {shared_name(name) for name in (library, *kept)}
        for held in server.list_collections():
            if held.name.startswith(shared_name("")) and held.name not in needed:
                server.delete_collection(held.name)
        close_chroma(server)
    except chroma_errors() as exc:
        raise CareActError(
            f"The Chroma server cannot be filled ({type(exc).__name__}). Start it, check CARE_ACT_CHROMA_URL, and build again; "
            "the library in use is as it was."
        ) from exc
