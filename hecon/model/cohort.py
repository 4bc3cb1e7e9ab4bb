"""A user's own people in place of synthetic ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Values
from hecon.model.hazards import MORTALITY_FIRST_AGE
from hecon.model.person_files import LEVELS, NAMES, NUMBERS, read_people, refuse
from hecon.model.population import (
    COLUMNS,
    LUCK_FRAILTY,
    LUCK_INSURED,
    LUCK_RISK,
    Population,
    groups,
    luck_of_people,
    rights_used,
    tapered,
)

MINIMUM_GRADE = 0.2
CODED = ("sex", "education", "diagnosis", "start")
"""Columns that hold a level of a covariate; groups of age, wage and risk are made of the others."""
REQUIRED = ("age", "sex", "start", "weeks_sick_listed", "wage")
OPTIONAL = {
    "education": "school",
    "diagnosis": "other",
    "grade": 0.5,
    "employment_fraction": 1.0,
    "rights_used": -1,
    "pension_held": 0.0,
}
BOUNDS = {
    "age": (MORTALITY_FIRST_AGE, 66.99),
    "weeks_sick_listed": (0, 51),
    "wage": (1.0, np.inf),
    "grade": (MINIMUM_GRADE, 0.99),
    "employment_fraction": (0.01, 1.0),
    "rights_used": (-1, np.inf),
    "pension_held": (0.0, 0.99),
}
ID = "id"
KINDS = {name: LEVELS if name in CODED else NUMBERS for name in (*REQUIRED, *OPTIONAL)} | {ID: NAMES}
"""What each column of a file holds."""


def read_cohort(path: Path | str) -> pd.DataFrame:
    """Read a user's own people from a CSV with a header or, where it ends in .parquet or .pq, a Parquet file.

    Columns: age (years), sex (man, woman), start (full_sick_leave, graded_sick_leave), weeks_sick_listed, wage (NOK of
    2025 a year in the job held); and where known education (school, higher), diagnosis (musculoskeletal, psychological,
    other), grade (share absent on graded leave), employment_fraction, rights_used (weekdays of sick pay used; taken
    from the present spell if missing) and pension_held (degree). A column id may name each person: outcomes by person
    are told apart by it, and nothing else reads it.

    Returns
    -------
    DataFrame with a row a person, indexed by the row of the file; education, diagnosis, sex and start are categoricals

    Raises
    ------
    InputError
        Naming the file, the column, the first row at fault and the way out.
    """
    path = Path(path)
    frame = read_people(path, KINDS, REQUIRED)
    for name in CODED:
        levels = list(COLUMNS[name])
        if name in frame:
            refuse(path, frame[name], ~frame[name].isin(levels), f"one of {', '.join(levels)}")
            frame[name] = frame[name].cat.set_categories(levels)
        else:
            frame[name] = pd.Categorical.from_codes(np.full(len(frame), levels.index(str(OPTIONAL[name]))), levels)
    for name, (low, high) in BOUNDS.items():
        if name not in frame:
            frame[name] = OPTIONAL[name]
        numbers = pd.to_numeric(frame[name], errors="coerce")
        allowed = (
            f"a number of {low:g} or more, digits alone" if np.isinf(high) else f"a number from {low:g} to {high:g}"
        )
        refuse(path, frame[name], ~numbers.between(low, high) | ~np.isfinite(numbers), allowed)
        frame[name] = numbers.astype(np.float64)
    for name in ("weeks_sick_listed", "rights_used"):
        refuse(path, frame[name], frame[name] != np.floor(frame[name]), "a whole number")
    beside = frame["employment_fraction"] + frame["pension_held"] > 1.0
    refuse(path, frame["employment_fraction"], beside, "no more than the pension held leaves of a job")
    if ID in frame:
        refuse(path, frame[ID], frame[ID].isna(), "every person a name, or leave the column out")
        refuse(path, frame[ID], frame[ID].duplicated(), "each person a name that is nobody else's")
    return frame


def cohort_population(frame: pd.DataFrame, values: Values, seed: int, first: int = 0) -> Population:
    """Return a user's own people, at a draw or several: their covariates are fixed, frailty and insurance are luck.

    `first` is the number of the first of them, on which luck hangs.

    Raises
    ------
    InputError
        If somebody has used less of the right to sick pay than their spell has, or all of it.
    """
    from scipy.special import ndtri

    luck = luck_of_people(values, len(frame), seed, first)
    coded = {name: codes_of(frame[name]) for name in CODED}
    weeks = frame["weeks_sick_listed"].to_numpy(dtype=np.int64, copy=True)
    own = rights_used(np.zeros(len(frame)), weeks, values)
    given = np.minimum(frame["rights_used"].to_numpy(dtype=float), 2**53).astype(np.int64)
    right = np.broadcast_to(np.asarray(values["sick_pay_rights"]).astype(np.int64), own.shape)
    wrong = (given >= 0) & ((given < own) | (given >= right))
    if wrong.any():
        at = np.unravel_index(np.flatnonzero(wrong)[0], wrong.shape)
        person = int(at[-1])
        message = (
            f"cohort: row {frame.index[person]}: rights_used is {given[person]}: give {own[at]}, what the spell "
            f"has used, to {right[at] - 1}, or leave it out"
        )
        raise InputError(message)

    def same(column: NDArray[Any]) -> NDArray[Any]:
        """Return a covariate that no draw moves, in every draw."""
        return np.array(np.broadcast_to(column, luck.shape[1:]))

    age = same(frame["age"].to_numpy(dtype=float))
    wage = same(frame["wage"].to_numpy(dtype=float))
    frailty = ndtri(luck[LUCK_FRAILTY])
    return Population(
        age=age,
        **{name: same(codes) for name, codes in coded.items()},
        grade=same(tapered(frame["grade"].to_numpy(dtype=float), values)),
        employment_fraction=same(frame["employment_fraction"].to_numpy(dtype=float)),
        wage=wage,
        weeks_sick_listed=same(weeks),
        rights_used=same(np.where(given < 0, own, given)),
        pension_held=same(frame["pension_held"].to_numpy(dtype=float)),
        frailty=frailty,
        insured=(luck[LUCK_INSURED] < values["share_insured_unemployed"]).astype(np.int64),
        **groups(age, wage, frailty, luck[LUCK_RISK], values),
    )


def codes_of(cells: "pd.Series[str]") -> NDArray[np.int64]:
    """Return the place of each person's level in `COLUMNS`.

    Raises
    ------
    InputError
        If there is no such level, as in people that were not read from a file.
    """
    levels, held = list(COLUMNS[str(cells.name)]), cells.array
    if isinstance(held, pd.Categorical) and list(held.categories) == levels:
        codes = np.asarray(held.codes, dtype=np.int64)
    else:
        codes = np.asarray(pd.Index(levels).get_indexer(np.asarray(cells, dtype=object)), dtype=np.int64)
    if (codes < 0).any():
        at = int(np.argmin(codes))
        raise InputError(f"cohort: row {cells.index[at]}: {cells.name} is {cells.iloc[at]}: give {', '.join(levels)}")
    return codes
