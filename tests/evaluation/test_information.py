"""What knowing more is worth: groups that follow from the files, values that are known, and a small real run."""

from functools import cache

import numpy as np
import pytest
import xarray as xr

from hecon.evaluation import information as module
from hecon.evaluation.information import (
    BASE,
    GROUP,
    SINGLE,
    columns,
    groups,
    information,
    measure_information,
    redrawing,
)
from hecon.evaluation.results import CARRIED_FORWARD, NO_EFFECT_AFTER, YEAR_1
from hecon.evaluation.study import people_served, terms
from hecon.evaluation.voi import evpi, evppi
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import PERSPECTIVES
from hecon.model.simulation import STRATEGIES

DRAWS, SEED = 300, 4
USUAL, COORDINATED = "usual_case_management", "coordinated_program"
SIDES = [perspective.name for perspective in PERSPECTIVES]


@cache
def parameters():
    return read_parameters()


def made_up(scenario=None):
    """Costs that follow from one or two parameters: what the coordinated program saves, and what a meeting takes."""
    given = parameters() if scenario is None else parameters().with_scenario(scenario)
    inputs = given.sample(DRAWS, SEED)
    cost = xr.DataArray(
        np.zeros((DRAWS, len(STRATEGIES), len(SIDES))),
        dims=("draw", "strategy", "perspective"),
        coords={"strategy": list(STRATEGIES), "perspective": SIDES},
    )
    for name, parameter, price in (
        (COORDINATED, "coordinated_hazard_ratio", -1000.0),
        ("early_follow_up", "early_contact_return_ratio", -500.0),
    ):
        values = inputs[parameter]
        cost.loc[{"strategy": name}] = (price * (values - values.mean()) / values.std())[:, None] + 200.0
    cost.loc[{"strategy": "motivational_interviewing"}] = 1e5
    cost.loc[{"perspective": "worker"}] = 0.0
    return cost


@cache
def found():
    return information(parameters(), {(BASE, YEAR_1): made_up()}, SEED)


def known(**where):
    table = found().known
    for name, value in where.items():
        table = table[table[name] == value]
    return table


def test_what_moves_and_bears_on_the_strategies_is_asked_of():
    inputs = parameters().sample(50, SEED)
    names = list(columns(parameters(), inputs, STRATEGIES))
    assert {"coordinated_hazard_ratio", "caseworker_hour", "return_rate_full", "mi_course_fee"} <= set(names)
    assert not {"people_passing_week_8", "acceptance", "decision_lifetime"} & set(names)
    assert all(parameters()[name].file != "programs/mi_nav_stratified.toml" for name in names)
    fewer = set(columns(parameters(), inputs, (USUAL, COORDINATED)))
    assert fewer < set(names)
    assert "mi_course_fee" not in fewer


def test_groups_follow_from_the_files():
    names = list(columns(parameters(), parameters().sample(50, SEED), STRATEGIES))
    found_groups = groups(parameters(), STRATEGIES, names)
    effects = {label: members for label, members in found_groups.items() if label.startswith("Effects")}
    assert effects["Effects of coordinated return to work"] == ["coordinated_hazard_ratio"]
    assert len(effects["Effects of motivational interviewing"]) == 6
    (fitted,) = (members for label, members in found_groups.items() if label.startswith("Everything fitted"))
    assert set(fitted) == set(parameters().blocks["trial"].columns) & set(names)
    assert set().union(*found_groups.values()) == set(names)
    outside = [members for label, members in found_groups.items() if label not in effects and members != fitted]
    assert sum(map(len, outside)) == len(set().union(*outside)), "of files, each parameter is in one"


def test_knowing_what_decides_is_worth_knowing_everything_but_the_rest():
    """Costs hang on two parameters: together they are everything, and each is worth what is reckoned by hand."""
    cost = made_up()
    whole = found().of()
    by_hand = float((cost.isel(strategy=0) - cost.min("strategy")).sel(perspective="society").mean())
    assert whole["value"] == pytest.approx(by_hand)
    assert whole["chosen"] == USUAL
    alone = np.maximum(-cost.sel(strategy=COORDINATED, perspective="society"), 0.0).mean()
    row = known(perspective="society", name="coordinated_hazard_ratio").iloc[0]
    assert row["value"] == pytest.approx(float(alone), abs=3 * row["error"])
    assert (row["kind"], row["label"]) == (GROUP, "Effects of coordinated return to work")
    early = known(perspective="society", label="Effects of early follow-up").iloc[0]
    assert early["value"] > 2 * early["error"]
    assert early["value"] + row["value"] > 0.9 * whole["value"]


def test_what_bears_on_nothing_is_worth_nothing_to_speak_of():
    rest = known(perspective="society", kind=SINGLE)
    rest = rest[~rest["name"].str.startswith("early_contact")]
    assert len(rest) > 60
    assert (rest["value"] <= 3 * rest["error"]).mean() > 0.98
    assert (known(perspective="worker")["value"] == 0.0).all()


def test_every_row_is_of_the_parameter_it_names():
    """Also where a group has the same single member as another row would."""
    cost = made_up()
    table = columns(parameters(), parameters().sample(DRAWS, SEED), STRATEGIES)
    benefit = -cost.transpose("perspective", "draw", "strategy")
    society = known(perspective="society").set_index("label")
    for name in ("early_contact_return_ratio", "psychologist_hour", "relapse_rate", "coordinated_hazard_ratio"):
        row = known(perspective="society", name=name).iloc[0]
        direct = evppi(benefit, table, of=[name]).sel(perspective="society")
        assert row["value"] == pytest.approx(float(direct["value"].item()))
    members = groups(parameters(), STRATEGIES, list(table))["Effects of early follow-up"]
    direct = evppi(benefit, table, of=[members]).sel(perspective="society")
    assert society.loc["Effects of early follow-up", "value"] == pytest.approx(float(direct["value"].item()))
    ones = society[society["count"] == 1]["name"]
    assert sorted(ones) == sorted(table.columns), "each parameter stands once, alone or as a group of one"


