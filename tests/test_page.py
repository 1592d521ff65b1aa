"""The page in a real browser, with JavaScript switched off: on a wide screen and on a small telephone."""

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import fits, visiting
from conftest import Built
from playwright.sync_api import Browser, Page
from serving import serving

from assistant.assistant import Assistant
from assistant.domain import Register
from assistant.letters import Letters
from assistant.presenting import Presenter
from assistant.reference import Reference
from assistant.web import create_app
from assistant.web.page import _page
from assistant.wiring import House

QUESTION = "Can I get a break from looking after my mum?"


@pytest.fixture(params=[1200, 320])
def page(browser: Browser, served: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    size = {"width": request.param, "height": 800}
    with visiting(browser, served, java_script_enabled=False, viewport=size) as context:
        yield context.new_page()


def picture(page: Page, folder: Path, name: str) -> Path:
    width = page.viewport_size["width"] if page.viewport_size else 0
    path = folder / f"{name}-{width}.png"
    page.screenshot(path=path, full_page=True)
    return path


def test_a_question_is_asked_and_answered_with_a_link_to_the_law(page: Page, pictures: Path) -> None:
    page.goto("/")
    page.get_by_label("Ask in your own words").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("heading", name="Answer").wait_for()
    assert page.get_by_text("Yes. Your council must meet your needs for support").is_visible()
    link = page.get_by_role("link", name="Care Act 2014, section 20(1)")
    assert link.get_attribute("href") == "https://www.legislation.gov.uk/ukpga/2014/23/section/20"
    assert page.get_by_text(QUESTION).is_visible()
    assert fits(page)
    assert picture(page, pictures, "answer").stat().st_size > 5000


def test_a_handle_leads_to_its_source_on_the_page(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Ask in your own words").fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("link", name="source 1").first.click()
    assert page.url.endswith("#source-1")
    assert page.locator("#source-1").is_visible()


def test_the_page_can_be_used_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.type("how much savings can i have before i pay for care")
    for _ in range(2):  # past the choice of wording, to the button
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Answer").wait_for()


def test_a_question_the_person_may_mean_is_one_button_away(page: Page) -> None:
    page.goto("/?register=staff")
    page.get_by_label("Ask in your own words").fill("can they do that")
    page.get_by_role("button", name="Ask", exact=True).click()
    choice = page.get_by_role("button", name=QUESTION)
    assert choice.is_visible()
    assert fits(page)
    choice.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Yes. Your council must meet your needs for support").wait_for()
    assert page.get_by_text(f"You asked: {QUESTION}").is_visible()
    assert page.get_by_label("For staff").is_checked()  # still worded as was asked for


@pytest.mark.parametrize("question", ["x" * 3000, "<b>bold</b> " * 50, "هل يمكنني الحصول على استراحة؟"])
def test_strange_questions_do_not_break_the_layout(page: Page, question: str) -> None:
    page.goto("/")
    page.get_by_label("Ask in your own words").fill(question)
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("heading", name="Answer").wait_for()
    assert page.locator("b").filter(has_text="bold").count() == 0
    assert fits(page)


def test_the_first_page_fits_and_names_what_to_do_in_danger(page: Page, pictures: Path) -> None:
    page.goto("/")
    assert fits(page)
    assert page.get_by_role("link", name="999").is_visible()
    picture(page, pictures, "page")


def test_a_letter_stands_on_the_page_whole_with_what_is_left_to_fill_in(
    real_corpus: Path, reference: Reference
) -> None:
    letter = Letters(real_corpus, reference).fill("carers-assessment", {"person": "my mum <b>"})
    answer = Presenter(reference, {}).letter("x", letter, Register.PLAIN)
    shown = html.unescape(_page(answer, "write to the council for me", "plain"))
    assert letter.text.strip() in shown
    assert "<b>" not in _page(answer, "", "plain")
    assert all(gap.question in shown for gap in letter.missing)
    assert letter.lines[0].text not in shown  # it stands in the draft, in lines, and not again as a point


def test_each_of_two_questions_is_answered_under_its_own_heading(assistant: Assistant) -> None:
    both = "How much savings can I have before I pay for care? Can I get a break from looking after my mum?"
    answer = assistant.answer(both)
    shown = html.unescape(_page(answer, both, "plain"))
    headings = [said.text for said in answer.sentences if said.role == "heading"]
    assert len(headings) == 2
    # In the order of the answer: a heading, what it stands over, then the other.
    found = [shown.index(said.text) for said in answer.sentences if said.role in {"heading", "verdict"}]
    assert found == sorted(found)
    assert all(f"<h2>{heading}</h2>" in shown for heading in headings)


def test_who_has_asked_too_much_is_told_kindly_and_keeps_what_was_written(
    browser: Browser, house: House, built: Built, pictures: Path
) -> None:
    app = create_app(house, built.settings.model_copy(update={"rate": "1/hour"}))
    phone = {"width": 320, "height": 640}
    with serving(app) as address, visiting(browser, address, java_script_enabled=False, viewport=phone) as context:
        page = context.new_page()
        page.goto("/")
        for question in (QUESTION, "and who <pays> for it?"):
            page.get_by_role("textbox").fill(question)
            page.get_by_label("Easy read").check()
            page.get_by_role("button", name="Ask").click()
        assert page.get_by_role("alert").get_by_text("Please wait").is_visible()
        assert page.get_by_role("textbox").input_value() == "and who <pays> for it?"
        assert page.get_by_label("Easy read").is_checked()
        assert page.title().startswith("Too many questions")
        assert fits(page)
        picture(page, pictures, "wait")


def test_the_tab_has_a_mark_of_ours(browser: Browser, served: str) -> None:
    with visiting(browser, served) as context:
        for path in ("/icon.svg", "/favicon.ico"):
            response = context.request.get(path)
            assert (response.status, response.headers["content-type"]) == (200, "image/svg+xml")
            assert len(response.body()) < 600
        page = context.new_page()
        page.goto("/demo")
        icon = page.locator("link[rel=icon]")
        assert icon.get_attribute("href") == "/icon.svg"
        page.goto("/nothing-here")  # a problem's page may show it too
        assert page.get_by_role("heading", name="Not found").is_visible()
