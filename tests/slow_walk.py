"""A person's life week by week and day by day, in plain Python, written from the rules and not from the kernel.

Slow and readable on purpose: every week is visited, every day of sick leave has a payer. It shares with the kernel the
tables of a `World` and the words of luck, nothing else.
"""

import math

import numpy as np

from hecon.model import kernel
from hecon.model.kernel import AAP, DEAD, FULL, GRADED, PENSION, UNEMPLOYED, WORK

DAYS, WEEKDAYS, YEAR = 7, 5, 52
BENEFITS = (FULL, GRADED, AAP, PENSION)
# What NAV pays in a week, and the holiday pay on it, by state and whether the later rate holds.
BY_NAV = {
    (FULL, False): (kernel.FULL_NAV, kernel.FULL_HOLIDAY_PAY),
    (FULL, True): (kernel.FULL_LATER, kernel.FULL_LATER_HOLIDAY_PAY),
    (GRADED, False): (kernel.GRADED_NAV, kernel.GRADED_HOLIDAY_PAY),
    (GRADED, True): (kernel.GRADED_LATER, kernel.GRADED_LATER_HOLIDAY_PAY),
}


class Luck:
    """The words of one person."""

    def __init__(self, seed, draw, person):
        self.key = np.uint64(kernel.person_key(seed, draw, person))

    def word(self, purpose, visit):
        return np.uint64(kernel.luck(self.key, purpose, visit))

    def uniform(self, purpose, visit):
        return kernel.high_uniform(self.word(purpose, visit))

    def patience(self, purpose, visit):
        return -math.log(self.uniform(purpose, visit))

    def destination(self, purpose, visit):
        return kernel.low_uniform(self.word(purpose, visit))


class Tables:
    """The arrays of a world as nested lists of Python, which are quicker to visit one by one."""

    def __init__(self, world):
        self.structure, self.rules, self.program = world.structure, world.rules, world.program
        self.weekly = np.diff(world.hazards.cumulative, axis=1).tolist()
        self.group = world.structure.group.tolist()
        self.destination = world.structure.destination.tolist()
        self.scale = world.structure.scale.tolist()
        self.right = world.rules.right.tolist()
        self.waits = world.rules.waits.tolist()
        self.restored_after = world.rules.restored_after.tolist()
        self.effect = world.program.effect.tolist()
        self.waiting_days = DAYS * world.rules.waiting_weeks + world.rules.waiting_days
        self.mortality = np.diff(world.hazards.mortality, axis=1).tolist()


def days_of_week(waited, used, right, waiting_days):
    """Split a week of sick leave by who pays: calendar days of the employer, weekdays of NAV, weekdays of nobody.

    A week is Monday to Sunday; `waited` weeks of the spell have passed. The right is in weekdays, and a day in the
    employer's period uses none of it.
    """
    employer = nav = nobody = 0
    for day in range(DAYS):
        if DAYS * waited + day < waiting_days:
            employer += 1
        elif day < WEEKDAYS:
            if used + nav < right:
                nav += 1
            else:
                nobody += 1
    return employer, nav, nobody


def mortality_of_week(week, age, sex, hazards, tables):
    """Sum the hazard of dying over a week that may pass a birthday."""
    last = len(tables.mortality[sex])
    now = min(max(age + week / YEAR - hazards.first_age, 0.0), last)
    end = min(max(age + (week + 1) / YEAR - hazards.first_age, 0.0), last)
    total = 0.0
    while now < end:
        year = math.floor(now)
        stop = min(end, year + 1.0)
        total += (stop - now) * tables.mortality[sex][year]
        now = stop
    return total


