"""The installed command, as a person runs it: answers, and one plain line for everything that is not as it should be."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Built, make_small_corpus
from engines import free_port
from telegram_world import TOKEN, peer

COMMAND = Path(sys.executable).with_name("care-act")


@dataclass(frozen=True)
class Run:
    """The command, with a home and a corpus and nothing else from outside."""

    folder: Path
    corpus: Path
    home: Path

    def __call__(
        self, *words: str | Path, said: str | None = None, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        environment = self._environment(settings)
        return subprocess.run(
            [COMMAND, *words],
            cwd=self.folder,
            env=environment,
            input=said,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    @contextmanager
    def started(self, *words: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
        """Run it beside the test, and stop it as a platform does."""
        with subprocess.Popen(
            [COMMAND, *words], cwd=self.folder, env=self._environment(settings), stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process
            finally:
                process.terminate()

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if not name.startswith("CARE_ACT_")}
        ours = {"CARE_ACT_HOME": str(self.home), "CARE_ACT_CORPUS": str(self.corpus), "HF_HUB_OFFLINE": "1"}
        return outside | ours | settings


@pytest.fixture
def run(small_corpus: Path, tmp_path: Path) -> Run:
    """The command where no library was built yet."""
    return Run(tmp_path, small_corpus, tmp_path / "home")


@pytest.fixture(scope="session")
def ready(real_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command with a library it built itself, with the packaged model."""
    folder = tmp_path_factory.mktemp("ready")
    run = Run(folder, make_small_corpus(real_corpus, folder / "corpus"), folder / "home")
    built = run("ingest", "build")
    assert built.returncode == 0, built.stderr
    assert "12 cards" in built.stdout
    assert "is in use" in built.stdout
    return run


