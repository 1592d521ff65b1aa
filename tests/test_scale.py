"""Two web workers and the bot on one Chroma server, one PostgreSQL and one Redis: as one, and each broken in turn.

What breaks things takes minutes: `make faults`. It prints the table that assistant/pages/faults.md shows.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import engines
import pytest
import sqlalchemy as sa
from conftest import Built, make_small_corpus
from small_cards import STATUTE
from street import QUESTIONS, Street, open_street
from test_models import Stub, stub

from assistant import chroma
from assistant.library import current_folder
from assistant.testing import HashEmbedder
from assistant.web.desk import NOT_KEPT
from ingest.build import build_library

pytestmark = engines.LEFT_OPEN
__all__ = ["stub"]  # a chat model over real HTTP
REST = chroma.REST + 1  # seconds after which an engine that was away is asked again


@pytest.fixture(scope="module")
def street(real_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    texts = folder / "texts"
    texts.mkdir()
    (texts / "act.md").write_text(STATUTE.replace("ukpga-2014-99", "ukpga-2014-23"), encoding="utf-8")
    built = Built(make_small_corpus(real_corpus, folder / "corpus"), folder / "home")
    with open_street(built, texts, folder) as running:
        yield running
        print("\n" + "\n".join(running.rows))  # noqa: T201 - the table is what this run is for


def test_every_worker_and_the_bot_answer_as_one_process_does(street: Street) -> None:
    street.seen("none", 0)
    street.seen("none", 1)


def test_a_conversation_goes_on_at_another_worker(street: Street) -> None:
    conversation = street.post(0, "conversation").json()["conversation"]
    for n in range(4):
        answer = street.ask(n % 2, QUESTIONS[n % 2], conversation=conversation).json()
        assert (answer["conversation"]["messages"], answer["conversation"]["kept"]) == (n, True)


def test_an_address_is_limited_by_all_workers_together(street: Street) -> None:
    with street.another(CARE_ACT_RATE="4/hour") as one, street.another(CARE_ACT_RATE="4/hour") as other:
        asked = [street.ask((one, other)[n % 2], QUESTIONS[0], "198.51.100.9").status_code for n in range(6)]
    assert asked == [200, 200, 200, 200, 429, 429]


@pytest.mark.slow  # a build under load
def test_a_new_library_is_taken_up_with_no_failed_request(street: Street) -> None:
    card = next(street.built.corpus.rglob("a-break.md"))
    words, old, library = card.read_text(encoding="utf-8"), dict(street.known), street.built.settings.library_dir
    card.write_text(words.replace("say you need a break.", "say you need a rest."), encoding="utf-8")
    url, before = street.workers[0].environment["CARE_ACT_CHROMA_URL"], current_folder(library)
    with street.crowd() as told:
        build_library(street.built.corpus, library, HashEmbedder(), street.texts, chroma_url=url)
        assert current_folder(library) != before
        street.until(lambda: all("a rest" in street.ask(n, QUESTIONS[0]).json()["text"] for n in (0, 1)), "taken up")
    street.learn()
    assert {status for status, _ in told} == {200}
    assert [said for _, (question, said) in told if said not in (old[question], street.known[question])] == []
    street.row("a new library is put in use under load", f"{len(told)} of {len(told)}", "–")


@pytest.mark.slow  # engines come back after a rest of ten seconds
def test_chroma_breaks_and_everybody_is_answered(street: Street) -> None:
    street.chroma.kill()
    street.seen("Chroma away (kill -9)")
    files = Path(street.chroma.command[street.chroma.command.index("--path") + 1])
    kept = Path(shutil.copytree(files, files.with_name("kept")))
    street.chroma.start()
    time.sleep(REST)
    street.seen("Chroma back")
    for file in [path for path in files.rglob("*") if path.is_file()]:
        file.write_bytes(b"no database" * 200)
    street.seen("Chroma's files overwritten while it runs")
    street.chroma.kill()
    shutil.rmtree(files)
    shutil.copytree(kept, files)
    street.chroma.start()
    street.chroma.pause(signal.SIGSTOP)
    time.sleep(REST)
    street.seen("Chroma takes connections and never answers")
    street.chroma.pause(signal.SIGCONT)


@pytest.mark.slow  # as above
def test_redis_breaks_and_everybody_is_answered(street: Street) -> None:
    street.redis.kill()
    street.seen("Redis away (kill -9): nobody is limited")
    street.redis.start()
    time.sleep(REST)
    street.redis.pause(signal.SIGSTOP)
    street.seen("Redis takes connections and never answers")
    street.redis.pause(signal.SIGCONT)


@pytest.mark.slow  # as above
def test_the_database_breaks_and_everybody_is_answered_and_told(street: Street) -> None:
    street.postgres.kill()
    assert not any(answer["conversation"]["kept"] for answer in street.seen("PostgreSQL away (kill -9)"))
    street.postgres.start()
    assert street.seen("PostgreSQL back")[1]["conversation"]["kept"]
    engine = sa.create_engine(street.postgres.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE conversation IN ACCESS EXCLUSIVE MODE"))
        assert NOT_KEPT in street.seen("PostgreSQL's tables locked by somebody")[0]["notes"]
    with street.postgres.with_a_full_disk():
        with suppress(sa.exc.SQLAlchemyError), engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_switch_wal()"))  # what it logs changes in must be a new file
        assert NOT_KEPT in street.seen("PostgreSQL's disk full")[0]["notes"]
    engine.dispose()
    with suppress(subprocess.CalledProcessError):  # it may have given up by itself
        street.postgres.stop()
    street.postgres.start()
    assert street.seen("PostgreSQL has room again")[1]["conversation"]["kept"]


@pytest.mark.slow  # two more workers
def test_a_worker_with_a_full_disk_or_a_wrong_clock_answers(street: Street, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/conversations.db"
    with street.another(CARE_ACT_DATABASE_URL=database) as one:
        assert street.seen("conversations in a file", one)[0]["conversation"]["kept"]
        with street.workers[one].with_a_full_disk():
            assert NOT_KEPT in street.seen("the disk full for a worker, its conversations and its log", one)[0]["notes"]
        assert street.seen("room on the disk again", one)[0]["conversation"]["kept"]
    for days in (400, -400):
        # Python reads this file before any other: the time of day is wrong for everything that is imported later.
        wrong = f"import time\n_right = time.time\ntime.time = lambda: _right() + {days * 86400}\n"
        (tmp_path / "sitecustomize.py").write_text(wrong, encoding="utf-8")
        path = f"{tmp_path}:{street.workers[0].environment['PYTHONPATH']}"
        with street.another(PYTHONPATH=path) as one:
            street.seen(f"a worker's time of day wrong by {days} days", one)


@pytest.mark.slow  # one more worker for each mood
@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        ("500", "the chat model answers with errors"),
        ("slow", "the chat model is slower than it may be"),
        ("half", "the chat model breaks off in the middle"),
        ("nonsense", "the chat model sends what is no answer"),
        ("well", "the chat model says what its evidence does not"),
    ],
)
def test_the_chat_model_breaks_and_everybody_has_checked_statements(
    street: Street, stub: Stub, mood: str, fault: str
) -> None:
    stub.moods = [mood]
    model = {"MODEL": "openai:stub", "URL": f"http://127.0.0.1:{stub.server_port}/v1", "KEY": "k", "SECONDS": "1.5"}
    with street.another(**{f"CARE_ACT_CHAT_{name}": value for name, value in model.items()}) as one:
        street.seen(fault, one)
    assert stub.requests


@pytest.mark.slow  # processes start anew
def test_killed_under_load_each_process_comes_back_and_everybody_is_answered(street: Street) -> None:
    with street.crowd(may_break_off=True) as told:
        for worker in (0, 1):
            street.workers[worker].end(signal.SIGKILL)
            street.seen(f"kill -9 of worker {worker + 1} under load; its people ask the other", 1 - worker)
            street.workers[worker].start()
        street.bot.end(signal.SIGKILL)
        waiting = street.world.message(QUESTIONS[0], chat=700)
        street.world.deliver(waiting)
        street.bot.start()
        street.until(lambda: street.world.sent(700), "what was written to the bot while it was down is answered")
        street.seen("kill -9 of the bot under load, and started again")
        for engine in (street.chroma, street.redis, street.postgres):
            engine.kill()
        street.seen("kill -9 of Chroma, Redis and PostgreSQL at once, under load")
        for engine in (street.chroma, street.redis, street.postgres):
            engine.start()
        time.sleep(REST)
        street.seen("all of them back, under load")
    assert {status for status, _ in told} == {200}
    assert [said for _, (question, said) in told if said != street.known[question]] == []
    street.row("what the crowd was told meanwhile", f"{len(told)} of {len(told)}", "–")


@pytest.mark.slow  # as above
def test_a_stopped_worker_finishes_what_it_began(street: Street) -> None:
    with street.crowd(may_break_off=True) as told:
        street.until(lambda: len(told) >= 20, "the crowd was answered")
        assert street.workers[0].end(signal.SIGTERM) in {0, -signal.SIGTERM}
        street.workers[0].start()
    assert {status for status, _ in told} == {200}
