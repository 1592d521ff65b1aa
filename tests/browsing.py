"""A real Chromium for tests, and axe-core in a page of it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
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


@pytest.fixture(scope="module")  # a longer life would keep playwright's event loop open under tests that run their own
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("chromium is not installed", "apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script of axe-core, which finds what people with impairments would stumble over."""
    if not AXE.is_file():
        missing("axe-core is not installed", "npm ci --prefix tests/browser --ignore-scripts")
    return AXE


def violations(page: Page, axe: Path) -> list[str]:
    """What axe-core finds wrong with a page as it stands: every rule, WCAG and good practice."""
    page.evaluate(axe.read_text(encoding="utf-8"))  # not as a script tag: a strict page would refuse that
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def missing(what: str, remedy: str) -> None:
    """Skip with the reason; where CI=true asks for everything, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and CI=true asks for it: {remedy}")
    pytest.skip(f"{what} ({remedy})")
