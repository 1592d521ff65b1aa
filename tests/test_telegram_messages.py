"""Messages are within Telegram's limits, lose no word, and carry each mark on the words it was on."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.rendering import Flat, Mark
from assistant.telegram import buttons
from assistant.telegram.messages import LONGEST, MOST_ENTITIES, Text, messages, units

WORDS = st.text(st.sampled_from("abc .!?\n👵🏽é“"), min_size=1, max_size=60)


@st.composite
def flats(draw: st.DrawFn) -> Flat:
    text = "".join(draw(st.lists(WORDS, min_size=1, max_size=30))) * draw(st.sampled_from([1, 7, 40]))
    starts = sorted(draw(st.lists(st.integers(0, len(text) - 1), max_size=150, unique=True)))
    ends = [*starts[1:], len(text)]
    marks = [Mark("link", a, max(1, (b - a) // 2), "https://example.org") for a, b in zip(starts, ends, strict=False)]
    return Flat(text, tuple(marks))


@settings(max_examples=150, deadline=None)
@given(flats())
def test_every_message_is_within_the_limits_and_no_word_is_lost(flat: Flat) -> None:
    made = messages(flat)
    assert "".join("".join(m.text.split()) for m in made) == "".join(flat.text.split())
    for message in made:
        assert 0 < units(message.text) <= LONGEST
        assert len(message.entities) <= MOST_ENTITIES
        raw = message.text.encode("utf-16-le")
        for _, offset, length, _ in message.entities:
            marked = raw[2 * offset : 2 * (offset + length)].decode("utf-16-le")  # fails inside a character
            assert marked and marked == marked.strip()


def test_a_long_text_is_cut_at_a_sentence_end() -> None:
    sentence = "Your council must look at what you need. "
    first, *_ = messages(Flat(sentence * 300, ()))
    assert first.text.endswith("need.")
    assert units(first.text) > LONGEST * 0.9


def test_a_mark_across_a_cut_goes_on_in_the_next_message() -> None:
    made = messages(Flat("word " * 2000, (Mark("bold", 0, 9999),)))
    assert len(made) > 1
    assert all(message.entities[0][:2] == ("bold", 0) for message in made)


def test_a_link_that_is_no_web_address_is_left_as_words() -> None:
    (made,) = messages(Flat("see here", (Mark("link", 4, 4, "javascript:alert(1)"),)))
    assert made.entities == ()


def test_a_message_comes_back_from_where_it_was_kept() -> None:
    text = Text("Hello", (("bold", 0, 5, ""),))
    assert Text.from_json(text.as_json()) == text


def test_button_data_that_telegram_would_refuse_is_never_made() -> None:
    try:
        buttons.data("letter", "é" * 40)
    except ValueError as exc:
        assert "64 bytes" in str(exc)
    else:
        raise AssertionError("it was made")
