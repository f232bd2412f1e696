"""Chromium without a screen, driven by Playwright, and pages of runs in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import found
from tests.browser.runs import page_of
from tmformer.verify import Recording

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--font-render-hinting=none",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = found()
    if path is None:
        pytest.skip("there is no Chromium; `make browser` installs it")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visited(chromium: Any, tmp_path: Path) -> Iterator[tuple[Callable[..., Any], list[str]]]:
    """Opens the page of a recording from a file; and a list of all that pages say on the console, throw, or ask of a network.

    With `change`, a function from the text of the page to another one, faults are planted.
    """
    said: list[str] = []
    contexts: list[Any] = []

    def show(recording: Recording, change: Callable[[str], str] = str, **options: Any) -> Any:
        file = tmp_path / f"{len(contexts)}.html"
        file.write_text(change(page_of(recording)), encoding="utf-8")
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on(
            "request", lambda request: None if request.url == file.as_uri() else said.append(f"asked: {request.url}")
        )
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield show, said
    for context in contexts:
        context.close()


@pytest.fixture
def opened(visited: tuple[Callable[..., Any], list[str]]) -> Iterator[Callable[..., Any]]:
    """Opens the page of a recording, and after the test asks whether it was quiet."""
    show, said = visited
    yield show
    assert said == []
