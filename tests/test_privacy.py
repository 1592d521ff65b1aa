"""Personal details are recognised and taken out; ordinary sentences stay as they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.privacy import GONE, found, redact


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my NI number is QQ 12 34 56 C thanks", "National Insurance number"),
        ("ni qq123456c", "National Insurance number"),
        ("NHS no 943 476 5919", "NHS number"),
        ("it is 9434765919", "NHS number"),
        ("card 4111 1111 1111 1111 exp 09/27", "card number"),
        ("sort code 20-00-00", "sort code"),
        ("account number 12345678", "bank account"),
        ("ring me on 07700 900123", "phone"),
        ("ring me on +44 7700 900123", "phone"),
        ("tel 0113 496 0123", "phone"),
        ("write to jo.bloggs+care@example.co.uk", "e-mail"),
        ("we are at LS1 4AP", "postcode"),
        ("I live at 12 acacia avenue", "address"),
        ("visit Flat 3, 27 Rose Hill Road please", "address"),
        ("Margaret Hughes, born 12/03/1941", "name and date of birth"),
        ("Mum is Ada King (dob 1 May 1938)", "name and date of birth"),
        ("date of birth: 12.3.41", "date of birth"),
        ("dob" + " " * 30_000 + "12.3.41", "date of birth"),
        ("NHS number:" + "\n" * 30_000 + "943 476 5919", "NHS number"),
    ],
)
def test_a_detail_is_recognised_and_gone(text: str, kind: str) -> None:
    assert kind in found(text)
    assert GONE in redact(text)
    assert found(redact(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Is section 10 better than section 18(1)(c) of the Care Act 2014?",
        "She has £14,250 and the limit is £23,250, so £9,000 between.",
        "Call 999, 101, 111 or Samaritans on 116 123.",
        "Section 9 assessment on 12/03/2025, 28 days, 6 weeks, 24/7 care",
        "my mum is 84 and takes 2 tablets at 10am",
        "SI 2014/2672 reg 2(2) and s.117",
        "number 4111 1111 1111 1112 is not a card",
        "I live a long way down the road",
        "Kent County Council said 15 minutes",
    ],
)
def test_ordinary_words_and_numbers_stay(text: str) -> None:
    assert found(text) == ()
    assert redact(text) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_looked_at_and_twice_is_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once or found(once)


@pytest.mark.parametrize(
    "text",
    [
        *("1 " * 50_000, "a@" * 50_000, "Aa " * 33_000, "1" * 100_000, "a" * 100_000, "12 Aa " * 16_000),
        *(f"{word}{gap * 50_000}x" for word in ("NHS", "account", "sort code", "born") for gap in (" ", "\n")),
    ],
)
def test_a_hundred_kilobytes_that_name_nobody_stay_as_they_are(text: str) -> None:
    assert redact(text) == text
