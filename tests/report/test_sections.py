"""Tornado, budget impact, validation in short, CHEERS and the frontier: what they say is what was computed."""

import json
import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.calibration.figures import BLOCK, DATE
from hecon.evaluation import results
from hecon.evaluation.budget import CARRIED_FORWARD, NO_EFFECT
from hecon.evaluation.budget_tables import RollOut
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.report import budget, cheers, evidence, frontier, run_record, tornado, validated
from hecon.report.document import render
from hecon.report.language import LANGUAGES, localised, speaking
from hecon.report.validation import NUMBERS, read_numbers
from hecon.report.validation_tables import judged

TITLES = """Title | Abstract | Background and objectives | Health economic analysis plan | Study population |
Setting and location | Comparators | Perspective | Time horizon | Discount rate | Selection of outcomes |
Measurement of outcomes | Valuation of outcomes | Measurement and valuation of resources and costs | Currency, price
date, and conversion | Rationale and description of model | Analytics and assumptions | Characterising heterogeneity
| Characterising distributional effects | Characterising uncertainty | Approach to engagement with patients and
others affected by the study | Study parameters | Summary of main results | Effect of uncertainty | Effect of
engagement with patients and others affected by the study | Study findings, limitations, generalisability, and
current knowledge | Source of funding | Conflicts of interest"""


# Tornado


def test_the_tornado_has_the_greatest_swings_of_society_first(whole):
    found = whole.one_way
    nearest = tornado.nearest_to_worth(found)
    rows = tornado.greatest(found, nearest)
    sizes = rows["swing"].abs().to_numpy()
    own = found[(found["strategy"] == nearest) & (found["perspective"] == "society")]["swing"].abs()
    assert len(rows) == tornado.SHOWN
    assert (np.diff(sizes) <= 0.0).all()
    assert sizes == pytest.approx(sorted(own, reverse=True)[: tornado.SHOWN])
    assert own.size == found["parameter"].nunique()


def test_nearest_to_being_worth_its_cost_has_the_greatest_gain_to_society():
    found = pd.DataFrame(
        {
            "perspective": ["society", "society", "nav", "nav"],
            "strategy": ["a", "b", "a", "b"],
            "gain": [-5.0, -9.0, 1.0, 2.0],
        }
    )
    assert tornado.nearest_to_worth(found) == "a"


@pytest.mark.parametrize(
    ("low", "middle", "high", "turns"),
    [
        (-10.0, -10.0, 10.0, 1.5),
        (-30.0, -10.0, 30.0, 1.25),
        (10.0, -10.0, 30.0, 1.25),
        (10.0, -10.0, 10.0, 0.6),
        (-10.0, -10.0, -1.0, None),
        (10.0, 10.0, 1.0, None),
    ],
)
def test_a_parameter_turns_where_straight_lines_cross_zero(low, middle, high, turns):
    row = pd.Series({"low": 0.2, "high": 2.0, "gain_low": low, "gain": middle, "gain_high": high})
    assert tornado.flips_at(row, 1.0) == (None if turns is None else pytest.approx(turns))


def test_a_table_of_draws_turns_at_no_value():
    row = pd.Series({"low": math.nan, "high": math.nan, "gain_low": -5.0, "gain": -1.0, "gain_high": 5.0})
    assert tornado.flips_at(row, 1.0) is None


def test_every_parameter_that_changes_a_choice_is_listed_and_an_assumption_stands_out(whole):
    assumed = next(
        name
        for name in whole.one_way["parameter"]
        if name not in whole.parameters.blocks and whole.parameters[name].grade == "assumption"
    )
    found = whole.one_way.assign(changes=False)
    assert tornado.changes(whole, found) is None
    society = found["perspective"] == "society"
    found.loc[society & found["parameter"].isin([assumed, "trial"]), "changes"] = True
    table = tornado.changes(whole, found)
    listed = {row[1].detail: row[2].tone for row in table.rows}
    assert listed == {assumed: "assumed", "trial": ""}
    assert [row[0].text for row in table.rows] == ["Society", ""]
    assert {row[-1].text for row in table.rows if row[1].detail == "trial"} == {"–"}


