"""The posterior of what was never published: fit, emulate, sample, and check against the model itself.

All three arms of the trial and the registers' long-run figures are one likelihood, with the covariance that an arm's
figures have across simulated trials. A least squares fit says where the posterior is; runs of the model around it teach
an emulator; ensembles of walkers draw from the posterior under the emulator; the model is then run at some of the rows
that are written, which says how well it was emulated.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hecon import SEED
from hecon.calibration.emulator import Emulator, train
from hecon.calibration.figures import (
    BLOCK,
    MEAN_DAYS,
    Data,
    figures,
    figures_of,
    fitted_targets,
    long_run,
    trial_data,
    with_values,
)
from hecon.calibration.fit import STARTS, Problem
from hecon.calibration.priors import EFFECTS, PRIORS, Prior, on_scale
from hecon.calibration.sampling import THIN, WALKERS, Chains, sample
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import Inputs, Parameters
from hecon.inputs.targets import ARMS, Target
from hecon.model.checkpoint import Checkpoint
from hecon.model.identity import code_digest
from hecon.model.runs import blocks
from hecon.model.trial import emulate

Floats = NDArray[np.float64]

RUNS = 1000
"""Runs of the model around the fit, that the emulator learns from first."""
REFINED = 400
"""Runs more, at draws of a first posterior and of one under wider priors."""
CHUNK = 50
ENSEMBLES = 4
BURN, STEPS = 1000, 2000
PILOTS, PILOT = 2, 700
CHECKED = 300
"""Rows of a posterior at which the model is run too."""
KEYS = 30
"""Other luck, whose mean says how far the one luck of all runs is off."""
WIDER = 2.0
"""How much wider the effects' priors are under which the emulator is to hold too: that of a sensitivity analysis."""
STEEPEST = -0.9
"""Of the slope of return: at -1 and below it has no cumulative hazard."""
PRIOR_DRIVEN = 0.2
CHECKPOINT = Path("results/calibration")
LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn", "emcee")


@dataclass(frozen=True)
class Posterior:
    """Draws of the fitted parameters, and how they were made.

    Attributes
    ----------
    priors : of the columns of draws, as wide as they were in this posterior
    targets : what the columns of figures are; the last are the mean days, which are not data
    data : the targets with the covariance of their errors
    draws : float64[row, parameter], standardised, in the order of predicted days under usual care
    emulated : float64[row, target], the figures predicted
    checked : rows at which the model was run
    figures : float64[checked row, target], the model's there
    point : the row that is the base case
    at_point : float64[target], the model's figures there
    sd : float64[parameter], of all draws that the rows were taken from, in prior SDs
    r_hat, effective_size : float64[parameter], of the same
    autocorrelation_times : how many the slowest parameter had in an ensemble's steps
    offset : float64[target], what the one luck of all runs was off by: taken away from figures already
    """

    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    data: Data
    draws: Floats
    emulated: Floats
    checked: NDArray[np.int64]
    figures: Floats
    point: int
    at_point: Floats
    sd: Floats
    r_hat: Floats
    effective_size: Floats
    autocorrelation_times: float
    offset: Floats

    @property
    def contraction(self) -> Floats:
        """The share of the prior's SD that the data took away: float64[parameter]."""
        return np.asarray(1.0 - self.sd)

    @property
    def emulator_error(self) -> Floats:
        """Root mean square of the emulator's errors, in standard errors of the figure: float64[fitted target]."""
        fitted = len(self.data.targets)
        return self.data.disagreement(self.emulated[self.checked, :fitted], self.figures[:, :fitted])

    @property
    def importance(self) -> Floats:
        """What a checked row would weigh if the likelihood were the model's, mean 1: float64[checked row]."""
        fitted = len(self.data.targets)
        both = self.emulated[self.checked, :fitted], self.figures[:, :fitted]
        emulated, found = (self.data.residuals(part) for part in both)
        ratio = 0.5 * (np.sum(emulated**2, axis=1) - np.sum(found**2, axis=1))
        weight = np.exp(ratio - ratio.max())
        return np.asarray(weight / weight.mean())

    @property
    def importance_shift(self) -> Floats:
        """How far that would move the mean of each figure, in its standard errors: float64[fitted target]."""
        fitted = self.figures[:, : len(self.data.targets)]
        moved = np.mean(self.importance[:, None] * fitted, axis=0) - fitted.mean(axis=0)
        return np.asarray(moved / self.data.error)


