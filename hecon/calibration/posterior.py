"""The fit of what was never published: penalised least squares, and a provisional distribution around it.

All three arms of the trial and the long-run figures are fitted together. The residuals are the figures' distances in
units of their sampling error, whitened by the covariance of each arm's figures across simulated trials of its size, and
the parameters' distances from their priors. The distribution is the normal approximation at the fit (Laplace), so its
intervals are provisional.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

import hecon
from hecon import SEED
from hecon.calibration.priors import PRIORS
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import Inputs, Parameters
from hecon.inputs.targets import ARMS, Target, read_targets
from hecon.model.runs import whole_file
from hecon.model.simulation import simulate
from hecon.model.trial import Arm, emulate, hazard_ratios, simulated_trials, statistics

Floats = NDArray[np.float64]

BLOCK = "trial"
DATE = dt.date(2019, 7, 1)
"""The statute of the trial: inclusion from 2018 to 2020."""
STEP = 0.2
"""Of the finite differences, in units of the prior's SD: figures of a simulated cohort move in steps."""
SCREENED = 200
"""Draws from the prior, the best of which the fit starts from."""
STARTS = 4
TRIALS = 2000
ITERATIONS = 30
TOLERANCE = 0.01
"""Gain in the sum of squares below which a descent ends."""
PROGRESS = "fitting"


@dataclass(frozen=True)
class Fit:
    """The fitted parameters and how well they reach the targets.

    Attributes
    ----------
    point : float64[parameter], on the priors' scales
    covariance : float64[parameter, parameter], approximate
    targets : those fitted
    fitted : float64[target], the figures at the point
    error : float64[target], their standard errors: sampling and rounding
    """

    point: Floats
    covariance: Floats
    targets: tuple[Target, ...]
    fitted: Floats
    error: Floats

    @property
    def contraction(self) -> Floats:
        """The share of the prior's SD that the data took away: float64[parameter]."""
        return np.asarray(1.0 - np.sqrt(np.diag(self.covariance)) / np.array([prior.sd for prior in PRIORS]))


@dataclass(frozen=True)
class Data:
    """The targets, grouped into bodies of data with a common covariance.

    Attributes
    ----------
    targets : in the order of the figures
    groups : positions of each body of data, and its covariance
    """

    targets: tuple[Target, ...]
    groups: tuple[tuple[NDArray[np.int64], Floats], ...]

    def residuals(self, figures: Floats) -> Floats:
        """Return whitened distances from the targets.

        Parameters
        ----------
        figures : float64[..., target]
        """
        published = np.array([target.value for target in self.targets])
        ratio = np.array([target.is_ratio for target in self.targets])
        distance = figures - published
        distance[..., ratio] = np.log(figures[..., ratio] / published[ratio])
        parts = []
        for positions, covariance in self.groups:
            lower = np.linalg.cholesky(covariance)
            part = distance[..., positions]
            parts.append(np.linalg.solve(lower, part.reshape(-1, len(positions)).T).T.reshape(part.shape))
        return np.concatenate(parts, axis=-1)

    @property
    def error(self) -> Floats:
        """The standard error of each figure."""
        out = np.zeros(len(self.targets))
        for positions, covariance in self.groups:
            out[positions] = np.sqrt(np.diag(covariance))
        return out


