"""Chromium for the tests that drive a page: found on the system, and asked for nothing but the file."""

import shutil
from contextlib import contextmanager

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium():
    """A browser while the context lasts; the test skips where the system has none."""
    pages = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is on the path; apt-get install chromium")
    with pages.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def opened(browser, file, fragment="", **options):
    """A page of a file while the context lasts, with what it said in the console and asked of any network."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    context.on("request", lambda request: asked.append(request.url))
    page.goto(f"{file.as_uri()}{fragment}")
    try:
        yield page
        assert not said, said
        assert {url.split("#")[0] for url in asked} == {file.as_uri()}, asked
    finally:
        context.close()