def test_no_part_is_worth_more_than_everything():
    limit = found().everything.set_index("perspective")["value"]
    assert (found().known["value"] >= 0.0).all()
    assert (found().known["value"] <= found().known["perspective"].map(limit) + 1e-9).all()
    np.testing.assert_allclose(limit, evpi(-made_up().transpose("perspective", "draw", "strategy")))


def test_the_most_valuable_to_society_stands_first():
    assert known(perspective="society")["value"].is_monotonic_decreasing


def test_for_norway_it_is_times_the_people_decided_about():
    deciding = found().deciding
    given = terms(parameters())
    assert (deciding.per_year, deciding.years) == (given.people_a_year, given.lifetime)
    assert deciding.people == people_served(given) < deciding.per_year * deciding.years
    for table in (found().everything, found().known):
        np.testing.assert_allclose(table["national"], table["value"] * deciding.people)
        np.testing.assert_allclose(table["national_error"], table["error"] * deciding.people)


def test_another_calibrated_table_is_asked_of_its_own_draws():
    """The effect that decides is drawn from the scenario's table: against the base case's draws it says nothing."""
    name = "effect_priors_double"
    cost = {(BASE, YEAR_1): made_up(), (name, YEAR_1): made_up(name)}
    table = information(parameters(), cost, SEED).known
    there = table[(table["scenario"] == name) & (table["perspective"] == "society")]
    early = there.set_index("label").loc["Effects of early follow-up"]
    assert early["value"] > 2 * early["error"]
    assert set(there["kind"]) == {GROUP}
    assert not there["label"].str.startswith("All of").any()


def test_scenarios_with_other_tables_and_other_spreads_are_asked():
    tables = {name for name, about in parameters().scenarios.items() if about.calibration is not None}
    spreads = {name for name in parameters().scenarios if name.startswith("coordinated_")}
    assert len(spreads) == 3
    assert set(redrawing(parameters(), STRATEGIES)) == tables | spreads
    assert set(redrawing(parameters(), (USUAL, "early_follow_up"))) == tables, "what is no choice is not asked of"
    fixed = parameters().overlay({"coordinated_hazard_ratio": 1.3})
    assert set(redrawing(fixed, STRATEGIES)) == tables, "what a user has fixed is not drawn again"


def test_without_later_effects_five_years_are_worth_what_twelve_months_are():
    """Nothing is added to a difference, and what is added to every strategy alike changes no choice in any draw."""
    year, later = made_up(), 3.0 * made_up() + 100.0
    table = information(parameters(), {(BASE, YEAR_1): year, (BASE, CARRIED_FORWARD): later}, SEED).everything
    assert table["horizon"].drop_duplicates().tolist() == [YEAR_1, NO_EFFECT_AFTER, CARRIED_FORWARD]
    society = table[table["perspective"] == "society"].set_index("horizon")
    stopped = later.sel(strategy=[USUAL]).to_numpy() + year - year.sel(strategy=[USUAL]).to_numpy()
    by_hand = evpi(-stopped.sel(perspective="society"))
    assert society.loc[NO_EFFECT_AFTER, "value"] == pytest.approx(float(by_hand))
    assert society.loc[CARRIED_FORWARD, "value"] == pytest.approx(3.0 * society.loc[NO_EFFECT_AFTER, "value"])


def test_a_parameter_whose_spread_is_assumed_says_so():
    rows = known(perspective="society").set_index("name")
    assert rows.loc["coordinated_hazard_ratio", ["grade", "spread"]].tolist() == ["study", "assumption"]
    assert rows.loc["caseworker_hour", "spread"] == ""


def test_the_error_of_everything_is_that_of_a_mean_over_draws():
    lost = made_up().isel(strategy=0) - made_up().min("strategy")
    error = float(lost.sel(perspective="society").std(ddof=1)) / np.sqrt(DRAWS)
    assert found().of()["error"] == pytest.approx(error)


def test_where_nothing_moves_nothing_is_asked():
    fixed = {name: parameters()[name].value for name in columns(parameters(), parameters().sample(9, 1), STRATEGIES)}
    still = parameters().overlay(fixed)
    table = information(still, {(BASE, YEAR_1): made_up()}, SEED).known
    assert table.empty


def test_a_small_real_run_says_the_same_with_any_number_of_threads():
    one, two = (
        measure_information(parameters(), draws=12, people=40, weeks=104, seed=3, structural=False, threads=threads)
        for threads in (1, 2)
    )
    assert one.known.equals(two.known)
    assert one.everything.equals(two.everything)
    assert set(one.everything["horizon"]) == {YEAR_1, NO_EFFECT_AFTER, CARRIED_FORWARD}
    assert set(one.everything["perspective"]) == set(SIDES)
    assert one.draws == 12
    assert set(one.known["kind"]) == {GROUP}, "no curve is drawn through twelve draws"


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"draws": 1}, r"^draws: 1 "), ({"strategies": [USUAL]}, "at least two"), ({"strategies": [USUAL, "x"]}, "'?x'?")],
)
def test_sizes_out_of_range_are_refused_in_one_line(changed, says):
    with pytest.raises(InputError, match=says):
        measure_information(parameters(), **({"draws": 4, "people": 10, "weeks": 52} | changed))


def test_abbreviations_keep_their_capitals():
    assert module._spoken("MI as in MI-NAV") == "MI as in MI-NAV"
    assert module._spoken("Early follow-up") == "early follow-up"