def test_it_is_said_how_many_parameters_change_the_choice(whole):
    count = whole.one_way["parameter"].nunique()
    none = replace(whole, one_way=whole.one_way.assign(changes=False))
    said = tornado.one_at_a_time(none).sentences[0]
    assert said.startswith(f"None of the {count} parameters changes by itself")
    found = whole.one_way.assign(changes=whole.one_way["parameter"] == "coordinator_hour")
    said = tornado.one_at_a_time(replace(whole, one_way=found)).sentences[0]
    assert f"Of {count} parameters one changes" in said
    assert whole.parameters["coordinator_hour"].label in said


# Budget impact


def test_payers_add_up_to_the_public_purse_and_cash_to_the_same(whole):
    keys = ["program", "after_month_12", "year"]
    payers = whole.budget.by_payer.pivot_table(index=keys, columns="payer", values="expected")
    cash = whole.budget.cash.pivot_table(index=keys, columns="item", values="expected")
    parts = [name for name in budget.PAYERS if name != "public_purse"]
    assert set(payers.columns) == set(budget.PAYERS)
    assert payers[parts].sum(axis=1).to_numpy() == pytest.approx(payers["public_purse"].to_numpy(), abs=1.0)
    net = cash["spent_nav"] + cash["spent_health"] - cash["released"] - cash["revenue"]
    assert net.to_numpy() == pytest.approx(cash["net"].to_numpy(), abs=1.0)
    assert cash["net"].to_numpy() == pytest.approx(payers["public_purse"].to_numpy(), abs=1.0)


def rolled_out(spent, released, net, later, health=0.0):
    """One program's roll-out in its first year, NOK million."""
    values = {"spent": spent, "spent_health": health, "released": released, "revenue": 0.0, "net": net}
    rows = [
        {"program": "early_follow_up", "after_month_12": choice, "year": 1, "item": item}
        | {"expected": 1e6 * value, "error": 1e6, "low": 1e6 * (value - 20.0), "high": 1e6 * (value + 30.0)}
        for choice in (NO_EFFECT, CARRIED_FORWARD)
        for item, value in {**values, "net": net if choice == NO_EFFECT else later}.items()
    ]
    people = [
        {"program": "early_follow_up", "year": 1, "stage": stage, "expected": count, "error": 1.0}
        for stage, count in (("eligible", 2000.0), ("offered", 1000.0), ("accepted", 800.0))
    ]
    return RollOut(pd.DataFrame(), pd.DataFrame(rows), pd.DataFrame(people), pd.DataFrame(), draws=2, people=9)


def test_the_sentence_of_a_roll_out_says_what_the_signs_say(whole):
    (said,) = budget.sentences(whole, rolled_out(100.0, 250.0, -150.0, 40.0), "early_follow_up", 1)
    assert "Early follow-up, year 1: 800 of 2,000 eligible people would accept" in said
    assert "NAV would spend NOK 100 million (95% interval 80 to 130) on operations" in said
    assert "benefits would fall by NOK 250 million" in said
    assert "the public purse would be better off by NOK 150 million (95% interval 120 to 170)" in said
    assert "carried forward, worse off by NOK 40 million" in said
    (said,) = budget.sentences(whole, rolled_out(-100.0, -250.0, 150.0, -40.0), "early_follow_up", 1)
    assert "NAV would save NOK 100 million (95% interval 70 to 120) on operations" in said
    assert "benefits would rise by NOK 250 million" in said
    assert "the public purse would be worse off by NOK 150 million" in said
    assert "carried forward, better off by NOK 40 million" in said


