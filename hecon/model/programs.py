"""A program as data: offer, contacts, attendance, effects, resources."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Values, beside, per_draw, whole
from hecon.inputs.responses import multiplier
from hecon.inputs.schema import Contact, Effect, ProgramFile, Resource, Term
from hecon.model import kernel
from hecon.model.hazards import SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import AAP, FULL, GRADED, WEEKS_PER_YEAR, WORK
from hecon.model.ledger import FLOW_INDEX, FLOWS
from hecon.model.population import COLUMNS, Population, level

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SICK = ("full_sick_leave", "graded_sick_leave")
"""States in which a program is offered."""


class Price(NamedTuple):
    """What a unit of a resource costs, and who pays.

    Attributes
    ----------
    parameter : the price of a unit; None where the quantity is money
    flow : that pays it
    overhead : whether premises, services and administration come on top
    """

    parameter: str | None
    flow: str
    overhead: bool


RESOURCES: dict[Resource, Price] = {
    "caseworker_hours": Price("caseworker_hour", "delivery_nav", overhead=True),
    "coordinator_hours": Price("coordinator_hour", "delivery_nav", overhead=True),
    "supervisor_hours": Price("supervisor_hour", "delivery_nav", overhead=True),
    "training": Price(None, "delivery_nav", overhead=False),
    "physiotherapist_hours": Price("physiotherapist_hour", "delivery_health", overhead=True),
    "occupational_therapist_hours": Price("occupational_therapist_hour", "delivery_health", overhead=True),
    "psychologist_hours": Price("psychologist_hour", "delivery_health", overhead=True),
    "physician_hours": Price("physician_hour", "delivery_health", overhead=True),
    "gp_hours": Price("gp_hour", "delivery_health", overhead=True),
    "care": Price(None, "delivery_health", overhead=False),
    "employer_hours": Price("employer_hour", "delivery_employer", overhead=False),
    "participant_hours": Price("participant_hour", "delivery_participant", overhead=False),
    "participant_trips": Price("participant_trip", "delivery_participant", overhead=False),
}
"""The price of a unit of each resource."""
RESOURCE_NAMES: tuple[Resource, ...] = get_args(Resource)
RESOURCE_INDEX = {name: index for index, name in enumerate(RESOURCE_NAMES)}


@dataclass(frozen=True)
class Delivery:
    """What delivering a program takes, in units of each resource, with a leading axis of draws where there are several.

    Attributes
    ----------
    week : int64[..., contact], when the contacts are due
    held, missed : float64[..., contact, resource], a contact held, and one missed
    per_participant : float64[..., resource], everybody offered it, in the week of the offer
    offer_week : int, or int64[draw], the week of the offer
    price : float64[..., resource, flow], NOK a unit
    """

    week: Integers
    held: Floats
    missed: Floats
    per_participant: Floats
    offer_week: int | Integers
    price: Floats


class _Due(NamedTuple):
    """A program's contacts, included ones too, and the order in which they are due.

    Attributes
    ----------
    contacts : as the files name them
    own : bool[contact], whether each is the program's own
    week : int64[..., contact], when each is due
    order : int64[..., contact], the places of the first due, the next, and so on
    """

    contacts: list[Contact]
    own: NDArray[np.bool_]
    week: Integers
    order: Integers


def contacts_of(name: str, programs: Mapping[str, ProgramFile]) -> list[tuple[Contact, bool]]:
    """Return a program's contacts with those of the programs it includes, and whether each is its own."""
    program = programs[name]
    included = [(contact, False) for other in program.includes for contact, _ in contacts_of(other, programs)]
    return included + [(contact, True) for contact in program.contacts]


def compile_program(
    name: str, programs: Mapping[str, ProgramFile], values: Values, population: Population
) -> kernel.Program:
    """Return a program as the kernel reads it, with a leading axis of draws where there are several.

    Its own contacts start its effects: in those offered it who attend, and in the share of the others that an
    `invitation` gives. Included contacts start none.
    """
    program = programs[name]
    due = _contacts_due(name, programs, values)
    until = _until(name, program, values)
    effect = np.ones((*values.shape, *STRUCTURE.destination.shape))
    exit_effect = np.ones((*values.shape, *STRUCTURE.exit_destination.shape))
    for part in program.effects:
        ratio = per_draw(ratio_of(name, part, values))
        for cell in _cells(part.on):
            (exit_effect if part.on == "work_assessment_allowance" else effect)[..., *cell] *= ratio
    eligible = np.array([[state in contact.eligible for state in STATES] for contact in due.contacts], dtype=np.bool_)
    attendance = beside(values, [values[contact.attendance] for contact in due.contacts])
    reach = beside(values, [_reach(contact, values) for contact in due.contacts])
    starts = due.own & (np.asarray(until)[..., None] > 0)
    return kernel.Program(
        week=np.take_along_axis(due.week, due.order, axis=-1),
        eligible=eligible.reshape(-1, len(STATES))[due.order],
        attendance=np.take_along_axis(attendance, due.order, axis=-1),
        reach=np.take_along_axis(np.where(starts, reach, 0.0), due.order, axis=-1),
        own=due.own[due.order],
        effect=effect,
        exit_effect=exit_effect,
        until=until,
        offered=offered(program, population),
        offer_week=_delay(program, values),
        offered_in=np.array(np.broadcast_to([state in SICK for state in STATES], (*values.shape, len(STATES)))),
    )


