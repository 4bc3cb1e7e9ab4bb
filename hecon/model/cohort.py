"""A user's own people in place of synthetic ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Values
from hecon.model.hazards import MORTALITY_FIRST_AGE
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


def read_cohort(path: Path) -> pd.DataFrame:
    """Read a user's own people from a CSV with a header.

    Columns: age (years), sex (man, woman), start (full_sick_leave, graded_sick_leave), weeks_sick_listed, wage (NOK of
    2025 a year in the job held); and where known education (school, higher), diagnosis (musculoskeletal, psychological,
    other), grade (share absent on graded leave), employment_fraction, rights_used (weekdays of sick pay used; taken
    from the present spell if missing) and pension_held (degree).

    Raises
    ------
    InputError
        Naming the file, the column, the first row at fault and the way out.
    """
    frame = _read_table(path)
    for name, default in OPTIONAL.items():
        if name not in frame:
            frame[name] = default
    for name in CODED:
        levels = COLUMNS[name]
        _refuse(path, frame, name, ~frame[name].isin(levels), f"one of {', '.join(levels)}")
    bounds = {
        "age": (MORTALITY_FIRST_AGE, 66.99),
        "weeks_sick_listed": (0, 51),
        "wage": (1.0, np.inf),
        "grade": (MINIMUM_GRADE, 0.99),
        "employment_fraction": (0.01, 1.0),
        "rights_used": (-1, np.inf),
        "pension_held": (0.0, 0.99),
    }
    for name, (low, high) in bounds.items():
        numbers = pd.to_numeric(frame[name], errors="coerce")
        allowed = (
            f"a number of {low:g} or more, digits alone" if np.isinf(high) else f"a number from {low:g} to {high:g}"
        )
        wrong = ~numbers.between(low, high) | ~np.isfinite(numbers)
        _refuse(path, frame, name, wrong, allowed)
        frame[name] = numbers
    for name in ("weeks_sick_listed", "rights_used"):
        _refuse(path, frame, name, frame[name] != np.floor(frame[name]), "a whole number")
    beside = frame["employment_fraction"] + frame["pension_held"] > 1.0
    _refuse(path, frame, "employment_fraction", beside, "no more than the pension held leaves of a job")
    return frame


def _read_table(path: Path) -> pd.DataFrame:
    """Read the cells, and refuse a table without the columns or the people it needs."""
    try:
        frame = pd.read_csv(path, skip_blank_lines=False, skipinitialspace=True)
    except OSError as error:
        reason = (error.strerror or "unknown fault").lower()
        message = f"{path}: cannot be read ({reason}): give the path of a CSV file"
        raise InputError(message) from error
    except ValueError as error:
        why = " ".join(str(error).split())
        message = f"{path}: cannot be read as CSV ({why}): give a comma-separated file with a header"
        raise InputError(message) from error
    if not frame.index.equals(pd.RangeIndex(len(frame))):  # pandas takes the first cells for an index
        message = f"{path}: rows have more cells than the header: give each cell a column"
        raise InputError(message)
    frame = frame.dropna(how="all")  # blank lines, which still count as rows
    missing = [name for name in REQUIRED if name not in frame]
    if missing and ";" in str(frame.columns[0]):
        message = f"{path}: its cells are separated by semicolons: separate them by commas"
        raise InputError(message)
    if missing:
        message = f"{path}: no column {', '.join(missing)}: a cohort needs {', '.join(REQUIRED)}"
        raise InputError(message)
    unknown = [name for name in frame if name not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        message = (
            f"{path}: unknown column {', '.join(map(str, unknown))}: known are {', '.join((*REQUIRED, *OPTIONAL))}"
        )
        raise InputError(message)
    if frame.empty:
        message = f"{path}: no people: give at least one row"
        raise InputError(message)
    return frame


def _refuse(path: Path, frame: pd.DataFrame, name: str, wrong: "pd.Series[bool]", expected: str) -> None:
    if wrong.any():
        first = wrong.index[wrong][0]
        message = f"{path}: row {first + 2}: {name} is {frame.loc[first, name]}: give {expected}"
        raise InputError(message)


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
    coded = {name: np.array([COLUMNS[name].index(level) for level in frame[name]]) for name in CODED}
    weeks = frame["weeks_sick_listed"].to_numpy(dtype=np.int64, copy=True)
    own = rights_used(np.zeros(len(frame)), weeks, values)
    given = np.minimum(frame["rights_used"].to_numpy(dtype=float), 2**53).astype(np.int64)
    right = np.broadcast_to(np.asarray(values["sick_pay_rights"]).astype(np.int64), own.shape)
    wrong = (given >= 0) & ((given < own) | (given >= right))
    if wrong.any():
        at = np.unravel_index(np.flatnonzero(wrong)[0], wrong.shape)
        person = int(at[-1])
        message = (
            f"cohort: row {frame.index[person] + 2}: rights_used is {given[person]}: give {own[at]}, what the spell "
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
