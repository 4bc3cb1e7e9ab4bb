"""The documentation site: it builds without a warning or a network, and every link in it leads somewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import hecon

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ASKED = {("link", "href"), ("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("object", "data")}
"""What a browser fetches without being asked to."""

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """The ids, links and fetched files of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.fetched, self.unseen = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.update(found[key] for key in ("id", "name") if found.get(key))
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        self.fetched += [found[key] for where, key in ASKED if where == tag and found.get(key)]
        if tag == "img" and "alt" not in found:
            self.unseen.append(found.get("src"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [
        "-m",
        "sphinx",
        "-b",
        "html",
        "-n",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        folder / "cache",
        DOCS,
        folder / "html",
    ]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_link_within_the_site_leads_to_a_page_and_a_place_in_it(pages):
    lost = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchored = not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids
            if not target.exists() or not anchored:
                lost.append((path.name, link))
    assert len(pages) > 40
    assert lost == []


def test_nothing_is_fetched_from_elsewhere(site, pages):
    assert [(path.name, link) for path, page in pages.items() for link in page.fetched if "//" in link] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_every_picture_says_what_it_shows(pages):
    assert [(path.name, source) for path, page in pages.items() for source in page.unseen] == []


def test_formulas_are_drawn_by_the_browser(site):
    text = (site / "equations.html").read_text(encoding="utf-8")
    assert text.count("<math") > 40
    assert "$$" not in text


def test_every_parameter_has_an_entry(pages, site):
    anchors = set().union(*(page.ids for path, page in pages.items() if path.parent == site / "generated"))
    assert {name.replace("_", "-") for name in hecon.read_parameters().entries} <= {
        i.replace("_", "-") for i in anchors
    }


def test_every_public_name_has_an_entry():
    listed = set(re.findall(r"^   ~hecon\.(\w+)$", (DOCS / "api.rst").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == set(hecon.__all__) - {"SEED", "__version__"}
