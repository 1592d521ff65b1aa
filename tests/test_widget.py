"""The widget in a real Chromium against a real server: everything a person does with it, and everything that goes wrong."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import faults, fits, until, visiting
from conftest import Built
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from serving import serving

from assistant.web import create_app
from assistant.web.embed import script
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"
SAVINGS = "how much savings can i have before i pay for care"
LEAD = "Yes. Your council must meet your needs for support when they are eligible."
expect.set_options(timeout=20_000)
LIMIT = 12_000  # bytes of the script as it is sent
WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def context(browser: Browser, served: str) -> Iterator[BrowserContext]:
    """One person's browser for the tests that need no other: each opens a tab of its own."""
    with visiting(browser, served, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    opened.goto("/demo")
    yield opened
    assert opened.evaluate("window.refused") == []
    opened.close()


def open_chat(page: Page) -> Locator:
    """The chat, opened from its button in the corner."""
    page.get_by_role("button", name="Ask about care and support").click()
    return page.get_by_role("dialog", name="Ask about care and support")


def ask(page: Page, question: str = QUESTION) -> Locator:
    """A question and its answer, when the whole of it is there."""
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    turn = page.get_by_role("article").last
    turn.get_by_role("button", name="Copy", exact=True).wait_for()
    return turn


def focused(page: Page) -> str:
    """The words of what the keyboard is at, inside the shadow root."""
    return str(
        page.evaluate(
            """() => { let e = document.activeElement; while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                 return (e.labels?.[0] ?? e).innerText.trim(); }"""
        )
    )


def kept(page: Page) -> dict[str, Any]:
    """What the tab keeps across a reload."""
    return dict(
        page.evaluate("JSON.parse(Object.entries(sessionStorage).find(([k]) => k.startsWith('care-act-chat'))[1])")
    )


# The script


def test_the_widget_weighs_at_most_twelve_kilobytes_gzipped(served: str) -> None:
    packed = httpx.get(f"{served}/widget.js", headers={"Accept-Encoding": "gzip"}, trust_env=False)
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) <= LIMIT
    assert gzip.decompress(script().packed) == script().plain == packed.content
    assert "javascript" in packed.headers["content-type"]


def test_a_browser_that_has_the_script_is_not_sent_it_again(served: str) -> None:
    first = httpx.get(f"{served}/widget.js", headers={"Accept-Encoding": "identity"}, trust_env=False)
    assert "content-encoding" not in first.headers
    assert "max-age" in first.headers["cache-control"]
    again = httpx.get(f"{served}/widget.js", headers={"If-None-Match": first.headers["etag"]}, trust_env=False)
    assert (again.status_code, again.content) == (304, b"")


def test_the_script_names_no_other_host_and_reads_no_string_as_markup() -> None:
    text = script().plain.decode()
    assert "://" not in text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)


# What a person does


def test_a_question_is_answered_and_the_answer_announced_once(page: Page) -> None:
    open_chat(page)
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    turn = page.get_by_role("article")
    turn.get_by_role("button", name="Copy", exact=True).wait_for()
    expect(turn.get_by_text("Your council must meet your needs for support when they are eligible.")).to_be_visible()
    expect(turn.get_by_role("heading", name="What to do next")).to_be_visible()
    until(page, "() => window.told.at(-1)?.startsWith('Answer.')")
    told = page.evaluate("window.told")
    assert [text for text in told if "eligible" in text] == [told[-1]]  # whole, once, and last; no piece by itself
    assert told[-1].startswith("Answer. Yes.")
    assert "What to do next: Ask adult social care for a carer's assessment" in told[-1]
    assert len(told) == 2  # that it is being looked up, and the answer
    assert focused(page) == "Your question"
    assert page.get_by_label("Your question").input_value() == ""


def test_sentences_are_shown_as_they_come(page: Page) -> None:
    open_chat(page)
    page.evaluate(
        """() => { window.grew = []; const log = document.querySelector("care-act-chat").shadowRoot.querySelector(".log");
             new MutationObserver(() => window.grew.push(log.querySelectorAll(".said li, .said p").length)).observe(log, {childList: true, subtree: true}); }"""
    )
    ask(page)
    grew = page.evaluate("window.grew")
    assert 1 in grew  # the first sentence stood there alone
    assert grew.index(1) < len(grew) - 1


