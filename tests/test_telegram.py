"""The bot end to end, by polling, against a Telegram peer on loopback: every command, button and kind of message."""

from __future__ import annotations

from typing import Any

import pytest
from telegram_world import World, buttons_of

from assistant.domain import Register
from assistant.telegram import words
from assistant.telegram.messages import units

QUESTION = "Can I get a break from looking after my mum?"
DANGER = "i want to kill myself"


def test_a_question_is_answered_once_with_law_links_and_buttons(world: World) -> None:
    reply = world.say(QUESTION)
    assert "Your council must meet your needs for support" in reply["text"]
    assert "What this rests on:" in reply["text"]
    assert {e["type"] for e in reply["entities"]} >= {"bold", "text_link"}
    assert list(buttons_of(reply)) == ["More", "Sources", "Letter", "👍 Useful", "👎 Not useful"]
    assert reply["link_preview_options"] == {"is_disabled": True}
    assert reply["reply_to_message"]["text"] == QUESTION
    assert world.calls("sendChatAction")[-1]["body"]["action"] == "typing"


def test_entities_lie_on_the_words_they_mark(world: World) -> None:
    reply = world.say(QUESTION, chat=8)
    raw = reply["text"].encode("utf-16-le")
    marked = [
        (e["type"], raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le"))
        for e in reply["entities"]
    ]
    assert ("bold", "What to do next:") in marked
    assert any(kind == "text_link" and text.startswith("[") and text.endswith("]") for kind, text in marked)


def test_a_follow_up_is_read_with_what_was_said_before(world: World) -> None:
    world.say(QUESTION, chat=9)
    assert "section 20" in world.say("and who pays?", chat=9)["text"]


def test_commands_and_menu_are_registered_in_plain_words(world: World) -> None:
    (told,) = world.calls("setMyCommands")
    assert set(words.COMMANDS) == {"start", "help", "ask", "simple", "plain", "staff", "sources", "letter", "check", "urgent", "privacy", "forget", "stop"}  # fmt: skip
    assert all(f'"{name}"' in told["body"]["commands"] for name in words.COMMANDS)
    assert world.calls("setChatMenuButton")[0]["body"]["menu_button"] == '{"type": "commands"}'
    assert world.calls("setMyDescription") and world.calls("setMyShortDescription")


def test_start_says_what_it_is_and_offers_three_examples(world: World) -> None:
    reply = world.say("/start", chat=10)
    assert "30 minutes" in reply["text"] and "computer program" in reply["text"]
    assert list(buttons_of(reply)) == list(words.EXAMPLES)
    (answer,) = world.press(words.EXAMPLES[0], reply)
    assert answer["text"].startswith(f"You asked: {words.EXAMPLES[0]}")
    assert "Your council must meet your needs" in answer["text"]


def test_a_word_is_asked_back_with_buttons_that_ask(world: World) -> None:
    reply = world.say("money", chat=12)
    assert "You could ask" in reply["text"]
    first, *_ = buttons_of(reply)
    (answer,) = world.press(first, reply)
    assert answer["text"].startswith(f"You asked: {first}")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/help", "/letter: a letter to your council"),
        ("/privacy", "What I keep"),
        ("/urgent", "116 123"),
        ("/nonsense", words.UNKNOWN_COMMAND),
        ("/ask", words.ASK_WHAT),
        ("/ask " + QUESTION, "Your council must meet your needs"),
        ("/help@CareActTestBot", "/letter: a letter to your council"),
    ],
)
def test_each_command_answers(world: World, command: str, said: str) -> None:
    assert said in world.say(command, chat=11)["text"]


def test_numbers_to_call_come_from_the_dated_data(world: World) -> None:
    assert "999" in world.say("/urgent", chat=12)["text"]


@pytest.mark.parametrize(
    ("command", "register"),
    [("/simple", Register.EASY), ("/staff", Register.STAFF), ("/plain", Register.PLAIN)],
)
def test_the_register_is_chosen_and_kept(world: World, command: str, register: Register) -> None:
    assert world.say(command, chat=13)["text"].startswith(words.REGISTERS[register])
    reply = world.say(QUESTION, chat=13)["text"]
    assert ("You can ask for a break." in reply) is (register is Register.EASY)
    assert ("For staff:" in reply) is (register is Register.STAFF)


def test_sources_by_command_and_by_button(world: World) -> None:
    assert world.say("/sources", chat=14)["text"] == words.NO_ANSWER_YET
    answer = world.say(QUESTION, chat=14)
    (tapped,) = world.press("Sources", answer)
    assert tapped["text"].startswith("What this rests on:")
    assert "Care Act 2014, section 10(5)" in tapped["text"]  # behind the button stands every source
    assert world.say("/sources", chat=14)["text"] == tapped["text"]


def test_more_shows_who_can_help(world: World) -> None:
    (more,) = world.press("More", world.say(QUESTION, chat=15))
    assert "Who can help:" in more["text"]


