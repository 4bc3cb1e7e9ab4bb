"""What can be said against the posterior: figures left out, known truth recovered, other priors believed.

All of it is drawn under one emulator, which runs of the calibration and runs at draws of every posterior here taught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from hecon import SEED
from hecon.calibration.emulator import train
from hecon.calibration.figures import LONG_RUN, MEAN_DAYS, Data, figures_of, long_run, with_values
from hecon.calibration.posterior import (
    CHECKPOINT,
    CHUNK,
    Calibration,
    Stage,
    calibration,
    draw,
    emulated,
    place,
    run_model,
    steps_to_emulate,
)
from hecon.calibration.priors import on_scale
from hecon.calibration.replicates import lucky
from hecon.inputs.parameters import Parameters
from hecon.inputs.targets import ARMS, Target
from hecon.model.checkpoint import Checkpoint
from hecon.model.trial import emulate

Floats = NDArray[np.float64]

KINDS: dict[str, tuple[str, ...]] = {
    "days on benefit": ("benefit_days_q1", "benefit_days_median", "benefit_days_q3"),
    "sustained return": ("sustained_return", "sustained_return_median_days"),
    "no benefit at day 365": ("no_benefit_day_365",),
    "entry to the allowance": ("aap_entry",),
    "sessions": ("sessions_two", "sessions_one"),
    "hazard ratio": ("hazard_ratio",),
    "registers": tuple(LONG_RUN),
}
"""Kinds of targets, each left out in turn."""
PRIORS_TRIED: dict[str, tuple[float, float]] = {
    "as stated": (1.0, 1.0),
    "effects: half the SD": (0.5, 1.0),
    "effects: twice the SD": (2.0, 1.0),
    "all: half the SD": (0.5, 0.5),
    "all: twice the SD": (2.0, 2.0),
}
"""How much wider the priors of effects and of everything else are made."""
REPLICATIONS = 25
ENSEMBLES, BURN, STEPS = 2, 500, 500
TAUGHT = 30
"""Runs at draws of each posterior, once to teach the emulator and once to check it."""
ROWS = 2000
COMPARED = 100
"""Rows at which the arms are run with the same people."""
LEVELS = (0.025, 0.5, 0.975)
INTERVAL = 0.9


@dataclass(frozen=True)
class Refit:
    """Another posterior: from some of the targets, or under other priors.

    Attributes
    ----------
    name : what is different
    kept : positions of the fitted targets that it uses
    prior_sd : float64[parameter], in units of the priors' own
    """

    name: str
    kept: NDArray[np.int64]
    prior_sd: Floats


def check(
    parameters: Parameters,
    *,
    people: int = 20_000,
    seed: int = SEED,
    threads: int | None = None,
    replications: int = REPLICATIONS,
    checkpoint: Path | None = CHECKPOINT,
    progress: bool = False,
) -> dict[str, Any]:
    """Repeat the fit without parts of the data, under other priors, and on simulated trials of known truth.

    Parameters
    ----------
    parameters, people, seed, threads, checkpoint, progress : as for `hecon.calibrate`, whose steps are taken up
    replications : simulated trials of known truth

    Returns
    -------
    what is written to `trial_checks.json`: "left_out", "recovery" and "prior_sensitivity"
    """
    problem = calibration(parameters, people=people, seed=seed, threads=threads)
    folder = None if checkpoint is None else checkpoint / place(parameters, problem)
    refits = _refits(problem)
    taught = -(-len(refits) * TAUGHT // CHUNK)
    own = len(refits) * (2 + ENSEMBLES) + taught + len(PRIORS_TRIED) + 1 + replications
    with tqdm(total=steps_to_emulate() + own, desc="checking", disable=not progress, leave=False, unit="step") as bar:
        kept = Checkpoint(folder, bar)
        stage = _taught(problem, emulated(problem, kept), refits, kept)
        drawn = {}
        wrong = {}
        for refit in refits:
            drawn[refit.name] = _rows(problem, stage, refit, kept, "refit")
            wrong[refit.name] = _emulator_error(problem, stage, drawn[refit.name], refit.name, kept)
        return {
            "left_out": [
                row
                for refit in refits
                if len(refit.kept) < len(problem.fitted)
                for row in _predicted(problem, stage, refit, drawn[refit.name])
            ],
            "recovery": recovery(problem, stage, replications, kept),
            "prior_sensitivity": [
                row
                for refit in refits
                if len(refit.kept) == len(problem.fitted)
                for row in _differences(problem, refit, drawn[refit.name], kept)
            ],
            "emulator_error": wrong,
        }


def _refits(problem: Calibration) -> list[Refit]:
    """Return every refit: each arm and each kind of target left out, and each choice of priors."""
    everything = np.arange(len(problem.fitted))
    own = problem.spread()
    left_out: dict[str, list[bool]] = {
        arm: [arm in {target.arm, target.against} for target in problem.fitted] for arm in ARMS
    }
    left_out |= {kind: [target.statistic in names for target in problem.fitted] for kind, names in KINDS.items()}
    return [
        *(Refit(name, everything[~np.array(gone)], own) for name, gone in left_out.items() if any(gone)),
        *(Refit(name, everything, problem.spread(*wider)) for name, wider in PRIORS_TRIED.items()),
    ]


def _taught(problem: Calibration, stage: Stage, refits: Sequence[Refit], kept: Checkpoint) -> Stage:
    """Teach the emulator where each of the posteriors lies."""
    rows = np.concatenate([_rows(problem, stage, refit, kept, "pilot", ensembles=1)[:TAUGHT] for refit in refits])
    found = run_model(problem, rows, kept, "taught") + stage.offset
    rows, found = np.concatenate([stage.rows, rows]), np.concatenate([stage.found, found])
    emulator = train(problem.inputs, problem.priors, problem.targets, on_scale(rows, problem.priors), found)
    return replace(stage, rows=rows, found=found, emulator=emulator)


def _rows(
    problem: Calibration, stage: Stage, refit: Refit, kept: Checkpoint, step: str, ensembles: int = ENSEMBLES
) -> Floats:
    """Return draws of a refit's posterior, in random order."""
    data = stage.data.only(refit.kept)
    name = _file(step, refit.name)
    chains = draw(problem, stage, data, refit.prior_sd, kept, name, ensembles=ensembles, burn=BURN, steps=STEPS)
    rows = chains.rows(ROWS, problem.seed)
    return np.asarray(rows[np.random.default_rng(problem.seed).permutation(ROWS)])


