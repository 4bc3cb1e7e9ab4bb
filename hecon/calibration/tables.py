"""The tables that calibrations write: draws, and the recipe that made them."""

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hecon
from hecon import SEED
from hecon.calibration.figures import BLOCK, DATE
from hecon.calibration.posterior import CHECKPOINT, LIBRARIES, PRIOR_DRIVEN, Posterior, calibrate
from hecon.calibration.priors import PRIORS, natural
from hecon.calibration.refits import check
from hecon.calibration.solved import SOLVED, solve_table
from hecon.inputs.calibrated import Block, read_block
from hecon.inputs.errors import InputError, closest
from hecon.inputs.parameters import Parameters, read_parameters
from hecon.model.runs import whole_file

Floats = NDArray[np.float64]

CHECKS = "trial_checks.json"


PRIOR_WIDTHS = {BLOCK: 1.0, "effect_priors_half": 0.5, "effect_priors_double": 2.0}
"""The posteriors that one calibration gives, and how much wider the priors of the effects are in each."""


def make_tables(
    folder: Path | None,
    scenario: str | None = None,
    *,
    rows: int = 1000,
    people: int = 20_000,
    seed: int = SEED,
    threads: int | None = None,
    checkpoint: Path = CHECKPOINT,
    progress: bool = False,
) -> dict[str, Posterior]:
    """Make the table of the base case, or that of a scenario, and write it into a folder of parameters.

    Parameters
    ----------
    folder : of parameters; those that come with hecon if None
    scenario : whose table is made; None makes that of the base case and those of half and double the effects' priors
    rows, people, seed, threads, checkpoint, progress : as for `hecon.calibrate`

    Returns
    -------
    the posteriors drawn, by the tables' names; none if the table was solved for

    Raises
    ------
    InputError
        If the scenario has no table, or its table is made with that of the base case.
    """
    bare = read_parameters(DATE, folder, calibrated=False)
    sizes: dict[str, Any] = {"people": people, "seed": seed, "threads": threads, "progress": progress}
    asked = {
        "command": f"hecon calibrate --rows {rows} --people {people} --seed {seed}",
        "people": people,
        "seed": seed,
    }
    if scenario is None:
        drawn = calibrate(bare, rows=rows, effects=PRIOR_WIDTHS, checkpoint=checkpoint, **sizes)
        for name, posterior in drawn.items():
            write_posterior(name, posterior, bare, asked)
        return drawn
    if scenario not in bare.scenarios:
        raise InputError(f"scenarios: {scenario!r} is not one: {closest(scenario, bare.scenarios)}")
    table = bare.scenarios[scenario].calibration
    if table is None or table in PRIOR_WIDTHS:
        why = "has no table: it is run as it stands" if table is None else "is made by `hecon calibrate` itself"
        raise InputError(f"scenarios/{scenario}.toml: {why}: leave --scenario {scenario} out")
    asked["command"] = f"{asked['command']} --scenario {scenario}"
    if scenario in SOLVED:
        with_base = bare.with_block(_base_block(bare.folder))
        columns, recipe = solve_table(scenario, with_base, **sizes)
        told = _said_of(columns, with_base)
        write_table(place_of(bare.folder, table), columns, told, {**asked, **recipe}, bare)
        return {}
    fixed = bare.with_scenario(scenario)
    drawn = calibrate(fixed, rows=rows, checkpoint=checkpoint, **sizes)
    write_posterior(table, drawn[BLOCK], fixed, asked)
    return {table: drawn[BLOCK]}


def _base_block(folder: Path) -> Block:
    """Return the base case's table, which a scenario's is made from."""
    place = place_of(folder, BLOCK)
    try:
        text, about = (place.with_suffix(end).read_text(encoding="utf-8") for end in (".csv", ".toml"))
    except OSError as error:
        raise InputError(f"{place}.csv, .toml: cannot be read: run `hecon calibrate` first") from error
    block, faults = read_block(BLOCK, text, tomllib.loads(about), f"calibrated/{BLOCK}")
    if block is None:
        raise InputError.of(faults)
    return block


def _said_of(columns: Mapping[str, Floats], parameters: Parameters) -> dict[str, str]:
    """Return, of every column, whether it is the base case's or was solved for."""
    block = parameters.blocks[BLOCK]
    base = np.vstack([block.point, block.draws])
    same = {name: np.array_equal(columns[name], base[:, column]) for column, name in enumerate(block.columns)}
    return {
        name: f"As in calibrated/{BLOCK}.csv, row by row" if same[name] else "Set or solved for by the scenario"
        for name in block.columns
    }


def place_of(folder: Path, name: str) -> Path:
    """Return where a table stands, without its ending: the base case's, or a scenario's."""
    return folder / "calibrated" / BLOCK if name == BLOCK else folder / "calibrated" / "scenarios" / name


