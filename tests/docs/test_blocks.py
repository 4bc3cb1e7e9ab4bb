"""Every code block of the documentation runs, and prints what the page says it prints."""

from pathlib import Path

import pytest
from page_blocks import Reader, blocks, compare, parse

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.glob("*.md")),
    *sorted((DOCS / "howto").glob("*.md")),
]
LONG = {"tutorial.md", "report.md"}
"""Pages on which a whole report is made."""
MOST_NOT_RUN = 25


def name(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=name(page), marks=[pytest.mark.slow] * (page.name in LONG)) for page in PAGES]
)
def test_every_block_of_a_page_does_what_the_page_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Reader(tmp_path, monkeypatch).follow(page)


def test_few_blocks_are_not_run_and_each_says_why():
    marked = [
        (f"{name(page)}:{block.line}", block.reason) for page in PAGES for block in blocks(page.read_text("utf-8"))
    ]
    skipped = [(place, reason) for place, reason in marked if reason]
    print(*(f"{place}  {reason}" for place, reason in skipped), sep="\n")
    assert len(skipped) <= MOST_NOT_RUN
    assert len(skipped) < len(marked) / 2


def page_with(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n", "page.md:5 shows"),
        ("```python\n>>> 1 + 1\n3\n\n```\n", "Expected"),
        ("```console\n$ hecon programs nobodys\n```\n", "is not a program"),
        ("```console\n$ hecon report\n```\n", "takes minutes"),
        ("```console\n$ make report\n```\n", "cannot be run here"),
        ("```r\nlibrary(BCEA)\n```\n", "nobody runs r"),
        ("```\nhecon voi\n```\n", "takes minutes"),
        ("```toml\na = \n```\n", "Invalid value"),
    ],
)
def test_a_block_that_does_not_do_as_it_says_fails(text, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match=says):
        Reader(tmp_path, monkeypatch).follow(page_with(tmp_path, text))


def test_blocks_share_files_and_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (
        "<!-- file: a/b.csv -->\n```csv\nx,y\n1,2\n```\n\n```python\nfrom pathlib import Path\n```\n\n"
        "```python\n>>> Path('a/b.csv').read_text()\n'x,y\\n1,2\\n'\n\n```\n<!-- not run: it fails -->\n"
        "```python\nraise SystemExit\n```\n"
    )
    Reader(tmp_path, monkeypatch).follow(page_with(tmp_path, text))


@pytest.mark.parametrize("words", [["nonsense"], ["report", "--nonsense"], ["run", "--draws", "none"]])
def test_a_command_that_is_not_run_is_read_all_the_same(words):
    with pytest.raises((KeyError, Exception), match=r"nonsense|none"):
        parse(words)


def test_dots_stand_for_anything_in_what_is_shown():
    compare("one\n...\nthree\n", "one\ntwo\nthree\n", "here")
    with pytest.raises(AssertionError, match="here shows"):
        compare("one\ntwo\n", "one\nthree\n", "here")