def slow_stays(world, seed, draw, person, tables=None):  # noqa: C901, PLR0912, PLR0915  (a week reads from top to bottom)
    """Walk one person: rows of (state, first week, weeks of the spell waited, weekdays of the right used)."""
    tables = tables or Tables(world)
    people, structure, rules, hazards, program = (
        world.people,
        world.structure,
        world.rules,
        world.hazards,
        world.program,
    )
    luck = Luck(seed, draw, person)
    scale = people.scale[person].tolist()
    age, sex, retirement = float(people.age[person]), int(people.sex[person]), int(people.retirement[person])
    state, clock, waited = int(people.state[person]), int(people.clock[person]), int(people.waited[person])
    used = people.used[person].tolist()
    visits, exits = [0] * len(tables.group), [0] * len(tables.right)
    affected = False
    propensity = luck.uniform(kernel.LUCK_ATTENDANCE, 0)
    death = luck.patience(kernel.LUCK_DEATH, 0)
    stays = []

    def begin(week):
        """Open a stay; its word and its patience are drawn as it begins."""
        stays.append((state, week, waited, used[tables.group[state]]))
        visit = visits[state]
        visits[state] += 1
        return visit, luck.patience(state, visit)

    def leave_by_exit(group, *, helped):
        """Draw where a right that has run out leads."""
        weights = [
            0.0 if to < 0 else float(hazards.exit_weight[group, slot]) * scale[structure.exit_scale[group, slot]]
            for slot, to in enumerate(structure.exit_destination[group])
        ]
        if helped:
            weights = [weight * float(program.exit_effect[group, slot]) for slot, weight in enumerate(weights)]
        left = luck.uniform(kernel.LUCK_EXIT + group, exits[group]) * sum(weights)
        exits[group] += 1
        slot = 0
        while slot < len(weights) - 1 and left >= weights[slot]:
            left -= weights[slot]
            slot += 1
        return int(structure.exit_destination[group, slot])

    visit, patience = begin(0)
    taken = False
    if retirement <= 0 < world.horizon:
        state = structure.retired
        begin(0)
        return stays
    for week in range(world.horizon):
        if structure.absorbing[state]:
            break
        group = tables.group[state]
        # Contacts due this week, for those whose state at its start is eligible: they affect those who come, and of
        # those invited who stay away as many as the contact reaches, who are nearest to coming.
        if week == program.offer_week:
            taken = bool(program.offered[person] and program.offered_in[state])
        for contact in range(len(program.week)):
            if program.week[contact] == week and program.eligible[contact, state] and taken:
                affected = affected or propensity < program.reach[contact]
        helped = affected and week < program.until
        # Hazards act.
        pull = [
            hazard * scale[tables.scale[state][slot]] * (tables.effect[state][slot] if helped else 1.0)
            for slot, hazard in enumerate(tables.weekly[state][clock])
        ]
        death -= float(hazards.mortality_ratio[state]) * mortality_of_week(week, age, sex, hazards, tables)
        patience -= sum(pull)
        # The week uses the right.
        if tables.right[group] > 0:
            past = waited if tables.waits[group] else tables.waiting_days
            _, nav, _ = days_of_week(past, used[group], tables.right[group], tables.waiting_days)
            used[group] += nav
        clock += 1
        if tables.waits[group]:
            waited += 1

        if death <= 0.0:
            entered = structure.dead
        elif week + 1 == retirement:
            entered = structure.retired
        elif patience <= 0.0:
            left = luck.destination(state, visit) * sum(pull)
            slot = 0
            while slot < len(pull) - 1 and left >= pull[slot]:
                left -= pull[slot]
                slot += 1
            entered = tables.destination[state][slot]
        elif tables.right[group] > 0 and used[group] == tables.right[group]:
            entered = leave_by_exit(group, helped=helped)
            if tables.group[entered] == group:
                used[group] = 0  # an extension opens the right anew
        else:
            continue

        if group == structure.restoring_group:
            for other, weeks in enumerate(tables.restored_after):
                if 0 < weeks <= clock:
                    used[other] = 0
        # Without a right the door is closed: the exit is drawn at once and no stay opens. It is the same for a move
        # within the spell in the very week in which the right is used up.
        while 0 < tables.right[tables.group[entered]] <= used[tables.group[entered]]:
            closed = tables.group[entered]
            entered = leave_by_exit(closed, helped=helped)
            if tables.group[entered] == closed:
                used[closed] = 0
        into = tables.group[entered]
        if tables.waits[into] and group == structure.restoring_group and clock >= rules.reopening_weeks:
            waited = 0
        if into != group:
            clock = 0
        state = entered
        visit, patience = begin(week + 1)
    else:
        # Nobody is lost at the horizon: a last row tells the state there.
        if stays[-1][1] < world.horizon and not structure.absorbing[state]:
            stays.append((state, world.horizon, waited, used[tables.group[state]]))
    return stays


def states_by_week(stays, horizon):
    """Return the state at the start of every week from 0 to the horizon."""
    states = [0] * (horizon + 1)
    for number, (state, first, *_) in enumerate(stays):
        end = stays[number + 1][1] if number + 1 < len(stays) else horizon + 1
        for week in range(first, end):
            states[week] = state
    return states


