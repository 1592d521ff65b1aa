"""A real Chromium for tests of pages: one a module, quiet, and held to the promises every page of ours makes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = Path(__file__).parent
AXE = HERE / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = "CARE_TEST_PICTURES"  # a folder that keeps the screenshots; not one of our settings, so it has no CARE_ACT_
QUIET = [  # a browser calls home by itself; none of this is under test
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
    "--disable-dev-shm-usage",
]
# Before anything of the page: what the policy refused, and everything a screen reader is told.
WATCH = """
window.refused = []; window.told = [];
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI}`));
window.listen = (root) => {
  for (const region of root.querySelectorAll("[role=status], [role=alert], [aria-live]"))
    new MutationObserver(() => region.textContent && window.told.push(region.textContent)).observe(region, {childList: true, characterData: true, subtree: true});
};
customElements.whenDefined("care-act-chat").then(() => setTimeout(() => {
  const chat = document.querySelector("care-act-chat");
  if (chat?.shadowRoot) window.listen(chat.shadowRoot);
}));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. One a module: a browser kept longer would hold an event loop in the way of other tests."""
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("chromium is not installed", "apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept."""
    folder = Path(os.environ[PICTURES]) if PICTURES in os.environ else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def visiting(browser: Browser, address: str, *also: str, **options: Any) -> Iterator[BrowserContext]:
    """A person's browser. At the end: nobody else was asked for anything, no policy was broken, no script failed."""
    context = browser.new_context(base_url=address, locale="en-GB", **options)
    context.set_default_timeout(20_000)
    context.add_init_script(WATCH)
    asked: list[str] = []
    failed: list[str] = []
    context.on("request", lambda sent: asked.append(sent.url))
    context.on("weberror", lambda error: failed.append(str(error.error)))
    context.on("console", lambda said: failed.append(said.text) if "Content Security Policy" in said.text else None)
    yield context
    for page in context.pages:
        if options.get("java_script_enabled", True) and page.url.startswith("http"):
            assert page.evaluate("window.refused") == []
    context.close()
    hosts = (address, *also, "blob:", "about:")
    assert [url for url in asked if not url.startswith(hosts)] == []
    assert failed == []


def fits(page: Page) -> bool:
    """Whether nothing reaches beyond the left or right edge, so that nobody has to scroll sideways or misses something."""
    return bool(
        page.evaluate(
            """() => {
              const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
              return all(document.body).filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".unseen"))
                .map((e) => e.getBoundingClientRect()).every((box) => box.left >= -1 && box.right <= innerWidth + 1);
            }"""
        )
    )


def until(page: Page, holds: str, arg: object = None) -> None:
    """Wait until a script gives true. Playwright's own waiting evaluates strings, which a strict page refuses."""
    for _ in range(200):
        if page.evaluate(holds, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {holds}")


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script of axe-core, which finds what people with impairments would stumble over."""
    if not AXE.is_file():
        missing("axe-core is not installed", "npm ci --prefix tests/browser --ignore-scripts")
    return AXE


def faults(page: Page, axe: Path) -> list[str]:
    """What axe-core finds wrong with a page as it stands, also inside shadow roots: every rule, WCAG and good practice."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.read_text(encoding="utf-8"))  # not as a script tag: a strict page would refuse that
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


def missing(what: str, remedy: str) -> NoReturn:
    """Skip with the reason; where CI=true asks for everything, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI=true asks for it: {remedy}")
    pytest.skip(f"{what} ({remedy})")
