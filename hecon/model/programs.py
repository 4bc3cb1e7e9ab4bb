"""A program as data: offer, contacts, attendance, effects, resources."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Draw
from hecon.inputs.responses import multiplier
from hecon.inputs.schema import Contact, Effect, ProgramFile, Resource, Term
from hecon.model import kernel
from hecon.model.hazards import SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import AAP, FULL, GRADED, WEEKS_PER_YEAR, WORK
from hecon.model.ledger import FLOW_INDEX, FLOWS
from hecon.model.population import COLUMNS, Population, level

Floats = NDArray[np.float64]
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
    """What delivering a program takes, in units of each resource.

    Attributes
    ----------
    week : int64[contact], when the contacts are due
    held, missed : float64[contact, resource], a contact held, and one missed
    per_participant : float64[resource], everybody offered it, in the week of the offer
    offer_week : the week of the offer
    price : float64[resource, flow], NOK a unit
    """

    week: NDArray[np.int64]
    held: Floats
    missed: Floats
    per_participant: Floats
    offer_week: int
    price: Floats


class _Due(NamedTuple):
    """A contact, when it is due, and whether it is the program's own."""

    contact: Contact
    week: int
    own: bool


def contacts_of(name: str, programs: Mapping[str, ProgramFile]) -> list[tuple[Contact, bool]]:
    """Return a program's contacts with those of the programs it includes, and whether each is its own."""
    program = programs[name]
    included = [(contact, False) for other in program.includes for contact, _ in contacts_of(other, programs)]
    return included + [(contact, True) for contact in program.contacts]


def compile_program(
    name: str, programs: Mapping[str, ProgramFile], values: Draw, population: Population
) -> kernel.Program:
    """Return a program as the kernel reads it.

    Its own contacts start its effects: in those offered it who attend, and in the share of the others that an
    `invitation` gives. Included contacts start none.
    """
    program = programs[name]
    due = _contacts_due(name, programs, values)
    effect = np.ones(STRUCTURE.destination.shape)
    exit_effect = np.ones(STRUCTURE.exit_destination.shape)
    ends = {int(values[part.until]) for part in program.effects}
    if len(ends) > 1:
        message = f"programs/{name}.toml: effects end in weeks {sorted(ends)}: one program's effects end together"
        raise InputError(message)
    until = max((end + _delay(program, values) for end in ends), default=0)
    for part in program.effects:
        ratio = ratio_of(name, part, values)
        for cell in _cells(part.on):
            (exit_effect if part.on == "work_assessment_allowance" else effect)[cell] *= ratio
    return kernel.Program(
        week=np.array([each.week for each in due], dtype=np.int64),
        eligible=np.array(
            [[state in each.contact.eligible for state in STATES] for each in due], dtype=np.bool_
        ).reshape(len(due), len(STATES)),
        attendance=np.array([values[each.contact.attendance] for each in due], dtype=float),
        reach=np.array([_reach(each.contact, values) if each.own and until > 0 else 0.0 for each in due]),
        own=np.array([each.own for each in due], dtype=np.bool_),
        effect=effect,
        exit_effect=exit_effect,
        until=until,
        offered=offered(program, population),
        offer_week=_delay(program, values),
        offered_in=np.array([state in SICK for state in STATES]),
    )


def offered(program: ProgramFile, population: Population) -> NDArray[np.bool_]:
    """Return who is in a program's offer, whatever their state when it comes: bool[person]."""
    among = np.ones(len(population), dtype=np.bool_)
    for name, levels in program.offer.levels().items():
        wanted = [COLUMNS[name].index(each) for each in levels]
        among &= np.isin(level(population, name), wanted)
    return among


def ratio_of(name: str, effect: Effect, values: Draw) -> float:
    """Return what an effect multiplies a hazard or weight by: its ratios, and that of a measured figure.

    Raises
    ------
    InputError
        If a figure was measured and no response curve says which ratio gives it.
    """
    ratio = float(np.prod([values[part] for part in effect.ratios]))
    if effect.measured is not None:
        if not effect.measured.curve:
            message = (
                f"programs/{name}.toml: {effect.measured.value}: no response curve says which ratio gives a whole arm "
                f"this figure: hecon calibrate --programs {name} makes it"
            )
            raise InputError(message)
        ratio *= multiplier(effect.measured.curve, effect.measured.figure, values[effect.measured.value])
    return ratio


