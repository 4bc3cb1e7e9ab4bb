"""A program as data: contacts, attendance, effects, resources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Draw
from hecon.inputs.schema import Contact, ProgramFile, Resource
from hecon.model import kernel
from hecon.model.hazards import SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import AAP, FULL, GRADED, WEEKS_PER_YEAR, WORK
from hecon.model.ledger import FLOW_INDEX, FLOWS

Floats = NDArray[np.float64]

RESOURCES: dict[Resource, tuple[str | None, str]] = {
    "caseworker_hours": ("caseworker_hour", "delivery_nav"),
    "coordinator_hours": ("coordinator_hour", "delivery_nav"),
    "training": (None, "delivery_nav"),
    "physiotherapist_hours": ("physiotherapist_hour", "delivery_health"),
    "psychologist_hours": ("psychologist_hour", "delivery_health"),
    "physician_hours": ("physician_hour", "delivery_health"),
    "gp_hours": ("gp_hour", "delivery_health"),
    "employer_hours": ("employer_hour", "delivery_employer"),
    "participant_hours": ("participant_hour", "delivery_participant"),
    "participant_trips": ("participant_trip", "delivery_participant"),
}
"""The price of a unit of each resource (None: the quantity is money) and the flow that pays it."""


@dataclass(frozen=True)
class Delivery:
    """What delivering a program costs, by flow, in NOK.

    Attributes
    ----------
    week : int64[contact], when the contacts are due
    held, missed : float64[contact, flow], a contact held, and one missed
    per_participant : float64[flow], everybody allocated, in week 0
    """

    week: NDArray[np.int64]
    held: Floats
    missed: Floats
    per_participant: Floats


def contacts_of(name: str, programs: Mapping[str, ProgramFile]) -> list[tuple[Contact, bool]]:
    """Return a program's contacts with those of the programs it includes, and whether each is its own."""
    program = programs[name]
    included = [(contact, False) for other in program.includes for contact, _ in contacts_of(other, programs)]
    return included + [(contact, True) for contact in program.contacts]


def compile_program(name: str, programs: Mapping[str, ProgramFile], values: Draw) -> kernel.Program:
    """Return a program as the kernel reads it.

    Its own contacts start its effects: in those who attend, and in the share of the others that an `invitation` gives.
    Included contacts start none.
    """
    contacts = sorted(contacts_of(name, programs), key=lambda pair: values[pair[0].week])
    effect = np.ones(STRUCTURE.destination.shape)
    exit_effect = np.ones(STRUCTURE.exit_destination.shape)
    ends = {int(values[part.until]) for part in programs[name].effects}
    if len(ends) > 1:
        message = f"programs/{name}.toml: effects end in weeks {sorted(ends)}: one program's effects end together"
        raise InputError(message)
    until = max(ends, default=0)
    for part in programs[name].effects:
        ratio = float(np.prod([values[ratio] for ratio in part.ratios]))
        for cell in _cells(part.on):
            (exit_effect if part.on == "work_assessment_allowance" else effect)[cell] *= ratio
    return kernel.Program(
        week=np.array([int(values[contact.week]) for contact, _ in contacts], dtype=np.int64),
        eligible=np.array(
            [[state in contact.eligible for state in STATES] for contact, _ in contacts], dtype=np.bool_
        ).reshape(len(contacts), len(STATES)),
        attendance=np.array([values[contact.attendance] for contact, _ in contacts], dtype=float),
        reach=np.array([_reach(contact, values) if own and until > 0 else 0.0 for contact, own in contacts]),
        effect=effect,
        exit_effect=exit_effect,
        until=until,
    )


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
    """Return what delivering a program costs at one draw's quantities and prices."""
    contacts = sorted(contacts_of(name, programs), key=lambda pair: values[pair[0].week])
    everybody = dict(programs[name].per_participant)
    return Delivery(
        week=np.array([int(values[contact.week]) for contact, _ in contacts], dtype=np.int64),
        held=np.array([_cost(contact.held, values) for contact, _ in contacts]).reshape(-1, len(FLOWS)),
        missed=np.array([_cost(contact.missed, values) for contact, _ in contacts]).reshape(-1, len(FLOWS)),
        per_participant=_cost(everybody, values),
    )


def _cost(resources: Mapping[Resource, str], values: Draw) -> Floats:
    """Return the cost by flow of quantities of resources: float64[flow]."""
    cost = np.zeros(len(FLOWS))
    for resource, quantity in resources.items():
        price, flow = RESOURCES[resource]
        cost[FLOW_INDEX[flow]] += values[quantity] * (1.0 if price is None else values[price])
    return cost


def delivery_flows(costs: Delivery, held: Floats, people: Floats, years: int, rate: float) -> Floats:
    """Return delivery as discounted money.

    Parameters
    ----------
    costs : per contact and participant
    held : float64[row, contact, 2], contacts held and missed
    people : float64[row]
    years : years of the result
    rate : discount rate

    Returns
    -------
    float64[row, year, flow]
    """
    out = np.zeros((len(people), years, len(FLOWS)))
    out[:, 0] += people[:, None] * costs.per_participant * (1.0 + rate) ** (-0.5 / WEEKS_PER_YEAR)
    for contact, week in enumerate(costs.week):
        year = week // WEEKS_PER_YEAR
        if year < years:
            paid = held[:, contact, 0, None] * costs.held[contact] + held[:, contact, 1, None] * costs.missed[contact]
            out[:, year] += paid * (1.0 + rate) ** (-(week + 0.5) / WEEKS_PER_YEAR)
    return out
