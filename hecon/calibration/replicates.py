"""The trial run again and again: each time a row of parameters, people and luck of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Inputs
from hecon.inputs.targets import ARMS, Target
from hecon.model.block import Setup, run_strategies
from hecon.model.hazards import STATES
from hecon.model.kernel import BENEFIT_DAYS, WEEKS_PER_YEAR
from hecon.model.runs import blocks, run_blocks
from hecon.model.simulation import occupancy, trace
from hecon.model.trial import QUARTILES, Arm, as_arm, emulate, hazard_ratios, mid_quantile, statistics
from hecon.model.worlds import prepare

Floats = NDArray[np.float64]

CHUNK = 250
"""Trials simulated at once, so that people of one chunk only are in memory."""
STEP = 4
"""Weeks between the points of a course of days."""
SESSIONS = (2, 1, 0)
QUANTITIES = ("share", "mean", *QUARTILES, "returned_before")


@dataclass(frozen=True)
class Size:
    """How many people an arm had: analysed, and randomised, among whom sessions are counted."""

    analysed: int
    randomised: int


@dataclass(frozen=True, eq=False)
class Replicates:
    """What simulated trials gave.

    Attributes
    ----------
    figures
        float64[trial, target].
    sessions
        float64[trial, `SESSIONS`, `QUANTITIES`] by arm: of the people who had so many sessions, their share of the arm,
        mean and quartiles of days on benefit, and the share whose sustained return had begun when the first session was
        due. Not a number where nobody had so many.
    returned
        float64[trial, week] by arm: the share whose sustained return has begun, weeks 0 to 52.
    """

    figures: Floats = field(repr=False)
    sessions: Mapping[str, Floats] = field(repr=False)
    returned: Mapping[str, Floats] = field(repr=False)


def trial_sizes(targets: tuple[Target, ...]) -> dict[str, Size]:
    """Give the trial's own sizes, from the numbers its figures were counted in.

    Raises
    ------
    InputError
        If a figure is of an arm without a size.
    """
    counted = {arm: [t.n for t in targets if t.arm == arm and t.n is not None] for arm in ARMS}
    sizes = {arm: Size(min(numbers), max(numbers)) for arm, numbers in counted.items() if numbers}
    if not sizes:
        raise InputError("targets.toml: has no figure of the trial's arms with the number of people, n: give some")
    for target in targets:
        for arm in (target.arm, _comparator(target) if target.is_ratio else target.arm):
            if arm not in sizes:
                raise InputError(f"targets.toml: {target.name}: no figure of {arm} says how many people it had: give n")
    return sizes


def replicate(
    inputs: Inputs,
    targets: tuple[Target, ...],
    *,
    seed: int,
    threads: int | None,
    progress: str | None,
    whole: bool = True,
) -> Replicates:
    """Simulate one trial a draw: every arm of its own size, with its own people.

    Parameters
    ----------
    inputs
        One draw a trial; their keys are replaced, so that trials and arms share no luck.
    targets
        Figures of the trial's arms.
    seed
        Of all luck.
    threads
        Never shows in the results.
    progress
        What the progress bar says; none for no bar.
    whole
        Whether to count sessions and returns too, or figures alone.
    """
    sizes = trial_sizes(targets)
    trials, weeks = len(inputs), WEEKS_PER_YEAR + 1
    offered = [arm for arm in sizes if arm != "usual_care" and whole]
    out = Replicates(
        np.empty((trials, len(targets))),
        {arm: np.empty((trials, len(SESSIONS), len(QUANTITIES))) for arm in offered},
        {arm: np.empty((trials, weeks)) for arm in sizes if whole},
    )
    first = {arm: _first_session(inputs, arm) for arm in offered}

    def simulate_chunk(bounds: tuple[int, int]) -> None:
        rows = slice(*bounds)
        arms = {
            arm: emulate(lucky(inputs, arm).block(*bounds), arm, people=size.randomised, seed=seed, threads=1)
            for arm, size in sizes.items()
        }
        out.figures[rows] = _figures(arms, targets, sizes)
        for arm, begun in out.returned.items():
            people = _some(arms[arm], sizes[arm].analysed)
            for week in range(weeks):
                begun[rows, week] = ((people.weeks <= week) & (people.returned == 1.0)).mean(axis=1)
        for arm, counted in out.sessions.items():
            counted[rows] = by_sessions(arms[arm], first[arm])

    run_blocks(simulate_chunk, blocks(trials, CHUNK), threads=threads, progress=progress)
    return out


def lucky(inputs: Inputs, arm: str) -> Inputs:
    """Return the inputs with keys of luck that no other trial and no other arm has."""
    keys = len(ARMS) * np.arange(len(inputs), dtype=np.int64) + list(ARMS).index(arm) + 1
    return replace(inputs, draw=keys)


def by_sessions(arm: Arm, first: float) -> Floats:
    """Return what is known of an arm's people by the number of sessions they had.

    Parameters
    ----------
    arm
        Its people.
    first
        The week in which the first session is due.

    Returns
    -------
    float64[trial, `SESSIONS`, `QUANTITIES`]
    """
    out = np.full((len(arm.days), len(SESSIONS), len(QUANTITIES)), np.nan)
    for trial, (days, weeks, returned, sessions) in enumerate(
        zip(arm.days, arm.weeks, arm.returned, arm.sessions, strict=True)
    ):
        for row, number in enumerate(SESSIONS):
            group = sessions == number
            out[trial, row, 0] = group.mean()
            if group.any():
                theirs = days[group]
                quartiles = [mid_quantile(theirs[None, :], q)[0] for q in QUARTILES.values()]
                before = (weeks[group] <= first) & (returned[group] == 1.0)
                out[trial, row, 1:] = [theirs.mean(), *quartiles, before.mean()]
    return out


def courses(
    inputs: Inputs, sizes: Mapping[str, Size], *, seed: int, threads: int | None, progress: str | None
) -> list[dict[str, Any]]:
    """Follow simulated trials through the year: days on benefit by arm, and states in usual care.

    Days are the model's own count up to a horizon, taken every fourth week of the same lives: luck knows no horizon.
    States are read off everybody's stays.

    Returns
    -------
    One mapping a course: ``curve``, ``arm``, ``week`` and ``predicted``, the mean over trials; ``low`` and ``high``
    (95% of trials) for days per person, and ``state`` for shares in a state
    """
    weeks = [0, *range(STEP, WEEKS_PER_YEAR + 1, STEP)]
    out: list[dict[str, Any]] = []
    for arm, size in sizes.items():
        at = as_arm(lucky(inputs, arm), arm)
        days = np.empty((len(at), len(weeks)))

        def count(
            bounds: tuple[int, int], at: Inputs = at, arm: str = arm, size: Size = size, days: Floats = days
        ) -> None:
            days[slice(*bounds)] = _days(at.block(*bounds), ARMS[arm], size.analysed, weeks, seed)

        run_blocks(count, blocks(len(at), CHUNK), threads=threads, progress=progress)
        low, high = np.quantile(days, [0.025, 0.975], axis=0)
        out.append(
            {"curve": "days", "arm": arm, "week": weeks, "predicted": days.mean(axis=0), "low": low, "high": high}
        )
    return out + (_states(inputs, sizes["usual_care"], seed) if "usual_care" in sizes else [])


def _days(inputs: Inputs, strategy: str, people: int, weeks: list[int], seed: int) -> Floats:
    """Return days on benefit per person up to each of some weeks: float64[draw, week]."""
    setup = Setup((strategy,), people, WEEKS_PER_YEAR, seed, (), None, money=False)
    days, row = np.zeros((len(inputs), len(weeks))), np.zeros(people, dtype=np.int64)
    for draw, ready in enumerate(prepare(inputs, setup)):
        for column, week in enumerate(weeks):
            if week > 0:
                begun = ready.world._replace(horizon=week)
                ran = run_strategies(begun, ready.programs, ready.values.key, row, 1, setup)
                days[draw, column] = ran.outcome[0, 0, BENEFIT_DAYS] / people
    return days


def _states(inputs: Inputs, size: Size, seed: int) -> list[dict[str, Any]]:
    """Give the mean share in each state at the start of each week, usual care."""
    at = as_arm(lucky(inputs, "usual_care"), "usual_care")
    share = np.zeros((WEEKS_PER_YEAR + 1, len(STATES)))
    for draw in range(len(at)):
        strategy, people = ARMS["usual_care"], size.analysed
        stays = trace(at.block(draw, draw + 1), strategy, people=people, weeks=WEEKS_PER_YEAR, seed=seed)
        share += occupancy(stays, WEEKS_PER_YEAR).to_numpy() / len(at)
    about = {"curve": "states", "arm": "usual_care", "week": list(range(WEEKS_PER_YEAR + 1))}
    return [about | {"state": state, "predicted": share[:, column]} for column, state in enumerate(STATES)]


def _first_session(inputs: Inputs, arm: str) -> float:
    """Give the week in which an arm's first session is due."""
    return min(
        (float(inputs[contact.week].min()) for contact in inputs.programs[ARMS[arm]].contacts), default=float("inf")
    )


