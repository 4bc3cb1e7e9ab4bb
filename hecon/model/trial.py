"""The trial's arms, simulated: the figures that the trial reported, from people like those in each arm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hecon import SEED
from hecon.inputs.points import Inputs
from hecon.inputs.targets import ARMS
from hecon.model.cox import log_hazard_ratio
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.simulation import simulate

Floats = NDArray[np.float64]

DAYS_PER_WEEK = 7
QUARTILES = {"benefit_days_q1": 0.25, "benefit_days_median": 0.5, "benefit_days_q3": 0.75}
STATISTICS = (
    *QUARTILES,
    "sustained_return",
    "sustained_return_median_days",
    "no_benefit_day_365",
    "aap_entry",
    "sessions_two",
    "sessions_one",
    "sessions_none",
)


@dataclass(frozen=True)
class Arm:
    """The people of an emulated arm after 12 months, each float64[draw, person].

    Attributes
    ----------
    days : full-time-equivalent workdays on benefit
    weeks : to sustained return; 52 where there was none
    returned, no_benefit, entered_aap : 0 or 1
    sessions : sessions held
    """

    days: Floats
    weeks: Floats
    returned: Floats
    no_benefit: Floats
    entered_aap: Floats
    sessions: Floats

    def sample(self, people: NDArray[np.int64]) -> "Arm":
        """Return the arm with some of its people only, perhaps several times, all in one draw."""
        return Arm(*(values[0, people] for values in vars(self).values()))


def emulate(
    inputs: Inputs, arm: str, *, people: int, seed: int = SEED, threads: int | None = None, mix: str | None = None
) -> Arm:
    """Simulate one arm of the trial: its baseline mix, its contacts, 52 weeks.

    Parameters
    ----------
    inputs : the draws
    arm : one of `ARMS`
    people : how many; a multiple of the trial's own number for a precise figure
    seed : of all luck
    threads : number of threads; never shows in the results
    mix : the arm whose baseline mix these people have; this one's own if not given. With one mix and the same luck,
        arms differ by their effects alone

    Returns
    -------
    the people of the arm at every draw
    """
    results = simulate(
        as_arm(inputs, arm, mix),
        [ARMS[arm]],
        people=people,
        weeks=WEEKS_PER_YEAR,
        seed=seed,
        by="person",
        money=False,
        threads=threads,
    )
    outcome = results["outcome"].isel(strategy=0)

    def of(measure: str) -> Floats:
        return outcome.sel(measure=measure).to_numpy()

    return Arm(
        days=of("benefit_days_12m"),
        weeks=of("weeks_to_sustained_return"),
        returned=of("sustained_return"),
        no_benefit=of("no_benefit_12m"),
        entered_aap=of("entered_aap_12m"),
        sessions=of("contacts_held"),
    )


def as_arm(inputs: Inputs, arm: str, mix: str | None = None) -> Inputs:
    """Return the inputs with an arm's mix at inclusion (or that of the arm `mix`), and the program it was offered."""
    strategy = ARMS[arm]
    # Sessions are what the arm offers: the usual dialogue meetings of every arm are left out of the count.
    alone = inputs.programs[strategy].model_copy(update={"includes": ()})
    if arm == "usual_care":
        alone = alone.model_copy(update={"contacts": ()})
    mixed = {
        name: inputs[f"{name}_{mix or arm}"]
        for name in ("share_full_at_inclusion", "share_graded_pension_at_inclusion")
    }
    return replace(inputs, programs={strategy: alone}, drawn={**inputs.drawn, **mixed})


def statistics(arm: Arm) -> dict[str, Floats]:
    """Return the trial's figures of an arm, each float64[draw]."""
    figures = dict(zip(QUARTILES, mid_quantiles(arm.days, list(QUARTILES.values())), strict=True))
    figures["benefit_days_mean"] = arm.days.mean(axis=1)
    figures["sustained_return"] = arm.returned.mean(axis=1)
    figures["sustained_return_median_days"] = DAYS_PER_WEEK * mid_quantile(arm.weeks, 0.5)
    figures["no_benefit_day_365"] = arm.no_benefit.mean(axis=1)
    figures["aap_entry"] = arm.entered_aap.mean(axis=1)
    for name, number in (("two", 2), ("one", 1), ("none", 0)):
        figures[f"sessions_{name}"] = (arm.sessions == number).mean(axis=1)
    return figures


def mid_quantile(values: Floats, q: float) -> Floats:
    """Return one quantile of the mid-distribution, as `mid_quantiles` does."""
    return np.asarray(mid_quantiles(values, [q])[0])


def mid_quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles of the mid-distribution, which do not jump where weekly values tie.

    The mid-distribution function is ``P(X < x) + P(X = x) / 2``, interpolated linearly (Parzen, Statistical Science
    2004;19:652-662).

    Parameters
    ----------
    values : float64[draw, person]
    levels : between 0 and 1

    Returns
    -------
    float64[level, draw]
    """
    out = np.empty((len(levels), len(values)))
    for row, people in enumerate(values):
        points, counts = np.unique(people, return_counts=True)
        middle = (np.cumsum(counts) - 0.5 * counts) / counts.sum()
        out[:, row] = np.interp(levels, middle, points)
    return out


def simulated_trials(arm: Arm, n: int, *, trials: int, seed: int) -> Arm:
    """Return an arm's people drawn again in many trials of `n` people: float64[trial, person].

    Parameters
    ----------
    arm : a large emulated arm, one draw
    n : people in the arm of each trial
    trials : how many are drawn
    """
    people = np.random.default_rng(seed).integers(0, arm.days.shape[1], size=(trials, n))
    return arm.sample(people)


def hazard_ratios(treated: Arm, control: Arm) -> Floats:
    """Return the hazard ratio of sustained return between two arms, unadjusted: float64[draw or trial]."""
    people = (treated.weeks.shape[1], control.weeks.shape[1])
    weeks = np.concatenate([treated.weeks, control.weeks], axis=1)
    returned = np.concatenate([treated.returned, control.returned], axis=1)
    group = np.repeat([True, False], people)
    return np.exp([log_hazard_ratio(*row, group) for row in zip(weeks, returned, strict=True)])
