"""MI's effect as MI-NAV found it: what is needed is drawn once a stratum, solved for, and all of it is on return."""

import numpy as np
import pytest
from scipy.special import ndtr

from hecon.calibration.figures import DATE
from hecon.calibration.followed import alone
from hecon.calibration.mi_nav import FIGURE, MI, RETURN, TOLERANCE, contents, mi_nav_rows, needed_days, solved_return
from hecon.calibration.solved import FARTHEST
from hecon.inputs.calibrated import Block
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.unseen import read_unseen
from hecon.model.simulation import simulate

PEOPLE = 400
SE = (31.0 - 0.2) / (2 * 1.959964)


@pytest.fixture(scope="module")
def shipped():
    return read_parameters(DATE)


def few_rows(parameters, rows):
    """The parameters with a few rows of the block, spread over it."""
    block = parameters.blocks["trial"]
    every = len(block.draws) // rows
    few = Block(
        block.name, block.file, block.about, block.columns, block.point, block.draws[every // 2 :: every][:rows]
    )
    return parameters.with_block(few)


def days(inputs, strategy):
    results = simulate(inputs, [strategy], people=PEOPLE, weeks=52, seed=3, money=False, threads=1)
    return results["outcome"].sel(measure="benefit_days_12m").to_numpy()[:, 0, 0] / PEOPLE


# What is needed


def test_the_point_needs_what_was_published(shipped):
    assert needed_days(shipped, 7, 1)[0] == read_unseen(shipped.folder).figures[FIGURE].value == -15.6


def test_each_stratum_of_the_published_distribution_is_drawn_once(shipped):
    drawn = needed_days(shipped, 50, 1)[1:]
    strata = np.floor(50 * ndtr((drawn + 15.6) / SE)).astype(int)
    assert sorted(strata) == list(range(50))
    assert (np.diff(strata) != 1).any()  # in random order
    assert abs(drawn.mean() + 15.6) < 0.2
    assert drawn.std() == pytest.approx(SE, rel=0.05)


def test_the_seed_decides_which_row_needs_what(shipped):
    np.testing.assert_array_equal(needed_days(shipped, 20, 5), needed_days(shipped, 20, 5))
    assert (needed_days(shipped, 20, 5) != needed_days(shipped, 20, 6))[1:].all()


# What is solved for


def test_of_mi_as_a_whole_only_the_effect_on_return_is_left():
    early = {
        "early_contact_return_ratio": 0.8,
        "early_contact_relapse_ratio": 1.25,
        "early_contact_aap_odds_ratio": 2.0,
    }
    content = contents({name: np.array([value]) for name, value in early.items()}, np.array([1.6]))
    assert {name: float(value[0]) for name, value in content.items()} == pytest.approx(
        {
            RETURN: 2.0,
            "motivational_content_relapse_ratio": 0.8,
            "motivational_content_aap_odds_ratio": 0.5,
        }
    )


def test_emulated_people_have_the_days_that_were_asked_for(shipped):
    inputs = few_rows(shipped, 3).at([[0.2], [0.5], [0.8]], names=["trial"])
    needed = np.array([-3.0, -6.0, -9.0])
    found = solved_return(shipped, inputs, needed, people=PEOPLE, seed=3, threads=1)
    assert not found.outside.any()
    study = read_unseen(shipped.folder).studies["mi_nav"]
    whole = alone(inputs, MI).replaced(study.people)
    treated = whole.replaced(contents(whole.drawn, found.ratio))
    left = days(treated, MI) - days(whole, "usual_case_management") - needed
    # A search ends within the tolerance, or in a bracket of 0.005 on the logarithm.
    assert (np.abs(left) < 2 * TOLERANCE).all()
    np.testing.assert_allclose(left, found.distance, atol=1e-9)


def test_more_days_need_a_larger_ratio(shipped):
    inputs = few_rows(shipped, 3).at([[0.5]] * 3, names=["trial"])
    found = solved_return(shipped, inputs, np.array([4.0, -4.0, -8.0]), people=PEOPLE, seed=3, threads=1)
    assert found.ratio[0] < 1.0 < found.ratio[1] < found.ratio[2]


def test_days_out_of_reach_take_the_nearer_end_and_are_told(shipped):
    inputs = few_rows(shipped, 2).at([[0.3], [0.7]], names=["trial"])
    found = solved_return(shipped, inputs, np.array([-500.0, 500.0]), people=PEOPLE, seed=3, threads=1)
    assert found.outside.all()
    assert found.ratio.tolist() == pytest.approx([FARTHEST, 1.0 / FARTHEST])


# The table


@pytest.fixture(scope="module")
def table(shipped):
    return mi_nav_rows(few_rows(shipped, 4), people=200, seed=3, threads=2)


def test_a_table_has_the_block_s_columns_and_rows(shipped, table):
    few = few_rows(shipped, 4).blocks["trial"]
    columns, recipe = table
    assert tuple(columns) == few.columns
    assert {len(values) for values in columns.values()} == {5}
    assert recipe["rows"] == 4
    whole = np.vstack([few.point, few.draws])
    for position, name in enumerate(few.columns):
        if not name.startswith("motivational_content"):
            np.testing.assert_array_equal(columns[name], whole[:, position])


def test_mi_has_no_other_effect_in_any_row(table):
    columns, _ = table
    for on in ("relapse", "aap_odds"):
        whole = columns[f"early_contact_{on}_ratio"] * columns[f"motivational_content_{on}_ratio"]
        np.testing.assert_allclose(whole, 1.0, rtol=1e-12)


def test_rows_at_an_end_are_counted(table):
    columns, recipe = table
    whole = columns["early_contact_return_ratio"] * columns[RETURN]
    ends = np.isclose(whole, FARTHEST) | np.isclose(whole, 1.0 / FARTHEST)
    assert recipe[f"{RETURN}_rows_at_an_end"] == ends.sum()


def test_a_table_is_the_same_for_any_number_of_threads(shipped, table):
    again, recipe = mi_nav_rows(few_rows(shipped, 4), people=200, seed=3, threads=1)
    assert recipe == table[1]
    for name, values in table[0].items():
        np.testing.assert_array_equal(again[name], values)


def test_what_cannot_be_solved_is_refused(shipped):
    with pytest.raises(InputError, match="people: 99 is too few"):
        mi_nav_rows(shipped, people=99)
    with pytest.raises(InputError, match="calibrate first"):
        mi_nav_rows(read_parameters(DATE, calibrated=False))