def _comparator(target: Target) -> str:
    return target.against or "usual_care"


def _some(arm: Arm, people: int) -> Arm:
    """Return as many of an arm's people as were counted; nothing tells them from the others."""
    return Arm(*(values[:, :people] for values in vars(arm).values()))


def _figures(arms: Mapping[str, Arm], targets: tuple[Target, ...], sizes: Mapping[str, Size]) -> Floats:
    """Return the figures that targets are about: float64[trial, target]."""
    analysed = {arm: _some(people, sizes[arm].analysed) for arm, people in arms.items()}
    reported: dict[tuple[str, int], dict[str, Floats]] = {}
    ratios: dict[tuple[str, str], Floats] = {}
    columns = []
    for target in targets:
        if target.is_ratio:
            pair = target.arm, _comparator(target)
            if pair not in ratios:
                ratios[pair] = hazard_ratios(analysed[pair[0]], analysed[pair[1]])
            columns.append(ratios[pair])
        else:
            counted = target.arm, target.n or sizes[target.arm].analysed
            if counted not in reported:
                reported[counted] = statistics(_some(arms[target.arm], counted[1]))
            known = reported[counted]
            if target.statistic not in known:
                raise InputError(
                    f"targets.toml: {target.name}: no figure {target.statistic}: choose among {', '.join(known)}"
                )
            columns.append(known[target.statistic])
    return np.stack(columns, axis=1)
