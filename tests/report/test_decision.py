"""The report of a decision analysis: it says what the numbers say, stands alone, and holds with any strategies."""

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hecon
from hecon.evaluation.decision import decide
from hecon.evaluation.psa import Source
from hecon.report import decision_figures as figures
from hecon.report import decision_tables as tables
from hecon.report import decision_words as words
from hecon.report.decision import panels, render, write_decision_report

SOURCES = (Source("costs.csv", 200, 3, "ab" * 32), Source("effects.csv", 200, 3, "cd" * 32))


def made(strategies=3, draws=200, names=None, parameters=True, **options):
    """A decision in which each strategy costs more and gives more, with two parameters of which one matters."""
    random = np.random.default_rng(7)
    x, y = random.normal(size=(2, draws))
    place = np.arange(strategies)
    cost = 100 + 1000 * place**2 + random.normal(0, 50, (draws, strategies))
    effect = place + 0.4 * x[:, None] * place + random.normal(0, 0.05, (draws, strategies))
    coords = {"draw": np.arange(draws), "strategy": names or [f"option {i}" for i in place]}
    cost, effect = (xr.DataArray(values, dims=("draw", "strategy"), coords=coords) for values in (cost, effect))
    table = pd.DataFrame({"x": x, "y": y}) if parameters else None
    return decide(cost, effect, parameters=table, **options)


@pytest.fixture(scope="module")
def decision():
    return made()


@pytest.fixture(scope="module")
def page(decision):
    return render(decision, SOURCES)


class Reader(HTMLParser):
    """Collects what a page would fetch, and checks that its tags close."""

    VOID = frozenset({"meta", "br", "path", "use", "rect"})

    def __init__(self):
        super().__init__()
        self.fetched, self.open = [], []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in {"src", "href", "xlink:href", "data"} and not value.startswith("#"):
                self.fetched.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.fetched == []
    assert "url(" not in page.replace("url(#", "")
    assert "@import" not in page
    assert "<script" not in page


def test_the_same_analysis_gives_the_same_bytes(decision, page):
    assert render(decision, SOURCES) == page
    assert not re.search(r"20\d\d-\d\d-\d\d", page)


def test_tables_of_increments_are_stacked_on_a_narrow_screen_and_others_show_that_they_go_on(page):
    assert page.count('<table class="stacked"') == 2
    narrow = page.split("@media (max-width: 46rem)")[1].split("@media")[0]
    assert ":is(.summary, .stacked) thead { display: none; }" in narrow
    assert "var(--edge), transparent) scroll right" in page


def test_few_draws_are_counted_and_not_turned_into_a_chance():
    for draws in range(2, 7):
        few = made(2, draws, parameters=False)
        shown = [str(table(few).rows) for table in (tables.thresholds, tables.benefits, tables.pairwise)]
        for text in (words.summary(few), *words.how_sure(few), *shown):
            said = [int(share) for share in re.findall(r"(-?\d+)%", text)]
            assert all(share in {round(100 * n / draws) for n in range(draws + 1)} for share in said), (draws, said)


def test_means_in_the_terminal_have_no_more_digits_than_their_error_supports():
    random = np.random.default_rng(2)
    coords = {"strategy": ["a", "b"]}
    cost = xr.DataArray(random.normal([-0.7808, 3000.0], 50.0, (100, 2)), dims=("draw", "strategy"), coords=coords)
    effect = xr.DataArray(random.normal([0.0, 1.0], 0.1, (100, 2)), dims=("draw", "strategy"), coords=coords)
    (row,) = [line for line in words.summary(decide(cost, effect, wtp=[1])).splitlines() if line.startswith("a ")][:1]
    assert re.search(r"^a +−?\d\d? ", row), row


def test_nobody_else_s_unit_is_called_a_person_in_sentences(decision):
    for text in (words.summary(decision), *words.how_sure(decision), *words.more_information(decision)):
        assert "person" not in text


def test_the_page_says_what_was_read(page):
    for said in ("costs.csv: 200 rows, 3 columns, SHA-256 " + "ab" * 32, "effects.csv: 200 rows", hecon.__version__):
        assert said in page


def test_every_figure_has_words_for_who_cannot_see_it(page):
    assert page.count('role="img" aria-label=') == page.count("<svg") == 6


