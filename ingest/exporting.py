"""Exports the embedding model to ONNX at build time, so that answering needs no torch.

Mean pooling (or what the model uses) and normalising go into the exported graph. An export is kept in the library's
folder `models`, named by its content and shared between builds; it is used only when it gives the original's vectors.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.ear import FILE as EAR_FILE
from assistant.ear import LAYERS_BELOW, EarFile
from assistant.embedding import Embedder, SentenceTransformerEmbedder
from assistant.errors import ModelUnavailable
from assistant.exported import (
    GRAPH,
    MIDDLE,
    MODEL_FILE,
    RECORD,
    RECORD_FILE,
    TOKENIZER_FILE,
    VECTORS,
    Export,
    ExportedEar,
    ExportedEmbedder,
    file_sha256,
    read_export,
)

log = logging.getLogger("care_act")

LEAST_COSINE = 0.9999
CHECKED = 500  # texts of the corpus that both models embed, drawn evenly from the shortest to the longest


def exported(embedder: Embedder, texts: Sequence[str], models: Path) -> tuple[Embedder, str]:
    """The same model exported, with the name of its folder under `models`; made when it is not there yet.

    A model that cannot be exported comes back as it is, with an empty name. Raises ModelUnavailable when the original
    has to be loaded and cannot be.
    """
    if not isinstance(embedder, SentenceTransformerEmbedder):
        return embedder, ""
    held = _held(models, embedder.name)
    if held is None:
        model = embedder.loaded()
        try:
            held = _make(model, embedder, texts, models)
        except Exception as exc:  # the exporter raises what the model's own code raises
            log.warning(
                "%s cannot be exported (%s: %s); answers use it through sentence-transformers",
                embedder.name,
                type(exc).__name__,
                exc,
            )
            return embedder, ""
    return ExportedEmbedder(models / held, embedder.threads), held


def take_ear(ear: EarFile | None, embedder: Embedder, library: Path) -> ExportedEar | None:
    """Copy the corpus's ear into a library, and open it; None when there is none, or it was made over another model."""
    if ear is None or not isinstance(embedder, ExportedEmbedder) or embedder.name != ear.model:
        return None
    shutil.copyfile(ear.path, library / EAR_FILE)
    return ExportedEar(embedder, library / EAR_FILE)


def forget_unused(models: Path, used: Sequence[str]) -> None:
    """Delete exported models that no build names."""
    for folder in models.iterdir() if models.is_dir() else ():
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


def _held(models: Path, name: str) -> str | None:
    for folder in sorted(models.iterdir()) if models.is_dir() else ():
        try:
            if folder.name.startswith("."):
                continue
            export = read_export(folder)
            if (export.model, export.graph) == (name, GRAPH):
                return folder.name
        except ModelUnavailable:  # damaged: made anew
            shutil.rmtree(folder, ignore_errors=True)
    return None


def _make(model: Any, original: SentenceTransformerEmbedder, texts: Sequence[str], models: Path) -> str:
    if model.default_prompt_name is not None:
        raise ValueError("it puts a prompt before every text, which the export does not know")
    aside = models / f".{os.getpid()}.partial"
    aside.mkdir(parents=True, exist_ok=True)
    try:
        _write(model, aside)
        sha256 = {name: file_sha256(aside / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
        export = Export(original.name, int(model.max_seq_length), 0.0, 0, sha256, GRAPH)
        (aside / RECORD_FILE).write_bytes(RECORD.dump_json(export))
        checked = sorted(set(texts), key=len)[:: max(1, len(set(texts)) // CHECKED)]
        cosine = least_cosine(original, ExportedEmbedder(aside, original.threads), checked)
        if cosine < LEAST_COSINE:
            raise ValueError(f"a cosine of {cosine:.6f} to the original, and {LEAST_COSINE} is the least")
        export = replace(export, cosine=round(cosine, 7), texts=len(checked))
        (aside / RECORD_FILE).write_bytes(RECORD.dump_json(export, indent=1))
        name = sha256[MODEL_FILE][:16]
        if not (models / name).is_dir():
            aside.rename(models / name)
        return name
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def least_cosine(one: Embedder, other: Embedder, texts: Sequence[str]) -> float:
    """The least cosine between two models' vectors of the same text."""
    return min(
        (
            float((one.embed(texts[n : n + 64]) * other.embed(texts[n : n + 64])).sum(axis=1).min())
            for n in range(0, len(texts), 64)
        ),
        default=1.0,
    )


@contextmanager
def _overheard(model: Any) -> Iterator[list[Any]]:
    """What the layer below the ear makes of the words while the model runs; nothing for a model that is built otherwise."""
    middle: list[Any] = []
    encoder = getattr(getattr(model[0], "auto_model", None), "encoder", None)
    layers = getattr(encoder, "layer", ())
    if len(layers) <= LAYERS_BELOW:
        yield middle
        return
    hook = layers[LAYERS_BELOW - 1].register_forward_hook(
        lambda _layer, _given, made: middle.append(made[0] if isinstance(made, tuple) else made)
    )
    try:
        yield middle
    finally:
        hook.remove()


def _write(model: Any, folder: Path) -> None:
    """The graph from token ids to unit vectors, and the tokenizer."""
    import torch

    names = [
        name for name in ("input_ids", "attention_mask", "token_type_ids") if name in model.tokenizer.model_input_names
    ]

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *features: torch.Tensor) -> tuple[torch.Tensor, ...]:
            with _overheard(model) as middle:
                vectors = self.model(dict(zip(names, features, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1), *middle

    # Two texts of different lengths, so that neither the number of texts nor their length is taken for fixed.
    example = model.tokenizer(["a short text", "a text that is somewhat longer"], padding=True, return_tensors="pt")
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer doubts each shape it meets; the vectors are compared instead
        torch.onnx.export(
            Graph().eval(),
            tuple(example[name] for name in names),
            str(folder / MODEL_FILE),
            input_names=names,
            output_names=[VECTORS, MIDDLE],
            dynamic_axes={**dict.fromkeys(names, axes), VECTORS: {0: "texts"}, MIDDLE: axes},
            dynamo=False,  # 2 s where the other exporter takes 12, and the same vectors
            external_data=False,
        )
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
