"""The report as a file: whole, self-contained, the same every time."""

import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from hecon.evaluation.comparison import compare
from hecon.inputs.parameters import read_parameters
from hecon.report.canvas import spread
from hecon.report.document import TITLE, render, write
from hecon.report.language import localised, speaking
from hecon.report.statements import answer

SMALL = {"people": 300, "draws": 12, "draw_people": 50, "weeks": 260, "seed": 5}
VOID = {"meta", "link", "img", "br", "hr", "input", "path", "use"}


@cache
def small(overlay=None):
    overlays = [{overlay: 900.0}] if overlay else []
    return compare(read_parameters(overlays=overlays), **SMALL)


@cache
def page():
    return render(small())


@cache
def norsk():
    with speaking("nb"):
        return render(localised(small()))


class Balanced(HTMLParser):
    """Notes tags that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.links = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(tag)


def parsed():
    parser = Balanced()
    parser.feed(page())
    return parser


def test_nothing_is_asked_of_the_network():
    assert all(link.startswith("#") for link in parsed().links)
    assert not re.search(r"<script[^>]*\bsrc|<link|@import|url\((?!#)", page())


def test_tags_are_closed_and_ids_unique():
    parser = parsed()
    assert not parser.faults
    assert not parser.open
    assert len(parser.ids) == len(set(parser.ids))
    assert {link[1:] for link in parser.links} <= set(parser.ids)


def test_every_figure_is_told_to_those_who_cannot_see_it():
    labelled = re.findall(r'role="img" aria-label="[^"]{40,}"><svg', page())
    assert len(labelled) == page().count("<svg") >= 10


def test_no_missing_number_is_printed():
    assert not re.search(r">[^<]*\b(nan|inf)\b|>\s*None\s*<", page())


def test_the_answer_comes_before_everything_else():
    headline = answer(small()).headline
    assert page().index(headline) < page().index("<h2")
    for text in answer(small()).changes:
        assert text.split("“")[0][:60].replace("'", "&#39;") in page()


def test_every_parameter_is_listed_and_counted():
    shown = page()[page().index('id="assumptions"') :]
    entries = read_parameters().entries
    assert all(f">{name}<" in shown for name in entries)
    counts = [int(count) for count in re.findall(r"<b>(\d+)</b>", shown)]
    assert sum(counts) == len(entries)


def test_a_spread_that_is_no_study_s_is_shown_beside_the_grade():
    parameters = page()[page().index('id="assumptions"') :]
    row = parameters[parameters.index(">coordinated_hazard_ratio<") :].split("</tr>")[0]
    assert "<span>spread: assumption</span>" in row
    assert 'class="w assumed">study<' in row
    choices = page()[page().index('id="choices"') : page().index('id="assumptions"')]
    assert choices.count("grade: study, its spread: assumption") == 1


def test_what_must_be_said_is_said():
    text = " ".join(page().split())
    for said in (
        "No clear QALY effect",
        "the effect is assumed equal",
        "three-year window",
        "worth nothing to the employer by assumption",
        "consent to research",
        "A caution about the allowance",
        "(a) no effect after month 12",
        small().parameters.hash,
    ):
        assert said in text, said
    assert "per QALY</" not in text


@pytest.mark.slow
def test_what_the_user_replaced_is_said_first_and_marked():
    text = render(small("caseworker_hour"))
    assert text.index("one hour of a NAV caseworker") < text.index("<h2")
    assert "assumption (yours)" in text
    assert "put in the place" not in page()


def test_the_same_run_gives_the_same_bytes_and_the_title_is_escaped(tmp_path):
    path = write(small(), tmp_path / "report.html", title="<script>alert(1)</script>")
    text = path.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert text.replace("&lt;script&gt;alert(1)&lt;/script&gt;", TITLE) == page()
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("values", [[0.0, 0.0, 0.0], [3.0, 1.0, 1.1, 9.0]])
def test_labels_are_moved_apart_and_stay_in_order(values):
    moved = spread(values, 1.0)
    ordered = sorted(moved)
    assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(ordered))
    assert sum(moved) == pytest.approx(sum(values))


def first_screen(text):
    header = re.sub(r"<[^>]+>", " ", text[text.index("<header>") : text.index("<nav")])
    return " ".join(header.split())


def headings(text):
    return re.findall(r"<h[23][^>]*>([^<]+)</h[23]>", text)


def test_the_page_says_which_language_it_is_in():
    assert '<html lang="en">' in page()
    assert '<html lang="nb">' in norsk()


def test_the_first_screen_is_norwegian_where_the_page_is():
    said = first_screen(norsk())
    assert not re.search(r"\b(the|is|of|with|worth|against|society|interval|spans|NOK|sick|days|what)\b", said), said
    assert "kr per person" in said
    assert "Samfunnet" in said
    assert first_screen(page()).count("Society gains") == 1


def test_every_heading_is_translated():
    same = [one for one, other in zip(headings(page()), headings(norsk()), strict=True) if one == other]
    assert not [heading for heading in same if not heading.startswith(("CHEERS", "MI-NAV"))]


def test_the_first_screen_is_short_enough_to_be_read():
    for text in (page(), norsk()):
        assert len(re.findall(r"[^\W\d_]+", first_screen(text))) < 450


def test_the_browser_is_told_to_fetch_nothing():
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in page()
