"""A pattern counts most; what only the second ear hears comes before everything less urgent; doubt is said quietly."""

from pathlib import Path

import pytest

from assistant.domain import Status
from assistant.hearing import NOTHING, Heard
from assistant.lookout import Lookout
from assistant.routing import Router, load_routes


class Says:
    """A second ear that hears the same in everything, and counts how often it was asked."""

    def __init__(self, heard: Heard) -> None:
        self.heard, self.asked = heard, 0

    def hears(self, message: str) -> Heard:
        self.asked += bool(message)
        return self.heard


@pytest.fixture(scope="module")
def router(real_corpus: Path) -> Router:
    return load_routes(real_corpus)


QUESTION = "Can I get a break from looking after my mum?"


def test_what_nobody_finds_anything_in_is_a_question(router: Router) -> None:
    seen = Lookout(router, Says(NOTHING)).look(QUESTION)
    assert (seen.signpost, seen.quietly) == (None, ())


def test_the_second_ear_is_not_asked_when_a_pattern_found_danger(router: Router) -> None:
    ear = Says(Heard(Status.SAFEGUARDING))
    seen = Lookout(router, ear).look("i am going to kill myself tonight")
    assert seen.signpost is not None
    assert seen.signpost.status is Status.DANGER
    assert ear.asked == 0


@pytest.mark.parametrize("status", [Status.DANGER, Status.SAFEGUARDING])
def test_what_only_the_second_ear_hears_is_signposted_and_a_question_answered_after_it(
    router: Router, status: Status
) -> None:
    lookout = Lookout(router, Says(Heard(status)))
    asked, told = (
        lookout.look(QUESTION).signpost,
        lookout.look("everything is written down and in the drawer").signpost,
    )
    assert asked is not None and told is not None
    assert (asked.status, asked.then_answer) == (status, True)
    assert (told.status, told.then_answer) == (status, False)


def test_loud_danger_comes_before_a_greeting(router: Router) -> None:
    def status(heard: Heard) -> Status:
        signpost = Lookout(router, Says(heard)).look("hello").signpost
        assert signpost is not None
        return signpost.status

    assert status(NOTHING) is Status.GREETING
    assert status(Heard(Status.DANGER)) is Status.GREETING
    assert status(Heard(Status.DANGER, loud=True)) is Status.DANGER


def test_doubt_adds_a_quiet_line_and_no_more(router: Router) -> None:
    seen = Lookout(router, Says(Heard(perhaps=True))).look(QUESTION)
    assert seen.signpost is None
    assert "999" in " ".join(seen.quietly)
    assert Lookout(router, Says(Heard(perhaps=True))).look("hello").quietly == ()


def test_routes_without_words_for_it_leave_the_message_as_it_was() -> None:
    assert Lookout(Router([]), Says(Heard(Status.DANGER))).look(QUESTION).signpost is None
