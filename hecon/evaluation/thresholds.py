"""Break-even: the value of one quantity at which a program is worth what it costs, all else as it is.

What is sought is the root of the *expected* net benefit over usual case management. Every value is run with the same
draws, people and luck, so that net benefits differ by the quantity alone; one run serves every perspective.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation.crossings import (
    Estimate,
    Root,
    Side,
    at_value,
    find_root,
    next_value,
    per_offered,
    slope,
    spread,
    standard_error,
)
from hecon.evaluation.estimates import TAILS
from hecon.evaluation.what_if import (
    PERSPECTIVE_NAMES,
    Quantity,
    Size,
    check_asked,
    check_program,
    marginal,
    own_effect,
    worth,
)
from hecon.model.kernel import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Worth
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

MOST_EFFECT = 3.0
LEAST_ATTENDANCE = 0.1
STEPS = {
    "effect": np.array([0.0, 0.02, 0.05, 0.1, 0.18, 0.3, 0.55, 1.0]),
    "attendance": np.linspace(0.0, 1.0, 6),
    "duration": np.linspace(0.0, 1.0, 8),
}
"""Where a range is looked at first, as shares of it."""
ROUNDS = 8


class _Now(NamedTuple):
    """What a quantity is as things stand."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class BreakEven:
    """Where a program breaks even against usual case management.

    Attributes
    ----------
    program, perspective, quantity
        Of what, for whom, in what.
    value
        At which the expected net benefit is zero. NaN where it is at no value in the range; what else holds at the
        break-even is NaN too. Of several, the lowest.
    error
        Its Monte Carlo error: that of the mean net benefit there, over the slope.
    low, high
        95% interval over draws; infinite where so many draws break even beyond the range. The luck of a draw's people
        is in it.
    share_never, share_always
        Of the draws, those in which the program is worth its cost at no value in the range, and at any.
    side
        Where in the range it is expected to be worth its cost: above the value, below it, always or never.
    margin, margin_error
        Where no value breaks even, the expected net benefit nearest to zero, NOK per person of the population, and its
        Monte Carlo error; else 0. Within two errors of zero, nobody can tell whether a value does.
    days_avoided, days_error
        Days on benefit avoided in 12 months per person offered, at the break-even.
    return_difference, return_error
        Difference in the share of those offered with a sustained return in 12 months, at the break-even.
    now, now_low, now_high
        What the quantity is as things stand, expected, and its 95% interval over draws; NaN where nobody knows.
    least, most
        The range looked at.
    """

    program: str
    perspective: str
    quantity: str
    value: float
    error: float
    low: float
    high: float
    share_never: float
    share_always: float
    side: Side
    margin: float
    margin_error: float
    days_avoided: float
    days_error: float
    return_difference: float
    return_error: float
    now: float
    now_low: float
    now_high: float
    least: float
    most: float

    @property
    def share_without(self) -> float:
        """Share of the draws in which no value in the range breaks even."""
        return self.share_never + self.share_always


def break_even(
    parameters: Parameters,
    program: str,
    quantity: Quantity,
    *,
    perspectives: Sequence[str] = PERSPECTIVE_NAMES,
    draws: int = 200,
    people: int = 1000,
    weeks: int = WEEKS_PER_YEAR,
    seed: int = SEED,
    threads: int | None = None,
    progress: str | None = None,
) -> list[BreakEven]:
    """Find where a program breaks even, in every perspective from the same runs.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    program
        Name of a program file.
    quantity
        ``effect``: the ratio that multiplies the hazard of return of those reached, with every effect of the program's
        own switched off. ``attendance``: a factor on the attendance of each of its own contacts, which is cut at 1.
        ``cost``: what delivery beyond usual case management costs the perspective's own members per person offered,
        discounted; a further krone is raised by taxes where the perspective is society, so that it costs more there.
        ``duration``: the week after inclusion in which its effects end.
        Looked at are ratios from 1 to 3, or as far as the program's own may be; factors from 0.1 to that with which
        everybody attends the contact that most attend; costs from 0; and weeks from 1 to the horizon.
    perspectives
        Among the names of `hecon.model.ledger.PERSPECTIVES`.
    draws, people
        Draws of the probabilistic analysis, and synthetic people in each.
    weeks
        Horizon.
    seed
        Of all luck.
    threads
        Number of threads.
    progress
        What the progress bar says; None for no bar.

    Raises
    ------
    InputError
        If the program, the quantity, a perspective or a size is out of range.
    """
    check_asked([quantity], perspectives, draws)
    inputs = parameters.sample(draws, seed)
    check_program(inputs, program, [quantity])
    size = Size(people, weeks, seed, threads, progress)
    if quantity == "cost":
        as_it_is = worth(inputs, program, [{}], size)
        return [_of_cost((program, name, quantity), as_it_is, marginal(inputs, name)) for name in perspectives]
    whole = quantity == "duration"
    values = _first_values(inputs, program, quantity, weeks)
    tried = worth(inputs, program, [{quantity: value} for value in values], size)
    places = [PERSPECTIVE_NAMES.index(name) for name in perspectives]
    for _ in range(ROUNDS):
        wanted = [next_value(values, tried.gain[:, place], whole=whole) for place in places]
        more = np.unique([value for value in wanted if value is not None])
        if not more.size:
            break
        order = np.argsort(np.concatenate([values, more]))
        values = np.concatenate([values, more])[order]
        tried = tried.joined(worth(inputs, program, [{quantity: value} for value in more], size), order)
    now = _now(inputs, program, quantity)
    return [_of_run((program, name, quantity), values, tried, now) for name in perspectives]


