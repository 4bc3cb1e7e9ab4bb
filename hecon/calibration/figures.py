"""The model's figures at rows of parameters, and the published ones with their sampling error."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hecon.calibration.priors import PRIORS, Prior
from hecon.inputs.errors import InputError
from hecon.inputs.points import Inputs
from hecon.inputs.targets import ARMS, Target, read_targets
from hecon.model.grid import draws_per_block, worth_sending
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.runs import at_work, blocks, in_order
from hecon.model.trial import Arm, emulate, hazard_ratios, simulated_trials, statistics

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCK = "trial"
DATE = dt.date(2019, 7, 1)
"""The statute of the trial: inclusion from 2018 to 2020."""
TRIALS = 2000
"""Simulated trials from which the covariance of a trial's figures is counted."""
REGISTERS = "all"
"""The arm of a figure that registers counted in everybody."""
MEAN_DAYS = tuple(
    Target(f"{arm}.benefit_days.mean", arm, "benefit_days_mean", np.nan, "days", "check", "", "", "") for arm in ARMS
)
"""Not published, but what decisions rest on: predicted beside the targets."""
YEARLY = ("aap_to_work", "aap_to_disability", "aap_to_unemployed")
"""What the figures of registers are computed from."""
LONG_RUN: dict[str, Callable[[Mapping[str, Floats]], Floats]] = {
    "aap_to_disability_rate": lambda yearly: yearly["aap_to_disability"],
    "aap_leavers_disability_share": lambda yearly: yearly["aap_to_disability"] / _leaving(yearly),
    "aap_leavers_work_share": lambda yearly: yearly["aap_to_work"] / _leaving(yearly),
}


def _leaving(yearly: Mapping[str, Floats]) -> Floats:
    return np.asarray(yearly["aap_to_work"] + yearly["aap_to_disability"] + yearly["aap_to_unemployed"])


@dataclass(frozen=True)
class Data:
    """The targets, grouped into bodies of data with a common covariance.

    Attributes
    ----------
    targets : in the order of the figures
    groups : positions of each body of data, and its covariance
    """

    targets: tuple[Target, ...]
    groups: tuple[tuple[Integers, Floats], ...]

    def distances(self, figures: Floats) -> Floats:
        """Return figures less what was published, ratios on their logarithm.

        Parameters
        ----------
        figures : float64[..., target]
        """
        published = np.array([target.value for target in self.targets])
        ratio = np.array([target.is_ratio for target in self.targets])
        distance = figures - published
        distance[..., ratio] = np.log(figures[..., ratio] / published[ratio])
        return np.asarray(distance)

    def residuals(self, figures: Floats) -> Floats:
        """Return whitened distances from the targets.

        Parameters
        ----------
        figures : float64[..., target]
        """
        distance = self.distances(figures)
        parts = []
        for positions, covariance in self.groups:
            lower = np.linalg.cholesky(covariance)
            part = distance[..., positions]
            parts.append(np.linalg.solve(lower, part.reshape(-1, len(positions)).T).T.reshape(part.shape))
        return np.concatenate(parts, axis=-1)

    def disagreement(self, told: Floats, found: Floats) -> Floats:
        """Return how far two sets of figures lie apart: root mean square over rows, in standard errors.

        Parameters
        ----------
        told, found : float64[row, target]

        Returns
        -------
        float64[target]
        """
        apart = self.distances(told) - self.distances(found)
        return np.asarray(np.sqrt(np.mean(apart**2, axis=0)) / self.error)

    @property
    def error(self) -> Floats:
        """The standard error of each figure."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def covariance(self) -> Floats:
        """The covariance of all figures: float64[target, target]."""
        out = np.zeros((len(self.targets), len(self.targets)))
        for positions, covariance in self.groups:
            out[np.ix_(positions, positions)] = covariance
        return out

    def only(self, kept: Sequence[int] | Integers) -> "Data":
        """Return some of the targets, the covariance of the rest left out."""
        order = {int(position): number for number, position in enumerate(kept)}
        groups = []
        for positions, covariance in self.groups:
            inside = [i for i, position in enumerate(positions) if int(position) in order]
            if inside:
                places = np.array([order[int(positions[i])] for i in inside], dtype=np.int64)
                groups.append((places, covariance[np.ix_(inside, inside)]))
        return Data(tuple(self.targets[int(position)] for position in kept), tuple(groups))


def fitted_targets(folder: Path) -> tuple[Target, ...]:
    """Return the targets to fit; of the shares of sessions, which add to one, the last is left out."""
    targets = [
        target for target in read_targets(folder) if target.role == "fit" and target.statistic != "sessions_none"
    ]
    if not targets:
        message = f"{folder / 'targets.toml'}: no target has the role fit: the calibration needs the trial's figures"
        raise InputError(message)
    return tuple(targets)


def with_values(inputs: Inputs, transformed: Floats, priors: Sequence[Prior] = PRIORS) -> Inputs:
    """Return inputs with the fitted parameters put in.

    Parameters
    ----------
    transformed : float64[draw, parameter], on the priors' scales; there is a draw with key 0 for each row
    """
    columns = {prior.name: prior.inverse(transformed[:, column]) for column, prior in enumerate(priors)}
    keys = np.zeros(len(transformed), dtype=np.int64)
    return replace(inputs, draw=keys, points=None, drawn=MappingProxyType({**inputs.drawn, **columns}))


def figures(
    inputs: Inputs,
    transformed: Floats,
    targets: Sequence[Target],
    *,
    people: int,
    seed: int,
    threads: int | None,
    priors: Sequence[Prior] = PRIORS,
) -> Floats:
    """Return the model's figures at rows of parameters: float64[row, target]."""
    at = with_values(inputs, transformed, priors)
    each = people * WEEKS_PER_YEAR * len(ARMS)
    size = draws_per_block(each, len(at), at_work(threads))
    if size == len(at):
        return _figures_at(at, tuple(targets), people, seed, threads)
    bounds = list(blocks(len(at), size))
    parts = in_order(
        _figures_at,
        ((at.block(*bound), tuple(targets), people, seed, 1) for bound in bounds),
        len(bounds),
        threads=threads,
        progress=None,
        shared=(at.entries, at.programs),
        here=not worth_sending(each * len(at)),
    )
    return np.concatenate(list(parts))