def test_a_source_opens_beside_the_answer_and_gives_the_keyboard_back(page: Page) -> None:
    open_chat(page)
    turn = ask(page)
    turn.get_by_role("button", name="Source 1: Care Act 2014, section 20(1)").first.click()
    passage = page.get_by_role("region", name="Care Act 2014, section 20(1)")
    expect(passage.get_by_role("link", name="Open the official page")).to_have_attribute(
        "href", "https://www.legislation.gov.uk/ukpga/2014/23/section/20"
    )
    assert focused(page) == "Care Act 2014, section 20(1)"
    left, right = turn.bounding_box(), passage.bounding_box()
    assert left and right and left["x"] + left["width"] <= right["x"] + 1
    page.keyboard.press("Escape")
    expect(passage).to_be_hidden()
    assert focused(page) == "1"


def test_a_word_is_explained_on_tap(page: Page) -> None:
    open_chat(page)
    turn = ask(page, "paying my own personal assistant with council money")
    word = turn.get_by_role("button", name="personal budget")
    expect(word).to_have_attribute("aria-expanded", "false")
    word.click()
    expect(word).to_have_attribute("aria-expanded", "true")
    expect(turn.get_by_text(re.compile("^Personal budget: "))).to_be_visible()


def test_a_word_too_short_to_answer_brings_the_questions_that_may_be_meant(page: Page) -> None:
    open_chat(page)
    turn = ask(page, "money")
    turn.get_by_role("button", name=QUESTION).click()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(
        page.get_by_role("article").last.get_by_text("Your council must meet your needs for support")
    ).to_be_visible()


def test_the_same_answer_comes_in_easy_words_without_being_asked_twice(page: Page, house: House) -> None:
    open_chat(page)
    turn = ask(page)
    turn.get_by_role("button", name="Say it in easy words").click()
    expect(turn.get_by_text("You can ask for a break.")).to_be_visible()
    expect(turn.get_by_role("button", name="Say it in plain words")).to_be_visible()
    assert page.get_by_role("article").count() == 1
    page.get_by_text("Options").click()
    expect(page.get_by_label("Easy read")).to_be_checked()
    said = httpx.get(
        page.url.replace("/demo", "/api/conversation"),
        headers={"X-Conversation": kept(page)["conversation"]},
        trust_env=False,
    )
    assert said.json()["said"] == [QUESTION]


def test_a_guided_check_leads_to_an_answer_in_the_conversation(page: Page) -> None:
    chat = open_chat(page)
    chat.get_by_role("button", name="Check what I may get").click()
    chat.get_by_role("button", name="What would my savings mean for paying for care?").click()
    chat.get_by_role("button", name="Mine").click()
    expect(chat.get_by_role("heading", name="Where is the care, or where will it be?")).to_be_focused()
    chat.get_by_role("button", name="Question before").click()
    chat.get_by_role("button", name="Mine").click()
    chat.get_by_role("button", name="At home").click()
    amount = chat.get_by_label("Or type the amount in pounds")
    sheet = chat.get_by_role("region", name="What would my savings mean for paying for care?")
    for _ in range(12):
        if not sheet.is_visible():
            break
        title = sheet.get_by_role("heading", level=4).inner_text()
        if amount.is_visible():
            amount.fill("a lot")
            chat.get_by_role("button", name="Use this amount").click()
            expect(chat.get_by_text("I did not understand that.")).to_be_visible()
            amount.fill("20,000")
            chat.get_by_role("button", name="Use this amount").click()
        else:
            sheet.get_by_role("list").get_by_role("button").first.click()
        until(  # the next question, or the outcome
            page,
            """(title) => { const root = document.querySelector("care-act-chat").shadowRoot;
                 return root.querySelector(".sheet").hidden || ![title, undefined].includes(root.querySelector(".sheet h4")?.innerText); }""",
            title,
        )
    turn = chat.get_by_role("article")
    expect(
        turn.get_by_role("heading", name="Your check: What would my savings mean for paying for care?")
    ).to_be_focused()
    expect(turn.get_by_role("heading", name="What to do next")).to_be_visible()