@dataclass(frozen=True)
class Calibration:
    """The model, its targets and its priors, in standardised parameters: prior mean 0, prior SD 1.

    Attributes
    ----------
    inputs : the base case, with what a scenario fixes
    priors : of the parameters that are fitted
    targets : those fitted, then the mean days
    people : in each emulated arm
    seed, threads : of all luck; threads never show
    """

    inputs: Inputs
    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    people: int
    seed: int
    threads: int | None

    @property
    def fitted(self) -> tuple[Target, ...]:
        """The targets that are data."""
        return self.targets[: -len(MEAN_DAYS)]

    def figures(self, rows: Floats) -> Floats:
        """Run the model at rows of standardised parameters: float64[row, target]."""
        return figures(
            self.inputs,
            on_scale(rows, self.priors),
            self.targets,
            people=self.people,
            seed=self.seed,
            threads=self.threads,
            priors=self.priors,
        )

    def data(self, point: Floats) -> Data:
        """Return the targets with their covariance at a point."""
        at = on_scale(point, self.priors)
        options = {"people": self.people, "seed": self.seed, "threads": self.threads}
        return trial_data(self.inputs, at, self.fitted, priors=self.priors, **options)  # type: ignore[arg-type]

    def offset(self, point: Floats) -> Floats:
        """Return the mean of the figures at a point over other luck, less those with the one luck of all runs."""
        at = with_values(self.inputs, on_scale(np.tile(point, (KEYS, 1)), self.priors), self.priors)
        at = replace(at, draw=np.arange(1, KEYS + 1, dtype=np.int64))
        options: dict[str, Any] = {"people": self.people, "seed": self.seed, "threads": self.threads}
        arms = {arm: emulate(at, arm, **options) for arm in ARMS}
        return np.asarray(figures_of(self.targets, arms, long_run(at)).mean(axis=0) - self.figures(point[None, :])[0])

    def problem(self, data: Data) -> Problem:
        """Return the least squares problem of the data."""
        return Problem(lambda rows: self.figures(rows)[:, : len(self.fitted)], data)

    def inside(self, rows: Floats) -> NDArray[np.bool_]:
        """Say which rows the model can be run at: bool[row]."""
        names = [prior.name for prior in self.priors]
        if "return_slope" not in names:
            return np.ones(len(rows), dtype=np.bool_)
        return np.asarray(on_scale(rows, self.priors)[:, names.index("return_slope")] > STEEPEST)

    def spread(self, effects: float = 1.0, others: float = 1.0) -> Floats:
        """Return prior SDs in units of the priors' own: float64[parameter]."""
        return np.array([effects if prior.name in EFFECTS else others for prior in self.priors])

    def density(
        self, emulator: Emulator, data: Data, believed: Callable[[Floats], Floats]
    ) -> Callable[[Floats], Floats]:
        """Return the logarithm of the posterior density under an emulator, up to a constant.

        Parameters
        ----------
        emulator : of all targets
        data : some or all of the fitted targets
        believed : float64[row, parameter] to independent standard normals, which the prior says they are
        """
        position = {target.name: column for column, target in enumerate(self.targets)}
        columns = np.array([position[target.name] for target in data.targets], dtype=np.int64)
        whitener = np.linalg.inv(np.linalg.cholesky(data.covariance)).T

        def log_density(rows: Floats) -> Floats:
            at = np.where(self.inside(rows)[:, None], rows, 0.0)
            distances = data.distances(emulator(on_scale(at, self.priors))[:, columns])
            loss = np.sum((distances @ whitener) ** 2, axis=1) + np.sum(believed(at) ** 2, axis=1)
            return np.where(self.inside(rows), -0.5 * loss, -np.inf)

        return log_density


@dataclass(frozen=True)
class Stage:
    """What every later step starts from.

    Attributes
    ----------
    data : with the covariance at the fit
    centre, root : the fit, and the lower root of its approximate covariance
    wide : the lower root of a wider one, which the first runs go beyond
    rows, found : runs of the model, the offset of their luck taken away
    offset : float64[target], what that was
    emulator : what they taught
    """

    data: Data
    centre: Floats
    root: Floats
    wide: Floats
    rows: Floats
    found: Floats
    offset: Floats
    emulator: Emulator