def _emulator_error(problem: Calibration, stage: Stage, rows: Floats, name: str, kept: Checkpoint) -> float:
    """Return the emulator's largest error among the figures, root mean square over rows, in standard errors."""
    some = rows[-TAUGHT:]
    found = run_model(problem, some, kept, _file("right", name)) + stage.offset
    fitted = len(problem.fitted)
    told = stage.emulator(on_scale(some, problem.priors))
    return float(np.max(stage.data.disagreement(told[:, :fitted], found[:, :fitted])))


def _predicted(problem: Calibration, stage: Stage, refit: Refit, rows: Floats) -> list[dict[str, Any]]:
    """Return what the rest of the data predict of the figures that were left out of them.

    The trial's kept figures say something of the luck it had, which its other figures share: predictions are
    conditional on them, as the covariance of the figures says. `width_ratio` is the interval's width over that of the
    figure's own normal error, rounding included.
    """
    fitted = len(problem.fitted)
    gone = np.setdiff1d(np.arange(fitted), refit.kept)
    distances = stage.data.distances(stage.emulator(on_scale(rows, problem.priors))[:, :fitted])
    covariance = stage.data.covariance
    share = np.linalg.solve(covariance[np.ix_(refit.kept, refit.kept)], covariance[np.ix_(refit.kept, gone)])
    mean = distances[:, gone] - distances[:, refit.kept] @ share
    spread = covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, refit.kept)] @ share
    luck = np.random.default_rng(problem.seed).standard_normal(mean.shape) @ np.linalg.cholesky(spread).T
    out = []
    for column, position in enumerate(gone):
        target = problem.fitted[position]
        off = np.quantile(mean[:, column] + luck[:, column], LEVELS)
        low, median, high = target.value * np.exp(off) if target.is_ratio else target.value + off
        out.append(
            {
                "left_out": refit.name,
                "figure": target.name,
                "observed": target.value,
                "median": float(median),
                "low": float(low),
                "high": float(high),
                "inside": bool(low <= target.value <= high),
                "width_ratio": float((off[2] - off[0]) / (2.0 * 1.96 * stage.data.error[position])),
            }
        )
    return out


def _differences(problem: Calibration, refit: Refit, rows: Floats, kept: Checkpoint) -> list[dict[str, Any]]:
    """Return what a posterior says of days and of entry to the allowance, against usual care, in the same people.

    The model is run at some of the rows, every arm with the mix at inclusion of usual care: the trial's arms began
    unalike, which is no effect.
    """

    def run() -> Floats:
        at = with_values(problem.inputs, on_scale(rows[:COMPARED], problem.priors), problem.priors)
        options: dict[str, Any] = {"people": problem.people, "seed": problem.seed, "threads": problem.threads}
        arms = [emulate(at, arm, mix="usual_care", **options) for arm in ARMS]
        return np.array([[arm.days.mean(axis=1), arm.entered_aap.mean(axis=1)] for arm in arms])

    found = kept.keep(_file("alike", refit.name), run)
    out = []
    for number, strategy in enumerate(list(ARMS.values())[1:], start=1):
        row: dict[str, Any] = {"priors": refit.name, "strategy": strategy}
        for key, more in zip(("days", "entry"), found[number] - found[0], strict=True):
            low, median, high = np.quantile(more, LEVELS)
            row |= {f"{key}_median": float(median), f"{key}_low": float(low), f"{key}_high": float(high)}
            row[f"{key}_fewer"] = float(np.mean(more < 0.0))
        out.append(row)
    return out