def test_a_letter_is_filled_in_the_page_and_nowhere_else(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    chat = open_chat(page)
    ask(page, "I look after my mum, can I get a break?").get_by_role(
        "button", name="Write a letter: Ask for a carer's assessment"
    ).click()
    letter = chat.get_by_role("region", name="Your letter")
    expect(chat.get_by_label("Who do you look after?")).to_have_value(re.compile("my mum"))  # said before, filled in
    chat.get_by_label("What is your name?").fill("Jo Bloggs [your address]")
    expect(letter.get_by_text("Jo Bloggs [your address]", exact=False)).to_be_visible()
    chat.get_by_role("button", name="Copy the letter").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Jo Bloggs [your address]\n[your address]\n")
    with page.expect_download() as saving:
        chat.get_by_role("button", name="Download it").click()
    assert saving.value.suggested_filename == "carers-assessment.txt"
    assert Path(saving.value.path()).read_text(encoding="utf-8") == copied
    assert not any("Bloggs" in body for body in sent)
    chat.get_by_role("button", name="All letters").click()
    chat.get_by_role("button", name="Ask for a carer's assessment", exact=True).click()
    expect(chat.get_by_label("What is your name?")).to_have_value("Jo Bloggs [your address]")  # nothing typed is lost


def test_a_letter_asked_for_in_words_can_be_filled_in(page: Page) -> None:
    open_chat(page)
    turn = ask(page, "please write a letter asking for a carers assessment")
    turn.get_by_role("button", name="Fill in this letter").click()
    expect(page.get_by_label("What is your name?")).to_be_visible()


def test_feedback_is_given_in_words(page: Page, house: House) -> None:
    open_chat(page)
    turn = ask(page)
    turn.get_by_role("button", name="No, not quite").click()
    page.get_by_label("Sorry. What was missing or not clear?").fill("did not say who to ring")
    turn.get_by_role("button", name="Send").click()
    expect(turn.get_by_text("Thank you.")).to_be_focused()
    answer = kept(page)["turns"][-1]["answer"]["id"]
    left = house.conversations.opinion(answer)
    assert left is not None
    assert (left.useful, left.why, left.question) == (False, "did not say who to ring", "")
    again = ask(page, SAVINGS)
    again.get_by_role("button", name="Yes, it was").click()
    expect(again.get_by_text("Thank you.")).to_be_visible()
    left = house.conversations.opinion(kept(page)["turns"][-1]["answer"]["id"])
    assert left is not None and left.useful


def test_an_answer_is_copied_and_printed_on_a_page_of_its_own(page: Page) -> None:
    open_chat(page)
    turn = ask(page)
    turn.get_by_role("button", name="Copy", exact=True).click()
    assert LEAD in page.evaluate("navigator.clipboard.readText()")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('forbidden')); }")
    turn.get_by_role("button", name="Copy", exact=True).click()
    until(page, "window.told.at(-1)?.includes('does not let me copy')")
    turn.get_by_role("button", name="Print").click()
    printed = page.frames[-1].locator("body").inner_text()
    assert printed.startswith("Ask about care and support")
    assert LEAD in printed
    assert "Getting care and support" not in printed  # the page around it


def test_a_conversation_is_deleted_here_and_on_the_server(page: Page, served: str) -> None:
    open_chat(page)
    ask(page)
    gone = kept(page)["conversation"]
    page.get_by_text("Options").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="No, keep it").click()
    assert focused(page) == "Delete this conversation"
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("Deleted. Nothing of this conversation is left")).to_be_visible()
    assert page.get_by_role("article").count() == 0
    assert QUESTION not in json.dumps(kept(page))
    said = httpx.get(f"{served}/api/conversation", headers={"X-Conversation": gone}, trust_env=False)
    assert said.json()["said"] == []
    assert focused(page) == "Your question"