def calibrate(
    parameters: Parameters,
    *,
    rows: int = 2000,
    people: int = 20_000,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> Fit:
    """Fit the unpublished parameters and write the block that the probabilistic analysis draws from.

    Parameters
    ----------
    parameters : read on a date of the trial (`DATE`), without a calibrated block
    rows : of the block
    people : in each emulated arm
    seed : of all luck
    threads : never shows in the results

    Returns
    -------
    the fit; `parameters/calibrated/trial.csv` and `trial.toml` are written
    """
    for name, number, least in (("rows", rows, 10), ("people", people, 100)):
        if number < least:
            message = f"{name}: {number} is too few for a fit: give {least} or more"
            raise InputError(message)
    targets = fitted_targets(parameters.folder)
    base = parameters.base_case()
    with tqdm(total=ITERATIONS * (STARTS + 1), desc=PROGRESS, disable=not progress, leave=False) as bar:
        fit = _fit(_Problem(base, targets, people, seed, threads), bar)
        draws = _draws(fit, rows, seed)
        order = np.argsort(_usual_days(base, draws, seed, threads), kind="stable")
    write_block(fit, draws[order], parameters, people=people, seed=seed)
    return fit


def fitted_targets(folder: Path) -> tuple[Target, ...]:
    """Return the targets to fit; of the shares of sessions, which add to one, the last is left out."""
    targets = [
        target for target in read_targets(folder) if target.role == "fit" and target.statistic != "sessions_none"
    ]
    if not targets:
        message = f"{folder / 'targets.toml'}: no target has the role fit: the calibration needs the trial's figures"
        raise InputError(message)
    return tuple(targets)


def with_values(inputs: Inputs, transformed: Floats) -> Inputs:
    """Return inputs with the fitted parameters put in.

    Parameters
    ----------
    transformed : float64[draw, parameter], on the priors' scales; there is a draw with key 0 for each row
    """
    columns = {prior.name: prior.inverse(transformed[:, column]) for column, prior in enumerate(PRIORS)}
    keys = np.zeros(len(transformed), dtype=np.int64)
    return replace(inputs, draw=keys, points=None, drawn=MappingProxyType({**inputs.drawn, **columns}))


def figures(
    inputs: Inputs, transformed: Floats, targets: tuple[Target, ...], *, people: int, seed: int, threads: int | None
) -> Floats:
    """Return the model's figures at rows of parameters: float64[row, target]."""
    at = with_values(inputs, transformed)
    arms = {arm: emulate(at, arm, people=people, seed=seed, threads=threads) for arm in ARMS}
    yearly = {name: at[name] for name in ("aap_to_work", "aap_to_disability", "aap_to_unemployed")}
    leaving = sum(yearly.values())
    long_run = {
        "aap_to_disability_rate": yearly["aap_to_disability"],
        "aap_leavers_disability_share": yearly["aap_to_disability"] / leaving,
        "aap_leavers_work_share": yearly["aap_to_work"] / leaving,
    }
    return _figures(targets, arms, long_run)


def trial_data(
    inputs: Inputs, point: Floats, targets: tuple[Target, ...], *, people: int, seed: int, threads: int | None
) -> Data:
    """Return the targets with the covariance of the trial's figures across simulated trials at a point.

    All the trial reported is one body of data: its figures, the hazard ratio between two arms among them, vary together
    across simulated trials. A figure of a register has its own standard error.
    """
    at = with_values(inputs, point[None, :])
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
        drawn = _figures(chosen, trials, {})
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


def _figures(targets: tuple[Target, ...], arms: Mapping[str, Arm], long_run: Mapping[str, Floats]) -> Floats:
    """Return the figures that targets are about: float64[draw or trial, target]."""
    reported = {arm: statistics(people) for arm, people in arms.items()}
    columns = []
    for target in targets:
        if target.statistic == "hazard_ratio":
            columns.append(hazard_ratios(arms[target.arm], arms[target.against or "usual_care"]))
        else:
            known = reported.get(target.arm, long_run)
            if target.statistic not in known:
                message = f"targets.toml: {target.name}: no figure {target.statistic}: choose among {', '.join(known)}"
                raise InputError(message)
            columns.append(known[target.statistic])
    return np.stack(columns, axis=1)


@dataclass(frozen=True)
class _Problem:
    """The least squares problem: residuals of rows of parameters on the priors' scales."""

    base: Inputs
    targets: tuple[Target, ...]
    people: int
    seed: int
    threads: int | None

    mean = np.array([prior.mean for prior in PRIORS])
    sd = np.array([prior.sd for prior in PRIORS])

    def residuals(self, rows: Floats, data: Data) -> tuple[Floats, Floats]:
        """Return the figures of every row, and their distances from targets and priors."""
        found = figures(self.base, rows, self.targets, people=self.people, seed=self.seed, threads=self.threads)
        return found, np.concatenate([data.residuals(found), (rows - self.mean) / self.sd], axis=-1)

    def linearised(self, point: Floats, data: Data) -> tuple[Floats, Floats, Floats]:
        """Return the figures, the residuals and their Jacobian at a point, by central differences."""
        step, k = STEP * self.sd, len(point)
        around = np.concatenate([point + np.diag(step), point - np.diag(step), point[None, :]])
        found, values = self.residuals(around, data)
        return found[-1], values[-1], ((values[:k] - values[k : 2 * k]) / (2.0 * step[:, None])).T

    def data(self, point: Floats) -> Data:
        """Return the targets with their covariance at a point."""
        return trial_data(self.base, point, self.targets, people=self.people, seed=self.seed, threads=self.threads)

    def starts(self, data: Data) -> Floats:
        """Return the best of many draws from the prior."""
        random = np.random.default_rng(self.seed)
        rows: Floats = np.clip(random.standard_normal((SCREENED, len(self.mean))), -2.0, 2.0) * self.sd + self.mean
        rows[0] = self.mean
        loss = np.sum(self.residuals(rows, data)[1] ** 2, axis=1)
        return np.asarray(rows[np.argsort(loss)[:STARTS]])

    def descend(self, point: Floats, data: Data, bar: "tqdm[NoReturn]") -> tuple[Floats, float]:
        """Return the minimum that Levenberg and Marquardt's method reaches from a point, and the loss there."""
        damping = 1e-2
        for iteration in range(ITERATIONS):
            _, here, jacobian = self.linearised(point, data)
            information = jacobian.T @ jacobian
            tries = damping * 10.0 ** np.arange(-2.0, 5.0)
            steps = [
                np.linalg.solve(information + d * np.diag(np.diag(information)), -jacobian.T @ here) for d in tries
            ]
            trial = point + np.clip(steps, -2.0 * self.sd, 2.0 * self.sd)
            loss = np.sum(self.residuals(trial, data)[1] ** 2, axis=1)
            best = int(np.argmin(loss))
            gain = float(np.sum(here**2) - loss[best])
            bar.set_postfix(loss=f"{loss[best]:.2f}")
            bar.update(1)
            if gain > 0.0:
                point, damping = trial[best], float(np.clip(tries[best], 1e-4, 1.0))
            if gain < TOLERANCE:
                bar.update(ITERATIONS - iteration - 1)
                break
        return point, float(np.sum(self.residuals(point[None, :], data)[1] ** 2))


def _fit(problem: _Problem, bar: "tqdm[NoReturn]") -> Fit:
    """Return the best minimum of several starts, refined with the data's covariance there."""
    data = problem.data(problem.mean)
    minima = [problem.descend(start, data, bar) for start in problem.starts(data)]
    point = min(minima, key=lambda minimum: minimum[1])[0]
    data = problem.data(point)
    point, _ = problem.descend(point, data, bar)
    fitted, _, jacobian = problem.linearised(point, data)
    return Fit(point, np.asarray(np.linalg.inv(jacobian.T @ jacobian)), problem.targets, fitted, data.error)


def _draws(fit: Fit, rows: int, seed: int) -> Floats:
    """Return draws of the normal approximation, on the priors' scales: float64[row, parameter]."""
    random = np.random.default_rng(seed)
    slope = [prior.name for prior in PRIORS].index("return_slope")
    kept = np.empty((0, len(PRIORS)))
    while len(kept) < rows:  # a power at or below -1 has no cumulative hazard
        more = random.multivariate_normal(fit.point, fit.covariance, size=rows, method="cholesky")
        kept = np.concatenate([kept, more[more[:, slope] > -0.9]])
    return kept[:rows]


def _usual_days(base: Inputs, draws: Floats, seed: int, threads: int | None) -> Floats:
    """Return the mean days on benefit under usual care predicted by each row: the order that the rows stand in."""
    results = simulate(
        with_values(base, draws),
        ["usual_case_management"],
        people=2000,
        weeks=52,
        seed=seed,
        money=False,
        threads=threads,
    )
    return results["outcome"].sel(measure="benefit_days_12m").isel(strategy=0, subgroup=0).to_numpy()


def write_block(fit: Fit, draws: Floats, parameters: Parameters, *, people: int, seed: int) -> None:
    """Write the calibrated block: a table of draws, and the recipe that made it."""
    folder = parameters.folder / "calibrated"
    rows = np.concatenate([fit.point[None, :], draws])
    columns = [prior.inverse(rows[:, column]) for column, prior in enumerate(PRIORS)]
    lines = ["row," + ",".join(prior.name for prior in PRIORS)]
    for number, row in enumerate(zip(*columns, strict=True)):
        lines.append(",".join(["point" if number == 0 else str(number - 1), *(f"{value:.6g}" for value in row)]))
    with whole_file(folder / f"{BLOCK}.csv") as path:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with whole_file(folder / f"{BLOCK}.toml") as path:
        path.write_text(_recipe(fit, len(draws), parameters, people, seed), encoding="utf-8")


def _recipe(fit: Fit, rows: int, parameters: Parameters, people: int, seed: int) -> str:
    recipe: dict[str, object] = {
        "status": "provisional",
        "method": "penalised least squares; normal approximation at the fit",
        "command": f"hecon calibrate --rows {rows} --people {people} --seed {seed}",
        "hecon": hecon.__version__,
        "statute": parameters.date.isoformat(),
        "rows": rows,
        "people": people,
        "seed": seed,
    }
    lines = [
        "# Written by `hecon calibrate`; rows of the table are sorted by predicted days under usual case management.",
        "[recipe]",
        *(f"{key} = {json.dumps(value)}" for key, value in recipe.items()),
        "",
        "# published figure, the model's at the fit, and the figure's standard error (sampling and rounding)",
        "[recipe.fit]",
    ]
    for target, value, error in zip(fit.targets, fit.fitted, fit.error, strict=True):
        lines.append(f'"{target.name}" = [{target.value:g}, {value:.4g}, {error:.3g}]')
    for prior, contraction in zip(PRIORS, fit.contraction, strict=True):
        driven = ", prior-driven" if contraction < 0.2 else ""
        told = f"Prior: {prior.words}. The data took {contraction:.0%} of that SD{driven}"
        lines += ["", f"[columns.{prior.name}]"]
        lines += [f"{key} = {json.dumps(text)}" for key, text in _column(prior.label, prior.unit, told).items()]
    return "\n".join(lines) + "\n"


def _column(label: str, unit: str, prior: str) -> Mapping[str, str]:
    return {"label": label, "unit": unit, "prior": prior}