def slow_categories(world, person, stays):  # noqa: C901  (one branch a state)
    """Count one person's weeks by year and category, undiscounted weights taken from the world's discounting."""
    people, accounts, horizon = world.people, world.accounts, world.horizon
    weight = np.diff(accounts.discount)
    years = -(-horizon // YEAR)
    counted = np.zeros((years, kernel.CATEGORIES))
    states = states_by_week(stays, horizon)
    openings = {first: (waited, used) for _, first, waited, used in stays}
    waiting_days = DAYS * world.rules.waiting_weeks + world.rules.waiting_days
    right = world.rules.right[world.structure.group[FULL]]
    insured = int(people.insured_weeks[person])
    absent = int(people.clock[person])
    waited = used = unpaid_days = 0
    unpaid = np.zeros(horizon)

    for week in range(horizon):
        state = states[week]
        year = week // YEAR

        def add(category, share, year=year, week=week):
            counted[year, category] += share * weight[week]

        if week in openings:
            waited, used = openings[week]
        if state == WORK:
            add(kernel.IN_WORK, 1.0)
        elif state in (FULL, GRADED):
            by_employer, by_nobody = (
                (kernel.FULL_EMPLOYER, kernel.FULL_UNPAID)
                if state == FULL
                else (kernel.GRADED_EMPLOYER, kernel.GRADED_UNPAID)
            )
            by_nav, holiday = BY_NAV[state, waited >= accounts.later_from]
            employer, nav, nobody = days_of_week(waited, used, right, waiting_days)
            add(by_employer, employer / DAYS)
            add(by_nobody, nobody / WEEKDAYS)
            add(by_nav, 1.0 - employer / DAYS - nobody / WEEKDAYS)
            earning = sum(1 for day in range(used, used + nav) if day < accounts.holiday_pay_days)
            add(holiday, earning / WEEKDAYS)
            if week > 0 and states[week - 1] not in (FULL, GRADED):
                add(kernel.NEW_SPELL, 1.0)
            waited += 1
            used += nav
            unpaid_days += nobody
            unpaid[week] = nobody / WEEKDAYS
        elif state == AAP:
            add(kernel.ON_AAP, 1.0)
        elif state == PENSION:
            add(kernel.ON_PENSION, 1.0)
        elif state == UNEMPLOYED:
            add(kernel.UNEMPLOYED_INSURED if insured > 0 else kernel.UNEMPLOYED_ASSISTED, 1.0)
            insured -= 1
        absent = 0 if state == WORK else absent
        replaced = {
            FULL: kernel.REPLACED_FULL,
            GRADED: kernel.REPLACED_GRADED,
            AAP: kernel.REPLACED_AAP,
            PENSION: kernel.REPLACED_PENSION,
            UNEMPLOYED: kernel.REPLACED_UNEMPLOYED,
        }
        if state in replaced and absent >= accounts.friction_weeks:
            add(replaced[state], 1.0)
        absent += state != WORK
    return counted, unpaid


def slow_money(world, person, counted, flows):
    """Price counted weeks: [year, flow]."""
    accounts = world.accounts
    out = np.zeros((len(counted), flows))
    for category in range(kernel.CATEGORIES):
        for entry in range(accounts.entries[category], accounts.entries[category + 1]):
            out[:, accounts.flow[entry]] += counted[:, category] * accounts.rate[person, entry]
    return out


def slow_measures(world, person, stays, unpaid, propensity):
    """Return one person's outcomes, by the trial's definitions, from the state in every week."""
    people, accounts, horizon, program = world.people, world.accounts, world.horizon, world.program
    states = states_by_week(stays, horizon)
    out = np.zeros(kernel.MEASURES)
    share = people.benefit_share[person]
    days = [WEEKDAYS * share[states[week]] * (1.0 - unpaid[week]) for week in range(horizon)]
    out[kernel.BENEFIT_DAYS] = sum(days)
    out[kernel.BENEFIT_DAYS_12M] = sum(days[:YEAR])
    free = [state not in (*BENEFITS, DEAD) for state in states]

    def first_run(length):
        starts = (week for week in range(YEAR - length + 1) if all(free[week : week + length]))
        return next(starts, None)

    four, month = first_run(4), first_run(5)
    out[kernel.SUSTAINED_RETURN] = four is not None
    out[kernel.WEEKS_TO_SUSTAINED_RETURN] = YEAR if four is None else four
    out[kernel.SUSTAINED_RETURN_MONTH] = month is not None
    at_year = states[YEAR]
    out[kernel.NO_BENEFIT_12M] = free[YEAR]
    out[kernel.AT_WORK_12M] = at_year == WORK
    out[kernel.ON_AAP_12M] = at_year == AAP
    out[kernel.ON_PENSION_12M] = at_year == PENSION
    out[kernel.ENTERED_AAP_12M] = AAP in states[1 : YEAR + 1]
    out[kernel.NEW_SPELLS] = sum(
        states[week] in (FULL, GRADED) and states[week - 1] not in (FULL, GRADED) for week in range(1, horizon)
    )
    weight = np.diff(accounts.effect_discount)
    out[kernel.QALYS] = sum(accounts.utility[states[week]] * weight[week] / YEAR for week in range(horizon))
    held = np.zeros((len(program.week), 2))
    at_offer = program.offer_week < horizon and states[program.offer_week] in (FULL, GRADED)
    offered = bool(program.offered[person] and at_offer)
    out[kernel.OFFERED] = offered
    for contact, week in enumerate(program.week):
        if week < horizon and program.eligible[contact, states[week]] and (offered or not program.own[contact]):
            held[contact, 0 if propensity < program.attendance[contact] else 1] = 1.0
    out[kernel.CONTACTS_HELD], out[kernel.CONTACTS_MISSED] = held.sum(axis=0)
    for week in range(horizon):
        out[kernel.WEEKS_IN_STATE + states[week]] += 1.0
    return out, held
