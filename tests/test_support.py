"""The words at a place must hold the duty, the power and every number of a statement that rests on them."""

import pytest

from assistant.domain import Force
from ingest.support import force_fits, missing_numbers


@pytest.mark.parametrize(
    ("force", "official", "fits"),
    [
        (Force.MUST, "a local authority must assess", True),
        (Force.MUST, "the authority shall have regard to", True),
        (Force.MUST, "a local authority may not charge", True),
        (Force.MUST, "a local authority may charge", False),
        (Force.MAY, "a local authority may charge", True),
        (Force.MAY, "the authority is not required to", True),
        (Force.MAY, "a local authority must assess", False),
        (Force.FACT, "anything", True),
        (Force.RIGHT, "anything", True),
    ],
)
def test_a_duty_needs_words_of_duty_and_a_power_words_of_power(force: Force, official: str, fits: bool) -> None:
    assert force_fits(force, official) is fits


@pytest.mark.parametrize(
    ("statement", "official", "missing"),
    [
        ("You have 12 weeks.", "a period of 12 weeks", []),
        ("You have 12 weeks.", "a period of twelve weeks", []),
        ("You have twelve weeks.", "a period of 12 weeks", []),
        ("You have 12 weeks.", "a period of 8 weeks", ["12"]),
        ("You have six weeks.", "a period of 8 weeks", ["six"]),
        ("You keep £1,000.", "the sum of £1,000", []),
        ("You keep £1,000.", "the sum of £100", ["£1,000"]),
        ("Section 10(1) and section 12 say so.", "nothing", []),
        ("The Care Act 2014 says so.", "nothing", []),
        ("You need one reason.", "nothing", []),
        ("Three people came.", "nothing", []),
    ],
)
def test_numbers_must_stand_at_the_place(statement: str, official: str, missing: list[str]) -> None:
    found = [number.lstrip("£") for number in missing_numbers(statement, official)]
    assert found == [number.lstrip("£") for number in missing]