def _file(step: str, name: str) -> str:
    """Return a name that a file can have."""
    return f"{step}-{name}".replace(" ", "-").replace(":", "")


def recovery(problem: Calibration, stage: Stage, replications: int, kept: Checkpoint) -> dict[str, Any]:
    """Draw truths, simulate a trial of each, fit it, and count how often the 90% interval holds the truth.

    Truths come from a normal distribution around the fit, wider than the posterior, and the fit's prior is that same
    distribution: then, and only then, must 90% intervals hold the truth in 90% of replications, if the emulator, the
    covariance and the sampler are right. The trials are simulated by the model, with the trial's numbers of people.

    References
    ----------
    Cook SR, Gelman A, Rubin DB. J Comput Graph Stat 2006;15:675-692.
    """
    random = np.random.default_rng(problem.seed)
    k = len(problem.priors)
    truths = stage.centre + random.standard_normal((4 * replications, k)) @ stage.wide.T
    truths = truths[problem.inside(truths)][:replications]
    trials = _trials(problem, truths, random)
    unscaled = np.linalg.inv(stage.wide).T

    def prior(rows: Floats) -> Floats:
        return np.asarray((rows - stage.centre) @ unscaled)

    position = [problem.targets.index(target) for target in MEAN_DAYS]
    found = run_model(problem, truths, kept, f"truth-{replications}") + stage.offset
    true_days = _more_days(found[:, position])
    inside = np.empty((replications, k))
    inside_days = np.empty((replications, len(MEAN_DAYS) - 1))
    tails = (0.5 * (1.0 - INTERVAL), 0.5 * (1.0 + INTERVAL))
    for number, (truth, found) in enumerate(zip(truths, trials, strict=True)):
        targets = tuple(
            replace(target, value=float(value)) for target, value in zip(problem.fitted, found, strict=True)
        )
        data = Data(targets, stage.data.groups)
        step = f"recovery-{replications}-{number}"
        chains = draw(problem, stage, data, prior, kept, step, ensembles=1, burn=BURN, steps=STEPS)
        rows = chains.rows(ROWS, problem.seed)
        low, high = np.quantile(rows, tails, axis=0)
        inside[number] = (low <= truth) & (truth <= high)
        low, high = np.quantile(_more_days(stage.emulator(on_scale(rows, problem.priors))[:, position]), tails, axis=0)
        inside_days[number] = (low <= true_days[number]) & (true_days[number] <= high)
    by_trial = inside.mean(axis=1)
    error = float(by_trial.std(ddof=1) / np.sqrt(replications))
    return {
        "replications": replications,
        "parameters": k,
        "interval": INTERVAL,
        "coverage": float(by_trial.mean()),
        "low": float(by_trial.mean() - 1.96 * error),
        "high": float(by_trial.mean() + 1.96 * error),
        "by_parameter": {
            prior.name: float(share) for prior, share in zip(problem.priors, inside.mean(axis=0), strict=True)
        },
        "days_against_usual_care": {
            strategy: float(share)
            for strategy, share in zip(list(ARMS.values())[1:], inside_days.mean(axis=0), strict=True)
        },
    }


def _more_days(mean_days: Floats) -> Floats:
    """Return mean days less those of usual care: float64[row, other arm]."""
    return np.asarray(mean_days[:, 1:] - mean_days[:, :1])


def _trials(problem: Calibration, truths: Floats, random: np.random.Generator) -> Floats:
    """Return the figures of one simulated trial at each truth, each with people and luck of its own."""
    at = with_values(problem.inputs, on_scale(truths, problem.priors), problem.priors)
    arms = {
        arm: emulate(lucky(at, arm), arm, people=_size(problem.fitted, arm), seed=problem.seed, threads=problem.threads)
        for arm in ARMS
    }
    se = {target.statistic: target.se or 0.0 for target in problem.fitted if target.arm not in ARMS}
    registers: Mapping[str, Floats] = {
        name: value + se.get(name, 0.0) * random.standard_normal(len(truths)) for name, value in long_run(at).items()
    }
    return figures_of(problem.fitted, arms, registers)


def _size(targets: Sequence[Target], arm: str) -> int:
    """Return how many people an arm's figures were counted in."""
    return max(target.n for target in targets if target.arm == arm and target.n is not None)