def offered(program: ProgramFile, population: Population) -> NDArray[np.bool_]:
    """Return who is in a program's offer, whatever their state when it comes: bool[..., person]."""
    among = np.ones(population.age.shape, dtype=np.bool_)
    for name, levels in program.offer.levels().items():
        wanted = [COLUMNS[name].index(each) for each in levels]
        among &= np.isin(level(population, name), wanted)
    return among


def ratio_of(name: str, effect: Effect, values: Values) -> float | Floats:
    """Return what an effect multiplies a hazard or weight by: its ratios, and that of a measured figure.

    Raises
    ------
    InputError
        If a figure was measured and no response curve says which ratio gives it.
    """
    ratio = math.prod(values[part] for part in effect.ratios)
    if effect.measured is not None:
        if not effect.measured.curve:
            message = (
                f"programs/{name}.toml: {effect.measured.value}: no response curve says which ratio gives a whole arm "
                f"this figure: hecon calibrate --programs {name} makes it"
            )
            raise InputError(message)
        ratio = ratio * multiplier(effect.measured.curve, effect.measured.figure, values[effect.measured.value])
    return ratio


def _contacts_due(name: str, programs: Mapping[str, ProgramFile], values: Values) -> _Due:
    """Return a program's contacts, included ones too, and the order in which they are due."""
    listed = contacts_of(name, programs)
    contacts, own = [contact for contact, _ in listed], np.array([own for _, own in listed], dtype=np.bool_)
    week = beside(values, [values[contact.week] for contact in contacts]).astype(np.int64)
    week += own * np.asarray(_delay(programs[name], values))[..., None]
    return _Due(contacts, own, week, np.argsort(week, axis=-1, kind="stable"))


def _until(name: str, program: ProgramFile, values: Values) -> Any:  # noqa: ANN401  (int, or int64[draw])
    """Return the week from which a program's effects are gone; 0 for one without any."""
    if not program.effects:
        return whole(values, 0.0)
    ends = beside(values, [values[part.until] for part in program.effects]).astype(np.int64)
    if np.any(ends != ends[..., :1]):
        apart = next(weeks for weeks in ends.reshape(-1, ends.shape[-1]).tolist() if len(set(weeks)) > 1)
        message = f"programs/{name}.toml: effects end in weeks {sorted(set(apart))}: one program's effects end together"
        raise InputError(message)
    return whole(values, ends[..., :1] if values.shape else ends[0]) + _delay(program, values)


def _delay(program: ProgramFile, values: Values) -> Any:  # noqa: ANN401  (int, or int64[draw])
    return whole(values, 0.0 if program.offer.delay is None else values[program.offer.delay])


def _reach(contact: Contact, values: Values) -> float | Floats:
    """Return the share of those invited whom a contact affects: who attend, and a part of who do not."""
    attendance = values[contact.attendance]
    response = 0.0 if contact.invitation is None else values[contact.invitation]
    return attendance + response * (1.0 - attendance)


def _cells(on: str) -> Iterator[tuple[int, int]]:
    """Return the hazards, or exit weights, that an effect multiplies, as rows and columns of `STRUCTURE`."""
    if on == "return":
        for state in (FULL, GRADED):
            yield state, int(np.flatnonzero(STRUCTURE.destination[state] == WORK)[0])
    elif on == "relapse":
        for state in (FULL, GRADED):
            yield WORK, int(np.flatnonzero(STRUCTURE.destination[WORK] == state)[0])
    else:
        yield SICKNESS, int(np.flatnonzero(STRUCTURE.exit_destination[SICKNESS] == AAP)[0])