def test_what_the_simulation_cannot_tell_from_nothing_is_about_even(whole):
    (said,) = budget.sentences(whole, rolled_out(1.0, -1.5, -2.0, 1.9), "early_follow_up", 1)
    assert (
        "NAV would spend about as much on operations as now (95% interval of the rise: NOK −19 to 31 million)" in said
    )
    assert "Rule-based benefits would be about even" in said
    assert "the public purse would come out about even" in said
    assert "carried forward, about even" in said
    assert not re.search("save|fall by|rise by|off by", said)


def test_the_health_service_is_named_where_its_part_shows(whole):
    (said,) = budget.sentences(whole, rolled_out(100.0, 0.0, 0.0, 0.0, health=30.0), "early_follow_up", 1)
    assert "NAV and the health service would spend NOK 100 million" in said


def test_tables_of_a_roll_out_have_every_year_and_program(whole):
    found = whole.budget
    for table, words in (
        (budget.cash_by_year(whole, found), 3),
        (budget.payers_by_year(whole, found), 3),
        (budget.people_and_staff(whole, found), 2),
    ):
        assert table.words == words
        assert {len(row) for row in table.rows} == {len(table.header)} == {words + 5}
        assert [row[0].strategy for row in table.rows if row[0].text] == list(whole.programs)
    shown = {row[1].text for row in budget.people_and_staff(whole, found).rows}
    most = found.staff.groupby("staff")["expected"].agg(lambda values: values.abs().max())
    assert {budget.STAFF[name] for name, value in most.items() if value >= 0.5} == shown - {*budget.STAGES.values()}


# Validation


@pytest.fixture(scope="module")
def record():
    return read_numbers(shipped_folder())


def test_the_shipped_validation_is_of_the_shipped_table(record):
    assert record["record"]["block"] == read_parameters().blocks[BLOCK].digest


def test_a_table_that_differs_has_another_digest():
    block = read_parameters().blocks[BLOCK]
    moved = block.draws.copy()
    moved[-1, -1] = np.nextafter(moved[-1, -1], np.inf)
    names = (*block.columns[1:], block.columns[0])
    assert len({one.digest for one in (block, replace(block, draws=moved), replace(block, columns=names))}) == 3
    assert replace(block, draws=block.draws.copy()).digest == block.digest


def test_counts_are_those_of_the_record(record):
    summary = record["summary"]
    said = " ".join(validated.sentences(record))
    unseen, fitted = summary["unseen"], summary["fitted"]
    assert said.startswith(f"{fitted['of']} published figures of the trial were used to fit the model, and ")
    assert f"{fitted['inside']} of them lie within" in said
    assert f"Of {unseen['of']} figures from 5 studies" in said
    assert f"{unseen['inside']} lie within their interval and {unseen['of'] - unseen['inside']} do not" in said
    assert f"Of {summary['directions']['of']} differences" in said
    counts = [row[1].text.split("\N{NO-BREAK SPACE}") for row in validated.by_study(record).rows]
    assert sum(int(one[0]) for one in counts) == unseen["inside"]
    assert sum(int(one[-1]) for one in counts) == unseen["of"]
    signs = summary["directions"]
    missed = unseen["of"] - unseen["inside"] + signs["of"] - signs["inside"]
    assert len(validated.misses(record).rows) == missed


def test_exactness_is_doubted_only_where_too_few_lie_inside(record):
    doubt = "the model is less exact than its intervals say"
    right = record | {"unseen": [row | {"inside": True} for row in judged(record["unseen"])]}
    assert doubt in " ".join(validated.sentences(record))
    assert doubt not in " ".join(validated.sentences(right))


@pytest.mark.parametrize(("published", "away"), [(10.0, 0.0), (14.0, 1.0), (9.0, -0.5), (6.0, -2.0), (18.0, 2.0)])
def test_distances_are_in_half_widths_of_the_side_they_are_on(published, away):
    row = {"observed": published, "predicted": 10.0, "low": 8.0, "high": 14.0}
    assert validated.away(row) == away


