"""What each rule costs: the kernel's time with every rule on, over its time with one of them switched off.

Rules are switched off in the data of the world, never in the code. Without a rule other things happen to people, so
the number of stays is told beside: a rule may cost because it is looked at, or because it makes stays.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from common import Row, in_turn, median, ratio, run
from kernel_run import ready, simulate, walk

from hecon.model.kernel import World

PEOPLE = 5000
HORIZONS = (52, 260, 520)
REPEATS = 9
NEVER = 1_000_000


def no_mortality(world: World) -> World:
    """Nobody dies."""
    return world._replace(hazards=world.hazards._replace(mortality=np.zeros_like(world.hazards.mortality)))


def no_retirement(world: World) -> World:
    """Nobody retires."""
    return world._replace(people=world.people._replace(retirement=np.full_like(world.people.retirement, NEVER)))


def no_end_of_rights(world: World) -> World:
    """No right runs out."""
    return world._replace(rules=world.rules._replace(right=np.zeros_like(world.rules.right)))


def no_waiting_period(world: World) -> World:
    """The employer pays for no period of its own."""
    return world._replace(rules=world.rules._replace(waits=np.zeros_like(world.rules.waits), waiting_weeks=0))


def no_effects(world: World) -> World:
    """Contacts are held, and change nothing."""
    return world._replace(program=world.program._replace(reach=np.zeros_like(world.program.reach)))


def no_contacts(world: World) -> World:
    """There are no contacts."""
    program = world.program
    none = {name: getattr(program, name)[:0] for name in ("week", "eligible", "attendance", "reach", "own")}
    return world._replace(program=program._replace(**none))


def no_holiday_pay(world: World) -> World:
    """No day earns holiday pay."""
    return world._replace(accounts=world.accounts._replace(holiday_pay_days=0))


def no_replacement(world: World) -> World:
    """Nobody is replaced at work, whose weeks need no count then."""
    return world._replace(accounts=world.accounts._replace(friction_weeks=NEVER))


def no_money(world: World) -> World:
    """Weeks are counted, and priced at nothing."""
    return world._replace(accounts=world.accounts._replace(entries=np.zeros_like(world.accounts.entries)))


WITHOUT: dict[str, Callable[[World], World]] = {
    "mortality": no_mortality,
    "retirement": no_retirement,
    "rights that run out": no_end_of_rights,
    "the employer's period": no_waiting_period,
    "effects of contacts": no_effects,
    "contacts and their effects": no_contacts,
    "holiday pay": no_holiday_pay,
    "replacement after the friction period": no_replacement,
    "money": no_money,
}


def measure() -> list[Row]:
    """Time the kernel with every rule, without each, and walking only."""
    rows = []
    for weeks in HORIZONS:
        world = ready(PEOPLE, weeks).world
        worlds = {"none": world} | {name: without(world) for name, without in WITHOUT.items()}
        works: dict[str, Callable[[], object]] = {name: partial(simulate, of) for name, of in worlds.items()}
        works["all counting: the walk alone"] = partial(walk, world)
        times = in_turn(works, REPEATS)
        stays = {name: float(walk(worlds.get(name, world)).mean()) for name in times}
        rows += [
            {
                "weeks": weeks,
                "people": PEOPLE,
                "switched_off": name,
                "cpu_ms": 1000.0 * median(taken).cpu,
                "all_rules_over_this": ratio(times["none"], taken),
                "stays_per_person": stays[name],
                "ns_per_stay": 1e9 * median(taken).cpu / (PEOPLE * stays[name]),
            }
            for name, taken in times.items()
        ]
    return rows


if __name__ == "__main__":
    run("rules", measure, "processor time with every rule on, over that with one switched off")
