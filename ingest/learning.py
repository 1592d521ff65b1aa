"""Learns what tells a card from its neighbours: one small linear layer over the model's vectors, trained at build time.

A softmax classifier over unit vectors (cosine times a scale) with one prototype a card, starting from the mean of the
card's texts. It takes seconds and half a megabyte; training the model itself took minutes an epoch and 90 MB.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.embedding import Vectors
from assistant.learned import Learned
from assistant.library import EntryKind, EntryRow

EPOCHS, BATCH, SCALE, SMOOTHING, NOISE = 25, 512, 12.0, 0.1, 0.01
_RATE_OF_CARDS, _RATE_OF_MAP, _DECAY = 5e-3, 1e-3, 1e-3
# How much a text of each kind teaches: people's own wordings most, single statements least.
_TEACHES = {EntryKind.ASKED: 1.0, EntryKind.TITLE: 1.0, EntryKind.BODY: 1.0, EntryKind.STATEMENT: 0.3}


def learn(rows: Sequence[EntryRow], vectors: Vectors, card_ids: Sequence[str]) -> Learned:
    """Prototypes of the cards (cards by dimensions) and the map a question goes through before it meets them.

    `rows` name the rows of `vectors`. The same input gives the same result on the same machine.
    """
    if not card_ids:  # a library of official texts alone
        size = vectors.shape[1]
        return Learned(np.eye(size, dtype=np.float32), vectors[:0], np.zeros(0, dtype=np.float32))
    import torch

    torch.manual_seed(0)
    numbers = {card: n for n, card in enumerate(card_ids)}
    kept = [n for n, row in enumerate(rows) if row.owner in numbers and row.kind in _TEACHES]
    labels = np.asarray([numbers[rows[n].owner] for n in kept])
    teaches = np.asarray([_TEACHES[rows[n].kind] for n in kept], dtype=np.float32)
    texts = vectors[kept]
    first = np.zeros((len(card_ids), vectors.shape[1]), dtype=np.float32)
    np.add.at(first, labels, texts * teaches[:, None])
    first /= np.linalg.norm(first, axis=1, keepdims=True) + 1e-9

    prototypes = torch.nn.Parameter(torch.from_numpy(first))
    shift = torch.nn.Parameter(torch.zeros(len(card_ids)))
    mapping = torch.nn.Parameter(torch.eye(vectors.shape[1]))
    groups = [{"params": [prototypes, shift], "lr": _RATE_OF_CARDS}, {"params": [mapping], "lr": _RATE_OF_MAP}]
    optimiser = torch.optim.AdamW(groups, weight_decay=_DECAY)
    steps = EPOCHS * (len(kept) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    x, y, w = torch.from_numpy(texts), torch.from_numpy(labels), torch.from_numpy(teaches)
    unit = torch.nn.functional.normalize
    for _ in range(EPOCHS):
        for part in torch.split(torch.randperm(len(x)), BATCH):
            noisy = x[part] + NOISE * torch.randn(len(part), x.shape[1])
            scores = SCALE * unit(noisy @ mapping, dim=1) @ unit(prototypes, dim=1).T + shift
            losses = torch.nn.functional.cross_entropy(scores, y[part], reduction="none", label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            torch.autograd.backward((losses * w[part]).mean())
            optimiser.step()
            schedule.step()
    with torch.no_grad():
        return Learned(mapping.numpy(), (SCALE * unit(prototypes, dim=1)).numpy(), shift.numpy())