def delivery(name: str, programs: Mapping[str, ProgramFile], values: Values) -> Delivery:
    """Return what delivering a program takes and costs at the quantities and prices of a draw, or of several."""
    due = _contacts_due(name, programs, values)
    shape = (*values.shape, len(due.contacts), len(RESOURCE_NAMES))
    held, missed = np.empty(shape), np.empty(shape)
    for place, contact in enumerate(due.contacts):
        held[..., place, :] = _units(contact.held, values)
        missed[..., place, :] = _units(contact.missed, values)
    return Delivery(
        week=np.take_along_axis(due.week, due.order, axis=-1),
        held=np.take_along_axis(held, due.order[..., None], axis=-2),
        missed=np.take_along_axis(missed, due.order[..., None], axis=-2),
        per_participant=_units(programs[name].per_participant, values),
        offer_week=_delay(programs[name], values),
        price=prices(values),
    )


def prices(values: Values) -> Floats:
    """Return what a unit of each resource costs, by the flow that pays it: float64[..., resource, flow], NOK."""
    price = np.zeros((*values.shape, len(RESOURCE_NAMES), len(FLOWS)))
    for resource, (parameter, flow, overhead) in RESOURCES.items():
        unit = 1.0 if parameter is None else values[parameter]
        cost = unit * (1.0 + overhead * values["overhead_share"])
        price[..., RESOURCE_INDEX[resource], FLOW_INDEX[flow]] = per_draw(cost)
    return price


def quantities(resources: Mapping[Resource, tuple[Term, ...]], values: Values) -> dict[Resource, float | Floats]:
    """Return how much of each resource is taken, by name."""
    return {resource: sum(_amount(term, values) for term in terms) for resource, terms in resources.items()}


def _units(resources: Mapping[Resource, tuple[Term, ...]], values: Values) -> Floats:
    """Return quantities of resources: float64[..., resource]."""
    units = np.zeros((*values.shape, len(RESOURCE_NAMES)))
    for resource, amount in quantities(resources, values).items():
        units[..., RESOURCE_INDEX[resource]] = per_draw(amount)
    return units


def _amount(term: Term, values: Values) -> float | Floats:
    return math.prod(values[name] for name in term.times) / math.prod(values[name] for name in term.over)


def resource_use(costs: Delivery, held: Floats, people: Floats) -> Floats:
    """Return the units of each resource that a program took, undiscounted: float64[..., row, resource].

    Parameters
    ----------
    costs : per contact and participant
    held : float64[..., row, contact, 2], contacts held and missed
    people : float64[..., row], offered the program
    """
    return sum((units for _, units in _used(costs, held, people)), np.zeros((*people.shape, len(RESOURCE_NAMES))))


def discounted_use(costs: Delivery, held: Floats, people: Floats, years: int, rate: float | Floats) -> Floats:
    """Return the units of each resource that a program took, by year and discounted as their money is.

    Parameters
    ----------
    costs, held, people : as in `resource_use`
    years : years of the result
    rate : discount rate; a number, or float64[draw, 1]

    Returns
    -------
    float64[..., row, year, resource]
    """
    out = np.zeros((*people.shape, years, len(RESOURCE_NAMES)))
    base = 1.0 + per_draw(rate)
    for week, units in _used(costs, held, people):
        discounted = units * (base ** (-(week + 0.5) / WEEKS_PER_YEAR))[..., None, None]
        year = week // WEEKS_PER_YEAR
        for each in set(np.ravel(year).tolist()):
            if each < years:
                out[..., each, :] += np.where(np.equal(year, each)[..., None, None], discounted, 0.0)
    return out


def delivery_flows(costs: Delivery, delivered: Floats) -> Floats:
    """Return what delivery costs, by who pays it: float64[..., row, year, flow], NOK.

    Parameters
    ----------
    costs : with the prices
    delivered : float64[..., row, year, resource], units
    """
    out = np.zeros((*delivered.shape[:-1], len(FLOWS)))
    for resource, (_, flow, _) in RESOURCES.items():
        unit, payer = RESOURCE_INDEX[resource], FLOW_INDEX[flow]
        out[..., payer] += delivered[..., unit] * costs.price[..., unit, payer][..., None, None]
    return out


def _used(costs: Delivery, held: Floats, people: Floats) -> Iterator[tuple[Integers, Floats]]:
    """Go through what is used at each time: the week int64[...], and units float64[..., row, resource]."""
    yield np.asarray(costs.offer_week), people[..., None] * costs.per_participant[..., None, :]
    for contact in range(costs.week.shape[-1]):
        taken = held[..., contact, :1] * costs.held[..., None, contact, :]
        yield costs.week[..., contact], taken + held[..., contact, 1:] * costs.missed[..., None, contact, :]
