"""A trial that has not been done: its design, the data it may give, and how probable each draw makes them.

At every draw of the probabilistic analysis, people are followed in each arm for as long as a trial may follow its own.
Their mean and covariance say what a trial of any size would report, had that draw been the truth. The likelihood of
what it reports is the model's own: multivariate normal around a draw's means, with that draw's covariance.

References
----------
Ades AE, Lu G, Claxton K. Expected value of sample information calculations in medical decision modeling. Medical
Decision Making 2004;24:207-227.

Donner A, Klar N. Design and Analysis of Cluster Randomization Trials in Health Research. Arnold 2000.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.inputs.errors import InputError, closest
from hecon.model.block import PERSON
from hecon.model.runs import blocks, run_blocks
from hecon.model.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

WEEKS = 104
LENGTHS = (52, WEEKS)
"""Weeks of follow-up that trials are compared with."""
DAYS, AAP = "benefit_days", "ever_on_aap"
OUTCOMES: Mapping[str, str] = {DAYS: "benefit_days", AAP: "weeks_work_assessment_allowance"}
"""What a trial may measure of a person, and the measure of the model that it is read from: full-time-equivalent
workdays on medical benefits over the whole follow-up; whether any week of it was spent on work assessment allowance."""
OTHER_PEOPLE = 1
"""Added to the seed: whoever is in the trial is nobody of those whose net benefit is counted, so that the same good or
bad luck is not in both and cannot pass for information."""
NOISE = 36
"""Sets the random numbers of simulated trials apart from all others of a seed."""
DRAWS_PER_BLOCK = 4


@dataclass(frozen=True)
class Design:
    """A trial as it may be done.

    Attributes
    ----------
    arms : strategies, people in equal numbers to each
    people : participants in all arms together
    offices : offices that take part
    by_office : whether offices are randomised, or people one by one; who consents takes part either way
    icc : share of an outcome's variance that lies between offices; counts only where offices are randomised
    weeks : of follow-up, one of those that `figures` were made for
    outcomes : what is measured, names among `OUTCOMES`
    """

    arms: tuple[str, ...]
    people: int
    offices: int = 1
    by_office: bool = False
    icc: float = 0.0
    weeks: int = WEEKS
    outcomes: tuple[str, ...] = tuple(OUTCOMES)

    def __post_init__(self) -> None:
        """Refuse a design that no trial can have."""
        _check_arms(self.arms)
        if self.people < 2 * len(self.arms):
            raise InputError(f"people: {self.people} in {len(self.arms)} arms: give two an arm or more")
        least = len(self.arms) if self.by_office else 1
        if not least <= self.offices <= self.people:
            raise InputError(f"offices: {self.offices} for {self.people} people: give {least} to {self.people}")
        if not 0.0 <= self.icc < 1.0:
            raise InputError(f"icc: {self.icc} is no share of a variance: give 0 to below 1, such as 0.02")
        if self.weeks < 1:
            raise InputError(f"weeks: {self.weeks} is too few: give 1 or more")
        for name in self.outcomes:
            if name not in OUTCOMES:
                raise InputError(f"outcomes: {name!r} is not measured: {closest(name, OUTCOMES)}")
        if not self.outcomes or len(set(self.outcomes)) < len(self.outcomes):
            raise InputError("outcomes: name each once, and at least one")

    @property
    def an_arm(self) -> float:
        """People in each arm."""
        return self.people / len(self.arms)

    @property
    def design_effect(self) -> float:
        """By how much the variance of a mean grows as people of an office are alike: 1 + (m - 1) ICC."""
        return 1.0 + max(self.people / self.offices - 1.0, 0.0) * self.icc if self.by_office else 1.0

    @property
    def effective_people(self) -> float:
        """People an arm that, randomised one by one, would tell as much."""
        return self.an_arm / self.design_effect

    def of(self, people: int) -> Design:
        """Give the same design with another number of participants."""
        return replace(self, people=people)


def figures(
    inputs: Inputs,
    arms: Sequence[str],
    *,
    people: int = 1000,
    weeks: Sequence[int] = LENGTHS,
    seed: int = SEED,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.Dataset:
    """Give what a trial of as many people as are simulated would measure at every draw, for each length of follow-up.

    Parameters
    ----------
    inputs : draws
    arms : strategies
    people : synthetic people an arm and draw, the same ones in every arm, and others than `seed` gives elsewhere
    weeks : of follow-up, each length on its own
    seed : of the analysis that the trial is to inform
    threads : number of threads; never shows in the results
    progress : what the progress bar says; None for no bar

    Returns
    -------
    Dataset: mean[weeks, draw, arm, outcome] and covariance[weeks, draw, arm, outcome, other], of a person; coordinate
    ``people``, how many were followed in each arm

    Raises
    ------
    InputError
        If arms or lengths are named twice, or too few people are given for every outcome to differ between them.
    """
    _check_arms(tuple(arms))
    if not weeks or len(set(weeks)) < len(weeks):
        raise InputError(f"weeks: {', '.join(map(str, weeks)) or 'none'}: name each length once, and at least one")
    names = list(OUTCOMES)
    mean = np.empty((len(weeks), len(inputs), len(arms), len(names)))
    covariance = np.empty((*mean.shape, len(names)))

    def follow(part: tuple[int, tuple[int, int]]) -> None:
        length, bounds = part
        run = simulate(
            inputs.block(*bounds),
            arms,
            people=people,
            weeks=weeks[length],
            seed=seed + OTHER_PEOPLE,
            by=PERSON,
            money=False,
            threads=1,
        )
        measured = run["outcome"].sel(measure=list(OUTCOMES.values())).to_numpy()
        measured[..., names.index(AAP)] = measured[..., names.index(AAP)] > 0.0
        mean[length, slice(*bounds)], covariance[length, slice(*bounds)] = moments(measured)

    parts = [(length, bounds) for length in range(len(weeks)) for bounds in blocks(len(inputs), DRAWS_PER_BLOCK)]
    run_blocks(follow, parts, threads=threads, progress=progress)
    if not (np.diagonal(covariance, axis1=-2, axis2=-1) > 0.0).all():
        raise InputError(f"people: {people} are too few: in some draw they all have the same outcome, give more")
    coords = {
        "weeks": list(weeks),
        "draw": np.arange(len(inputs)),
        "arm": list(arms),
        "outcome": names,
        "other": names,
        "people": people,
    }
    dims = ("weeks", "draw", "arm", "outcome", "other")
    return xr.Dataset({"mean": (dims[:4], mean), "covariance": (dims, covariance)}, coords=coords)


def moments(measured: Floats) -> tuple[Floats, Floats]:
    """Give means and covariances over people.

    Parameters
    ----------
    measured
        float64[..., person, outcome].

    Returns
    -------
    float64[..., outcome] and float64[..., outcome, outcome]
    """
    mean = measured.mean(axis=-2)
    apart = measured - mean[..., None, :]
    return mean, np.einsum("...po,...pq->...oq", apart, apart) / (measured.shape[-2] - 1)


def simulated_trials(of: xr.Dataset, design: Design, *, seed: int = SEED) -> Floats:
    """Simulate one trial at every draw: what it reports, had the draw been the truth.

    The random numbers do not depend on the size of the trial: a larger one has less of the same error.

    Parameters
    ----------
    of : as `figures` gives them
    design : of the trial
    seed : of the errors

    Returns
    -------
    float64[study, arm, outcome], mean outcomes by arm
    """
    mean, covariance = asked(of, design)
    errors = np.random.default_rng([seed, NOISE]).standard_normal(mean.shape)
    spread = np.linalg.cholesky(covariance / design.effective_people)
    return np.asarray(mean + np.einsum("saoq,saq->sao", spread, errors))


def log_likelihood(trials: Floats, of: xr.Dataset, design: Design) -> Floats:
    """Give the logarithm of the probability density of every simulated trial under every draw.

    Parameters
    ----------
    trials : float64[study, arm, outcome]
    of : as `figures` gives them
    design : of the trial

    Returns
    -------
    float64[study, draw]
    """
    mean, covariance = asked(of, design)
    variance = covariance / design.effective_people
    weight = np.linalg.inv(variance)
    constant = -0.5 * (np.linalg.slogdet(2.0 * np.pi * variance)[1]).sum(axis=1)
    total = np.broadcast_to(constant, (len(trials), len(mean))).copy()
    for arm in range(mean.shape[1]):
        apart = trials[:, None, arm] - mean[None, :, arm]
        total -= 0.5 * np.einsum("sdo,doq,sdq->sd", apart, weight[:, arm], apart, optimize=True)
    return total


def statistics(trials: Floats, design: Design) -> pd.DataFrame:
    """Give what each simulated trial reports as columns: the first arm's outcomes, and every other arm's difference.

    The same information as the arms' means, laid out so that a regression finds the differences, on which the choice
    hangs.

    Parameters
    ----------
    trials : float64[study, arm, outcome]
    design : of the trial

    Returns
    -------
    DataFrame, one row a study
    """
    first, *others = design.arms
    columns = {f"{outcome}, {first}": trials[:, 0, i] for i, outcome in enumerate(design.outcomes)}
    for position, arm in enumerate(others, start=1):
        for i, outcome in enumerate(design.outcomes):
            columns[f"{outcome}, {arm} less {first}"] = trials[:, position, i] - trials[:, 0, i]
    return pd.DataFrame(columns)


def asked(of: xr.Dataset, design: Design) -> tuple[Floats, Floats]:
    """Give the figures that a design asks for: of its arms, its outcomes and its length of follow-up.

    Parameters
    ----------
    of : as `figures` gives them
    design : of the trial

    Returns
    -------
    mean float64[draw, arm, outcome] and covariance float64[draw, arm, outcome, other]

    Raises
    ------
    InputError
        If the figures have not the design's arms or weeks.
    """
    arms, outcomes = list(design.arms), list(design.outcomes)
    strange = [arm for arm in arms if arm not in of["arm"].to_numpy()]
    if strange:
        raise InputError(f"arms: {', '.join(strange)}: was not followed: name it where the figures are made")
    if design.weeks not in of["weeks"].to_numpy():
        there = ", ".join(str(weeks) for weeks in of["weeks"].to_numpy())
        raise InputError(
            f"weeks: {design.weeks} were not followed: give one of {there}, or make figures of that length"
        )
    at = of.sel(weeks=design.weeks, arm=arms, outcome=outcomes, other=outcomes)
    return at["mean"].to_numpy(), at["covariance"].to_numpy()


def _check_arms(arms: tuple[str, ...]) -> None:
    if len(arms) < 2 or len(set(arms)) < len(arms):
        raise InputError(f"arms: {', '.join(arms) or 'none'}: a trial needs at least two, each named once")