def calibrate(
    parameters: Parameters,
    *,
    rows: int = 1000,
    people: int = 20_000,
    seed: int = SEED,
    threads: int | None = None,
    effects: Mapping[str, float] = MappingProxyType({BLOCK: 1.0}),
    checkpoint: Path | None = CHECKPOINT,
    progress: bool = False,
) -> dict[str, Posterior]:
    """Draw from the posterior of the unpublished parameters.

    Parameters
    ----------
    parameters : read on a date of the trial (`hecon.calibration.figures.DATE`), without a calibrated block. What an
        overlay or a scenario gives is fixed there, the rest is fitted
    rows : of each table
    people : in each emulated arm
    seed : of all luck
    threads : never shows in the results
    effects : the posteriors that are wanted, by a name: how much wider the effects' priors are in each, at most twice
    checkpoint : folder where steps are kept, so that a run that was killed goes on; None keeps nothing
    progress : whether to show how far it has come

    Returns
    -------
    the posteriors that `effects` names
    """
    for name, number, least in (("rows", rows, 10), ("people", people, 100)):
        if number < least:
            raise InputError(f"{name}: {number} is too few for a calibration: give {least} or more")
    if rows > ENSEMBLES * WALKERS * (STEPS // THIN):
        raise InputError(f"rows: {rows} are more than are drawn: give {ENSEMBLES * WALKERS * (STEPS // THIN)} or fewer")
    problem = calibration(parameters, people=people, seed=seed, threads=threads)
    folder = None if checkpoint is None else checkpoint / place(parameters, problem)
    each = ENSEMBLES + -(-min(rows, CHECKED + 1) // CHUNK)
    with tqdm(
        total=steps_to_emulate() + len(effects) * each,
        desc="calibrating",
        disable=not progress,
        leave=False,
        unit="step",
    ) as bar:
        kept = Checkpoint(folder, bar)
        stage = emulated(problem, kept)
        return {
            name: _posterior(problem, stage, problem.spread(wider), f"effects-{wider:g}", rows, kept)
            for name, wider in effects.items()
        }


def calibration(parameters: Parameters, *, people: int, seed: int, threads: int | None) -> Calibration:
    """Return the problem: what is fitted, to which targets."""
    priors = tuple(prior for prior in PRIORS if prior.name not in parameters.entries)
    targets = (*fitted_targets(parameters.folder), *MEAN_DAYS)
    return Calibration(parameters.base_case(), priors, targets, people, seed, threads)


def steps_to_emulate() -> int:
    """Return how many steps are kept until the emulator is taught."""
    return STARTS + 4 + -(-RUNS // CHUNK) + -(-REFINED // CHUNK) + 2 * PILOTS


def emulated(problem: Calibration, kept: Checkpoint) -> Stage:
    """Fit, run the model around the fit, and teach the emulator; then again at draws of the posterior it implies."""
    names = len(problem.priors)
    rough = replace(problem, people=max(problem.people // 4, 100))
    first = rough.problem(rough.data(np.zeros(names)))
    starts = kept.keep("starts", lambda: first.starts(names, problem.seed))
    descents = [kept.keep(f"fit-{i}", lambda z=z: np.append(*first.descend(z))) for i, z in enumerate(starts)]  # type: ignore[misc]
    best = min(descents, key=lambda found: float(found[-1]))[:-1]
    refined = problem.problem(problem.data(best))
    centre = kept.keep("fit", lambda: refined.descend(best)[0])
    data = problem.data(centre)
    jacobian = kept.keep("jacobian", lambda: problem.problem(data).jacobian(centre))
    information = jacobian[:-names].T @ jacobian[:-names]
    wide = np.linalg.cholesky(np.linalg.inv(information + np.diag(1.0 / problem.spread(WIDER, 1.3) ** 2)))
    root = np.linalg.cholesky(np.linalg.inv(information + np.eye(names)))
    rows = _around(centre, 1.2 * wide, RUNS, problem)
    found = run_model(problem, rows, kept, "runs")
    offset = kept.keep("offset", lambda: problem.offset(centre))
    stage = Stage(data, centre, root, wide, rows, found, offset, _train(problem, rows, found))
    pilots = []
    for name, effects in (("pilot", 1.0), ("pilot-wide", WIDER)):
        chains = draw(
            problem, stage, data, problem.spread(effects), kept, name, ensembles=PILOTS, burn=PILOT, steps=PILOT
        )
        pilots.append(chains.rows(REFINED // 2, problem.seed))
    more = np.concatenate(pilots)
    rows, found = np.concatenate([rows, more]), np.concatenate([found, run_model(problem, more, kept, "refined")])
    found = found + offset
    return Stage(data, centre, root, wide, rows, found, offset, _train(problem, rows, found))


def draw(
    problem: Calibration,
    stage: Stage,
    data: Data,
    prior: Floats | Callable[[Floats], Floats],
    kept: Checkpoint,
    name: str,
    *,
    ensembles: int,
    burn: int,
    steps: int,
) -> Chains:
    """Draw from the posterior given some data and a prior.

    Parameters
    ----------
    data : some or all of the fitted targets
    prior : SDs in units of the priors' own, float64[parameter]; or a function of rows of parameters to what the prior
        says are independent standard normals
    kept, name : where the ensembles are kept
    ensembles, burn, steps : as for `sample`
    """
    believed = prior if callable(prior) else (lambda rows: rows / prior)
    return sample(
        problem.density(stage.emulator, data, believed),
        stage.centre,
        stage.root,
        ensembles=ensembles,
        burn=burn,
        steps=steps,
        seed=problem.seed,
        threads=problem.threads,
        checkpoint=kept,
        name=name,
    )


def run_model(problem: Calibration, rows: Floats, kept: Checkpoint, name: str) -> Floats:
    """Run the model at rows, chunk by chunk: float64[row, target]."""
    return np.concatenate(
        [
            kept.keep(f"{name}-{first}", lambda first=first, last=last: problem.figures(rows[first:last]))  # type: ignore[misc]
            for first, last in blocks(len(rows), CHUNK)
        ]
    )


def _around(centre: Floats, root: Floats, number: int, problem: Calibration) -> Floats:
    """Return points that fill a normal distribution evenly (Sobol'), where the model can be run."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    size = int(np.ceil(np.log2(2 * number)))
    cube = qmc.Sobol(len(centre), rng=problem.seed).random_base2(size)
    rows = centre + ndtri(np.clip(cube, 1e-6, 1.0 - 1e-6)) @ root.T
    return np.asarray(rows[problem.inside(rows)][:number])


def _train(problem: Calibration, rows: Floats, found: Floats) -> Emulator:
    return train(problem.inputs, problem.priors, problem.targets, on_scale(rows, problem.priors), found)


def _posterior(
    problem: Calibration, stage: Stage, prior_sd: Floats, name: str, rows: int, kept: Checkpoint
) -> Posterior:
    """Draw rows, sort them, choose the base case among them, and run the model at some."""
    sizes = {"ensembles": ENSEMBLES, "burn": BURN, "steps": STEPS}
    chains = draw(problem, stage, stage.data, prior_sd, kept, name, **sizes)
    draws = chains.rows(rows, problem.seed)
    told = stage.emulator(on_scale(draws, problem.priors))
    usual = [target.name for target in problem.targets].index(MEAN_DAYS[0].name)
    order = np.argsort(told[:, usual], kind="stable")
    draws, told = draws[order], told[order]
    point = _central(draws, told)
    some = np.random.default_rng(problem.seed).permutation(np.delete(np.arange(rows), point))[:CHECKED]
    found = run_model(problem, draws[np.append(some, point)], kept, f"{name}-check-{rows}") + stage.offset
    return Posterior(
        priors=tuple(replace(prior, sd=prior.sd * sd) for prior, sd in zip(problem.priors, prior_sd, strict=True)),
        targets=problem.targets,
        data=stage.data,
        draws=draws / prior_sd,
        emulated=told,
        checked=some,
        figures=found[:-1],
        point=point,
        at_point=found[-1],
        sd=chains.draws.std(axis=(0, 1, 2)) / prior_sd,
        r_hat=chains.r_hat,
        effective_size=chains.effective_size,
        autocorrelation_times=chains.autocorrelation_times,
        offset=stage.offset,
    )


def _central(draws: Floats, told: Floats) -> int:
    """Return the row nearest to the posterior mean, in parameters and twice as much in all that is predicted."""
    distance = [
        np.mean(((part - part.mean(axis=0)) / np.maximum(part.std(axis=0), 1e-12)) ** 2, axis=1)
        for part in (draws, told)
    ]
    return int(np.argmin(distance[0] + 2.0 * distance[1]))


def place(parameters: Parameters, problem: Calibration) -> str:
    """Return the name of a calibration's checkpoint: steps of another one must not be taken up."""
    said = (
        parameters.hash,
        problem.targets,
        problem.priors,
        (problem.people, problem.seed),
        (RUNS, REFINED, CHUNK, ENSEMBLES, BURN, STEPS, PILOTS, PILOT, CHECKED, KEYS),
        [version(library) for library in LIBRARIES],
        code_digest(("inputs", "model", "calibration")),
    )
    return hashlib.sha256(os.fsencode(repr(said))).hexdigest()[:12]