def test_a_reload_brings_the_conversation_and_the_draft_back(page: Page) -> None:
    open_chat(page)
    ask(page)
    page.get_by_label("Your question").fill("and who pays")
    page.reload()
    expect(page.get_by_role("heading", name=f"You asked: {QUESTION}")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("and who pays")
    ask(page, "and who pays for it?")
    assert page.get_by_text("Our earlier conversation has ended").count() == 0


def test_of_danger_nothing_is_kept(page: Page) -> None:
    open_chat(page)
    turn = ask(page, "my husband hits me and i am scared he will kill me tonight")
    expect(turn.get_by_role("link", name="999").first).to_be_visible()
    assert turn.get_by_text("Was this useful?").count() == 0
    assert "husband" not in json.dumps(kept(page))


def test_an_expired_conversation_is_told_and_nothing_typed_is_lost(page: Page, served: str) -> None:
    open_chat(page)
    ask(page)
    headers = {"X-Conversation": kept(page)["conversation"]}
    httpx.delete(f"{served}/api/conversation", headers=headers, trust_env=False)
    turn = ask(page, "how much savings can i have before i pay for care")
    expect(turn.get_by_text("Our earlier conversation has ended")).to_be_visible()
    page.get_by_label("Your question").fill("half a thought")
    httpx.delete(f"{served}/api/conversation", headers=headers, trust_env=False)
    page.reload()
    expect(page.get_by_text("Our earlier conversation has ended")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("half a thought")


def test_two_tabs_are_two_conversations_and_a_copied_tab_learns_of_a_deletion(
    context: BrowserContext, page: Page
) -> None:
    open_chat(page)
    ask(page)
    other = context.new_page()
    other.goto("/demo")
    assert "conversation" not in other.evaluate("JSON.stringify(sessionStorage)")
    open_chat(other)
    ask(other, SAVINGS)
    assert kept(other)["conversation"] != kept(page)["conversation"]
    # "Duplicate tab" copies what a tab keeps.
    other.evaluate(
        "(all) => Object.entries(all).forEach(([k, v]) => sessionStorage.setItem(k, v))",
        page.evaluate("({...sessionStorage})"),
    )
    other.reload()
    expect(other.get_by_role("heading", name=f"You asked: {QUESTION}")).to_be_visible()
    page.get_by_text("Options").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(other.get_by_text("This conversation was deleted in another tab.")).to_be_visible()
    other.close()


def test_html_in_a_question_is_text(page: Page) -> None:
    open_chat(page)
    ask(page, "<img src=x onerror=alert(1)><b>bold</b> can i get a break from caring")
    expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)><b>bold</b>")).to_be_visible()
    assert page.locator("care-act-chat b", has_text="bold").count() == 0


def test_a_second_question_waits_in_the_box(page: Page) -> None:
    open_chat(page)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Write your question in the box first.").first).to_be_visible()
    page.get_by_label("Your question").fill(QUESTION)
    page.evaluate(
        """() => { const root = document.querySelector("care-act-chat").shadowRoot, box = root.querySelector("textarea");
             root.querySelector(".ask").requestSubmit(); box.value = "and who pays"; root.querySelector(".ask").requestSubmit(); }"""
    )
    expect(page.get_by_text("I am still answering.").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy", exact=True)).to_have_count(1)
    expect(page.get_by_label("Your question")).to_have_value("and who pays")


# What goes wrong


class Relay:
    """Stands before the server and lets it die: in the middle of a stream, then altogether, then back again."""

    def __init__(self, server: str) -> None:
        self._to = ("127.0.0.1", int(server.rpartition(":")[2]))
        self.cut_after, self.away = b"", False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            if self.away:
                caller.close()
            else:
                threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        with caller, socket.create_connection(self._to) as server:
            threading.Thread(target=_pipe, args=(caller, server), daemon=True).start()
            seen = b""
            while piece := server.recv(65536):
                seen += piece
                if self.cut_after and self.cut_after in seen:
                    whole = seen.index(self.cut_after) - len(seen) + len(piece) + len(self.cut_after)
                    caller.sendall(piece[:whole])
                    caller.shutdown(socket.SHUT_RDWR)
                    return
                caller.sendall(piece)


def _pipe(source: socket.socket, to: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            to.sendall(piece)
    except OSError:
        pass


@pytest.fixture
def relay(served: str) -> Iterator[Relay]:
    opened = Relay(served)
    yield opened
    opened.close()


def test_a_server_that_dies_in_the_middle_of_an_answer_loses_nothing(browser: Browser, axe: Path, relay: Relay) -> None:
    with visiting(browser, relay.address, viewport=WIDE) as context:
        page = context.new_page()
        page.goto("/demo")
        open_chat(page)
        relay.cut_after = b"event: sentence"
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("The connection broke, so this answer is not complete.").first).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        assert faults(page, axe) == []
        relay.away = True
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("I cannot reach the assistant just now.").first).to_be_visible()
        relay.away, relay.cut_after = False, b""
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value("")
        assert page.get_by_role("article").count() == 1
        assert page.get_by_text("not complete").count() == 0


def test_offline_is_said_and_the_question_waits(browser: Browser, served: str) -> None:
    with visiting(browser, served, viewport=WIDE) as context:
        page = context.new_page()
        page.goto("/demo")
        open_chat(page)
        context.set_offline(True)
        page.get_by_label("Your question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.get_by_text("You seem to be offline.").first).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        until(page, "() => window.told.at(-1)?.includes('offline')")
        assert [text for text in page.evaluate("window.told") if "offline" in text] == [
            page.evaluate("window.told.at(-1)")
        ]
        page.get_by_text("Options").click()
        page.get_by_role("button", name="Letters").click()
        expect(page.locator(".sheet").get_by_text("You seem to be offline.")).to_be_visible()
        context.set_offline(False)
        page.locator(".sheet").get_by_role("button", name="Try again").click()
        expect(page.get_by_role("button", name="Ask for a carer's assessment")).to_be_visible()
        page.get_by_role("button", name="Back").click()
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_past_the_limit_a_kind_text_says_when_to_come_back(browser: Browser, house: House, built: Built) -> None:
    with (
        serving(create_app(house, built.settings.model_copy(update={"rate": "2/hour"}))) as address,
        visiting(browser, address, viewport=WIDE) as context,
    ):
        page = context.new_page()
        page.goto("/demo")
        open_chat(page)
        ask(page)
        page.get_by_label("Your question").fill(SAVINGS)
        page.keyboard.press("Enter")
        expect(page.get_by_text("nothing is wrong").first).to_be_visible()
        expect(page.get_by_label("Your question")).to_have_value(SAVINGS)
        assert page.get_by_role("article").count() == 2  # the answer before stays


# On other people's pages

POLICY = "default-src 'none'; script-src {0}; connect-src {0}; style-src 'self'"
HOST = """<!doctype html><html lang="en"><head><title>A council</title>
<script src="{0}/widget.js" data-title="Ask Exampleshire" data-greeting="Good morning." data-area="Exampleshire" defer></script>
</head><body><main><h1>A council</h1></main></body></html>"""


@contextmanager
def council(assistant_at: Callable[[], str]) -> Iterator[str]:
    """A council's own site, with a strict policy, that takes the widget from elsewhere."""
    site = FastAPI()

    @site.get("/")
    def front() -> HTMLResponse:
        at = assistant_at()
        return HTMLResponse(HOST.format(at), headers={"Content-Security-Policy": POLICY.format(at)})

    with serving(site) as address:
        yield address


@pytest.mark.parametrize("allowed", [True, False])
def test_one_tag_puts_the_widget_on_a_page_of_another_site(
    browser: Browser, house: House, built: Built, allowed: bool
) -> None:
    where: list[str] = []
    with council(lambda: where[0]) as site:
        settings = built.settings.model_copy(update={"rate": "1000/minute", "origins": site if allowed else ""})
        with (
            serving(create_app(house, settings)) as assistant,
            visiting(browser, site, assistant, viewport=WIDE) as context,
        ):
            where.append(assistant)
            page = context.new_page()
            page.goto("/")
            page.get_by_role("button", name="Ask Exampleshire").click()
            expect(page.get_by_text("Good morning.")).to_be_visible()
            expect(page.get_by_text("This page is for people in Exampleshire.")).to_be_visible()
            page.get_by_label("Your question").fill(QUESTION)
            page.keyboard.press("Enter")
            if not allowed:  # the browser does not even show the reason to a page that is not on the list
                expect(page.get_by_text("I cannot reach the assistant just now.").first).to_be_visible()
                return
            expect(page.get_by_text("Your council must meet your needs for support").first).to_be_visible()
            page.get_by_role("button", name="Write a letter: Ask for a carer's assessment").click()
            expect(page.get_by_label("Which council covers")).to_have_value("Exampleshire")
            assert page.get_by_role("dialog").get_attribute("title") is None
            page.get_by_text("Options").click()
            page.get_by_role("button", name="Delete this conversation").click()
            page.get_by_role("button", name="Yes, delete it").click()
            expect(
                page.get_by_text("Nothing of this conversation is left here or on the server.").first
            ).to_be_visible()


def test_without_javascript_the_form_inside_the_element_answers(browser: Browser, served: str) -> None:
    with visiting(browser, served, java_script_enabled=False, viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto("/demo")
        page.get_by_label("Ask in your own words").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("heading", name="Answer").wait_for()
        page.goto("/staff")
        expect(page.get_by_role("link", name="The page with a form")).to_have_attribute("href", "/?register=staff")


def test_on_a_phone_a_long_conversation_moves_inside_its_frame_only(
    browser: Browser, served: str, pictures: Path
) -> None:
    with visiting(browser, served, viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto("/demo")
        open_chat(page)
        for question in (QUESTION, SAVINGS, QUESTION):
            ask(page, question)
        turn = ask(page, "my dad has taken all his tablets and wont wake up")
        page.screenshot(path=pictures / "widget-phone-danger.png")
        # The whole frame stays where it is: the bar at the top, the box at the bottom, and what to do now between them.
        bar, box = page.get_by_role("button", name="Close"), page.get_by_label("Your question")
        expect(bar).to_be_in_viewport(ratio=1)
        expect(turn.get_by_text("999").first).to_be_in_viewport(ratio=1)
        assert box.bounding_box()["y"] > 400  # type: ignore[index]  # it is shown, so it has a place
        assert page.evaluate(
            """() => [...document.querySelector("care-act-chat").shadowRoot.querySelectorAll(".panel, .body, .talk")]
                 .every((e) => e.scrollTop === 0 && e.scrollHeight <= e.clientHeight)"""
        )


# For everyone

MODES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": WIDE},
    "small": {"viewport": {"width": 320, "height": 256}, "has_touch": True},
    "phone": {"viewport": {"width": 320, "height": 640}},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},  # 1280×800 at 200%
    "dark": {"viewport": WIDE, "color_scheme": "dark", "reduced_motion": "reduce"},
    "forced": {"viewport": WIDE, "forced_colors": "active"},
}


@pytest.mark.parametrize("mode", MODES)
def test_every_state_is_free_of_faults_in_every_mode(
    browser: Browser, axe: Path, served: str, pictures: Path, mode: str
) -> None:
    with visiting(browser, served, **MODES[mode]) as context:
        page = context.new_page()
        page.goto("/demo")

        def state(name: str) -> None:
            page.screenshot(path=pictures / f"widget-{mode}-{name}.png")
            assert faults(page, axe) == [], (mode, name)
            assert fits(page), (mode, name)

        state("closed")
        open_chat(page)
        state("open")
        turn = ask(page, "paying my own personal assistant with council money")
        turn.get_by_role("button", name="personal budget").click()
        turn.get_by_role("button", name="No, not quite").click()
        page.get_by_text("What this rests on").click()
        state("answer")
        turn.get_by_role("button", name=re.compile("^Source 1")).first.click()
        page.get_by_role("link", name="Open the official page").wait_for()
        state("source")
        page.get_by_role("button", name="Back").click()
        page.get_by_text("Options").click()
        page.get_by_role("button", name="Delete this conversation").click()
        state("options")
        page.get_by_role("button", name="No, keep it").click()
        page.get_by_role("button", name="Guided checks").click()
        page.get_by_role("button", name="Could I get support as a carer?").click()
        page.locator(".sheet h4").wait_for()
        state("check")
        page.keyboard.press("Escape")
        page.get_by_text("Options").click()
        page.get_by_role("button", name="Letters").click()
        page.get_by_role("button", name="Ask for a carer's assessment").click()
        page.get_by_label("What is your name?").fill("Jo")
        state("letter")


@pytest.mark.parametrize("width", [320, 1280])
def test_the_staff_view_shows_official_words_force_history_and_a_case_note(
    browser: Browser, axe: Path, served: str, pictures: Path, width: int
) -> None:
    options = {"viewport": {"width": width, "height": 800}, "permissions": ["clipboard-read", "clipboard-write"]}
    with visiting(browser, served, **options) as context:
        page = context.new_page()
        page.goto("/staff")
        expect(page.get_by_text("Nothing asked yet.")).to_be_visible()
        turn = ask(page)
        expect(turn.get_by_text("Duty", exact=True).first).to_be_visible()
        expect(turn.get_by_text("Power", exact=True)).to_be_visible()
        expect(turn.get_by_role("heading", name="The official words")).to_be_visible()
        expect(
            page.get_by_role("navigation", name="This conversation").get_by_role("button", name=QUESTION)
        ).to_be_visible()
        turn.get_by_role("button", name="Copy the case note").click()
        note = page.evaluate("navigator.clipboard.readText()")
        assert "duty: Care Act 2014 s.20(1)" in note
        assert "Care Act assistant, " in note
        assert faults(page, axe) == []
        assert fits(page)
        page.screenshot(path=pictures / f"staff-{width}.png", full_page=True)
        turn.get_by_role("button", name="Source 1: Care Act 2014, section 20(1)").first.click()
        page.get_by_role("link", name="Open the official page").wait_for()
        page.screenshot(path=pictures / f"staff-{width}-source.png")
        assert faults(page, axe) == []
        page.get_by_role("button", name="Back").click()
        assert focused(page) == "1"


def test_everything_is_reached_by_keyboard_in_the_order_it_is_read(page: Page) -> None:
    def steps(n: int) -> list[str]:
        told = []
        for _ in range(n):
            page.keyboard.press("Tab")
            told.append(focused(page).split("\n")[0])
        return told

    launch = page.get_by_role("button", name="Ask about care and support")
    assert steps(1) == ["Ask about care and support"]
    page.keyboard.press("Enter")
    assert focused(page) == "Your question"
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy", exact=True).wait_for()
    page.keyboard.press("Escape")
    expect(launch).to_be_focused()  # a dialog says a moment later that it closed
    page.keyboard.press("Enter")
    chat = page.get_by_role("dialog")
    expected = chat.locator("summary, button, a, textarea, [tabindex='0']").evaluate_all(
        """(all) => all.filter((e) => e.checkVisibility({contentVisibilityAuto: true}) && !e.closest("details:not([open]) > :not(summary)"))
             .map((e) => (e.labels?.[0] ?? e).innerText.trim().split("\\n")[0])"""
    )
    page.get_by_text("Options").focus()
    assert [focused(page), *steps(len(expected) - 1)] == expected
    assert expected[:2] == ["Options", "Close"]
    assert expected[-2:] == ["Your question", "Ask"]
    page.keyboard.press("Escape")
    expect(launch).to_be_focused()  # a dialog says a moment later that it closed


def test_on_a_small_screen_the_chat_holds_the_keyboard_and_hides_the_page(browser: Browser, served: str) -> None:
    with visiting(browser, served, **MODES["phone"]) as context:
        page = context.new_page()
        page.goto("/demo")
        open_chat(page)
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate("['CARE-ACT-CHAT', 'BODY'].includes(document.activeElement.tagName)")
        turn = ask(page)
        turn.get_by_role("button", name="Source 1").first.click()
        page.get_by_role("link", name="Open the official page").wait_for()
        assert page.locator(".talk").evaluate("(talk) => talk.inert")
        page.keyboard.press("Escape")
        assert not page.locator(".talk").evaluate("(talk) => talk.inert")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Ask about care and support")).to_be_focused()