def _contacts_due(name: str, programs: Mapping[str, ProgramFile], values: Draw) -> list[_Due]:
    """Return a program's contacts, included ones too, in the order in which they are due."""
    delay = _delay(programs[name], values)
    due = [
        _Due(contact, int(values[contact.week]) + (delay if own else 0), own)
        for contact, own in contacts_of(name, programs)
    ]
    return sorted(due, key=lambda each: each.week)


def _delay(program: ProgramFile, values: Draw) -> int:
    return 0 if program.offer.delay is None else int(values[program.offer.delay])


def _reach(contact: Contact, values: Draw) -> float:
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


def delivery(name: str, programs: Mapping[str, ProgramFile], values: Draw) -> Delivery:
    """Return what delivering a program takes and costs at one draw's quantities and prices."""
    due = _contacts_due(name, programs, values)
    shape = (-1, len(RESOURCE_NAMES))
    return Delivery(
        week=np.array([each.week for each in due], dtype=np.int64),
        held=np.array([_units(each.contact.held, values) for each in due]).reshape(shape),
        missed=np.array([_units(each.contact.missed, values) for each in due]).reshape(shape),
        per_participant=_units(programs[name].per_participant, values),
        offer_week=_delay(programs[name], values),
        price=prices(values),
    )


def prices(values: Draw) -> Floats:
    """Return what a unit of each resource costs, by the flow that pays it: float64[resource, flow], NOK."""
    price = np.zeros((len(RESOURCE_NAMES), len(FLOWS)))
    for resource, (parameter, flow, overhead) in RESOURCES.items():
        unit = 1.0 if parameter is None else values[parameter]
        price[RESOURCE_INDEX[resource], FLOW_INDEX[flow]] = unit * (1.0 + overhead * values["overhead_share"])
    return price


def quantities(resources: Mapping[Resource, tuple[Term, ...]], values: Draw) -> dict[Resource, float]:
    """Return how much of each resource is taken, by name."""
    return {resource: sum(_amount(term, values) for term in terms) for resource, terms in resources.items()}


def _units(resources: Mapping[Resource, tuple[Term, ...]], values: Draw) -> Floats:
    """Return quantities of resources: float64[resource]."""
    units = np.zeros(len(RESOURCE_NAMES))
    for resource, amount in quantities(resources, values).items():
        units[RESOURCE_INDEX[resource]] = amount
    return units


def _amount(term: Term, values: Draw) -> float:
    return math.prod(values[name] for name in term.times) / math.prod(values[name] for name in term.over)


def resource_use(costs: Delivery, held: Floats, people: Floats) -> Floats:
    """Return the units of each resource that a program took, undiscounted: float64[row, resource].

    Parameters
    ----------
    costs : per contact and participant
    held : float64[row, contact, 2], contacts held and missed
    people : float64[row], offered the program
    """
    return np.asarray(
        people[:, None] * costs.per_participant + held[:, :, 0] @ costs.held + held[:, :, 1] @ costs.missed
    )


def delivery_flows(costs: Delivery, held: Floats, people: Floats, years: int, rate: float) -> Floats:
    """Return delivery as discounted money.

    Parameters
    ----------
    costs : per contact and participant
    held : float64[row, contact, 2], contacts held and missed
    people : float64[row], offered the program
    years : years of the result
    rate : discount rate

    Returns
    -------
    float64[row, year, flow]
    """
    out = np.zeros((len(people), years, len(FLOWS)))
    for year, discount, units in _used(costs, held, people, years, rate):
        out[:, year] += units @ costs.price * discount
    return out


def discounted_use(costs: Delivery, held: Floats, people: Floats, years: int, rate: float) -> Floats:
    """Return the units of each resource that a program took, discounted as their money is: times prices, that money.

    Parameters
    ----------
    costs, held, people, years, rate : as in `delivery_flows`

    Returns
    -------
    float64[row, year, resource]
    """
    out = np.zeros((len(people), years, len(RESOURCE_NAMES)))
    for year, discount, units in _used(costs, held, people, years, rate):
        out[:, year] += units * discount
    return out


def _used(
    costs: Delivery, held: Floats, people: Floats, years: int, rate: float
) -> Iterator[tuple[int, float, Floats]]:
    """Return what is used at each time: year, discount factor and units [row, resource]."""
    uses = [(costs.offer_week, people[:, None] * costs.per_participant)]
    for contact, week in enumerate(costs.week):
        uses.append(
            (int(week), held[:, contact, :1] * costs.held[contact] + held[:, contact, 1:] * costs.missed[contact])
        )
    for week, units in uses:
        if week // WEEKS_PER_YEAR < years:
            yield week // WEEKS_PER_YEAR, (1.0 + rate) ** (-(week + 0.5) / WEEKS_PER_YEAR), units
