"""The numba loops: `walk` writes a person's stays, `measure` reads them.

Arrays in, arrays out: no money, names, files or random streams, and no import of ours. A person's life is a row of
*stays* `(state, first week)`. Each stay draws one unit exponential, its *patience*; the stay ends in the week in which
the cumulative hazard has eaten it, which is inversion of the cumulative hazard and exact in discrete time: the weekly
leaving probability is ``1 - exp(-h)``. Luck is a hash of (seed, draw, person, state, visit), never a stream, so the
same person has the same patience under every strategy, whatever the order of the loop.

All jitted functions stand in this file, because numba's cache does not see a change of a callee in another one.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numba as nb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Words = NDArray[np.uint64]
Function = TypeVar("Function", bound=Callable[..., object])

WEEKS_PER_YEAR = 52
WEEKDAYS = 5
DAYS_PER_WEEK = 7

# Columns of a row of stays.
STATE, FIRST, WAITED, USED = range(4)

# What the weeks of a stay are counted as: the categories that `Accounts.rate` prices.
(
    IN_WORK,
    FULL_EMPLOYER,
    FULL_NAV,
    FULL_UNPAID,
    FULL_HOLIDAY_PAY,
    FULL_LATER,
    FULL_LATER_HOLIDAY_PAY,
    GRADED_EMPLOYER,
    GRADED_NAV,
    GRADED_UNPAID,
    GRADED_HOLIDAY_PAY,
    GRADED_LATER,
    GRADED_LATER_HOLIDAY_PAY,
    ON_AAP,
    ON_PENSION,
    UNEMPLOYED_INSURED,
    UNEMPLOYED_ASSISTED,
    REPLACED_FULL,
    REPLACED_GRADED,
    REPLACED_AAP,
    REPLACED_PENSION,
    REPLACED_UNEMPLOYED,
    NEW_SPELL,
) = range(23)
CATEGORIES = 23

# Columns of `measured`, the outcomes of a person.
(
    BENEFIT_DAYS_12M,
    BENEFIT_DAYS,
    SUSTAINED_RETURN,
    WEEKS_TO_SUSTAINED_RETURN,
    SUSTAINED_RETURN_MONTH,
    NO_BENEFIT_12M,
    AT_WORK_12M,
    ON_AAP_12M,
    ENTERED_AAP_12M,
    ON_PENSION_12M,
    NEW_SPELLS,
    QALYS,
    CONTACTS_HELD,
    CONTACTS_MISSED,
    OFFERED,
    WEEKS_IN_STATE,
) = range(16)
MEASURES = WEEKS_IN_STATE + 8

# hecon's states; `walk` knows only their numbers' properties in `Structure`, `measure` knows what they are.
WORK, FULL, GRADED, AAP, PENSION, UNEMPLOYED, RETIRED, DEAD = range(8)

GUIDE = 1024  # steps of the guide to a state's cumulative hazard

# What a draw of luck is for: the high part of its counter, so that no two purposes share a word.
VISITS = 4096
LUCK_EXIT, LUCK_DEATH, LUCK_ATTENDANCE, LUCK_PERSON = 64, 128, 129, 130


class Structure(NamedTuple):
    """The states and where one can go from each.

    Attributes
    ----------
    group : int64[state]; states of one group share a clock.
    destination : int64[state, slot]; -1 where a slot is empty.
    scale : int64[state, slot]; the column of `People.scale` that multiplies the hazard.
    exit_destination : int64[group, slot]; where people go when the group's right runs out; -1 where empty.
    exit_scale : int64[group, slot]; the column of `People.scale` that multiplies the weight.
    absorbing : bool[state]
    restoring_group : the group whose unbroken weeks restore rights (work).
    retired, dead : the states that retirement and death lead to.
    """

    group: Integers
    destination: Integers
    scale: Integers
    exit_destination: Integers
    exit_scale: Integers
    absorbing: Booleans
    restoring_group: int
    retired: int
    dead: int


class Rules(NamedTuple):
    """The statute's counters, in integers.

    Attributes
    ----------
    right : int64[group], weekdays; 0 where the group has no limit.
    restored_after : int64[group], unbroken weeks in the restoring group that give the whole right anew.
    waits : bool[group]; True where a new spell begins with days that someone else pays (the employer's period).
    waiting_weeks, waiting_days : the waiting period is so many weeks and days (16 calendar days are 2 and 2).
    reopening_weeks : a gap of at least so many weeks in the restoring group opens a new waiting period.
    """

    right: Integers
    restored_after: Integers
    waits: Booleans
    waiting_weeks: int
    waiting_days: int
    reopening_weeks: int


class Hazards(NamedTuple):
    """Cumulative hazards of one draw.

    Attributes
    ----------
    cumulative : float64[state, week, slot]; the hazard summed over the weeks in the group before `week`.
    exit_weight : float64[group, slot]
    mortality : float64[sex, year of life]; cumulative hazard of dying from the table's first age.
    mortality_ratio : float64[state]
    first_age : years, the age at which `mortality` starts.
    """

    cumulative: Floats
    exit_weight: Floats
    mortality: Floats
    mortality_ratio: Floats
    first_age: float


class Program(NamedTuple):
    """One strategy.

    Attributes
    ----------
    week : int64[contact], after inclusion, ascending.
    eligible : bool[contact, state]
    attendance : float64[contact]; a person attends where still eligible and their propensity is below it.
    reach : float64[contact]; the effect starts where still eligible and their propensity is below it; 0 for none.
    own : bool[contact]; only who is offered the program gets a contact of its own, everybody the others.
    effect : float64[state, slot], multiplies hazards from the week of the first contact that reaches the person.
    exit_effect : float64[group, slot], multiplies the weights where a right runs out.
    until : the week after inclusion from which the effect is gone.
    offered : bool[person], in the offer, whatever their state when it comes.
    offer_week : the week after inclusion in which it is offered; no contact of its own comes before it.
    offered_in : bool[state], the states in which it is offered then; who is in another one never gets a contact of its
        own, and is never reached.
    """

    week: Integers
    eligible: Booleans
    attendance: Floats
    reach: Floats
    own: Booleans
    effect: Floats
    exit_effect: Floats
    until: int
    offered: Booleans
    offer_week: int
    offered_in: Booleans


BY_CONTACT = ("week", "eligible", "attendance", "reach", "own")
"""Fields of `Program` that have an element for every contact."""


class Programs(NamedTuple):
    """Several strategies, each an element of arrays like those of `Program`; shorter ones have contacts never due.

    Attributes
    ----------
    week, eligible, attendance, reach, own, effect, exit_effect, until, offered, offer_week, offered_in :
        as in `Program`, with the strategy in front
    """

    week: Integers
    eligible: Booleans
    attendance: Floats
    reach: Floats
    own: Booleans
    effect: Floats
    exit_effect: Floats
    until: Integers
    offered: Booleans
    offer_week: Integers
    offered_in: Booleans


class People(NamedTuple):
    """The people of one draw, at inclusion.

    Attributes
    ----------
    state, clock, waited : int64[person]; state, weeks in its group, weeks of the spell by law behind them.
    used : int64[person, group], weekdays of the right already used.
    retirement : int64[person], the week from which they are retired.
    sex : int64[person], row of `Hazards.mortality`.
    age : float64[person], years.
    scale : float64[person, scale]
    benefit_share : float64[person, state]; full-time-equivalent share of a weekday on benefit.
    insured_weeks : int64[person], weeks of unemployment benefit they have a right to.
    """

    state: Integers
    clock: Integers
    waited: Integers
    used: Integers
    retirement: Integers
    sex: Integers
    age: Floats
    scale: Floats
    benefit_share: Floats
    insured_weeks: Integers


class Scratch(NamedTuple):
    """Small arrays that a block of people shares one after the other, so that nothing is allocated per person.

    A life is 0 for the one that a person lives under no program, 1 for the one under the program in hand.

    Attributes
    ----------
    stays : int64[life, stay, 4]
    visits : int64[state + group]
    used : int64[group]
    scaled : float64[slot]
    weights : float64[slot]
    weeks : float64[category, year, 2], discounted weeks begun less ended within the year, and stays begun less ended
    counted : bool[category], whether the life has weeks in it; `weeks` is zero where it has none
    year : int64[week], the year that a week falls in
    within : float64[week], the discounted weeks of its year before it
    whole : float64[year], the discounted weeks of the year
    amount : float64[year]
    flow : float64[life, flow, year], discounted money
    measured : float64[life, measure]
    eaten : float64[state, week], the hazard of all slots together summed over the weeks before, at scale 1
    guide : int64[state, step], the first week by which so many of `GUIDE` equal steps of it are eaten
    steps : float64[state], steps in a unit of it
    slots : int64[state], how many slots are in use
    """

    stays: Integers
    visits: Integers
    used: Integers
    scaled: Floats
    weights: Floats
    weeks: Floats
    counted: Booleans
    year: Integers
    within: Floats
    whole: Floats
    amount: Floats
    flow: Floats
    measured: Floats
    eaten: Floats
    guide: Integers
    steps: Floats
    slots: Integers


class Accounts(NamedTuple):
    """What a discounted week of each category is worth, as sparse rows.

    Attributes
    ----------
    discount : float64[week], sum of the weights of the weeks before; weight of week t is discount[t + 1] - discount[t].
    effect_discount : float64[week], the same for effects.
    rate : float64[person, entry], money per week.
    entries : int64[category + 1]; the entries of category c are entries[c] to entries[c + 1].
    flow : int64[entry], the flow an entry belongs to.
    utility : float64[state], per year.
    holiday_pay_days : weekdays of the right that earn holiday pay.
    later_from : weeks of the spell after which NAV pays at the later rate.
    friction_weeks : weeks of absence after which a replacement produces.
    """

    discount: Floats
    effect_discount: Floats
    rate: Floats
    entries: Integers
    flow: Integers
    utility: Floats
    holiday_pay_days: int
    later_from: int
    friction_weeks: int


class World(NamedTuple):
    """Everything that one draw of one strategy is simulated with.

    Attributes
    ----------
    people, structure, rules, hazards, program, accounts : see each
    horizon : weeks
    """

    people: People
    structure: Structure
    rules: Rules
    hazards: Hazards
    program: Program
    accounts: Accounts
    horizon: int


class Results(NamedTuple):
    """Where a draw is counted.

    Attributes
    ----------
    row : int64[person], the row of the others that a person is added to.
    flow : float64[strategy, row, flow, year], discounted money.
    measured : float64[strategy, row, measure]
    held : float64[strategy, row, contact, 2], contacts held and missed.
    """

    row: Integers
    flow: Floats
    measured: Floats
    held: Floats


def jit(function: Function) -> Function:
    """Compile without the GIL, keep the machine code on disk, and count no references.

    Every array is the caller's, who holds it for the whole call, so counting references to it would only cost: with
    counting the loops take three times as long.
    """
    options = {"nogil": True, "error_model": "numpy", "_nrt": False}
    try:
        return cast("Function", nb.njit(cache=True, **options)(function))  # type: ignore[call-overload]
    except RuntimeError:  # numba finds no folder that can be written: each process compiles anew
        return cast("Function", nb.njit(**options)(function))  # type: ignore[call-overload]


def inlined(function: Function) -> Function:
    """Compile into the caller: for rules of a few lines."""
    return cast("Function", nb.njit(inline="always", error_model="numpy")(function))


# --- luck ---------------------------------------------------------------------------------------------------------


@inlined
def mix(word: np.uint64) -> np.uint64:
    """Scramble 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@inlined
def luck(key: np.uint64, purpose: int, visit: int) -> np.uint64:
    """Return the word of luck of a person for a purpose, the n-th time."""
    return mix(key + np.uint64(purpose * VISITS + visit + 1) * np.uint64(0x9E3779B97F4A7C15))


@inlined
def person_key(seed: int, draw: int, person: int) -> np.uint64:
    """Return the key that all luck of a person hangs on."""
    of_draw = mix(mix(np.uint64(seed)) + np.uint64(draw) * np.uint64(0x9E3779B97F4A7C15))
    return mix(of_draw + np.uint64(person) * np.uint64(0xD1B54A32D192ED03))


@inlined
def high_uniform(word: np.uint64) -> float:
    """Return the upper 40 bits as a number strictly between 0 and 1."""
    return (np.float64(word >> np.uint64(24)) + 0.5) * 2.0**-40


@inlined
def low_uniform(word: np.uint64) -> float:
    """Return the lower 24 bits as a number strictly between 0 and 1."""
    return (np.float64(word & np.uint64(0xFFFFFF)) + 0.5) * 2.0**-24


def uniforms(seed: int, draw: int, persons: int, columns: int, first: int = 0) -> Floats:
    """Return the luck that people are drawn with.

    Parameters
    ----------
    seed, draw : what the key hangs on, as in `simulate_people`.
    persons, columns : shape of the result.
    first : the number of the first person.

    Returns
    -------
    float64[person, column], strictly between 0 and 1
    """
    out = np.empty((persons, columns))
    _fill_uniforms(seed, draw, first, out)
    return out


@jit
def _fill_uniforms(seed: int, draw: int, first: int, out: Floats) -> None:
    for person in range(out.shape[0]):
        key = person_key(seed, draw, first + person)
        for column in range(out.shape[1]):
            out[person, column] = high_uniform(luck(key, LUCK_PERSON, column))


# --- rules of the statute -----------------------------------------------------------------------------------------


@inlined
def waiting_weekdays(week: int, rules: Rules) -> int:
    """Return the weekdays of the waiting period in its first `week` weeks: 5, 5 and 2 of 16 calendar days."""
    partial = min(rules.waiting_days, WEEKDAYS) if week > rules.waiting_weeks else 0
    return WEEKDAYS * min(week, rules.waiting_weeks) + partial


@inlined
def rights_after(used: int, waited: int, weeks: int, group: int, rules: Rules) -> int:
    """Return the weekdays of the right used after so many weeks more, uncapped."""
    spent = WEEKDAYS * weeks
    if rules.waits[group]:
        spent -= waiting_weekdays(waited + weeks, rules) - waiting_weekdays(waited, rules)
    return used + spent


@inlined
def weeks_to_exhaustion(used: int, waited: int, group: int, rules: Rules) -> int:
    """Return the weeks until the right is used up; the last one may be covered in part."""
    left = rules.right[group] - used
    if rules.waits[group]:
        left += waiting_weekdays(rules.waiting_weeks + 1, rules) - waiting_weekdays(waited, rules)
    return -(-left // WEEKDAYS)


# --- walk ---------------------------------------------------------------------------------------------------------


@inlined
def lived(age: float, sex: int, hazards: Hazards) -> float:
    """Return the cumulative hazard of dying from the table's first age to `age`, linear within a year of life."""
    last = hazards.mortality.shape[1] - 1
    position = min(max(age - hazards.first_age, 0.0), np.float64(last))
    year = min(int(position), last - 1)
    below = hazards.mortality[sex, year]
    return below + (position - year) * (hazards.mortality[sex, year + 1] - below)


@inlined
def draw_exit(key: np.uint64, visit: int, group: int, weights: Floats) -> int:
    """Return the slot of the exit drawn with `weights` (float64[slot])."""
    total = 0.0
    for slot in range(weights.shape[0]):
        total += weights[slot]
    left = high_uniform(luck(key, LUCK_EXIT + group, visit)) * total
    for slot in range(weights.shape[0] - 1):
        left -= weights[slot]
        if left < 0.0:
            return slot
    return weights.shape[0] - 1


@inlined
def eaten_by(week: int, state: int, alike: bool, scaled: Floats, hazards: Hazards, scratch: Scratch) -> float:
    """Return the cumulative hazard of a state before `week` of its clock, scaled by slot; `alike` if all are alike."""
    if alike:
        return scaled[0] * scratch.eaten[state, week]
    total = 0.0
    for slot in range(scratch.slots[state]):
        total += scaled[slot] * hazards.cumulative[state, week, slot]
    return total


@inlined
def guess(low: int, high: int, share: float, state: int, scratch: Scratch) -> int:
    """Return the week, after `low` and no later than `high`, in which a share of the hazard between them is eaten.

    Exact where one scale multiplies all slots; else a guess.
    """
    before = scratch.eaten[state, low]
    sought = before + share * (scratch.eaten[state, high] - before)
    step = int(sought * scratch.steps[state])
    return min(max(scratch.guide[state, min(step, GUIDE)], low + 1), high)


@inlined
def fill_guide(hazards: Hazards, scratch: Scratch) -> None:
    """Tabulate where the cumulative hazard of each state reaches equal steps, so that nobody has to search for long."""
    eaten, guide = scratch.eaten, scratch.guide
    for state in range(eaten.shape[0]):
        for week in range(eaten.shape[1]):
            total = 0.0
            for slot in range(hazards.cumulative.shape[2]):
                total += hazards.cumulative[state, week, slot]
            eaten[state, week] = total
        week = 0
        last = eaten.shape[1] - 1
        scratch.steps[state] = GUIDE * (1.0 - 1e-9) / eaten[state, last] if eaten[state, last] > 0.0 else 0.0
        for step in range(GUIDE + 1):
            while week < last and eaten[state, week] < eaten[state, last] * step / GUIDE:
                week += 1
            guide[state, step] = week


@inlined
def walk(
    person: int, key: np.uint64, life: int, since: int, program: int, programs: Programs, world: World, scratch: Scratch
) -> int:
    """Write one person's stays into `scratch.stays[life]` and return how many.

    The order within a week is: the state held at its start counts; contacts due are held; hazards act; those still
    there meet the end of a right, retirement. Death takes precedence in its week. The last stay begins at the horizon
    or before it; a stay that begins at the horizon has no weeks and tells the state there.

    Parameters
    ----------
    person : row of `world.people`
    key : the person's luck
    life : 0, or 1 if it is compared with life 0, which then has to be there
    since : the week in which a contact of the program reaches them; the horizon if none does
    program : which of `programs`
    scratch : its stays (at least horizon + 2 rows) are filled with state, first week, weeks of the spell by law and
        weekdays of the right used when the stay began

    Returns
    -------
    the number of stays; 0 for life 1 as soon as it must be the same as life 0
    """
    people, structure, rules, hazards = world.people, world.structure, world.rules, world.hazards
    horizon = world.horizon
    states = structure.group.shape[0]
    groups = rules.right.shape[0]
    stays, visits, used, scaled, weights = (
        scratch.stays,
        scratch.visits,
        scratch.used,
        scratch.scaled,
        scratch.weights,
    )
    until = programs.until[program]
    same = life > 0
    visits[:] = 0
    for group in range(groups):
        used[group] = people.used[person, group]
    death_patience = -math.log(high_uniform(luck(key, LUCK_DEATH, 0)))
    sex = people.sex[person]
    age = people.age[person]
    # Who could not die within the horizon even in the state of highest mortality need not be asked at every stay.
    highest = 0.0
    for state in range(states):
        highest = max(highest, hazards.mortality_ratio[state])
    whole = lived(age + horizon / WEEKS_PER_YEAR, sex, hazards) - lived(age, sex, hazards)
    mortal = highest * whole >= death_patience
    retirement = people.retirement[person]

    state = people.state[person]
    clock = people.clock[person]
    waited = people.waited[person]
    week = 0
    count = 0

    while True:
        group = structure.group[state]
        stays[life, count, STATE] = state
        stays[life, count, FIRST] = week
        stays[life, count, WAITED] = waited
        stays[life, count, USED] = used[group]
        same = same and stays[0, count, STATE] == state and stays[0, count, FIRST] == week
        count += 1
        if week >= horizon or structure.absorbing[state]:
            return 0 if same else count
        if same and week >= until:
            return 0

        # What ends the stay if the hazards do not.
        end = min(horizon, retirement)
        exhausted = False
        if rules.right[group] > 0:
            exhaustion = week + weeks_to_exhaustion(used[group], waited, group, rules)
            if exhaustion <= end:
                exhausted = exhaustion < retirement
                end = exhaustion
        dead = False
        if mortal:
            ratio = hazards.mortality_ratio[state]
            before = lived(age + week / WEEKS_PER_YEAR, sex, hazards)
            if ratio * (lived(age + end / WEEKS_PER_YEAR, sex, hazards) - before) >= death_patience:
                low, high = week, end
                while high - low > 1:
                    middle = (low + high) >> 1
                    if ratio * (lived(age + middle / WEEKS_PER_YEAR, sex, hazards) - before) >= death_patience:
                        high = middle
                    else:
                        low = middle
                end = high
                dead = True

        # How the hazards eat the stay's patience, between one change of the hazards and the next.
        word = luck(key, state, visits[state])
        visits[state] += 1
        patience = -math.log(high_uniform(word))
        slots = scratch.slots[state]
        offset = clock - week
        leaving = 0
        now = week
        while now < end:
            bound = end
            active = since <= now < until
            alike = True
            for slot in range(slots):
                scaled[slot] = people.scale[person, structure.scale[state, slot]]
                if active:
                    scaled[slot] *= programs.effect[program, state, slot]
                alike = alike and scaled[slot] == scaled[0]
            if now < since:
                bound = min(bound, since)
            elif active:
                bound = min(bound, until)
            low = now + offset
            high = bound + offset
            before = eaten_by(low, state, alike, scaled, hazards, scratch)
            after = eaten_by(high, state, alike, scaled, hazards, scratch)
            if after - before >= patience:
                target = before + patience
                at = guess(low, high, patience / (after - before), state, scratch)
                if not alike:
                    while at - 1 > low and eaten_by(at - 1, state, alike, scaled, hazards, scratch) >= target:
                        at -= 1
                while eaten_by(at, state, alike, scaled, hazards, scratch) < target:
                    at += 1
                leaving = at - offset
                break
            patience -= after - before
            now = bound

        next_week = end if leaving == 0 or leaving >= end else leaving
        weeks = next_week - week
        # Another way out may lead to the same state in the same week, and leave other luck for later.
        if exhausted and next_week == end and since < next_week and week < until:
            same = False
        if mortal:
            death_patience -= hazards.mortality_ratio[state] * (
                lived(age + next_week / WEEKS_PER_YEAR, sex, hazards) - lived(age + week / WEEKS_PER_YEAR, sex, hazards)
            )

        # Where they go.
        next_state = state
        at_exit = False
        if dead and next_week == end:
            next_state = structure.dead
        elif next_week == retirement:
            next_state = structure.retired
        elif leaving != 0:
            at = leaving + offset
            total = 0.0
            for slot in range(slots):
                scaled[slot] *= hazards.cumulative[state, at, slot] - hazards.cumulative[state, at - 1, slot]
                total += scaled[slot]
            left = low_uniform(word) * total
            slot = 0
            while slot < slots - 1 and left >= scaled[slot]:
                left -= scaled[slot]
                slot += 1
            while structure.destination[state, slot] < 0:
                slot -= 1
            next_state = structure.destination[state, slot]
        elif exhausted and next_week == end:
            at_exit = True
        else:  # the horizon, in the same state
            stays[life, count, STATE] = state
            stays[life, count, FIRST] = next_week
            stays[life, count, WAITED] = waited
            stays[life, count, USED] = used[group]
            return 0 if same and stays[0, count, STATE] == state else count + 1

        # What the weeks did to the counters.
        if rules.right[group] > 0:
            used[group] = min(rules.right[group], rights_after(used[group], waited, weeks, group, rules))
            if rules.waits[group]:
                waited += weeks
        unbroken = clock + weeks
        if group == structure.restoring_group:
            for right in range(groups):
                if 0 < rules.restored_after[right] <= unbroken:
                    used[right] = 0
        exiting = group
        for _ in range(groups):
            entered = structure.group[next_state]
            if not at_exit:
                if rules.right[entered] == 0 or used[entered] < rules.right[entered]:
                    break
                exiting = entered
            active = since < next_week <= until
            same = same and not active
            for slot in range(weights.shape[0]):
                weights[slot] = 0.0
                if structure.exit_destination[exiting, slot] >= 0:
                    weights[slot] = (
                        hazards.exit_weight[exiting, slot] * people.scale[person, structure.exit_scale[exiting, slot]]
                    )
                    if active:
                        weights[slot] *= programs.exit_effect[program, exiting, slot]
            visit = visits[states + exiting]
            visits[states + exiting] = visit + 1
            next_state = structure.exit_destination[exiting, draw_exit(key, visit, exiting, weights)]
            if structure.group[next_state] == exiting:
                used[exiting] = 0
            at_exit = False
        entered = structure.group[next_state]
        if rules.waits[entered] and group == structure.restoring_group and unbroken >= rules.reopening_weeks:
            waited = 0
        clock = unbroken if entered == group else 0
        state = next_state
        week = next_week


@inlined
def reached_week(
    person: int, propensity: float, program: int, programs: Programs, count: int, world: World, scratch: Scratch
) -> int:
    """Return the week in which a contact of a program reaches a person who lives life 0 until then; or the horizon.

    It reaches who was offered the program, is still in a state in which the contact is due, and has a propensity to
    attend below its reach.
    """
    stays, horizon = scratch.stays, world.horizon
    if not programs.offered[program, person]:
        return horizon
    stay = 0
    taken = False
    for contact in range(programs.week.shape[1]):
        week = programs.week[program, contact]
        if week >= horizon:
            return horizon
        if propensity < programs.reach[program, contact]:
            while stay + 1 < count and stays[0, stay + 1, FIRST] <= week:
                stay += 1
            if not taken:
                at_offer = stay
                while at_offer > 0 and stays[0, at_offer, FIRST] > programs.offer_week[program]:
                    at_offer -= 1
                taken = True
                if not programs.offered_in[program, stays[0, at_offer, STATE]]:
                    return horizon
            if programs.eligible[program, contact, stays[0, stay, STATE]]:
                return week
    return horizon


# --- measure ------------------------------------------------------------------------------------------------------


@inlined
def add_weeks(category: int, first: int, end: int, scratch: Scratch) -> None:
    """Count the weeks from `first` to before `end`: where they begin and end, without visiting the years between."""
    if first < end:
        weeks, begins, ends = scratch.weeks, scratch.year[first], scratch.year[end]
        weeks[category, begins, 0] -= scratch.within[first]
        weeks[category, begins, 1] += 1.0
        weeks[category, ends, 0] += scratch.within[end]
        weeks[category, ends, 1] -= 1.0
        scratch.counted[category] = True


@inlined
def add_share(category: int, share: float, week: int, discount: Floats, scratch: Scratch) -> None:
    """Count a share of one week."""
    scratch.weeks[category, scratch.year[week], 0] += share * (discount[week + 1] - discount[week])
    scratch.counted[category] = True


@inlined
def add_holiday_pay(
    nav: int, first: int, end: int, later: int, used: int, earning: int, accounts: Accounts, scratch: Scratch
) -> None:
    """Count the weeks that earn holiday pay: whole ones from `first` while `earning` days of the right are left.

    Parameters
    ----------
    nav, later : as in `count_sick_leave`
    used : weekdays of the right used before `first`
    """
    left = earning - used
    if left > 0 and first < end:
        whole = min(end, first + left // WEEKDAYS)
        add_weeks(nav + 2, first, min(whole, later), scratch)
        add_weeks(nav + 4, max(first, later), whole, scratch)
        if whole < end and left % WEEKDAYS > 0:
            category = nav + 2 if whole < later else nav + 4
            add_share(category, left % WEEKDAYS / WEEKDAYS, whole, accounts.discount, scratch)


@inlined
def count_sick_leave(
    nav: int,
    first: int,
    end: int,
    waited: int,
    used: int,
    group: int,
    rules: Rules,
    accounts: Accounts,
    scratch: Scratch,
) -> int:
    """Count the weeks of a stay on sick leave by who pays and return the weekdays after the right ran out.

    Parameters
    ----------
    nav : the category of weeks that NAV pays; the employer's stands before it, and after it unpaid, holiday pay, NAV's
        at the later rate, and holiday pay on those
    """
    discount = accounts.discount
    unpaid = max(0, rights_after(used, waited, end - first, group, rules) - rules.right[group])
    later = min(end, max(first, first + accounts.later_from - waited))
    earning = min(accounts.holiday_pay_days, rules.right[group])
    paid_from = first
    if waited <= rules.waiting_weeks:
        # Whole weeks of the waiting period, and one that it covers in part.
        shared = first + rules.waiting_weeks - waited
        paid_from = min(end, shared)
        add_weeks(nav - 1, first, paid_from, scratch)
        if shared < end:
            share = rules.waiting_days / DAYS_PER_WEEK
            add_share(nav - 1, share, shared, discount, scratch)
            add_share(nav if shared < later else nav + 3, -share, shared, discount, scratch)
            days = min(WEEKDAYS - min(rules.waiting_days, WEEKDAYS), max(earning - used, 0))
            add_share(nav + 2 if shared < later else nav + 4, days / WEEKDAYS, shared, discount, scratch)
            used += days
            add_holiday_pay(nav, shared + 1, end, later, used, earning, accounts, scratch)
    else:
        add_holiday_pay(nav, first, end, later, used, earning, accounts, scratch)
    add_weeks(nav, paid_from, later, scratch)
    add_weeks(nav + 3, max(later, paid_from), end, scratch)
    if unpaid > 0:
        add_share(nav if end - 1 < later else nav + 3, -unpaid / WEEKDAYS, end - 1, discount, scratch)
        add_share(nav + 1, unpaid / WEEKDAYS, end - 1, discount, scratch)
    return unpaid


@inlined
def on_benefit(state: int) -> bool:
    """Return whether the trial counts the state as a medical benefit."""
    return FULL <= state <= PENSION


@inlined
def measure(person: int, life: int, count: int, world: World, scratch: Scratch) -> None:
    """Put what a life's stays are worth into `scratch.flow[life]` and `scratch.measured[life]`.

    Parameters
    ----------
    count : how many stays `walk` wrote into `scratch.stays[life]`
    """
    people, structure, rules, accounts = world.people, world.structure, world.rules, world.accounts
    horizon = world.horizon
    stays, weeks = scratch.stays, scratch.weeks
    discount, effect_discount = accounts.discount, accounts.effect_discount
    flow, measured = scratch.flow, scratch.measured
    for outcome in range(MEASURES):
        measured[life, outcome] = 0.0
    absent_since = -people.clock[person]
    insured = people.insured_weeks[person]
    free_since = -1  # first week of the present run of weeks without benefit
    sustained = horizon + 1
    sustained_month = horizon + 1
    benefit_days = 0.0
    new_spells = 0.0
    utility = 0.0
    group = structure.group[stays[life, 0, STATE]]
    for stay in range(count):
        state = stays[life, stay, STATE]
        first = stays[life, stay, FIRST]
        end = stays[life, stay + 1, FIRST] if stay + 1 < count else horizon
        length = end - first
        before = group
        group = structure.group[state]
        unpaid = 0
        category = -1
        if state == WORK:
            add_weeks(IN_WORK, first, end, scratch)
            absent_since = end
        elif state in (FULL, GRADED):
            nav = FULL_NAV if state == FULL else GRADED_NAV
            category = REPLACED_FULL if state == FULL else REPLACED_GRADED
            unpaid = count_sick_leave(
                nav, first, end, stays[life, stay, WAITED], stays[life, stay, USED], group, rules, accounts, scratch
            )
            if group != before and first < horizon:
                new_spells += 1.0
                add_share(NEW_SPELL, 1.0, first, discount, scratch)
        elif state == AAP:
            add_weeks(ON_AAP, first, end, scratch)
            category = REPLACED_AAP
        elif state == PENSION:
            add_weeks(ON_PENSION, first, end, scratch)
            category = REPLACED_PENSION
        elif state == UNEMPLOYED:
            covered = min(length, insured)
            insured -= covered
            add_weeks(UNEMPLOYED_INSURED, first, first + covered, scratch)
            add_weeks(UNEMPLOYED_ASSISTED, first + covered, end, scratch)
            category = REPLACED_UNEMPLOYED
        if category >= 0:
            add_weeks(category, max(first, absent_since + accounts.friction_weeks), end, scratch)

        share = WEEKDAYS * people.benefit_share[person, state]
        benefit_days += share * (length - unpaid / WEEKDAYS)
        measured[life, WEEKS_IN_STATE + state] += length
        utility += accounts.utility[state] * (effect_discount[end] - effect_discount[first])
        if first > WEEKS_PER_YEAR:
            continue

        # What is counted over 12 months. Sustained return: four weeks without benefit; the dead do not return.
        within = min(end, WEEKS_PER_YEAR) - first
        measured[life, BENEFIT_DAYS_12M] += share * (within - (unpaid / WEEKDAYS if end <= WEEKS_PER_YEAR else 0.0))
        if state == AAP and first > 0:
            measured[life, ENTERED_AAP_12M] = 1.0
        if on_benefit(state) or state == DEAD:
            free_since = -1
        else:
            if free_since < 0:
                free_since = first
            if end - free_since >= 4:
                sustained = min(sustained, free_since)
            if end - free_since >= 5:
                sustained_month = min(sustained_month, free_since)
        if end > WEEKS_PER_YEAR or stay == count - 1:
            measured[life, NO_BENEFIT_12M] = 0.0 if on_benefit(state) or state == DEAD else 1.0
            measured[life, AT_WORK_12M] = 1.0 if state == WORK else 0.0
            measured[life, ON_AAP_12M] = 1.0 if state == AAP else 0.0
            measured[life, ON_PENSION_12M] = 1.0 if state == PENSION else 0.0
    measured[life, BENEFIT_DAYS] = benefit_days
    measured[life, NEW_SPELLS] = new_spells
    measured[life, QALYS] = utility / WEEKS_PER_YEAR
    measured[life, SUSTAINED_RETURN] = 1.0 if sustained + 4 <= WEEKS_PER_YEAR else 0.0
    measured[life, WEEKS_TO_SUSTAINED_RETURN] = sustained if sustained + 4 <= WEEKS_PER_YEAR else WEEKS_PER_YEAR
    measured[life, SUSTAINED_RETURN_MONTH] = 1.0 if sustained_month + 5 <= WEEKS_PER_YEAR else 0.0

    years = flow.shape[2]
    for to in range(flow.shape[1]):
        for year in range(years):
            flow[life, to, year] = 0.0
    for category in range(CATEGORIES):
        if scratch.counted[category]:
            scratch.counted[category] = False
            going_on = 0.0
            for year in range(years):
                going_on += weeks[category, year, 1]
                scratch.amount[year] = weeks[category, year, 0] + going_on * scratch.whole[year]
            for year in range(years + 1):
                weeks[category, year, 0] = 0.0
                weeks[category, year, 1] = 0.0
            for entry in range(accounts.entries[category], accounts.entries[category + 1]):
                rate = accounts.rate[person, entry]
                to = accounts.flow[entry]
                for year in range(years):
                    flow[life, to, year] += scratch.amount[year] * rate


@inlined
def count_contacts(
    person: int,
    propensity: float,
    program: int,
    programs: Programs,
    life: int,
    count: int,
    world: World,
    scratch: Scratch,
    held: Floats,
    measured: Floats,
) -> None:
    """Add one person's contacts to `held` (float64[contact, 2]: held, missed): due only while still eligible."""
    stays = scratch.stays
    offered = programs.offered[program, person] and programs.offer_week[program] < world.horizon
    if offered:
        stay = 0
        while stay + 1 < count and stays[life, stay + 1, FIRST] <= programs.offer_week[program]:
            stay += 1
        offered = programs.offered_in[program, stays[life, stay, STATE]]
        measured[OFFERED] += 1.0 if offered else 0.0
    stay = 0
    for contact in range(programs.week.shape[1]):
        week = programs.week[program, contact]
        if week >= world.horizon:
            return
        while stay + 1 < count and stays[life, stay + 1, FIRST] <= week:
            stay += 1
        if programs.eligible[program, contact, stays[life, stay, STATE]] and (
            offered or not programs.own[program, contact]
        ):
            missed = 0 if propensity < programs.attendance[program, contact] else 1
            held[contact, missed] += 1.0
            measured[CONTACTS_HELD + missed] += 1.0


def new_scratch(world: World, flows: int) -> Scratch:
    """Return scratch space for lives in `world`, in which so many flows are counted."""
    states, weeks, slots = world.hazards.cumulative.shape
    groups, exits = world.structure.exit_destination.shape
    years = -(-world.horizon // WEEKS_PER_YEAR)
    year = np.arange(world.horizon + 1) // WEEKS_PER_YEAR
    discount = world.accounts.discount[: world.horizon + 1]
    return Scratch(
        np.empty((2, world.horizon + 2, 4), np.int64),
        np.empty(states + groups, np.int64),
        np.empty(groups, np.int64),
        np.empty(slots),
        np.empty(exits),
        np.zeros((CATEGORIES, years + 1, 2)),
        np.zeros(CATEGORIES, np.bool_),
        year,
        discount - discount[np.minimum(WEEKS_PER_YEAR * year, world.horizon)],
        np.diff(discount[np.minimum(WEEKS_PER_YEAR * np.arange(years + 1), world.horizon)]),
        np.empty(years),
        np.empty((2, flows, years)),
        np.empty((2, MEASURES)),
        np.empty((states, weeks)),
        np.empty((states, GUIDE + 1), np.int64),
        np.empty(states),
        np.max(np.where(world.structure.destination >= 0, np.arange(1, slots + 1), 0), axis=1),
    )


def stacked(programs: Sequence[Program]) -> Programs:
    """Return several strategies as one, with a leading axis of strategies; a contact that is not there is never due.

    Fields that have a leading axis of draws keep it in front of the strategies.
    """
    draws = np.ndim(programs[0].until)
    most = max(program.week.shape[draws] for program in programs)
    never = np.iinfo(np.int64).max
    fields: list[NDArray[Any]] = []
    for name, arrays in zip(Program._fields, zip(*programs, strict=True), strict=True):
        each = [np.asarray(array) for array in arrays]
        if name in BY_CONTACT:
            fill = never if name == "week" else 0
            widths = [
                [(0, 0)] * draws + [(0, most - array.shape[draws])] + [(0, 0)] * (array.ndim - draws - 1)
                for array in each
            ]
            each = [np.pad(array, width, constant_values=fill) for array, width in zip(each, widths, strict=True)]
        fields.append(np.stack(each, axis=draws))
    return Programs(*fields)


def simulate_people(seed: int, draw: int, world: World, results: Results, first: int = 0) -> None:
    """Walk and measure everybody under the program of `world`, and add to results without the axis of strategies.

    Parameters
    ----------
    results : flow float64[row, year, flow], measured float64[row, measure], held float64[row, contact, 2]
    """
    row, flow, measured, held = results
    into = Results(row, np.zeros((1, flow.shape[0], flow.shape[2], flow.shape[1])), measured[None], held[None])
    simulate_strategies(seed, draw, world, stacked([world.program]), into, first)
    flow += into.flow[0].transpose(0, 2, 1)


def simulate_strategies(
    seed: int, draw: int, world: World, programs: Programs, results: Results, first: int = 0
) -> None:
    """Walk and measure everybody under every one of `programs`; luck hangs on `seed`, `draw` and people's numbers.

    A person has one life under no program, which every strategy shares that never reaches them or changes nothing.

    Parameters
    ----------
    world : what they are walked through; its own program plays no part
    first : the number of the first person
    """
    scratch = new_scratch(world, results.flow.shape[2])
    _simulate_people(seed, draw, world, programs, results, first, scratch)


@jit
def _simulate_people(
    seed: int, draw: int, world: World, programs: Programs, results: Results, first: int, scratch: Scratch
) -> None:
    fill_guide(world.hazards, scratch)
    untouched = 0  # stays of life 0
    known = False  # whether it is measured
    for person in range(len(world.people.state)):
        key = person_key(seed, draw, first + person)
        row = results.row[person]
        propensity = high_uniform(luck(key, LUCK_ATTENDANCE, 0))
        for turn in range(programs.until.shape[0] + 1):
            program = max(turn - 1, 0)
            life = min(turn, 1)
            count = 0
            since = world.horizon
            if life > 0:
                since = reached_week(person, propensity, program, programs, untouched, world, scratch)
            if life == 0 or since < world.horizon:
                count = walk(person, key, life, since, program, programs, world, scratch)
            if life == 0:
                untouched, known = count, False
                continue
            if count == 0:
                life, count = 0, untouched
            if life > 0 or not known:
                measure(person, life, count, world, scratch)
                known = known or life == 0
            for to in range(results.flow.shape[2]):
                for year in range(results.flow.shape[3]):
                    results.flow[program, row, to, year] += scratch.flow[life, to, year]
            for outcome in range(MEASURES):
                results.measured[program, row, outcome] += scratch.measured[life, outcome]
            count_contacts(
                person,
                propensity,
                program,
                programs,
                life,
                count,
                world,
                scratch,
                results.held[program, row],
                results.measured[program, row],
            )


def trace_people(seed: int, draw: int, world: World, counts: Integers, stays: Integers) -> None:
    """Write everybody's stays: counts int64[person], stays int64[person, stay, 4].

    A person with more stays than fit keeps the true number in `counts`, so that the caller can make room and call
    again.
    """
    _trace_people(seed, draw, world, stacked([world.program]), counts, stays, new_scratch(world, 0))


@jit
def _trace_people(
    seed: int, draw: int, world: World, programs: Programs, counts: Integers, stays: Integers, scratch: Scratch
) -> None:
    fill_guide(world.hazards, scratch)
    for person in range(counts.shape[0]):
        key = person_key(seed, draw, person)
        propensity = high_uniform(luck(key, LUCK_ATTENDANCE, 0))
        counts[person] = 0
        for life in range(2):
            since = world.horizon
            if life > 0:
                since = reached_week(person, propensity, 0, programs, counts[person], world, scratch)
            if life == 0 or since < world.horizon:
                count = walk(person, key, life, since, 0, programs, world, scratch)
                if count > 0:
                    counts[person] = count
                    for stay in range(min(count, stays.shape[1])):
                        for column in range(stays.shape[2]):
                            stays[person, stay, column] = scratch.stays[life, stay, column]
