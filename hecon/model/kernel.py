"""The numba loops: `walk` writes a person's stays, `measure` reads them.

Arrays in, arrays out: no money, names, files or random streams, and no import of ours. A person's life is a row of
*stays* `(state, first week)`. Each stay draws one unit exponential, its *patience*; the stay ends in the week in which
the cumulative hazard has eaten it, which is inversion of the cumulative hazard and exact in discrete time: the weekly
leaving probability is ``1 - exp(-h)``. Luck is a hash of (seed, draw, person, state, visit), never a stream, so the
same person has the same patience under every strategy, whatever the order of the loop.

All jitted functions stand in this file, because numba's cache does not see a change of a callee in another one.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

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

    Attributes
    ----------
    stays : int64[stay, 4]
    visits : int64[state + group]
    used : int64[group]
    scaled : float64[slot]
    weights : float64[slot]
    weeks : float64[year, category]
    """

    stays: Integers
    visits: Integers
    used: Integers
    scaled: Floats
    weights: Floats
    weeks: Floats


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
    """Where a draw of a strategy is counted.

    Attributes
    ----------
    row : int64[person], the row of the others that a person is added to.
    flow : float64[row, year, flow], discounted money.
    measured : float64[row, measure]
    held : float64[row, contact, 2], contacts held and missed.
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
def waiting_share(week: int, rules: Rules) -> float:
    """Return the share of a week's money that the waiting period covers: 1, 1 and 2/7 of 16 calendar days."""
    if week < rules.waiting_weeks:
        return 1.0
    return rules.waiting_days / DAYS_PER_WEEK if week == rules.waiting_weeks else 0.0


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
def walk(person: int, key: np.uint64, world: World, scratch: Scratch) -> int:
    """Write one person's stays into `scratch.stays` and return how many.

    The order within a week is: the state held at its start counts; contacts due are held; hazards act; those still
    there meet the end of a right, retirement. Death takes precedence in its week. The last stay begins at the horizon
    or before it; a stay that begins at the horizon has no weeks and tells the state there.

    Parameters
    ----------
    person : row of `world.people`
    key : the person's luck
    scratch : its stays (at least horizon + 2 rows) are filled with state, first week, weeks of the spell by law and
        weekdays of the right used when the stay began
    """
    people, structure, rules, hazards, program = (
        world.people,
        world.structure,
        world.rules,
        world.hazards,
        world.program,
    )
    horizon = world.horizon
    slots = structure.destination.shape[1]
    states = structure.group.shape[0]
    groups = rules.right.shape[0]
    stays, visits, used, scaled, weights = (
        scratch.stays,
        scratch.visits,
        scratch.used,
        scratch.scaled,
        scratch.weights,
    )
    visits[:] = 0
    for group in range(groups):
        used[group] = people.used[person, group]
    contacts = program.week.shape[0]
    propensity = high_uniform(luck(key, LUCK_ATTENDANCE, 0)) if contacts > 0 else 1.0
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
    contact = 0
    reached = False
    taken = False  # offered the program, once the week of the offer is behind

    while True:
        group = structure.group[state]
        stays[count, STATE] = state
        stays[count, FIRST] = week
        stays[count, WAITED] = waited
        stays[count, USED] = used[group]
        count += 1
        if week >= horizon or structure.absorbing[state]:
            return count

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
        offset = clock - week
        leaving = 0
        now = week
        while now < end:
            while contact < contacts and program.week[contact] <= now:
                if (
                    program.week[contact] == now
                    and propensity < program.reach[contact]
                    and program.eligible[contact, state]
                    and program.offered[person]
                    and (taken or (week <= program.offer_week and program.offered_in[state]))
                ):
                    reached = True
                contact += 1
            bound = end
            active = reached and now < program.until
            if active:
                bound = min(bound, program.until)
            elif not reached and contact < contacts:
                bound = min(bound, program.week[contact])
            for slot in range(slots):
                scaled[slot] = people.scale[person, structure.scale[state, slot]]
                if active:
                    scaled[slot] *= program.effect[state, slot]
            low = now + offset
            high = bound + offset
            before = 0.0
            after = 0.0
            for slot in range(slots):
                before += scaled[slot] * hazards.cumulative[state, low, slot]
                after += scaled[slot] * hazards.cumulative[state, high, slot]
            if after - before >= patience:
                target = before + patience
                while high - low > 1:
                    middle = (low + high) >> 1
                    total = 0.0
                    for slot in range(slots):
                        total += scaled[slot] * hazards.cumulative[state, middle, slot]
                    if total >= target:
                        high = middle
                    else:
                        low = middle
                leaving = high - offset
                break
            patience -= after - before
            now = bound

        next_week = end if leaving == 0 or leaving >= end else leaving
        weeks = next_week - week
        if week <= program.offer_week < next_week:
            taken = program.offered_in[state]
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
            stays[count, STATE] = state
            stays[count, FIRST] = next_week
            stays[count, WAITED] = waited
            stays[count, USED] = used[group]
            return count + 1

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
            for slot in range(weights.shape[0]):
                weights[slot] = 0.0
                if structure.exit_destination[exiting, slot] >= 0:
                    weights[slot] = (
                        hazards.exit_weight[exiting, slot] * people.scale[person, structure.exit_scale[exiting, slot]]
                    )
                    if reached and next_week <= program.until:
                        weights[slot] *= program.exit_effect[exiting, slot]
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


