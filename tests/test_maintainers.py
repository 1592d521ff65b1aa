"""The maintainers' page in a real browser without JavaScript, and its sign-in: what is shown, and to whom."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import faults, fits, visiting
from conftest import Built
from playwright.sync_api import Browser, Page
from serving import serving

from assistant.keys import StaffKeys
from assistant.web import create_app
from assistant.web.sessions import COOKIE, SECONDS, Sessions
from assistant.wiring import House
from evals.cases import load_cases

PERSONAL = ("07700 900123", "QQ123456C", "doreen@example.org", "943 476 5919", "14 Mill Lane")
LEFT = f"Who pays when mum moves to another county? Ring {PERSONAL[0]}, NI {PERSONAL[1]}, NHS number {PERSONAL[3]}"
WHY = f"did not say who to ring, write to {PERSONAL[2]} or {PERSONAL[4]}, Leeds LS1 4AB"
HOSTILE = "<script>alert(1)</script><b id=planted>bold</b> what is respite"


@pytest.fixture(scope="module")
def key(house: House) -> str:
    return house.keys.make("maintainer")[1]


@pytest.fixture(scope="module")
def address(house: House, built: Built) -> Iterator[str]:
    """A server where one question was not answered and three people said what they thought."""
    settings = built.settings.model_copy(update={"rate": "100000/minute"})
    with serving(create_app(house, settings, with_admin=True)) as at, httpx.Client(base_url=at, trust_env=False) as web:
        web.post("/api/ask", json={"question": f"how do i fix a carburettor, I am {PERSONAL[0]}"})
        for question, why, agree in ((LEFT, WHY, True), (HOSTILE, HOSTILE, True), ("secret words", WHY, False)):
            answer = web.post("/api/ask", json={"question": question}).json()
            told = {"answer": answer["id"], "useful": False, "why": why, "question": question, "agree": agree}
            assert web.post("/api/feedback", json=told).status_code == 204
        yield at


@pytest.fixture
def web(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=60, headers={"Origin": address}) as opened:
        yield opened


def sign_in(page: Page, key: str) -> None:
    page.goto("/admin")
    page.keyboard.press("Tab")
    page.keyboard.type(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "scheme"), [(1200, "dark"), (320, "light")])
def test_what_was_left_becomes_a_case_without_a_word_about_anybody(
    browser: Browser, address: str, key: str, pictures: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    with visiting(browser, address, java_script_enabled=False, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        sign_in(page, "careact_0_wrong")
        page.get_by_role("alert").get_by_text("not a staff key in use").wait_for()
        assert "careact_0_wrong" not in page.content()
        sign_in(page, key)
        page.get_by_role("heading", name="What people asked").wait_for()
        assert page.get_by_role("table", name="Subjects that ended without an answer").is_visible()
        assert page.get_by_role("table", name="Sources").get_by_text("Care Act 2014", exact=True).is_visible()
        shown = page.content()
        assert [detail for detail in (*PERSONAL, "carburettor", "secret words", key) if detail in shown] == []
        assert page.locator("#planted").count() == 0
        assert fits(page)
        page.screenshot(path=pictures / f"maintainers-{width}.png", full_page=True)
        page.get_by_role("button", name="Make a case of: Who pays when mum moves").first.click()
        line = page.get_by_label("one line of JSON").input_value()
        assert fits(page)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as a file").click()
        saving.value.save_as(tmp_path / "cases.jsonl")
        assert json.loads((tmp_path / "cases.jsonl").read_text(encoding="utf-8")) == json.loads(line)
        [case] = load_cases(tmp_path / "cases.jsonl")
        assert case.message.startswith("Who pays when mum moves")
        page.goto("/admin")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Staff key").wait_for()


def test_axe_finds_nothing_wrong_on_any_of_the_pages(axe: Path, browser: Browser, address: str, key: str) -> None:
    # `bypass_csp`: axe itself runs as a script, which these pages allow to nobody.
    with visiting(browser, address, bypass_csp=True, viewport={"width": 320, "height": 600}) as context:
        page = context.new_page()
        sign_in(page, "wrong")
        assert faults(page, axe) == []
        sign_in(page, key)
        page.get_by_role("heading", name="What people asked").wait_for()
        assert faults(page, axe) == []
        page.set_viewport_size({"width": 1200, "height": 800})
        assert faults(page, axe) == []
        page.get_by_role("button", name="Make a case of: Who pays").first.click()
        page.get_by_label("one line of JSON").wait_for()
        assert faults(page, axe) == []
        page.goto("/no-such-page")
        page.get_by_role("heading", name="Not found").wait_for()  # a browser is told in words, not in JSON
        assert faults(page, axe) == []


def test_the_cookie_is_not_the_key_and_no_script_or_other_site_can_use_it(web: httpx.Client, key: str) -> None:
    answered = web.post("/admin/sign-in", data={"key": key})
    assert (answered.status_code, answered.headers["location"]) == (303, "/admin")
    cookie = answered.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/admin", f"Max-Age={SECONDS}"} <= set(cookie.split("; "))
    assert key.rpartition("_")[2] not in cookie
    policy = web.get("/admin").headers["content-security-policy"]
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    behind_tls = web.post("/admin/sign-in", data={"key": key}, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_tls.headers["set-cookie"]


@pytest.mark.parametrize("origin", [None, "null", "https://sister.example.org"])
def test_a_form_on_another_page_is_not_obeyed(web: httpx.Client, key: str, origin: str | None) -> None:
    web.post("/admin/sign-in", data={"key": key})
    assert "What people asked" in web.get("/admin").text
    del web.headers["Origin"]
    headers = {"Origin": origin} if origin else {}
    for path in ("/admin/sign-in", "/admin/sign-out", f"/admin/case/{'0' * 32}"):
        assert web.post(path, data={"key": key}, headers=headers).status_code == 403


def test_a_revoked_key_ends_its_sessions_at_once(web: httpx.Client, house: House) -> None:
    made, text = house.keys.make("leaver")
    web.post("/admin/sign-in", data={"key": text})
    assert "What people asked" in web.get("/admin").text
    house.keys.revoke(made.id)
    assert "sign-in is over" in web.get("/admin").text
    assert web.post(f"/admin/case/{'0' * 32}").status_code == 403
    assert web.post("/admin/sign-in", data={"key": text}).status_code == 403


def test_a_session_ends_and_cannot_be_made_up(tmp_path: Path) -> None:
    now = [1_000_000.0]
    keys = StaffKeys(f"sqlite:///{tmp_path}/keys.db")
    sessions = Sessions(keys, b"secret", clock=lambda: now[0])
    made, text = keys.make("maintainer")
    cookie = sessions.begin(f" {text} ")
    assert sessions.begin(text[:-1]) == ""
    assert sessions.holder(cookie) == made
    body, _, mark = cookie.rpartition(".")
    later = body[:-1] + str(9 - int(body[-1]))
    for forged in (f"{later}.{mark}", f"{body}.", "", ".", "é", "a.b.c", cookie + "0", text):
        assert sessions.holder(forged) is None
    assert Sessions(keys, b"another", clock=lambda: now[0]).holder(cookie) is None
    now[0] += SECONDS
    assert sessions.holder(cookie) is None
    keys.close()


def test_the_page_is_absent_unless_asked_for(served: str) -> None:
    assert httpx.get(f"{served}/admin", trust_env=False).status_code == 404


def test_an_unknown_answer_is_explained_on_a_page(web: httpx.Client, key: str) -> None:
    web.post("/admin/sign-in", data={"key": key})
    assert COOKIE in web.cookies
    told = web.post(f"/admin/case/{'0' * 32}", headers={"Accept": "text/html,*/*"})
    assert told.status_code == 404
    assert "<h1>No question was left</h1>" in told.text
    assert "agreed to leave it" in told.text