def test_useful_and_not_useful_are_kept_without_the_question(world: World) -> None:
    answer = world.say(QUESTION, chat=16)
    assert world.press("👍 Useful", answer) == []
    assert world.last_toast() == words.THANKS
    (why,) = world.press("👎 Not useful", answer)
    assert list(buttons_of(why)) == list(words.WHYS)
    assert world.press(words.WHYS[1], why) == []
    assert world.last_toast() == words.THANKS_WHY


@pytest.mark.parametrize(
    "data",
    ["more:" + "0" * 32, "sources:" + "0" * 32, "useful:x", "not:x", "why:x:1", "why::", "letter:no-such", "check:no:0",
     "check:eligibility-carer:zz", "skip:x:1", "example:99", "example:²", "choice:0", "choice:x", "rubbish", ":", "more", "x" * 64],
)  # fmt: skip
def test_an_old_or_made_up_button_says_plainly_that_it_is_no_longer_good(world: World, data: str) -> None:
    answer = world.say(QUESTION, chat=17)
    assert world.answers(world.tap(data, answer)) == []
    assert world.last_toast() in {words.EXPIRED, words.EXPIRED_OPINION}
    assert world.calls("answerCallbackQuery")[-1]["body"]["show_alert"] == "true"


def test_danger_is_answered_with_numbers_at_once_and_without_buttons(world: World) -> None:
    reply = world.say(DANGER, chat=18)
    assert "999" in reply["text"] and "Samaritans" in reply["text"]
    assert buttons_of(reply) == {}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("voice", {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}}),
        ("audio", {"audio": {"file_id": "f", "file_unique_id": "u", "duration": 3}}),
        ("video", {"video": {"file_id": "f", "file_unique_id": "u", "duration": 3, "width": 1, "height": 1}}),
        ("video", {"video_note": {"file_id": "f", "file_unique_id": "u", "duration": 3, "length": 1}}),
        ("video", {"animation": {"file_id": "f", "file_unique_id": "u", "duration": 3, "width": 1, "height": 1}}),
        ("photo", {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}),
        ("sticker", {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}}),
        ("document", {"document": {"file_id": "f", "file_unique_id": "u"}}),
        ("contact", {"contact": {"phone_number": "07700900123", "first_name": "Zebedee"}}),
        ("location", {"location": {"latitude": 51.5, "longitude": -0.1}}),
        ("location", {"venue": {"location": {"latitude": 51.5, "longitude": -0.1}, "title": "t", "address": "a"}}),
        ("other", {"dice": {"emoji": "🎲", "value": 3}}),
    ],
)  # fmt: skip
def test_what_is_not_words_gets_a_kind_word_and_is_not_downloaded(
    world: World, kind: str, part: dict[str, Any]
) -> None:
    assert world.say(chat=19, **part)["text"] == words.NOT_READ[kind]
    assert world.calls("getFile") == []


def test_words_under_a_photo_are_answered(world: World) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    reply = world.say(chat=20, photo=photo, caption=QUESTION)["text"]
    assert reply.startswith(words.CAPTION) and "Your council must meet your needs" in reply
    assert world.calls("getFile") == []


def test_an_edited_question_is_answered_as_it_now_stands_and_an_unchanged_one_is_not(world: World) -> None:
    first = world.message("how much savings can i have before i pay for care", 21)
    world.answers(first)
    assert world.answers(world.edit(first, first["message"]["text"])) == []
    (reply,) = world.answers(world.edit(first, QUESTION))
    assert reply["text"].startswith(words.EDITED) and "Your council must meet your needs" in reply["text"]


def test_a_message_of_spaces_or_marks_asks_for_words(world: World) -> None:
    assert "question" in world.say("@CareActTestBot", chat=22)["text"]


def test_a_letter_is_chosen_filled_by_short_questions_and_given_as_text_and_file(world: World) -> None:
    choice = world.say("/letter", chat=23)
    begun, first = world.press("Ask for a carer's assessment", choice)
    assert "short questions" in begun["text"] and first["text"].endswith("?")
    question, steps = first, 0
    sent: list[dict[str, Any]] = []
    while len(sent) < 2:
        sent = (
            world.answers(world.message("Zebedee Quux", 23)) if steps == 0 else world.press(words.SKIP_BUTTON, question)
        )
        question, steps = sent[-1], steps + 1
        assert steps < 15
    text, file = sent
    assert "Zebedee Quux" in text["text"] and "section 10" in text["text"] and "[" in text["text"]
    assert [e["type"] for e in text["entities"]] == ["pre"]  # a tap copies it
    assert file["document"]["file_name"] == "carers-assessment.txt"
    assert file["document"]["content"].strip() == text["text"]
    assert file["caption"].startswith(words.LETTER_GIVEN)


def test_a_letter_can_be_finished_at_once_or_dropped(world: World) -> None:
    *_, question = world.press("Ask for a carer's assessment", world.say("/letter", chat=24))
    assert len(world.press(words.FINISH_BUTTON, question)) == 2
    *_, question = world.press("Ask for a carer's assessment", world.say("/letter", chat=24))
    (dropped,) = world.press(words.DROP_BUTTON, question)
    assert dropped["text"] == words.LETTER_DROPPED
    assert world.press(words.SKIP_BUTTON, question) == []
    assert world.last_toast() == words.EXPIRED


