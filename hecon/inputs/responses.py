"""Response curves: which multiplier of those reached gives the figure that a study published of its whole arm."""

import csv
import hashlib
import io
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.calibrated import pair_faults
from hecon.inputs.errors import InputError
from hecon.inputs.schema import Contact, Effect, Figure, ProgramFile

if TYPE_CHECKING:
    from hecon.inputs.parameters import Parameters

STEM = "responses"
RESPONSES = f"calibrated/{STEM}"
"""The table of curves and its recipe, without their endings."""
HEADER = ("program", "on", "ratio", "figure", "error")
COMMAND = "hecon calibrate --programs"

Floats = NDArray[np.float64]
Curve = tuple[tuple[float, float], ...]


def multiplier(curve: Sequence[tuple[float, float]], figure: Figure, value: float | Floats) -> float | Floats:
    """Return the multiplier of those reached at which the emulated arm has a figure.

    Its logarithm is interpolated linearly: in the logarithm of a ratio, or in days. Beyond the curve's ends the end
    stands.

    Parameters
    ----------
    curve : pairs of a ratio and the arm's figure there, the ratios ascending
    figure : what the figure is
    value : of the figure; one, or several

    Raises
    ------
    InputError
        If there is no curve, or a ratio is not above 0.
    """
    if not curve:
        raise InputError(f"effects.measured: no curve says which multiplier gives its {figure}: run `{COMMAND}`")
    ratios, figures = np.array(curve).T
    if figure != "days":
        if np.any(np.less_equal(value, 0.0)):
            raise InputError(f"effects.measured: {np.min(value):g} is no {figure}: give a number above 0")
        figures, value = np.log(figures), np.log(value)
    order = np.argsort(figures, kind="stable")
    return np.asarray(np.exp(np.interp(value, figures[order], np.log(ratios[order]))))


def measured_effect(program: ProgramFile) -> Effect | None:
    """Return the program's effect that was measured as a figure of the whole arm; None if none was.

    Raises
    ------
    InputError
        If there are several: one figure gives one multiplier.
    """
    effects = [effect for effect in program.effects if effect.measured is not None]
    if len(effects) > 1:
        raise InputError(f"programs/{program.name}.toml: effects: {len(effects)} have a measured figure: keep one")
    return effects[0] if effects else None


def with_curves(
    programs: Mapping[str, ProgramFile],
    texts: Mapping[str, str],
    tables: Mapping[str, dict[str, Any] | None],
    faults: list[str],
) -> dict[str, ProgramFile]:
    """Return the programs, measured effects with the curves that the table has, and add what is wrong to the faults.

    A curve of another figure, of another effect or against another program is none of the program's.

    Parameters
    ----------
    programs : by name
    texts, tables : of the folder's files, by name; None for a file that is no TOML
    faults : grows by one line a fault
    """
    if not any(f"{RESPONSES}{ending}" in texts for ending in (".csv", ".toml")):
        return dict(programs)
    absent = pair_faults(RESPONSES, texts)
    recipes = tables.get(f"{RESPONSES}.toml")
    faults += absent
    if absent or recipes is None:
        return dict(programs)
    curves = {name: tuple((row[0], row[1]) for row in rows) for name, rows in read_table(texts, faults).items()}
    return {name: _with_curve(program, curves.get(name, ()), recipes.get(name)) for name, program in programs.items()}


def read_table(texts: Mapping[str, str], faults: list[str]) -> dict[str, list[tuple[float, float, float]]]:
    """Return the rows (ratio, figure, error) of each program, and add what is wrong to the faults.

    Parameters
    ----------
    texts : of the folder's files, by name
    faults : grows by one line a fault
    """
    file = f"{RESPONSES}.csv"
    header, *rows = list(csv.reader(io.StringIO(texts[file]))) or [[]]
    if tuple(header) != HEADER:
        faults.append(f"{file}: header: is not {','.join(HEADER)}: remove the file and its recipe, and run `{COMMAND}`")
        return {}
    found: dict[str, list[tuple[float, float, float]]] = {}
    for line, row in enumerate(rows, start=2):
        try:
            name, _, *cells = row
            ratio, figure, error = map(float, cells)
            if not all(map(math.isfinite, (ratio, figure, error))) or ratio <= 0.0:
                raise ValueError  # noqa: TRY301  (one way out of a faulty line)
        except ValueError:
            faults.append(f"{file}: line {line}: {','.join(row)!r} is no point of a curve: correct it")
            continue
        found.setdefault(name, []).append((ratio, figure, error))
    return found


def stale_curves(parameters: "Parameters") -> Iterator[str]:
    """Go through what a measured effect's curve no longer fits, each as a line that says how to make it anew.

    Parameters
    ----------
    parameters : with their folder, whose recipe says what every curve was made of
    """
    try:
        recipes = tomllib.loads((parameters.folder / f"{RESPONSES}.toml").read_text(encoding="utf-8"))
    except OSError:
        recipes = {}
    for name, program in parameters.programs.items():
        effect = measured_effect(program)
        if effect is None or effect.measured is None:
            continue
        if not effect.measured.curve:
            yield f"programs/{name}.toml: its measured effect has no curve: run `{COMMAND} {name}`"
        elif recipes.get(name, {}).get("arm") != arm_digest(name, parameters):
            yield f"programs/{name}.toml: or the posterior has changed since its curve was made: run `{COMMAND} {name}`"


def arm_digest(name: str, parameters: "Parameters") -> str:
    """Tell one state of what a curve is made of from another: contacts, effects and offer of both arms, and posterior.

    Costs and words are left out: they move no figure. So is the figure's own value, which is read off the curve.

    Parameters
    ----------
    name : of a program with a measured effect
    parameters : read with it
    """
    programs = parameters.programs
    effect = measured_effect(programs[name])
    against = () if effect is None or effect.measured is None else (effect.measured.against,)
    said = [_arm(other, parameters) for other in (name, *against)]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
    for block in parameters.blocks.values():
        digest.update(np.vstack([block.point, block.draws]).tobytes())
    return digest.hexdigest()[:12]


def _with_curve(program: ProgramFile, curve: Curve, recipe: object) -> ProgramFile:
    """Return a program whose measured effect has the curve, if that is what the curve was made for."""
    if not curve or not isinstance(recipe, dict):
        return program
    effects = []
    for effect in program.effects:
        measured = effect.measured
        if measured is not None and (effect.on, measured.figure, measured.against) == tuple(
            recipe.get(key) for key in ("on", "figure", "against")
        ):
            kept = measured.model_copy(update={"curve": curve})
            effects.append(effect.model_copy(update={"measured": kept}))
        else:
            effects.append(effect)
    return program.model_copy(update={"effects": tuple(effects)})


def _arm(name: str, parameters: "Parameters") -> dict[str, Any]:
    """Return what an arm is made of, names with their values."""
    program = parameters.programs[name]

    def value(parameter: str | None) -> object:
        return None if parameter is None else [parameter, parameters[parameter].value]

    def contact(part: Contact) -> list[object]:
        return [value(part.week), part.eligible, value(part.attendance), value(part.invitation)]

    def effect(part: Effect) -> list[object]:
        measured = part.measured and (part.measured.figure, part.measured.against)
        return [part.on, [value(ratio) for ratio in part.ratios], value(part.until), measured]

    return {
        "contacts": [contact(part) for part in program.contacts],
        "effects": [effect(part) for part in program.effects],
        "offer": program.offer.levels(),
        "delay": value(program.offer.delay),
    }