def write_posterior(name: str, posterior: Posterior, parameters: Parameters, recipe: Mapping[str, Any]) -> None:
    """Write a posterior's table and recipe.

    Parameters
    ----------
    name : the block's, or a scenario's
    parameters : those it was fitted with; what a scenario fixed is a column of one value
    recipe : what was asked for: the command, the sizes, the seed
    """
    rows = np.concatenate([posterior.draws[[posterior.point]], posterior.draws])
    fitted = natural(rows, posterior.priors)
    columns = {
        prior.name: fitted.get(prior.name, np.full(len(rows), _fixed(parameters, prior.name))) for prior in PRIORS
    }
    number = {prior.name: column for column, prior in enumerate(posterior.priors)}
    said = {}
    for prior in PRIORS:
        if prior.name in number:
            contraction = posterior.contraction[number[prior.name]]
            driven = ", prior-driven" if contraction < PRIOR_DRIVEN else ""
            believed = posterior.priors[number[prior.name]].words
            said[prior.name] = f"Prior: {believed}. The data took {contraction:.0%} of that SD{driven}"
        else:
            said[prior.name] = "Fixed by the scenario, not fitted"
    off = posterior.offset[: len(posterior.data.targets)] / posterior.data.error
    made = {
        **recipe,
        "method": "least squares start, Gaussian process emulator, ensembles of walkers (emcee)",
        "rows": len(posterior.draws),
        "point": f"row {posterior.point}, the nearest to the posterior mean",
        "r_hat": float(f"{posterior.r_hat.max():.5g}"),
        "effective_size": int(posterior.effective_size.min()),
        "autocorrelation_times": int(posterior.autocorrelation_times),
        "emulator_error": float(f"{posterior.emulator_error.max():.2g}"),
        "importance_effective_share": float(f"{1.0 / np.mean(posterior.importance**2):.2g}"),
        "importance_shift": float(f"{np.abs(posterior.importance_shift).max():.2g}"),
        "luck_taken_away": float(f"{np.abs(off).max():.2g}"),
    }
    write_table(place_of(parameters.folder, name), columns, said, made, parameters, _sections(posterior))


def write_table(
    place: Path,
    columns: Mapping[str, Floats],
    said: Mapping[str, str],
    recipe: Mapping[str, Any],
    parameters: Parameters,
    sections: Sequence[str] = (),
) -> None:
    """Write a table of draws and its recipe.

    Parameters
    ----------
    place : without ending
    columns : float64[row] by name of the fitted parameters; the first row is the base case
    said : of each column, where its values come from
    recipe : how it was made
    sections : more of the recipe, as lines of TOML
    """
    names = [prior.name for prior in PRIORS]
    lines = ["row," + ",".join(names)]
    for number, row in enumerate(zip(*(columns[name] for name in names), strict=True)):
        lines.append(",".join(["point" if number == 0 else str(number - 1), *(f"{value:.6g}" for value in row)]))
    full = {
        **recipe,
        "hecon": hecon.__version__,
        "versions": ", ".join(f"{library} {version(library)}" for library in LIBRARIES),
        "made": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "statute": parameters.date.isoformat(),
        "parameters": parameters.hash,
    }
    about = ["# Written by `hecon calibrate`, as is the table beside it.", "[recipe]"]
    about += [f"{key} = {json.dumps(value)}" for key, value in full.items()]
    about += sections
    for prior in PRIORS:
        about += ["", f"[columns.{prior.name}]"]
        told = {"label": prior.label, "unit": prior.unit, "prior": said[prior.name]}
        about += [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in told.items()]
    with whole_file(place.with_suffix(".csv")) as path:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with whole_file(place.with_suffix(".toml")) as path:
        path.write_text("\n".join(about) + "\n", encoding="utf-8")


def make_checks(
    folder: Path | None, *, people: int, seed: int, threads: int | None, checkpoint: Path, progress: bool
) -> Path:
    """Refit, and write what was found beside the base case's table, with the digest of that table.

    Parameters
    ----------
    folder, people, seed, threads, checkpoint, progress : as for `make_tables`

    Returns
    -------
    the file written
    """
    bare = read_parameters(DATE, folder, calibrated=False)
    place = place_of(bare.folder, BLOCK)
    _base_block(bare.folder)
    table = hashlib.sha256(place.with_suffix(".csv").read_bytes()).hexdigest()
    found = check(bare, people=people, seed=seed, threads=threads, checkpoint=checkpoint, progress=progress)
    path = place.with_name(CHECKS)
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps({"block": table, **found}, indent=1) + "\n", encoding="utf-8")
    return path


def _fixed(parameters: Parameters, name: str) -> float:
    return float(parameters.base_case()[name][0]) if name in parameters.entries else np.nan


def _sections(posterior: Posterior) -> list[str]:
    """Return the lines that hold the fit to the targets, and the posterior of every parameter."""
    at_point = posterior.at_point
    lines = [
        "",
        "# published; posterior mean of the model's; the model's at the row `point`; standard error of the published",
        "# (sampling and rounding); root mean square of the emulator's error, in standard errors",
        "[recipe.fit]",
    ]
    wrong = posterior.emulator_error
    for column, target in enumerate(posterior.data.targets):
        figures = (target.value, posterior.emulated[:, column].mean(), at_point[column])
        told = ", ".join(f"{value:.4g}" for value in figures)
        lines.append(f'"{target.name}" = [{told}, {posterior.data.error[column]:.3g}, {wrong[column]:.2g}]')
    lines += [
        "",
        "# mean, SD and 5%, 50%, 95% quantiles; contraction from the prior; R-hat; effective sample size",
        "[recipe.posterior]",
    ]
    values = natural(posterior.draws, posterior.priors)
    for column, prior in enumerate(posterior.priors):
        draws = values[prior.name]
        summary = [
            draws.mean(),
            draws.std(ddof=1),
            *np.quantile(draws, [0.05, 0.5, 0.95]),
            posterior.contraction[column],
        ]
        numbers = ", ".join(f"{value:.4g}" for value in summary)
        diagnostics = f"{posterior.r_hat[column]:.5g}, {posterior.effective_size[column]:.0f}"
        lines.append(f"{prior.name} = [{numbers}, {diagnostics}]")
    return lines