def test_an_old_skip_button_does_not_skip_another_question(world: World) -> None:
    *_, first = world.press("Ask for a carer's assessment", world.say("/letter", chat=25))
    (second,) = world.press(words.SKIP_BUTTON, first)
    assert world.press(words.SKIP_BUTTON, first) == []
    assert len(world.press(words.FINISH_BUTTON, second)) == 2


def test_a_letter_asked_for_in_words_begins_with_what_was_said(world: World) -> None:
    begun, question = world.answers(
        world.message("Please write to the council for me to ask for a carer's assessment", 26)
    )
    assert "Ask for a carer's assessment" in begun["text"]
    assert words.SKIP_BUTTON in buttons_of(question)


def test_danger_written_into_a_letter_is_answered_first(world: World) -> None:
    *_, _question = world.press("Ask for a carer's assessment", world.say("/letter", chat=27))
    alarm, following = world.answers(world.message(DANGER, 27))
    assert "999" in alarm["text"]
    assert words.SKIP_BUTTON in buttons_of(following)


def test_a_check_is_led_through_by_buttons_and_ends_in_an_answer(world: World) -> None:
    choice = world.say("/check", chat=28)
    step, reply = 0, world.press("Could I get support as a carer?", choice)
    while "What this rests on:" not in reply[0]["text"]:
        assert step < 15
        reply, step = world.press("Yes", reply[0]), step + 1
    assert "eligible" in reply[0]["text"]


def test_forget_and_stop_say_what_they_did(world: World) -> None:
    answer = world.say(QUESTION, chat=29)
    assert world.say("/forget", chat=29)["text"] == words.FORGOTTEN
    assert world.press("More", answer) == []
    assert world.last_toast() == words.EXPIRED
    assert world.say("/stop", chat=29)["text"] == words.STOPPED


def test_in_a_group_it_answers_only_when_named_commanded_or_answered(world: World) -> None:
    group = -100
    assert world.answers(world.message(QUESTION, group)) == []
    assert world.answers(world.message("/nonsense", group)) == []
    assert world.answers(world.message("/help@AnotherBot", group)) == []
    assert world.answers(world.message(chat=group, sticker={"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False})) == []  # fmt: skip
    named = world.say(f"@CareActTestBot {QUESTION}", group)
    assert "Your council must meet your needs" in named["text"]
    assert "Your council must meet your needs" in world.say(f"/ask {QUESTION}", group)["text"]
    answered = world.say("how much savings can i have before i pay for care", group, reply_to_message=_as_told(named))
    assert "capital" in answered["text"] or "savings" in answered["text"].lower()
    bots_own = {"from": {"id": 5, "is_bot": True, "first_name": "B"}}
    assert world.answers(world.message(f"@CareActTestBot {QUESTION}", group, **bots_own)) == []


@pytest.mark.parametrize("text", [DANGER, "he hits me and i am scared", QUESTION + " I am Joan Smith born 1 May 1950"])
def test_in_a_group_danger_and_personal_details_are_asked_to_move_to_private(world: World, text: str) -> None:
    reply = world.say(f"/ask {text}", chat=-101)
    assert reply["text"] == words.IN_PRIVATE
    assert buttons_of(reply) == {words.OPEN_PRIVATE: "https://t.me/CareActTestBot"}


@pytest.mark.parametrize(
    "command", ["/letter", "/check", "/ask please write a letter to the council for me to ask for a carer's assessment"]
)
def test_in_a_group_letters_and_checks_are_asked_to_move_to_private(world: World, command: str) -> None:
    assert world.say(command, chat=-102)["text"] == words.ONLY_PRIVATE


def test_nothing_said_in_a_group_is_anybody_elses_history(world: World) -> None:
    world.say(f"/ask {QUESTION}", chat=-103)
    assert "section 20" not in world.say("/ask and who pays?", chat=-103)["text"]


def test_let_into_a_group_it_says_how_it_can_be_asked(world: World) -> None:
    (hello,) = world.answers(world.membership(-104, "left", "member"))
    assert hello["text"] == words.JOINED
    assert world.answers(world.membership(-104, "member", "left")) == []


def test_long_answers_are_within_what_telegram_takes(world: World) -> None:
    world.say("/staff", chat=30)
    world.say(QUESTION, chat=30)
    assert all(units(message.get("text", "")) <= 4096 for message in world.sent())


def test_an_update_of_a_form_nobody_knows_is_passed_over(world: World) -> None:
    strange = world.membership(31, "member", "member")
    strange["my_chat_member"]["new_chat_member"] = {"status": "administrator"}
    unknown = {"update_id": world.message()["update_id"], "telepathy": {"text": "hm"}}
    (reply,) = world.answers(strange, unknown, world.message(QUESTION, 31))
    assert "Your council must meet your needs" in reply["text"]


def _as_told(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("message_id", "from", "date", "chat", "text")}