def _figures_at(inputs: Inputs, targets: tuple[Target, ...], people: int, seed: int, threads: int | None) -> Floats:
    arms = {arm: emulate(inputs, arm, people=people, seed=seed, threads=threads) for arm in ARMS}
    return figures_of(targets, arms, long_run(inputs))


def long_run(values: Mapping[str, Floats] | Inputs) -> dict[str, Floats]:
    """Return the figures of registers, which need no simulation: each float64[row]."""
    yearly = {name: values[name] for name in YEARLY}
    return {name: figure(yearly) for name, figure in LONG_RUN.items()}


def trial_data(
    inputs: Inputs,
    point: Floats,
    targets: tuple[Target, ...],
    *,
    people: int,
    seed: int,
    threads: int | None,
    priors: Sequence[Prior] = PRIORS,
) -> Data:
    """Return the targets with the covariance of the trial's figures across simulated trials at a point.

    All the trial reported is one body of data: its figures, the hazard ratio between two arms among them, vary together
    across simulated trials. A figure of a register has its own standard error.
    """
    at = with_values(inputs, point[None, :], priors)
    ours = np.array([i for i, target in enumerate(targets) if target.arm in ARMS], dtype=np.int64)
    trials = {}
    for number, arm in enumerate(ARMS):
        sizes = [targets[i].n for i in ours if targets[i].arm == arm and targets[i].n is not None]
        if sizes:
            cohort = emulate(at, arm, people=people, seed=seed, threads=threads)
            trials[arm] = simulated_trials(cohort, int(max(sizes)), trials=TRIALS, seed=seed + number)
    groups = []
    if len(ours):
        chosen = tuple(targets[i] for i in ours)
        rounding = np.diag([target.rounding_variance for target in chosen])
        drawn = figures_of(chosen, trials, {})
        ratio = np.array([target.is_ratio for target in chosen])
        groups.append(
            (ours, np.cov(np.where(ratio, np.log(np.where(ratio, drawn, 1.0)), drawn), rowvar=False) + rounding)
        )
    for i, target in enumerate(targets):
        if target.arm not in ARMS:
            if target.se is None:
                message = f"targets.toml: {target.name} has no standard error: give se"
                raise InputError(message)
            groups.append((np.array([i]), np.array([[target.se**2]])))
    return Data(targets, tuple(groups))


def figures_of(targets: Sequence[Target], arms: Mapping[str, Arm], registers: Mapping[str, Floats]) -> Floats:
    """Return the figures that targets are about.

    Parameters
    ----------
    targets : of the arms or of registers
    arms : by name; their draws may be rows of parameters or simulated trials
    registers : as `long_run` gives them

    Returns
    -------
    float64[draw, target]
    """
    reported = {arm: statistics(people) for arm, people in arms.items()}
    columns = []
    for target in targets:
        if target.statistic == "hazard_ratio":
            columns.append(hazard_ratios(arms[target.arm], arms[target.against or "usual_care"]))
        else:
            known = reported.get(target.arm, registers)
            if target.statistic not in known:
                message = f"targets.toml: {target.name}: no figure {target.statistic}: choose among {', '.join(known)}"
                raise InputError(message)
            columns.append(known[target.statistic])
    return np.stack(columns, axis=1)
