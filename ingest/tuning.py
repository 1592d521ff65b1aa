"""Tunes the upper half of the embedding model to hear danger and abuse: `corpus/ear.onnx`, made by `care-act ingest tune`.

Run by hand after messages changed much: it takes some 20 minutes on two cores, too long for every build. The lower layers stay
as they are, so an answer runs them once for the vector and for the ear. Every second ordinary phrasing is left out, by its
checksum (`is_taught`), so that a build can set the bounds of alarms on phrasings the ear never saw.
"""

from __future__ import annotations

import hashlib
import json
import random
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain import Status
from assistant.ear import FILE, KINDS, LAYERS_BELOW, RECORD_FILE, EarFile, is_taught
from assistant.embedding import SentenceTransformerEmbedder
from ingest.hearing import Message, digest_of_messages, ordinary_phrasings
from ingest.shelf import read_shelf

Progress = Callable[[int, int, float], None]  # step, steps, loss

EPOCHS, BATCH = 3, 32
LONGEST = 160  # tokens read in training; more tell little and cost much
_OF_A_PHRASING = 0.6  # how much an ordinary phrasing teaches, beside 1 for a labelled message
_RATE_OF_LAYERS, _RATE_OF_HEAD, _DECAY, _SMOOTHING, _WARMING, _STEEPEST = 8e-5, 1e-3, 0.01, 0.05, 0.1, 1.0
_ABOUT = "# What ear.onnx was made from (`care-act ingest tune`). Not to be changed by hand."
_STEPS = 127  # an int8 weight is one of so many steps to either side


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text, the number of its kind (`KINDS`), and how much it teaches."""

    text: str
    kind: int
    worth: float


def lessons(messages: Sequence[Message], ordinary: Sequence[str]) -> list[Lesson]:
    """What the ear is taught: every labelled message, and every second ordinary phrasing as calm."""
    taught = [Lesson(message.text, KINDS.index(message.status), 1.0) for message in messages]
    return taught + [Lesson(text, KINDS.index(Status.ANSWERED), _OF_A_PHRASING) for text in ordinary if is_taught(text)]


def make_ear(
    corpus: Path, embedder: SentenceTransformerEmbedder, epochs: int = EPOCHS, progress: Progress | None = None
) -> EarFile:
    """Tune the ear of a corpus on its messages and its cards' phrasings, and write `ear.onnx` with its record.

    The earlier ear stays until the new one is whole. Raises BadCorpus when the corpus cannot be read, ModelUnavailable.
    """
    shelf = read_shelf(corpus, None)
    taught = lessons(shelf.messages, [text for _, text in ordinary_phrasings(shelf.cards)])
    aside = corpus / f".{FILE}.partial"
    try:
        write_ear(tune(embedder.loaded(), taught, epochs, progress), aside)
        sha256 = hashlib.sha256(aside.read_bytes()).hexdigest()
        aside.replace(corpus / FILE)
    finally:
        aside.unlink(missing_ok=True)
    record = {"model": embedder.name, "sha256": sha256, "messages": digest_of_messages(shelf.messages)}
    lines = [f"{name} = {json.dumps(value)}" for name, value in record.items()]
    (corpus / RECORD_FILE).write_text("\n".join((_ABOUT, *lines, "")), encoding="utf-8")
    return EarFile(corpus / FILE, **record)


def tune(model: Any, taught: Sequence[Lesson], epochs: int = EPOCHS, progress: Progress | None = None) -> Any:
    """The upper layers and a head, trained: a torch module from middle and mask to one score a kind.

    `model` is a sentence-transformers model over a BERT. The same input gives the same result on the same machine.
    """
    import torch

    torch.manual_seed(0)
    shuffled = random.Random(0)
    below = _Below(model, [lesson.text for lesson in taught])
    ear = _ear(model)
    groups = [
        {"params": ear.layers.parameters(), "lr": _RATE_OF_LAYERS},
        {"params": ear.head.parameters(), "lr": _RATE_OF_HEAD},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=_DECAY)
    steps = epochs * len(_batches(below.lengths, random.Random(0)))
    rates = [_RATE_OF_LAYERS, _RATE_OF_HEAD]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps + 1, pct_start=_WARMING)
    step = 0
    for _ in range(epochs):
        for batch in _batches(below.lengths, shuffled):
            kinds = torch.tensor([taught[n].kind for n in batch])
            worth = torch.tensor([taught[n].worth for n in batch])
            said = ear(*below.rows(batch))
            losses = torch.nn.functional.cross_entropy(said, kinds, reduction="none", label_smoothing=_SMOOTHING)
            loss = (losses * worth).mean()
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(ear.layers.parameters(), _STEEPEST)
            optimiser.step()
            schedule.step()
            step += 1
            if progress:
                progress(step, steps, loss.item())
    return ear.eval()


def write_ear(ear: Any, path: Path) -> float:
    """Write the ear as ONNX with its weights in 8 bits, a scale a row; the largest share a weight moved by."""
    import torch

    moved = _to_8_bits(ear)
    example = torch.zeros(2, 5, ear.head.in_features // 2), torch.ones(2, 5, dtype=torch.int64)
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer doubts each shape it meets; the tests compare what comes out
        torch.onnx.export(
            ear,
            example,
            str(path),
            input_names=["middle", "attention_mask"],
            output_names=["kinds"],
            dynamic_axes={"middle": axes, "attention_mask": axes, "kinds": {0: "texts"}},
            do_constant_folding=False,  # the 8 bits stay in the file; onnxruntime makes floats of them once, when it loads
            dynamo=False,
            external_data=False,
        )
    return moved


def _ear(model: Any) -> Any:
    """The upper layers, to be tuned, and a head over the mean and the largest of what they make of each word."""
    import copy

    import torch

    encoder = model[0].auto_model

    class Ear(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(copy.deepcopy(layer) for layer in encoder.encoder.layer[LAYERS_BELOW:])
            self.head = torch.nn.Linear(2 * encoder.config.hidden_size, len(KINDS))

        def forward(self, middle: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            said = _through(self.layers, middle, attention_mask)
            word = attention_mask[:, :, None].to(said.dtype)
            mean = (said * word).sum(1) / word.sum(1)
            largest = (said + (word - 1) * 1e4).max(1).values
            out: torch.Tensor = self.head(torch.cat([mean, largest], 1))
            return out

    return Ear().train()


def _through(layers: Any, hidden: Any, attention_mask: Any) -> Any:
    unread = (1 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e9
    for layer in layers:
        made = layer(hidden, unread)
        hidden = made[0] if isinstance(made, tuple) else made
    return hidden


class _Below:
    """What the layers below make of each text, worked out once: they are not trained."""

    def __init__(self, model: Any, texts: Sequence[str]) -> None:
        import torch

        encoder = model[0].auto_model.eval()
        ids = [model.tokenizer(text, truncation=True, max_length=LONGEST)["input_ids"] for text in texts]
        self.lengths = [len(each) for each in ids]
        self._hidden: list[Any] = [None] * len(ids)
        in_order = sorted(range(len(ids)), key=lambda n: self.lengths[n])
        with torch.no_grad():
            for start in range(0, len(in_order), 2 * BATCH):
                batch = in_order[start : start + 2 * BATCH]
                padded = model.tokenizer.pad({"input_ids": [ids[n] for n in batch]}, return_tensors="pt")
                hidden = encoder.embeddings(padded["input_ids"])
                hidden = _through(encoder.encoder.layer[:LAYERS_BELOW], hidden, padded["attention_mask"])
                for row, n in enumerate(batch):
                    self._hidden[n] = hidden[row, : self.lengths[n]].half()

    def rows(self, batch: Sequence[int]) -> tuple[Any, Any]:
        """The texts of a batch, padded, and which of their tokens are words."""
        import torch

        longest = max(self.lengths[n] for n in batch)
        middle = torch.zeros(len(batch), longest, self._hidden[batch[0]].shape[1])
        mask = torch.zeros(len(batch), longest, dtype=torch.int64)
        for row, n in enumerate(batch):
            middle[row, : self.lengths[n]] = self._hidden[n].float()
            mask[row, : self.lengths[n]] = 1
        return middle, mask


def _batches(lengths: Sequence[int], shuffled: random.Random) -> list[list[int]]:
    """Every text once, texts of like length together, in a new order each time."""
    order = list(range(len(lengths)))
    shuffled.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), 20 * BATCH):
        alike = sorted(order[start : start + 20 * BATCH], key=lambda n: lengths[n])
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    shuffled.shuffle(batches)
    return batches


def _to_8_bits(ear: Any) -> float:
    """Put 8-bit weights in the place of those of every linear layer; the largest share of a row's largest that one moved by."""
    import torch

    class Small(torch.nn.Module):
        weight: torch.Tensor
        scale: torch.Tensor
        bias: torch.Tensor

        def __init__(self, linear: Any) -> None:
            super().__init__()
            scale = linear.weight.detach().abs().amax(1, keepdim=True) / _STEPS
            self.register_buffer("weight", torch.round(linear.weight.detach() / scale).to(torch.int8))
            self.register_buffer("scale", scale)
            self.register_buffer("bias", linear.bias.detach())

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.linear(x, self.weight.to(torch.float32) * self.scale, self.bias)

    moved = 0.0
    for module in list(ear.layers.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, torch.nn.Linear):
                small = Small(child)
                whole = small.weight.to(torch.float32) * small.scale
                moved = max(moved, float(((whole - child.weight.detach()).abs() / (small.scale * _STEPS)).max()))
                setattr(module, name, small)
    return moved