def table(found: Iterable[BreakEven]) -> pd.DataFrame:
    """Give break-evens as a table, one row each."""
    return pd.DataFrame([asdict(one) for one in found])


def _of_run(about: tuple[str, str, str], values: Floats, tried: Worth, now: _Now) -> BreakEven:
    """Give the root in one perspective, and what the whole arm does there."""
    gain = tried.gain[:, PERSPECTIVE_NAMES.index(about[1])]
    root = find_root(values, gain)
    days, returned = (_of_arm(values, what, gain, tried.offered, root.value) for what in (tried.days, tried.returned))
    return _put_together(about, root, (days, returned), now, (float(values[0]), float(values[-1])))


def _of_arm(values: Floats, what: Floats, gain: Floats, offered: Floats, root: float) -> Estimate:
    """Give an outcome at the root, per person offered; its error knows that the root has one."""
    if np.isnan(root):
        return Estimate(np.nan, np.nan)
    per_krone = slope(values, what.mean(axis=1), root) / slope(values, gain.mean(axis=1), root)
    return per_offered(at_value(values, what, root) - per_krone * at_value(values, gain, root), offered)


def _of_cost(about: tuple[str, str, str], as_it_is: Worth, more: Floats) -> BreakEven:
    """Give the cost that takes the whole gain: net benefit is linear in it."""
    place, offered = PERSPECTIVE_NAMES.index(about[1]), as_it_is.offered
    spent = as_it_is.delivery[0, place]
    room = as_it_is.gain[0, place] + more * spent
    own = room / (more * offered)
    never = own < 0.0
    expected, ends = per_offered(room, more * offered), spread(own, np.zeros_like(never), never, rising=False)
    shares = float(never.mean()), 0.0
    if expected.value < 0.0:
        root = Root(np.nan, np.nan, np.nan, np.nan, *shares, "never", float(room.mean()), standard_error(room))
    else:
        root = Root(*expected, *ends, *shares, "below")
    days, returned = (per_offered(what[0], offered) for what in (as_it_is.days, as_it_is.returned))
    now = _Now(per_offered(spent, offered).value, *_interval(spent / offered))
    return _put_together(about, root, (days, returned), now, (0.0, np.inf))


def _put_together(
    about: tuple[str, str, str], root: Root, arm: tuple[Estimate, Estimate], now: _Now, ends: tuple[float, float]
) -> BreakEven:
    program, perspective, quantity = about
    days, returned = arm
    return BreakEven(
        program=program,
        perspective=perspective,
        quantity=quantity,
        value=root.value,
        error=root.error,
        low=root.low,
        high=root.high,
        share_never=root.share_never,
        share_always=root.share_always,
        side=root.side,
        margin=root.margin,
        margin_error=root.margin_error,
        days_avoided=days.value,
        days_error=days.error,
        return_difference=returned.value,
        return_error=returned.error,
        now=now.expected,
        now_low=now.low,
        now_high=now.high,
        least=ends[0],
        most=ends[1],
    )


def _now(inputs: Inputs, program: str, quantity: Quantity) -> _Now:
    if quantity == "effect":
        values = own_effect(inputs, program)
    elif quantity == "attendance":
        values = np.ones(len(inputs))
    else:
        values = inputs[inputs.programs[program].effects[0].until]
    if values is None:
        return _Now(np.nan, np.nan, np.nan)
    return _Now(float(values.mean()), *_interval(values))


def _interval(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, TAILS)
    return float(low), float(high)


def _first_values(inputs: Inputs, program: str, quantity: Quantity, weeks: int) -> Floats:
    """Give the values that a range is looked at with first."""
    if quantity == "effect":
        own = _now(inputs, program, quantity).high
        least, most = 1.0, float(np.fmax(own, MOST_EFFECT))
    elif quantity == "duration":
        least, most = 1.0, float(weeks)
    else:
        commonest = max(float(inputs[contact.attendance].mean()) for contact in inputs.programs[program].contacts)
        least, most = LEAST_ATTENDANCE, 1.0 / commonest
    values = least + STEPS[quantity] * (most - least)
    return np.unique(np.round(values)) if quantity == "duration" else values
