"""The calibrated model held against the trial: what simulated trials show, beside what the trial published."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hecon import SEED, __version__
from hecon.calibration.figures import BLOCK
from hecon.calibration.replicates import courses, replicate, trial_sizes
from hecon.calibration.standing import figures_table, returned, sessions_table
from hecon.calibration.tables import CHECKS
from hecon.inputs.errors import InputError
from hecon.inputs.points import random_points
from hecon.inputs.targets import ARMS, read_targets
from hecon.inputs.unseen import UNKNOWN
from hecon.model.runs import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]

COURSES = 200
"""Trials followed through the year: days and states take a run for each point of their course."""
UNSEEN_DRAWS = 400
LEAST = 20


@dataclass(frozen=True, eq=False)
class Validation:
    """What a validation found; nothing of the clock, so that it can be repeated byte for byte.

    Attributes
    ----------
    fitted, predicted
        The trial's figures that were fitted, and those that were not, a row each: ``figure``, ``arm``, ``against``,
        ``statistic``, ``unit``, ``observed``, ``median``, ``low``, ``high`` (95% predictive interval), ``percentile``
        of the observed, ``inside``, ``width_ratio`` (the interval's width over that of pure trial sampling, both
        from quantiles of simulated trials) and ``sampling_sd`` (of a ratio's logarithm).
    sessions
        By ``arm``, number of ``sessions`` and ``quantity``: ``predicted`` (mean over trials), ``low``, ``high``.
    unseen
        Trials that no parameter was fitted to, as `unseen_trials` gives them.
    refits
        Figures left out of a refit and predicted by it; empty where no refit has been made. This and the next two are
        of the base case, and empty under a scenario.
    prior_sensitivity
        What the decision rests on at narrower and wider priors; empty where it has not been computed.
    recovery
        How often a fit to simulated data finds the truth; empty where it has not been tried.
    curves
        The year week by week: a mapping with ``curve``, ``arm``, ``week``, ``predicted``, ``low`` and ``high`` each.
    record
        Seed, sizes, versions, the parameters' hash, and the block's digest and recipe.
    """

    fitted: pd.DataFrame
    predicted: pd.DataFrame
    sessions: pd.DataFrame
    unseen: pd.DataFrame
    refits: pd.DataFrame
    prior_sensitivity: pd.DataFrame
    recovery: Mapping[str, Any]
    curves: tuple[Mapping[str, Any], ...] = field(repr=False)
    record: Mapping[str, Any] = field(repr=False)

    @property
    def summary(self) -> dict[str, Any]:
        """How many published figures lie inside their interval, and which do not.

        ``unseen`` has the numbers that no parameter was fitted to, ``directions`` the signs, which agree or not, and
        ``known`` what the calibration or the emulation knew, with the ones outside in ``known_misses``.
        """
        every = pd.concat([self.fitted, self.predicted], ignore_index=True)
        judged = self.unseen[self.unseen["inside"].notna()]
        new, sign = judged["seen"] == UNKNOWN, judged["observed"].isna()
        known = judged[~new]
        named = known.loc[~known["inside"].astype(bool), ["study", "figure", "seen", "reason"]]
        return {
            "usual_care": _inside(every[every["arm"] == "usual_care"]),
            "all_arms": _inside(every),
            "fitted": _inside(self.fitted),
            "predicted": _inside(self.predicted),
            "unseen": _inside(judged[new & ~sign]),
            "directions": _inside(judged[new & sign]),
            "known": _inside(known),
            "left_out": _inside(self.refits),
            "misses": list(every.loc[~every["inside"].astype(bool), "figure"]),
            "known_misses": named.to_dict("records"),
        }

    def content(self) -> dict[str, Any]:
        """Give everything as plain lists and mappings, numbers to six significant digits."""
        tables = {
            "fitted": self.fitted,
            "predicted": self.predicted,
            "by_sessions": self.sessions,
            "left_out": self.refits,
            "prior_sensitivity": self.prior_sensitivity,
            "unseen": self.unseen,
        }
        rows = {name: table.to_dict("records") for name, table in tables.items()}
        whole = {"record": self.record, "summary": self.summary, **rows}
        plain: dict[str, Any] = _plain({**whole, "recovery": self.recovery, "curves": list(self.curves)})
        return plain

    def to_json(self) -> str:
        """Give the content as JSON, a row of a table on each line; the same for the same seed."""
        parts = []
        for name, value in self.content().items():
            if isinstance(value, list) and value:
                rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value)
                parts.append(f' "{name}": [\n{rows}\n ]')
            else:
                text = json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n ")
                parts.append(f' "{name}": {text}')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def save(self, path: Path) -> Path:
        """Write the JSON, whole or not at all."""
        with whole_file(path) as temporary:
            temporary.write_text(self.to_json(), encoding="utf-8")
        return path


def validate(
    parameters: Parameters,
    *,
    trials: int = 4000,
    unseen_draws: int = UNSEEN_DRAWS,
    seed: int = SEED,
    scenario: str | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Validation:
    """Run the Trondheim trial again and again, and see where its published figures fall.

    Every simulated trial takes a row of the calibrated block at random, and has people and luck of its own, three arms
    of the trial's sizes and mix at inclusion, and twelve months. Half as many trials are run at the block's point, for
    the spread that sampling alone gives.

    Parameters
    ----------
    parameters
        Read on a date of the trial (`hecon.calibration.figures.DATE`).
    trials
        How many.
    unseen_draws
        Rows of the block at which other studies are emulated, no more than trials; 0 leaves these studies out.
    seed
        Of all luck.
    scenario
        A named scenario to put in place.
    threads
        Never shows in the results.
    progress
        Whether to show how far the run has come.

    Raises
    ------
    InputError
        If there are too few trials, no calibrated block, no figures, or checks of another block.
    """
    if trials < LEAST:
        raise InputError(f"trials: {trials} show no distribution: give {LEAST} or more, 4000 for a page")
    if BLOCK not in parameters.blocks:
        raise InputError(f"calibrated/{BLOCK}.csv: is missing: run hecon calibrate")
    checks = read_checks(parameters.folder / "calibrated") if scenario is None else {}
    if scenario is not None:
        parameters = parameters.with_scenario(scenario)
    targets = tuple(target for target in read_targets(parameters.folder) if target.arm in ARMS)
    sizes = trial_sizes(targets)
    drawn = parameters.at(random_points(trials, seed, [BLOCK]), names=[BLOCK])
    point = parameters.at(np.empty((trials // 2, 0)), names=[])
    predictive, sampling = (
        replicate(inputs, targets, seed=seed, threads=threads, progress=said if progress else None, whole=whole)
        for inputs, said, whole in ((drawn, "Trials, drawn parameters", True), (point, "Trials, the point", False))
    )
    figures = figures_table(targets, predictive, sampling)
    fit = np.array([target.role == "fit" for target in targets])
    followed = drawn.block(0, min(trials, COURSES))
    unseen_draws = min(trials, unseen_draws)
    return Validation(
        fitted=figures[fit].reset_index(drop=True),
        predicted=figures[~fit].reset_index(drop=True),
        sessions=sessions_table(predictive),
        unseen=_unseen(parameters, unseen_draws, seed=seed, threads=threads, progress=progress),
        refits=pd.DataFrame(checks.get("left_out", [])),
        prior_sensitivity=pd.DataFrame(checks.get("prior_sensitivity", [])),
        recovery=checks.get("recovery", {}),
        curves=(
            *courses(followed, sizes, seed=seed, threads=threads, progress="The year" if progress else None),
            *returned(predictive),
        ),
        record={
            "trials": trials,
            "trials_at_the_point": len(point),
            "trials_followed": len(followed),
            "unseen_draws": unseen_draws,
            "seed": seed,
            "scenario": scenario or "none",
            "statute_date": parameters.date.isoformat(),
            "analysed": {arm: size.analysed for arm, size in sizes.items()},
            "randomised": {arm: size.randomised for arm, size in sizes.items()},
            "parameters": parameters.hash,
            "block": parameters.blocks[BLOCK].digest,
            "refits_emulator_error": max(checks.get("emulator_error", {}).values(), default=None),
            "rows": len(parameters.blocks[BLOCK].draws),
            "recipe": parameters.blocks[BLOCK].about.recipe,
            "hecon": __version__,
            **{name: version(name) for name in ("numpy", "numba")},
        },
    )


def read_checks(folder: Path) -> dict[str, Any]:
    """Read what the calibration found of itself: refits, recovery and other priors; empty where it has not tried.

    Raises
    ------
    InputError
        If the checks cannot be read, or are of another block than the one that stands there.
    """
    path = folder / CHECKS
    if not path.is_file():
        return {}
    try:
        checks = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}): make it again with hecon calibrate --checks, or remove it"
        ) from error
    digest = hashlib.sha256((folder / f"{BLOCK}.csv").read_bytes()).hexdigest()
    if checks.get("block") != digest:
        raise InputError(
            f"{path}: is of another calibration than {BLOCK}.csv: run hecon calibrate --checks, or remove it"
        )
    return checks


def _unseen(parameters: Parameters, draws: int, *, seed: int, threads: int | None, progress: bool) -> pd.DataFrame:
    from hecon.calibration.unseen import unseen_trials

    if draws == 0:
        return pd.DataFrame(columns=["study", "figure", "observed", "inside", "seen", "reason"])
    return unseen_trials(parameters, seed=seed, threads=threads, progress=progress, draws=draws)


def _inside(table: pd.DataFrame) -> dict[str, Any]:
    """Count the rows that lie inside their interval."""
    inside = int(table["inside"].sum()) if len(table) else 0
    return {"inside": inside, "of": len(table), "share": inside / len(table) if len(table) else None}


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever stands in a table or a recipe)
    """Give a value as JSON has it: numbers to six digits, and nothing for what is no number."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)