def test_what_is_off_an_interval_without_width_is_farthest():
    row = {"observed": 0.3, "predicted": 0.0, "low": 0.0, "high": 0.0}
    assert validated.away(row) == math.inf
    assert validated.away(row | {"observed": 0.0}) == 0.0


def kept(whole, tmp_path, record):
    """The comparison with parameters beside which a record was kept when they were read; none is there now."""
    origin = replace(whole.parameters.origin, validation=json.dumps(record))
    return replace(whole, parameters=replace(whole.parameters, folder=tmp_path, origin=origin))


def test_a_validation_of_these_parameters_has_no_warning(whole, tmp_path, record):
    same = {"block": whole.parameters.blocks[BLOCK].digest, "parameters": read_parameters(DATE).hash}
    found = kept(whole, tmp_path, record | {"record": record["record"] | same})
    assert validated.in_short(found).warnings == ()


def test_a_validation_of_other_parameters_says_so(whole, tmp_path, record):
    other = record | {"record": record["record"] | {"parameters": "0" * 64}}
    (said,) = validated.in_short(kept(whole, tmp_path, other)).warnings
    assert "same fitted parameters" in said


def test_a_validation_of_another_calibration_says_so(whole, tmp_path, record):
    other = record | {"record": record["record"] | {"block": "0" * 64}}
    (said,) = validated.in_short(kept(whole, tmp_path, other)).warnings
    assert "another calibration" in said
    changed = whole.parameters.with_scenario("frailty_off")
    (said,) = validated.in_short(replace(whole, parameters=changed)).warnings
    assert "another calibration" in said


def test_a_record_that_cannot_be_read_is_refused_in_one_line(tmp_path):
    (tmp_path / NUMBERS).parent.mkdir()
    (tmp_path / NUMBERS).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read") as refused:
        read_numbers(tmp_path)
    assert "\n" not in str(refused.value)


# CHEERS 2022


def test_the_checklist_has_the_items_of_the_statement(whole):
    items = cheers.items(whole)
    assert [item.number for item in items] == list(range(1, 29))
    assert [item.name for item in items] == [" ".join(title.split()) for title in TITLES.split("|")]
    assert [item.number for item in items if item.status == "no"] == [4, 21, 25, 27, 28]
    assert all(item.places for item in items if item.status == "yes")
    figures = [int(one) for one in re.findall(r"\d+", cheers.counts(items))]
    assert figures[0] == sum(figures[1:]) == 28


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_page_leads_somewhere(pages, language):
    text = pages[language].read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]+)"', text)
    links = set(re.findall(r'<a [^>]*href="#([^"]+)"', text))
    assert {"budget", "validation", "cheers"} < links
    assert links <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_page_without_some_sections_says_so_and_its_links_lead_somewhere(whole, tmp_path):
    bare = replace(whole.parameters, folder=tmp_path, origin=replace(whole.parameters.origin, validation=""))
    without = replace(whole, parameters=bare, one_way=None, budget=None, choices=None)
    assert validated.in_short(without) is None
    text = render(without)
    assert "No validation was kept beside these parameters" in text
    ids = set(re.findall(r'\sid="([^"]+)"', text))
    assert set(re.findall(r'<a [^>]*href="#([^"]+)"', text)) <= ids
    assert "budget" not in ids


# The frontier


def two(costs, effects, value=1000.0):
    """A comparison of two strategies as far as the frontier reads it."""
    return SimpleNamespace(
        cost=xr.DataArray(costs, dims=("draw", "strategy"), coords={"strategy": ["usual", "more"]}),
        effect=xr.DataArray(effects, dims=("draw", "strategy"), coords={"strategy": ["usual", "more"]}),
        base={"value_of_day": value},
        label={"usual": "Usual", "more": "More"}.get,
    )