# --- measure ------------------------------------------------------------------------------------------------------


@inlined
def add_weeks(weeks: Floats, category: int, first: int, end: int, discount: Floats) -> None:
    """Add the discounted weeks from `first` to before `end` to the years they fall in."""
    while first < end:
        year = first // WEEKS_PER_YEAR
        stop = min(end, (year + 1) * WEEKS_PER_YEAR)
        weeks[year, category] += discount[stop] - discount[first]
        first = stop


@inlined
def move_weeks(weeks: Floats, source: int, target: int, share: float, week: int, discount: Floats) -> None:
    """Move a share of one discounted week from a category to another."""
    amount = share * (discount[week + 1] - discount[week])
    weeks[week // WEEKS_PER_YEAR, source] -= amount
    weeks[week // WEEKS_PER_YEAR, target] += amount


@inlined
def count_sick_leave(
    nav: int, first: int, end: int, waited: int, used: int, group: int, rules: Rules, accounts: Accounts, weeks: Floats
) -> int:
    """Count the weeks of a stay on sick leave by who pays and return the weekdays after the right ran out.

    Parameters
    ----------
    nav : the category of weeks that NAV pays; the employer's stands before it, and after it unpaid, holiday pay, NAV's
        at the later rate, and holiday pay on those
    """
    later = min(end, max(first, first + accounts.later_from - waited))
    add_weeks(weeks, nav, first, later, accounts.discount)
    add_weeks(weeks, nav + 3, later, end, accounts.discount)
    week = first
    while week < end and waited + week - first <= rules.waiting_weeks:
        share = waiting_share(waited + week - first, rules)
        move_weeks(weeks, nav if week < later else nav + 3, nav - 1, share, week, accounts.discount)
        week += 1
    unpaid = max(0, rights_after(used, waited, end - first, group, rules) - rules.right[group])
    if unpaid > 0:
        paid = nav if end - 1 < later else nav + 3
        move_weeks(weeks, paid, nav + 1, unpaid / WEEKDAYS, end - 1, accounts.discount)
    week = first
    while week < end and used < accounts.holiday_pay_days:
        after = min(rights_after(used, waited + week - first, 1, group, rules), rules.right[group])
        days = min(after, accounts.holiday_pay_days) - used
        weeks[week // WEEKS_PER_YEAR, nav + 2 if week < later else nav + 4] += (
            days / WEEKDAYS * (accounts.discount[week + 1] - accounts.discount[week])
        )
        used = after
        week += 1
    return unpaid


@inlined
def on_benefit(state: int) -> bool:
    """Return whether the trial counts the state as a medical benefit."""
    return FULL <= state <= PENSION


@inlined
def measure(person: int, count: int, world: World, scratch: Scratch, flow: Floats, measured: Floats) -> None:
    """Add what one person's stays are worth to `flow` (float64[year, flow]) and `measured` (float64[measure]).

    Parameters
    ----------
    count : how many stays `walk` wrote into `scratch.stays`
    """
    people, structure, rules, accounts, horizon = (
        world.people,
        world.structure,
        world.rules,
        world.accounts,
        world.horizon,
    )
    stays, weeks = scratch.stays, scratch.weeks
    weeks[:] = 0.0
    discount = accounts.discount
    absent_since = -people.clock[person]
    insured = people.insured_weeks[person]
    free_since = -1  # first week of the present run of weeks without benefit
    sustained = horizon + 1
    sustained_month = horizon + 1
    entered_aap = 0.0
    for stay in range(count):
        state = stays[stay, STATE]
        first = stays[stay, FIRST]
        end = stays[stay + 1, FIRST] if stay + 1 < count else horizon
        length = end - first
        newly = first > 0 and structure.group[stays[stay - 1, STATE]] != structure.group[state]
        unpaid = 0
        category = -1
        if state == WORK:
            add_weeks(weeks, IN_WORK, first, end, discount)
            absent_since = end
        elif state in (FULL, GRADED):
            nav = FULL_NAV if state == FULL else GRADED_NAV
            category = REPLACED_FULL if state == FULL else REPLACED_GRADED
            unpaid = count_sick_leave(
                nav, first, end, stays[stay, WAITED], stays[stay, USED], structure.group[state], rules, accounts, weeks
            )
            if newly and first < horizon:
                measured[NEW_SPELLS] += 1.0
                weeks[first // WEEKS_PER_YEAR, NEW_SPELL] += discount[first + 1] - discount[first]
        elif state == AAP:
            add_weeks(weeks, ON_AAP, first, end, discount)
            category = REPLACED_AAP
            if first <= WEEKS_PER_YEAR and first > 0:
                entered_aap = 1.0
        elif state == PENSION:
            add_weeks(weeks, ON_PENSION, first, end, discount)
            category = REPLACED_PENSION
        elif state == UNEMPLOYED:
            covered = min(length, insured)
            insured -= covered
            add_weeks(weeks, UNEMPLOYED_INSURED, first, first + covered, discount)
            add_weeks(weeks, UNEMPLOYED_ASSISTED, first + covered, end, discount)
            category = REPLACED_UNEMPLOYED
        if category >= 0:
            add_weeks(weeks, category, max(first, absent_since + accounts.friction_weeks), end, discount)

        share = WEEKDAYS * people.benefit_share[person, state]
        if share > 0.0:
            measured[BENEFIT_DAYS] += share * (length - unpaid / WEEKDAYS)
            within = min(end, WEEKS_PER_YEAR) - first
            if within > 0:
                measured[BENEFIT_DAYS_12M] += share * (within - (unpaid / WEEKDAYS if end <= WEEKS_PER_YEAR else 0.0))
        measured[WEEKS_IN_STATE + state] += length
        measured[QALYS] += (
            accounts.utility[state] * (accounts.effect_discount[end] - accounts.effect_discount[first]) / WEEKS_PER_YEAR
        )

        # Sustained return: four weeks without benefit; the dead do not return.
        if on_benefit(state) or state == DEAD:
            free_since = -1
        else:
            if free_since < 0:
                free_since = first
            if end - free_since >= 4:
                sustained = min(sustained, free_since)
            if end - free_since >= 5:
                sustained_month = min(sustained_month, free_since)
        if first <= WEEKS_PER_YEAR and (end > WEEKS_PER_YEAR or stay == count - 1):
            measured[NO_BENEFIT_12M] += 0.0 if on_benefit(state) or state == DEAD else 1.0
            measured[AT_WORK_12M] += 1.0 if state == WORK else 0.0
            measured[ON_AAP_12M] += 1.0 if state == AAP else 0.0
            measured[ON_PENSION_12M] += 1.0 if state == PENSION else 0.0
    measured[ENTERED_AAP_12M] += entered_aap
    measured[SUSTAINED_RETURN] += 1.0 if sustained + 4 <= WEEKS_PER_YEAR else 0.0
    measured[WEEKS_TO_SUSTAINED_RETURN] += sustained if sustained + 4 <= WEEKS_PER_YEAR else WEEKS_PER_YEAR
    measured[SUSTAINED_RETURN_MONTH] += 1.0 if sustained_month + 5 <= WEEKS_PER_YEAR else 0.0
    for year in range(weeks.shape[0]):
        for category in range(CATEGORIES):
            amount = weeks[year, category]
            if amount != 0.0:
                for entry in range(accounts.entries[category], accounts.entries[category + 1]):
                    flow[year, accounts.flow[entry]] += amount * accounts.rate[person, entry]


@inlined
def count_contacts(
    person: int, key: np.uint64, count: int, world: World, scratch: Scratch, held: Floats, measured: Floats
) -> None:
    """Add one person's contacts to `held` (float64[contact, 2]: held, missed): due only while still eligible."""
    program = world.program
    offered = program.offered[person] and program.offer_week < world.horizon
    if offered:
        stay = 0
        while stay + 1 < count and scratch.stays[stay + 1, FIRST] <= program.offer_week:
            stay += 1
        offered = program.offered_in[scratch.stays[stay, STATE]]
        measured[OFFERED] += 1.0 if offered else 0.0
    propensity = high_uniform(luck(key, LUCK_ATTENDANCE, 0))
    stay = 0
    for contact in range(program.week.shape[0]):
        week = program.week[contact]
        if week >= world.horizon:
            return
        while stay + 1 < count and scratch.stays[stay + 1, FIRST] <= week:
            stay += 1
        if program.eligible[contact, scratch.stays[stay, STATE]] and (offered or not program.own[contact]):
            missed = 0 if propensity < program.attendance[contact] else 1
            held[contact, missed] += 1.0
            measured[CONTACTS_HELD + missed] += 1.0


def new_scratch(world: World) -> Scratch:
    """Return scratch space for walks in `world`."""
    states, slots = world.structure.destination.shape
    groups, exits = world.structure.exit_destination.shape
    years = -(-world.horizon // WEEKS_PER_YEAR)
    return Scratch(
        np.empty((world.horizon + 2, 4), np.int64),
        np.empty(states + groups, np.int64),
        np.empty(groups, np.int64),
        np.empty(slots),
        np.empty(exits),
        np.empty((years, CATEGORIES)),
    )


def simulate_people(seed: int, draw: int, world: World, results: Results, first: int = 0) -> None:
    """Walk and measure everybody; luck hangs on `seed`, `draw` and their numbers, of which `first` is the first."""
    _simulate_people(seed, draw, world, results, first, new_scratch(world))


@jit
def _simulate_people(seed: int, draw: int, world: World, results: Results, first: int, scratch: Scratch) -> None:
    for person in range(len(world.people.state)):
        key = person_key(seed, draw, first + person)
        count = walk(person, key, world, scratch)
        row = results.row[person]
        measure(person, count, world, scratch, results.flow[row], results.measured[row])
        count_contacts(person, key, count, world, scratch, results.held[row], results.measured[row])


def trace_people(seed: int, draw: int, world: World, counts: Integers, stays: Integers) -> None:
    """Write everybody's stays: counts int64[person], stays int64[person, stay, 4].

    A person with more stays than fit keeps the true number in `counts`, so that the caller can make room and call
    again.
    """
    _trace_people(seed, draw, world, counts, stays, new_scratch(world))


@jit
def _trace_people(seed: int, draw: int, world: World, counts: Integers, stays: Integers, scratch: Scratch) -> None:
    for person in range(counts.shape[0]):
        counts[person] = walk(person, person_key(seed, draw, person), world, scratch)
        for stay in range(min(counts[person], stays.shape[1])):
            for column in range(stays.shape[2]):
                stays[person, stay, column] = scratch.stays[stay, column]