def refused(done: subprocess.CompletedProcess[str], *told: str) -> None:
    """Exit 2, one line on stderr, no trace, and it says what to do."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("care-act: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    for words in told:
        assert words in done.stderr


def test_without_a_library_it_says_what_to_run(run: Run) -> None:
    refused(run("ask", "can i get a break"), "No library has been built", "Run `care-act ingest build`")


def test_an_unknown_setting_is_named(run: Run) -> None:
    refused(run("ask", "x", CARE_ACT_PROT="1"), "CARE_ACT_PROT is unknown", "CARE_ACT_PORT")


def test_a_setting_that_cannot_be_used_is_named(run: Run) -> None:
    refused(run("serve", CARE_ACT_PORT="eighty"), "CARE_ACT_PORT cannot be used")


def test_a_port_in_use_is_named_with_what_to_do(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(run("serve", "--port", str(port)), f"127.0.0.1:{port} cannot be used", "--port or CARE_ACT_PORT")


def test_a_library_of_another_model_is_named(built: Built, tmp_path: Path) -> None:
    refused(Run(tmp_path, built.corpus, built.home)("ask", "x"), "built with hash", "Build again")


def test_a_broken_card_is_named_with_file_and_line(run: Run, small_corpus: Path) -> None:
    card = small_corpus / "cards/rest/wellbeing.md"
    card.write_text(card.read_text(encoding="utf-8").replace("title:", "titel:"), encoding="utf-8")
    done = run("ingest", "build")
    assert done.returncode == 2
    assert f"{card}:3: 'titel: What wellbeing means' is not a header line" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_batch_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    refused(run("ask", "--batch", tmp_path / "none.jsonl"), "none.jsonl cannot be read")


@pytest.mark.parametrize(
    "words", [("ask", "--register", "pirate", "x"), ("ask", "--nonsense"), ("serve", "--port", "many"), ("dance",)]
)
def test_a_slip_in_the_command_is_explained(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command_siblings_included(run: Run) -> None:
    told = run("--help").stdout
    assert all(f" {name} " in told for name in ("ask", "chat", "serve", "doctor", "ingest"))


def test_a_question_is_answered_with_the_section_it_rests_on(ready: Run) -> None:
    done = ready("ask", "Can I get a break from looking after my mum?")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Yes. Your council must meet your needs for support when they are eligible. [1]")
    assert "[1] Care Act 2014, section 20(1)" in done.stdout


def test_json_is_one_object_and_keeps_the_register_whatever_bytes_were_typed(ready: Run) -> None:
    done = ready("ask", os.fsdecode(b"how do I ask for respite? \xff\xfe"), "--json", "--register", "staff")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["register"]) == ("answered", "staff")
    assert answer["sources"][0]["place"].startswith("s.")


def test_served_with_telegram_it_answers_there_and_on_the_page(ready: Run) -> None:
    port = free_port()
    with peer() as world:
        told = {"CARE_ACT_TELEGRAM_API": world.address, "CARE_ACT_TELEGRAM_TOKEN": TOKEN}
        with ready.started("serve", "--telegram", "--port", str(port), **told) as serving:
            assert "Serving on" in serving.stdout.readline()
            assert (
                "Your council must meet your needs" in world.say("Can I get a break from looking after my mum?")["text"]
            )
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as response:
                assert response.status == 200


def test_an_empty_question_is_asked_back(ready: Run) -> None:
    assert "type a question" in ready("ask").stdout


def test_a_batch_is_answered_and_a_second_run_has_nothing_left_to_do(ready: Run, tmp_path: Path) -> None:
    asked, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text('{"id": "a", "question": "respite"}\n{"id": "b", "question": "savings"}\n', encoding="utf-8")
    assert "2 answered" in ready("ask", "--batch", asked, "--out", out).stdout
    before = out.read_bytes()
    assert [json.loads(line)["id"] for line in before.splitlines()] == ["a", "b"]
    assert "0 answered, 2 answered before" in ready("ask", "--batch", asked, "--out", out).stdout
    assert out.read_bytes() == before


def test_chat_answers_until_an_empty_line(ready: Run) -> None:
    done = ready("chat", said="hello\nthanks\n\nnever read\n")
    assert done.returncode == 0
    assert done.stdout.count("You: ") == 3


def test_the_doctor_says_all_is_well_or_what_to_do(ready: Run, run: Run) -> None:
    well, ill = ready("doctor"), run("doctor")
    assert (well.returncode, ill.returncode) == (0, 1)
    assert "FIX" not in well.stdout
    assert "FIX  library: No library has been built" in ill.stdout


def test_the_audit_fails_by_its_exit_code(run: Run, small_corpus: Path) -> None:
    done = run("ingest", "audit")
    assert done.returncode == 1  # the small cards have too few phrasings
    assert "at least 12 are needed" in done.stdout


def test_a_letter_is_written_in_the_terminal_without_a_library(run: Run) -> None:
    assert "carers-assessment" in run("letter").stdout
    made = run("letter", "carers-assessment", "--field", "person=my mum")
    assert "I look after my mum." in made.stdout
    assert "(Care Act 2014, section 10(1))" in made.stdout
    assert "What is your name?" in made.stdout
    assert json.loads(run("letter", "review", "--json").stdout)["missing"]
    for words in (("letter", "nothing"), ("letter", "review", "--field", "x"), ("check", "nothing")):
        failed = run(*words)
        assert failed.returncode == 2
        assert "There " in failed.stderr or "cannot be used" in failed.stderr


def test_a_check_is_gone_through_in_the_terminal_without_a_library(run: Run) -> None:
    assert "savings" in run("check").stdout
    done = run("check", "savings", "--json", said="1\n1\n2\n£15,000\nno\n")
    assert "£3 a week" in json.loads(done.stdout)["text"]
    assert "About how much savings do you have?" in done.stderr
    stopped = run("check", "savings", said="1\n\n")
    assert stopped.stdout == ""
    assert "Nothing was kept" in stopped.stderr
