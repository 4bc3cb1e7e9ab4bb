"""Variants of a program that differ in one quantity, and what each is worth under the same draws, people and luck."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hecon import SEED
from hecon.evaluation.cea import incremental
from hecon.inputs.errors import InputError, closest
from hecon.inputs.schema import Effect
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOWS, PERSPECTIVES, costs
from hecon.model.programs import ratio_of
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from hecon.inputs.points import Inputs
    from hecon.inputs.schema import ProgramFile

    Floats = NDArray[np.float64]
    Change = Mapping[str, float]

Quantity = Literal["effect", "attendance", "cost", "duration"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
PERSPECTIVE_NAMES = tuple(perspective.name for perspective in PERSPECTIVES)
DELIVERY = [flow.name for flow in FLOWS if flow.kind == "delivery"]


@dataclass(frozen=True)
class Size:
    """How large a run is; nothing of it shows in what is estimated but its error.

    Attributes
    ----------
    people
        Synthetic people a draw.
    weeks
        Horizon.
    seed
        Of all luck.
    threads
        Number of threads; as many as there are processors if None.
    progress
        What the progress bar says; None for no bar.
    """

    people: int = 1000
    weeks: int = WEEKS_PER_YEAR
    seed: int = SEED
    threads: int | None = None
    progress: str | None = None


@dataclass(frozen=True, eq=False)
class Worth:
    """What variants of a program are worth over usual case management, per person of the population.

    Attributes
    ----------
    gain
        Net benefit, discounted NOK: float64[variant, perspective, draw].
    delivery
        Of it, what delivery costs the perspective's own members beyond usual case management: the same shape.
    days
        Days on benefit avoided in 12 months: float64[variant, draw].
    returned
        Difference in the share with a sustained return in 12 months: float64[variant, draw].
    offered
        Share of people who are offered the program: float64[draw].
    """

    gain: Floats
    delivery: Floats
    days: Floats
    returned: Floats
    offered: Floats

    def joined(self, other: Worth, order: NDArray[np.intp]) -> Worth:
        """Put further variants behind these, and then all of them in an order."""
        names = ("gain", "delivery", "days", "returned")
        moved = {name: np.concatenate([getattr(self, name), getattr(other, name)])[order] for name in names}
        return replace(self, **moved)


def worth(inputs: Inputs, program: str, changes: Sequence[Change], size: Size) -> Worth:
    """Give what a program is worth with each change made to it, all else as it is, from one run.

    Parameters
    ----------
    inputs
        The draws.
    program
        Name of a program file.
    changes
        Each a value by quantity; an empty one leaves the program as it is. ``effect`` is a ratio that multiplies the
        hazard of return of those reached in the place of every effect the program has; ``attendance`` a factor on the
        attendance of its own contacts, up to 1; ``duration`` the week after inclusion in which its effects end.
    size
        Of the run.
    """
    variants = {f"{program} {position}": change for position, change in enumerate(changes)}
    run = simulate(
        _with_variants(inputs, program, variants),
        (COMPARATOR, *variants),
        people=size.people,
        weeks=size.weeks,
        seed=size.seed,
        threads=size.threads,
        progress=size.progress,
    )
    money = (run["money"] / run["people"]).sum(["subgroup", "year"])
    outcome = (run["outcome"] / run["people"]).sum("subgroup")
    spent = money.sel(flow=DELIVERY)
    return Worth(
        gain=-_differences(costs(money), "perspective"),
        delivery=_differences(costs(spent), "perspective"),
        days=-_differences(outcome.sel(measure="benefit_days_12m", drop=True)),
        returned=_differences(outcome.sel(measure="sustained_return", drop=True)),
        offered=outcome.sel(measure="offered", strategy=next(iter(variants)), drop=True).to_numpy(),
    )


def own_effect(inputs: Inputs, program: str) -> Floats | None:
    """Give the ratio by which a program itself multiplies the hazard of return of those reached; None if unknown.

    It is unknown where nobody has measured it, and until a response curve says what a measured figure takes.

    Returns
    -------
    float64[draw]
    """
    about = inputs.programs[program]
    effects = [effect for effect in about.effects if effect.on == "return"]
    without = any(effect.measured is not None and not effect.measured.curve for effect in effects)
    if not effects or without or not about.effect_known:
        return None
    draws = (inputs.one(position) for position in range(len(inputs)))
    return np.array([math.prod(float(ratio_of(program, effect, values)) for effect in effects) for values in draws])


def marginal(inputs: Inputs, perspective: str) -> Floats:
    """Give what a further krone of delivery costs a perspective that bears it: float64[draw].

    Society raises it by taxes, where a krone of public funds costs more than a krone.
    """
    taxed = "taxpayers" in PERSPECTIVES[PERSPECTIVE_NAMES.index(perspective)].parties
    return 1.0 + taxed * inputs["cost_of_public_funds"]


def check_program(inputs: Inputs, program: str, quantities: Sequence[str]) -> None:
    """Refuse a program that has no such quantity.

    Raises
    ------
    InputError
        If there is no such program, it is what programs are compared with, or a quantity needs what it has not.
    """
    if program not in inputs.programs:
        raise InputError(f"program: no file programs/{program}.toml: {closest(program, inputs.programs)}")
    if program == COMPARATOR:
        raise InputError(f"program: {program} is what the others are compared with: name another")
    about = inputs.programs[program]
    if not about.contacts and {"effect", "attendance"} & set(quantities):
        raise InputError(f"programs/{program}.toml: no contact of its own could have an effect: add one")
    if not about.effects and "effect" not in quantities and {"attendance", "duration"} & set(quantities):
        raise InputError(f"programs/{program}.toml: no effect is known: ask for the effect that it would need")


def check_asked(quantities: Sequence[str], perspectives: Sequence[str], draws: int) -> None:
    """Refuse an unknown quantity or perspective, and a single draw.

    Raises
    ------
    InputError
        If one of them is.
    """
    for quantity in quantities:
        if quantity not in QUANTITIES:
            raise InputError(f"quantity: {quantity!r} is none of {', '.join(QUANTITIES)}: choose one")
    for name in perspectives:
        if name not in PERSPECTIVE_NAMES:
            raise InputError(f"perspective: {name!r} is not one: {closest(name, PERSPECTIVE_NAMES)}")
    if draws < 2:
        raise InputError(f"draws: {draws} shows no uncertainty: give 2 or more, 200 for a result")


def _with_variants(inputs: Inputs, program: str, variants: Mapping[str, Change]) -> Inputs:
    """Put variants beside the programs; what a variant changes is drawn under a name of its own."""
    programs, drawn = dict(inputs.programs), dict(inputs.drawn)
    for name, change in variants.items():
        programs[name], moved = _variant(inputs.programs[program], name, change, inputs)
        drawn |= moved
    return replace(inputs, programs=programs, drawn=drawn)


def _variant(about: ProgramFile, name: str, change: Change, inputs: Inputs) -> tuple[ProgramFile, dict[str, Floats]]:
    contacts, effects = about.contacts, about.effects
    drawn: dict[str, Floats] = {}
    if "effect" in change:
        until = effects[0].until if effects else "effect_ends_week"
        drawn[f"return ratio of {name}"] = np.full(len(inputs), change["effect"])
        effects = (Effect(on="return", ratios=(f"return ratio of {name}",), until=until),)
    if "attendance" in change:
        for contact in contacts:
            drawn[f"{contact.attendance} of {name}"] = np.minimum(
                change["attendance"] * inputs[contact.attendance], 1.0
            )
        contacts = tuple(
            contact.model_copy(update={"attendance": f"{contact.attendance} of {name}"}) for contact in contacts
        )
    if "duration" in change:
        drawn[f"end of effect of {name}"] = np.full(len(inputs), change["duration"])
        effects = tuple(effect.model_copy(update={"until": f"end of effect of {name}"}) for effect in effects)
    return about.model_copy(update={"name": name, "contacts": contacts, "effects": effects}), drawn


def _differences(values: xr.DataArray, *further: str) -> Floats:
    """Give the differences of the variants from the comparator: [variant, *further, draw]."""
    more = incremental(values, COMPARATOR).isel(strategy=slice(1, None))
    return more.transpose("strategy", *further, "draw").to_numpy().astype(np.float64)