@pytest.fixture
def known(monkeypatch):
    monkeypatch.setattr(results, "program_costs_and_effects", lambda found: (found.cost, found.effect))


@pytest.mark.usefixtures("known")
def test_the_frontier_turns_where_a_day_is_worth_what_it_costs():
    found = two([[0.0, 300.0], [0.0, 500.0]], [[0.0, 0.0], [0.0, 1.0]])
    assert frontier.turn(found, "usual", "more")[0] == pytest.approx(800.0)
    usual, more = frontier.pieces(found)
    assert (usual.strategy, more.strategy) == ("usual", "more")
    assert usual.wtp[0] == 0.0
    assert usual.wtp[-1] <= 800.0 <= more.wtp[0]
    assert set(usual.probability) == {1.0, 0.5}  # from 500 on the second draw is better off with more
    assert set(more.probability) == {0.5}
    assert frontier.sentence(found).startswith("By expected value the choice is usual when")
    assert "more from NOK" in frontier.sentence(found)


@pytest.mark.usefixtures("known")
def test_a_frontier_of_one_choice_says_so():
    found = two([[0.0, 300.0], [0.0, 500.0]], [[0.0, -1.0], [0.0, 0.0]])
    assert [piece.strategy for piece in frontier.pieces(found)] == ["usual"]
    assert frontier.sentence(found) == (
        "By expected value usual is the choice at every worth of a day shown, up to NOK 3,000."
    )


# Tables in files


def test_tables_are_written(whole, tmp_path):
    names = {path.name for path in whole.save_csv(tmp_path)}
    assert {"one_way.csv", *(f"budget_{part}.csv" for part in ("by_payer", "cash", "volumes", "staff"))} < names
    assert len(pd.read_csv(tmp_path / "one_way.csv")) == len(whole.one_way)


def test_both_languages_say_the_sections(whole):
    for language in LANGUAGES:
        with speaking(language):
            for section in (tornado.one_at_a_time(whole), budget.impact(whole), validated.in_short(whole)):
                assert section.sentences
                assert section.figure.alt


# The record of the run, and what was drawn together


def test_the_record_of_the_run_speaks_the_language(whole):
    english = dict(run_record.run_record(whole))
    assert english["Strategies"] == ", ".join(whole.label(name) for name in whole.strategies)
    assert english["Statute as on"] == "1 July 2025"
    cohort = replace(whole, record=whole.record | {"people": f"{run_record.COHORT}0123abcd"})
    with speaking("nb"):
        norwegian = dict(run_record.run_record(localised(whole)))
        own = dict(run_record.run_record(localised(cohort)))
    assert "Vanlig oppfølging" in norwegian["Alternativer"]
    assert norwegian["Regelverk per"] == "1. juli 2025"
    assert norwegian["Hvem de er"] == "syntetiske"
    assert own["Hvem de er"].endswith("kohort, 0123abcd")


def test_a_parameter_of_a_block_shows_what_its_own_draws_are(whole):
    block = whole.parameters.blocks[BLOCK]
    shown = {row[0].detail: row[2] for row in evidence.assumptions(whole).rows}
    for place, name in enumerate(block.columns):
        drawn = block.draws[:, place]
        parts = [float(part.replace("\N{MINUS SIGN}", "-")) for part in re.findall(r"[−\d.]+", shown[name].detail)]
        mean, _, low, high = parts
        assert [mean, low, high] == pytest.approx([drawn.mean(), *np.quantile(drawn, [0.025, 0.975])], rel=0.005)
    assert {cell.detail for name, cell in shown.items() if name not in block.columns} == {""}


def test_figures_of_the_validation_have_three_digits(record):
    texts = [cell.text for row in validated.misses(record).rows for cell in row[2:]]
    whole_numbers = [text.replace(",", "") for line in texts for text in re.findall(r"\d[\d,.]*", line)]
    assert all(len(text.rstrip("0")) <= 3 for text in whole_numbers if "." not in text)
