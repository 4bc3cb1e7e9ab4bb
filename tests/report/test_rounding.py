"""One policy of rounding: every number that a reader sees is written by numbers.py, in the reader's language."""

import re
from html.parser import HTMLParser

import pytest

from hecon.evaluation import results
from hecon.report import choices, evidence, language, numbers, scenarios, tables
from hecon.report.cells import Cell, Table, best, span, years
from hecon.report.language import Signs, localised, speaking

POINT = re.compile(r"\d\.\d")
GROUPS = re.compile(r"\d,\d{3},\d{3}|\d[.,]\d{3}[.,]\d{3}")
TYPED = re.compile(r"\d[.,]\d")
VOID = {"meta", "link", "img", "br", "hr", "input", "path", "use"}
SOURCED = ("Parameter", "Value", "Distribution", "Grade", "Source, and where in it")
"""The columns of the table of parameters, whose last one stands as in the files."""
ODD = Signs("_", "~", "")
"""How nobody writes numbers: a number with a point or a comma was then not written by numbers.py."""


class Texts(HTMLParser):
    """The texts of a page, each with the tags it stands in; sources and where in them are left out, and the log."""

    def __init__(self):
        super().__init__()
        self.open, self.found, self.column = [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))
        self.column = 0 if tag == "tr" else self.column + (tag in {"td", "th"})

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if data.strip() and not {"style", "script", "dd", "code"} & set(tags) and not self.cited():
            self.found.append((tags, data.strip()))

    def cited(self):
        """Whether this is the last column of the table of parameters."""
        return ("table", "parameters") in self.open and self.column == len(SOURCED)


def every_table(comparison):
    """Every table that this room of the report makes."""
    costs = results.perspective_costs(comparison)
    made = (
        tables.summary(comparison, costs, results.cost_per_day(comparison)),
        *(tables.perspectives(comparison, costs, horizon) for horizon in results.HORIZONS),
        tables.cost_levels(comparison, costs),
        tables.ledger(comparison),
        tables.icers(comparison),
        tables.returns(comparison),
        tables.five_years(comparison),
        tables.productivity(comparison),
        tables.subgroups(comparison),
        tables.outcomes(comparison),
        scenarios.scenario_gains(comparison),
        scenarios.structural(comparison),
        scenarios.mi_nav_weight(comparison),
        choices.every_program(comparison, comparison.choices),
        choices.needed_effects(comparison, comparison.choices),
        evidence.against_trial(comparison),
        evidence.assumptions(comparison),
    )
    return [one for one in made if one is not None]


def own_texts(comparison):
    """What stands in the files in words, and may have numbers of its own."""
    parameters = comparison.parameters
    said = [text for program in parameters.programs.values() for text in (program.label, program.measured_in)]
    said += [text for one in parameters.scenarios.values() for text in (one.label, one.summary)]
    said += [language.translated(row["measured_in"]) for row in comparison.choices.programs.to_dict("records")]
    return sorted(said, key=len, reverse=True)


@pytest.fixture(scope="module")
def norwegian(whole):
    with speaking("nb"):
        said = localised(whole)
        return said, every_table(said)


def test_no_cell_has_a_number_that_numbers_did_not_write(whole, monkeypatch):
    monkeypatch.setattr(language, "_signs", lambda _: ODD)
    own = own_texts(whole)
    strange = []
    for table in every_table(whole):
        cited = table.header == SOURCED
        for row in table.rows:
            for cell in row[: -1 if cited else None]:
                text = f"{cell.text} | {cell.detail}"
                for words in own:
                    text = text.replace(words, "")
                strange += [f"{table.caption[:40]}: {text}"] if TYPED.search(text) else []
    assert not strange, "\n".join(strange)


def test_no_norwegian_text_of_the_page_has_an_english_number(pages):
    parser = Texts()
    parser.feed(pages["nb"].read_text(encoding="utf-8"))
    strange = [
        f"{'/'.join(tags[-3:])}: {text}" for tags, text in parser.found if POINT.search(text) or GROUPS.search(text)
    ]
    assert sum("td" in tags for tags, _ in parser.found) > 1000
    assert not strange, "\n".join(strange)


def test_the_norwegian_tables_have_the_numbers_of_the_english_ones(whole, norwegian):
    _, said = norwegian
    plain = str.maketrans({numbers.MINUS: "-", "\N{NO-BREAK SPACE}": "", ",": "", ".": "", " ": ""})
    for english, norsk in zip(every_table(whole), said, strict=True):
        assert len(english.header) == len(norsk.header)
        assert len(english.notes) <= len(norsk.notes)
        for ours, theirs in zip(english.rows, norsk.rows, strict=True):
            for one, other in zip(ours[english.words :], theirs[norsk.words :], strict=True):
                assert (one.tone, one.strategy) == (other.tone, other.strategy)
                if one.tone == "text":
                    continue
                digits = [re.sub(r"[^\d-]", "", cell.text.translate(plain)) for cell in (one, other)]
                assert digits[0] == digits[1], (english.caption, one.text, other.text)


def test_no_heading_of_the_norwegian_tables_is_english(whole, norwegian):
    same = {
        text
        for english, norsk in zip(every_table(whole), norwegian[1], strict=True)
        for text in {english.caption, *english.header, *english.notes} & {norsk.caption, *norsk.header, *norsk.notes}
    }
    assert same <= {"", "Parameter", "Arm"}


@pytest.mark.parametrize(
    ("weeks", "english", "norwegian"), [(260, "five years", "fem år"), (78, "1.5 years", "1,5 år")]
)
def test_the_long_horizon_is_said_in_words_where_there_is_one(weeks, english, norwegian):
    class Run:
        record = {"weeks": weeks}  # noqa: RUF012

    assert years(Run()) == english
    assert span(Run(), results.YEAR_1) == "12 months"
    assert span(Run(), results.CARRIED_FORWARD) == f"{english}, (b) differences carried forward"
    with speaking("nb"):
        assert years(Run()) == norwegian
        assert span(Run(), results.YEAR_1) == "12 måneder"


def test_the_chance_of_being_best_stands_beneath():
    assert best(Cell("1", "0 to 2", tone="unsure"), 0.25, 1000) == Cell("1", "0 to 2 | best: 25%", tone="unsure")
    assert best(Cell("–"), 0.25, 1000) == Cell("–", "best: 25%")


@pytest.mark.parametrize(
    ("value", "english", "norwegian"),
    [
        (0.0, "0", "0"),
        (-0.2, "−0.2", "−0,2"),
        (0.00005, "0.00005", "0,00005"),
        (999.96, "1,000", "1 000"),
        (6.6e6, "6,600,000", "6 600 000"),
        (1e-12, "0.000000000001", "0,000000000001"),
    ],
)
def test_a_number_that_is_no_estimate_is_written_out(value, english, norwegian):
    assert numbers.exact(value) == english
    with speaking("nb"):
        assert numbers.exact(value).replace("\N{NO-BREAK SPACE}", " ") == norwegian


def test_a_change_that_rounds_to_nothing_has_no_plus(whole):
    outcome = tables.outcomes(whole)
    assert isinstance(outcome, Table)
    details = [cell.detail for row in outcome.rows for cell in row[2:]]
    assert any(detail.startswith("+") for detail in details)
    for detail in details:
        assert detail[0] != "+" or re.search("[1-9]", detail.split(" ")[0])
