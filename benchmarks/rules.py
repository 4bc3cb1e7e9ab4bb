"""What each rule costs: the kernel's time with every rule on, over its time with one of them switched off.

Rules are switched off in the data of the world and the strategies, never in the code. Without a rule other things
happen to people, so the number of stays is told beside: a rule may cost because it is looked at, or because it makes
stays.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from common import Row, in_turn, median, ratio, run
from kernel_run import PROGRAM, Lives, lives, simulate, walk

from hecon.model import kernel

PEOPLE = 5000
HORIZONS = (52, 260, 520)
REPEATS = 9
NEVER = 1_000_000
EVERY_RULE, ALONE, WALK = "none", "none, of one strategy alone", "all counting, of one strategy alone"


def no_mortality(of: Lives) -> Lives:
    """Nobody dies."""
    hazards = of.world.hazards
    return _with(of, hazards=hazards._replace(mortality=np.zeros_like(hazards.mortality)))


def no_retirement(of: Lives) -> Lives:
    """Nobody retires."""
    people = of.world.people
    return _with(of, people=people._replace(retirement=np.full_like(people.retirement, NEVER)))


def no_end_of_rights(of: Lives) -> Lives:
    """No right runs out."""
    return _with(of, rules=of.world.rules._replace(right=np.zeros_like(of.world.rules.right)))


def no_waiting_period(of: Lives) -> Lives:
    """The employer pays for no period of its own."""
    return _with(of, rules=of.world.rules._replace(waits=np.zeros_like(of.world.rules.waits), waiting_weeks=0))


def no_effects(of: Lives) -> Lives:
    """Contacts are held, and change nothing."""
    return of._replace(programs=of.programs._replace(reach=np.zeros_like(of.programs.reach)))


def no_contacts(of: Lives) -> Lives:
    """There are no contacts."""
    none = {name: np.ascontiguousarray(getattr(of.programs, name)[:, :0]) for name in kernel.BY_CONTACT}
    return of._replace(programs=of.programs._replace(**none))


def no_holiday_pay(of: Lives) -> Lives:
    """No day earns holiday pay."""
    return _with(of, accounts=of.world.accounts._replace(holiday_pay_days=0))


def no_replacement(of: Lives) -> Lives:
    """Nobody is replaced at work, whose weeks need no count then."""
    return _with(of, accounts=of.world.accounts._replace(friction_weeks=NEVER))


def no_money(of: Lives) -> Lives:
    """Weeks are counted, and priced at nothing."""
    return _with(of, accounts=of.world.accounts._replace(entries=np.zeros_like(of.world.accounts.entries)))


def _with(of: Lives, **fields: object) -> Lives:
    return of._replace(world=of.world._replace(**fields))


WITHOUT: dict[str, Callable[[Lives], Lives]] = {
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
    """Time the kernel with every rule and without each; and of one strategy, walking and counting and walking only."""
    rows = []
    for weeks in HORIZONS:
        every, alone = lives(PEOPLE, weeks), lives(PEOPLE, weeks, [PROGRAM])
        cases = {EVERY_RULE: every} | {name: without(every) for name, without in WITHOUT.items()} | {ALONE: alone}
        works: dict[str, Callable[[], object]] = {name: partial(simulate, of) for name, of in cases.items()}
        works[WALK] = partial(walk, alone.under(0))
        times = in_turn(works, REPEATS)
        for name, taken in times.items():
            of = cases.get(name, alone)
            strategies = len(of.programs.until)
            stays = float(np.mean([walk(of.under(strategy)) for strategy in range(strategies)]))
            rows.append(
                {
                    "weeks": weeks,
                    "strategies": strategies,
                    "people": PEOPLE,
                    "switched_off": name,
                    "cpu_ms": 1000.0 * median(taken).cpu,
                    "all_rules_over_this": ratio(times[ALONE if of is alone else EVERY_RULE], taken),
                    "stays_per_person": stays,
                    "ns_per_stay": 1e9 * median(taken).cpu / (PEOPLE * strategies * stays),
                }
            )
    return rows


if __name__ == "__main__":
    run("rules", measure, "processor time with every rule on, over that with one switched off")
