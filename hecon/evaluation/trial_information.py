"""What a trial of any size would tell those who choose, per person, whatever it costs.

In two steps. What the figures of a draw tell, without the error of a trial: the net benefit that is expected given them
(Strong et al. 2014). What a trial of a size tells of that: by regression on simulated trials' statistics
(Strong et al. 2015), and by weighting the draws with the likelihood of each simulated trial (Menzies 2016), which check
one another. A trial tells of a draw no more than its figures without error do, so that both steps together are the
posterior expectation of the net benefit, without the luck of people and of all that the trial says nothing of.

References
----------
Strong M, Oakley JE, Brennan A. Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach. Medical Decision Making 2014;34:311-326.

Strong M, Oakley JE, Brennan A, Breeze P. Estimating the expected value of sample information using the probabilistic
sensitivity analysis sample: a fast, nonparametric regression-based method. Medical Decision Making 2015;35:570-583.

Menzies NA. An efficient estimator for the expected value of sample information. Medical Decision Making
2016;36:308-320.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.evaluation.cea import best
from hecon.evaluation.evsi import evsi, evsi_by_likelihood
from hecon.evaluation.next_trial import Design, asked, log_likelihood, simulated_trials, statistics
from hecon.evaluation.regression import reduced, regress
from hecon.evaluation.voi import evpi, precise
from hecon.model.runs import run_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.evaluation.structural import Case

    Floats = NDArray[np.float64]
    Key = tuple[tuple[str, ...], tuple[str, ...], int]
    Information = dict[Key, xr.Dataset]

STEP = 2.0
"""Between sizes at which the value is computed; in between it is linear in the logarithm of the size."""
EFFECTIVE = "effective_people"


def information(case: Case, designs: Iterable[Design], *, seed: int = SEED, threads: int | None = None) -> Information:
    """Give what trials are worth per person by the number of people who tell as much, randomised one by one.

    Parameters
    ----------
    case : the scenario
    designs : trials; only the range of their sizes matters, by arms, outcomes and weeks of follow-up
    seed : of the trials' errors
    threads : number of threads; never shows in the results

    Returns
    -------
    By arms, outcomes and weeks, a Dataset over ``effective_people`` (an arm) and perspectives: ``evsi`` with
    ``evsi_error`` and ``enough``, NOK per person; ``step_error``, the part of its error that the second step adds;
    ``evsi_likelihood``, the same by likelihood, with the second step's error and ``effective_draws``, the draws that
    the median trial's posterior rests on
    """
    from threadpoolctl import threadpool_limits

    groups: dict[Key, list[Design]] = {}
    for design in designs:
        groups.setdefault(_key(design), []).append(design)
    found: Information = {}
    with threadpool_limits(1):  # one for all, since each that ends lifts what it set
        for key, alike in groups.items():
            benefit, errors = kept(case, alike[0].arms)
            figures = exact(case, alike[0])
            expected = given(benefit, figures.to_numpy())
            limit = evsi(benefit, figures)
            parts: dict[Design, xr.Dataset] = {}

            def value(
                design: Design, expected: xr.DataArray = expected, parts: dict[Design, xr.Dataset] = parts
            ) -> None:
                """Value a size."""
                trials = simulated_trials(case.figures, design, seed=seed)
                of = evsi(expected, statistics(trials, design))
                likelihood = evsi_by_likelihood(expected, log_likelihood(trials, case.figures, design))
                parts[design] = of.assign(
                    evsi_likelihood=likelihood["value"],
                    evsi_likelihood_error=likelihood["se"],
                    effective_draws=likelihood["effective"],
                )

            sizes = _sizes(alike)
            run_blocks(value, sizes, threads=threads, progress=None)
            over = xr.DataArray([design.effective_people for design in sizes], dims=EFFECTIVE, name=EFFECTIVE)
            values = xr.concat([parts[design] for design in sizes], over, join="exact")
            share = values["value"] / limit["value"].where(limit["value"] > 0.0, np.inf)
            error = np.sqrt(values["se"] ** 2 + (share * limit["se"]) ** 2 + _of_means(expected, errors) ** 2)
            sure = xr.apply_ufunc(precise, values["value"], error, evpi(case.benefit))
            enough = values["enough"] & limit["enough"] & sure
            found[key] = values.rename(value="evsi", se="step_error").assign(evsi_error=error, enough=enough)
    return found


def at(found: Information, design: Design) -> xr.Dataset:
    """Give the values of one design: linear in the logarithm of the people it is worth, between those computed."""
    values = found[_key(design)]
    sizes = np.log(values[EFFECTIVE].to_numpy())
    where = math.log(design.effective_people)
    upper = int(np.clip(np.searchsorted(sizes, where), 1, len(sizes) - 1)) if len(sizes) > 1 else 0
    lower = max(upper - 1, 0)
    share = np.clip((where - sizes[lower]) / (sizes[upper] - sizes[lower]), 0.0, 1.0) if upper else 0.0
    low, high = values.isel({EFFECTIVE: lower}, drop=True), values.isel({EFFECTIVE: upper}, drop=True)
    between = low * (1.0 - share) + high * share
    return between.assign(enough=low["enough"] & high["enough"])


def kept(case: Case, arms: Sequence[str]) -> tuple[xr.DataArray, xr.DataArray]:
    """Give the net benefit less what it owes to the effects of programs that are no arm of a trial.

    Such an effect is drawn apart from all that the trial measures, which therefore says nothing of it: what is expected
    after the trial stays as it is, and loses the noise that the effect adds.

    Returns
    -------
    the net benefit, and the Monte Carlo error of the mean of what was taken away, [perspective, strategy], against the
    strategy that is best on average
    """
    programs = case.inputs.programs
    others = [name for name in case.benefit["strategy"].to_numpy().tolist() if name not in arms]
    named = {effect.measured.value for name in others for effect in programs[name].effects if effect.measured}
    independent = [name for name in sorted(named) if name in case.inputs.drawn]
    columns = np.column_stack([np.zeros(len(case.inputs)), *(case.inputs[name] for name in independent)])
    owed = given(case.benefit, columns)
    apart = owed - owed.isel(strategy=best(case.benefit.mean("draw")), drop=True)
    errors = apart.std("draw", ddof=1) / math.sqrt(apart.sizes["draw"])
    return case.benefit - owed + owed.mean("draw"), errors


def given(benefit: xr.DataArray, columns: Floats) -> xr.DataArray:
    """Give the expected net benefit given columns, at every draw; benefit is [..., draw, strategy]."""
    by_draw = benefit.transpose(..., "draw")
    fit = regress(reduced(by_draw.to_numpy().reshape(-1, by_draw.sizes["draw"])), columns)
    return by_draw.copy(data=fit.fitted.reshape(by_draw.shape)).transpose(*benefit.dims)


def _sizes(designs: Sequence[Design]) -> list[Design]:
    """Give trials with people randomised one by one that span what the designs are worth, in steps of two or less."""
    effective = [design.effective_people for design in designs]
    arms, outcomes, weeks = designs[0].arms, designs[0].outcomes, designs[0].weeks
    least, most = math.floor(min(effective)), math.ceil(max(effective))
    steps = max(math.ceil(math.log(most / least, STEP)), 1)
    sizes = np.unique(np.geomspace(max(least, 2), most, steps + 1).round().astype(int)).tolist()
    return [Design(arms, size * len(arms), weeks=weeks, outcomes=outcomes) for size in sizes]


def exact(case: Case, design: Design) -> pd.DataFrame:
    """Give what a trial would report at every draw if it had all the people whom the figures were made with."""
    return statistics(asked(case.figures, design)[0], design)


def _key(design: Design) -> Key:
    return design.arms, design.outcomes, design.weeks


def _of_means(expected: xr.DataArray, errors: xr.DataArray) -> xr.DataArray:
    """Give the error of a value that comes from that of the strategies' means: each as often as it would be chosen."""
    position = xr.DataArray(np.arange(expected.sizes["strategy"]), coords={"strategy": expected["strategy"]})
    chosen = (expected.argmax("strategy") == position).mean("draw")
    squares: xr.DataArray = ((chosen * errors) ** 2).sum("strategy")
    return squares**0.5