def test_a_page_is_written_whole(decision, tmp_path, page):
    path = write_decision_report(decision, SOURCES, tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8") == page


def test_the_headline_gives_the_frontier_in_ranges(decision):
    icers = decision.icers["icer"].tolist()
    said = words.headline(decision)
    shown = [
        float(number.replace(",", "")) for number in re.findall(r"[\d,]+\d", said.split(":", 1)[1]) if len(number) > 2
    ]
    assert shown == pytest.approx([icers[1], icers[1], icers[2], icers[2]], rel=0.05)
    assert said.index("option 0 up to") < said.index("option 1 from") < said.index("option 2 from")


def test_one_strategy_that_is_always_best_is_said_to_be():
    cost = xr.DataArray([[1.0, 2.0]] * 5, dims=("draw", "strategy"), coords={"strategy": ["a", "b"]})
    effect = xr.DataArray([[2.0, 1.0]] * 5, dims=("draw", "strategy"), coords={"strategy": ["a", "b"]})
    best = decide(cost, effect)
    assert words.headline(best) == "a is expected to be best whatever a unit of effect is worth."
    assert words.how_sure(best) == ["Every draw agrees on the best strategy at each willingness to pay looked at."]
    assert "a is expected to be best" in render(best, SOURCES)


def test_many_ranges_are_counted():
    said = words.headline(made(12, names=[f"a strategy of some length, number {i}" for i in range(12)]))
    assert said.endswith("12 of the 12 are expected to be best at some value.")


def test_the_least_sure_choice_is_where_the_best_is_best_in_fewest_draws(decision):
    at = words.least_sure(decision)
    assert float(decision.curves["ceaf"][at]) == float(decision.curves["ceaf"].min())
    (text, *_) = words.how_sure(decision)
    assert f"willingness to pay of {words.amount(decision.wtp[at])}:" in text


def test_what_draws_cannot_tell_apart_is_said():
    cost = xr.DataArray(
        np.random.default_rng(1).normal(10, 3, (40, 2)), dims=("draw", "strategy"), coords={"strategy": ["a", "b"]}
    )
    close = decide(cost, xr.zeros_like(cost), wtp=[100])
    _, lead, error = words.runner_up(close, 0)
    assert lead < 2 * error
    assert any("40 draws do not tell which" in text for text in words.how_sure(close))
    assert tables.thresholds(close).rows[0][2].tone == "warn"


def test_the_gap_to_the_next_best_and_its_error(decision):
    position = len(decision.wtp) - 1
    second, lead, error = words.runner_up(decision, position)
    benefit = decision.wtp[position] * decision.effect - decision.cost
    gap = (benefit.sel(strategy="option 2") - benefit.sel(strategy=second)).to_numpy()
    assert (second, lead) == ("option 1", pytest.approx(gap.mean()))
    assert error == pytest.approx(gap.std(ddof=1) / np.sqrt(200))


def test_the_error_of_an_icer_is_that_of_resampled_ones(decision):
    random = np.random.default_rng(3)
    more_cost, more_effect = (
        (values.sel(strategy="option 2") - values.sel(strategy="option 1")).to_numpy()
        for values in (decision.cost, decision.effect)
    )
    rows = random.integers(0, 200, (4000, 200))
    resampled = more_cost[rows].mean(axis=1) / more_effect[rows].mean(axis=1)
    assert words.ratio_error(decision, "option 2", "option 1") == pytest.approx(resampled.std(), rel=0.1)


def test_a_parameter_that_matters_is_named_and_one_that_does_not_is_not(decision):
    (text, *_) = words.more_information(decision)
    assert "x " in text
    assert "y " not in text.replace("pay ", "").replace("willingly ", "")
    assert "not given" in words.more_information(made(parameters=False))[0]


def test_too_few_draws_are_named(decision):
    trusted = decision.evppi.assign(enough=xr.ones_like(decision.evppi["enough"]))
    few = trusted.assign(enough=trusted["enough"] & (trusted["parameters"] != "x"))
    doubted = dataclasses.replace(decision, evppi=few)
    assert words.too_few(doubted) == ["x"]
    assert "Too few draws to trust the value of x" in render(doubted, SOURCES)
    assert "too few draws to trust" in words.summary(doubted)
    assert words.too_few(dataclasses.replace(decision, evppi=trusted)) == []


def test_tables_show_a_few_values_in_rising_order():
    decision = made(wtp=[900, 0, 900, 100, 5000, 300, 2000, 1500])
    shown = [decision.wtp[i] for i in words.shown_positions(decision)]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, 5000)
    assert len(shown) == 5


@pytest.mark.parametrize("strategies", [2, 14])
def test_any_number_of_strategies(strategies):
    decision = made(strategies, draws=40, parameters=False)
    text = render(decision, SOURCES)
    assert all(f">option {i}<" in text for i in range(strategies))
    named = figures.leaders(decision)
    assert len(named) == min(strategies, 6)
    assert set(decision.curves["optimal"].values[[0, -1]]) <= set(named) or strategies > 6


def test_one_willingness_to_pay_and_one_that_is_zero():
    for wtp in (0.0, 1000.0):
        text = render(made(wtp=[wtp], parameters=False, draws=30), SOURCES)
        assert f"values from {wtp:,.0f} to {wtp:,.0f}<" in text
        assert "<svg" in text


def test_strategies_that_are_the_same():
    values = xr.DataArray([[1.0, 1.0]] * 4, dims=("draw", "strategy"), coords={"strategy": ["a", "b"]})
    text = render(decide(values, values), SOURCES)
    assert "the same as a" in text


def test_names_in_any_letters_are_drawn_and_kept_from_being_tags():
    text = render(made(2, 20, ["<script>alert(1)</script>", "手術 $x_1$"], parameters=False), SOURCES)
    assert "<script" not in text
    assert "手術 $x_1$" in text


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_numbers_of_any_size(scale):
    decision = made(draws=30, parameters=False)
    large = decide(decision.cost * scale, decision.effect / scale)
    assert "inf" not in words.summary(large)
    assert render(large, SOURCES)


def test_panels_hold_the_least_sure_choice(decision):
    at = panels(decision)
    assert words.least_sure(decision) in at
    assert len(at) <= 2
