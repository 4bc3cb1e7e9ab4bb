"""People's weeks by who pays what in them: the quantities that the statute's rates price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.model import kernel
from hecon.model.block import Setup
from hecon.model.worlds import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.inputs.points import Inputs
    from hecon.model.population import Population

CATEGORY_NAMES = (
    "in_work",
    "full_employer",
    "full_nav",
    "full_unpaid",
    "full_holiday_pay",
    "full_later",
    "full_later_holiday_pay",
    "graded_employer",
    "graded_nav",
    "graded_unpaid",
    "graded_holiday_pay",
    "graded_later",
    "graded_later_holiday_pay",
    "on_aap",
    "on_pension",
    "unemployed_insured",
    "unemployed_assisted",
    "replaced_full",
    "replaced_graded",
    "replaced_aap",
    "replaced_pension",
    "replaced_unemployed",
    "new_spell",
)
"""The kernel's categories, in its order; weeks of holiday pay and weeks replaced are counted in others too."""


def weeks_by_category(
    inputs: Inputs,
    strategies: Sequence[str],
    *,
    people: int,
    weeks: int,
    seed: int,
    cohort: pd.DataFrame | None = None,
) -> tuple[Population, NDArray[np.float64]]:
    """Return the people of the first draw, and their discounted weeks in each category.

    Parameters
    ----------
    inputs, strategies, people, weeks, seed, cohort : as `simulate` takes them

    Returns
    -------
    tuple of the people and float64[strategy, person, category]
    """
    setup = Setup(tuple(strategies), people, weeks, seed, (), cohort, money=False)
    values, who, world, programs = next(prepare(inputs.block(0, 1), setup))
    # A week of a category is worth one in a flow of its own.
    counting = world.accounts._replace(
        rate=np.ones((len(who), kernel.CATEGORIES)),
        entries=np.arange(kernel.CATEGORIES + 1),
        flow=np.arange(kernel.CATEGORIES),
    )
    persons, contacts = len(who), programs.week.shape[1]
    into = kernel.Results(
        np.arange(persons),
        np.zeros((len(strategies), persons, kernel.CATEGORIES, setup.years)),
        np.zeros((len(strategies), persons, kernel.MEASURES)),
        np.zeros((len(strategies), persons, contacts, 2)),
    )
    kernel.simulate_strategies(seed, values.key, world._replace(accounts=counting), programs, into)
    return who, into.flow.sum(axis=3)
