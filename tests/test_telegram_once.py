"""Each update is answered once and in order: duplicates, updates out of turn, and a process that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Built
from telegram_world import TOKEN, Update, World, bot_at_work, peer, telegram_settings

CHATS = 50
WAYS = ("Can I get a break from looking after my mum?", "how much savings can i have before i pay for care",
        "is there a cap on care costs", "what is a carers assessment", "moving from leeds to kent with a care package")  # fmt: skip


def shuffled(updates: list[Update], seed: int) -> list[Update]:
    """A third of the updates come twice or a few places late, as Telegram's webhooks may bring them."""
    rng, places = random.Random(seed), [(float(n), update) for n, update in enumerate(updates)]
    for n in rng.sample(range(len(updates)), len(updates) // 3):
        if rng.random() < 0.5:
            places.append((n + rng.uniform(0, 60), updates[n]))
        else:
            places[n] = (n + rng.uniform(0, 6), updates[n])
    return [update for _, update in sorted(places, key=lambda place: place[0])]


def replied_to(world: World) -> list[int]:
    """The messages the bot answered, in the order of its answers."""
    return [sent["reply_to_message"]["message_id"] for sent in world.sent()]


def assert_once_and_in_order(world: World, updates: list[Update]) -> None:
    """Exactly one reply to each message, and in each chat in the order they were written."""
    asked = [update["message"]["message_id"] for update in updates]
    counted = Counter(replied_to(world))
    assert {n: counted[n] for n in asked if counted[n] != 1} == {}, "answered never, or more than once"
    assert set(counted) == set(asked)
    for chat in {update["message"]["chat"]["id"] for update in updates}:
        order = [sent["reply_to_message"]["message_id"] for sent in world.sent(chat)]
        assert order == sorted(order)


def written(world: World, many: int, seed: int) -> list[Update]:
    rng = random.Random(seed)
    return [world.message(f"{rng.choice(WAYS)} ({n})", rng.randrange(1, CHATS + 1)) for n in range(many)]


@pytest.mark.parametrize("many", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_updates_twice_or_out_of_turn_are_answered_once_and_in_order(built: Built, tmp_path: Path, many: int) -> None:
    with peer() as world, bot_at_work(world, telegram_settings(built, tmp_path / "kept.db")):
        updates = written(world, many, seed=8)
        coming = shuffled(updates, seed=9)
        assert len(coming) > many
        for start in range(0, len(coming), 40):
            world.deliver(*coming[start : start + 40])
        world.settled()
        assert_once_and_in_order(world, updates)
        # Long after, some come yet again.
        world.deliver(*updates[::10])
        world.settled()
        assert_once_and_in_order(world, updates)
        assert world.refusals() == []


class Process:
    """The bot in a process of its own, which can be killed."""

    def __init__(self, built: Built, kept: Path, world: World) -> None:
        home = kept.with_name("home")  # of its own: two bots would want one file of slips
        home.mkdir(exist_ok=True)
        for part in built.home.iterdir():
            if not (home / part.name).exists() and not part.name.startswith("telegram"):
                (home / part.name).symlink_to(part)
        env = {
            "PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1",
            "CARE_ACT_HOME": str(home), "CARE_ACT_CORPUS": str(built.corpus), "CARE_ACT_TELEGRAM_TOKEN": TOKEN,
            "CARE_ACT_TELEGRAM_API": world.address, "CARE_ACT_DATABASE_URL": f"sqlite:///{kept}",
            "CARE_ACT_TELEGRAM_RATE": "1000", "CARE_ACT_RATE": "5000/minute",
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "telegram_bot_process"], env=env, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        """A test that failed leaves none behind."""
        if self._process.poll() is None:
            self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> str:
        """End it, and give what it said on the way."""
        self._process.send_signal(how)
        _, told = self._process.communicate(timeout=300)  # a stop waits for answers under way, on a busy machine too
        return told


# Not in `make test`, because it takes minutes.
@pytest.mark.slow
@pytest.mark.parametrize("kills", [2, 12])
def test_killed_in_the_middle_nothing_is_lost_and_nothing_is_said_twice(
    built: Built, tmp_path: Path, kills: int
) -> None:
    rng, updates = random.Random(4), list[Update]()
    with peer() as world:
        for _ in range(kills):
            fresh = written(world, 50, seed=len(updates))
            updates += fresh
            world.deliver(*shuffled(fresh, seed=6))
            before = len(world.sent())
            with Process(built, tmp_path / "kept.db", world) as bot:
                world.until(lambda before=before: len(world.sent()) > before + 5, "some answers")
                time.sleep(rng.uniform(0, 0.2))
                bot.end(signal.SIGKILL)
        with Process(built, tmp_path / "kept.db", world) as bot:
            world.settled()
            assert bot.end(signal.SIGTERM) == ""
        assert_once_and_in_order(world, updates)


def test_a_bot_that_is_asked_to_stop_finishes_and_acknowledges_what_it_has_begun(built: Built, tmp_path: Path) -> None:
    with peer() as world:
        updates = written(world, 30, seed=1)
        world.deliver(*updates)
        with Process(built, tmp_path / "kept.db", world) as bot:
            world.until(lambda: len(world.sent()) > 3, "some answers")
            assert bot.end(signal.SIGTERM) == ""
        left: list[Any] = world.pending()
        assert set(replied_to(world)).isdisjoint(update["message"]["message_id"] for update in left)
        assert len(left) + len(world.sent()) == len(updates)
