"""Weekly hazards between states, cumulated over the weeks in a group of states.

Hazards depend on weeks in the group, on frailty and, once a contact is attended, on the program. Covariates change them
only where a source gives the effect; none does, so subgroups differ through wage, start, rights used and age alone.
"""

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.points import Inputs
from hecon.inputs.schema import State
from hecon.model import kernel
from hecon.model.kernel import AAP, DEAD, FULL, GRADED, PENSION, RETIRED, UNEMPLOYED, WEEKS_PER_YEAR, WORK

Floats = NDArray[np.float64]

STATES: tuple[str, ...] = get_args(State)

# Groups of states that share a clock.
AT_WORK, SICKNESS, ON_AAP, ON_PENSION, WITHOUT_WORK, IN_RETIREMENT, IN_DEATH = range(7)

# Columns of `People.scale`: what multiplies a person's hazards and exit weights.
SCALE_NONE, SCALE_RETURN, SCALE_RELAPSE, SCALE_EXIT = range(4)
SCALES = 4

STRUCTURE = kernel.Structure(
    group=np.array([AT_WORK, SICKNESS, SICKNESS, ON_AAP, ON_PENSION, WITHOUT_WORK, IN_RETIREMENT, IN_DEATH]),
    destination=np.array(
        [
            [FULL, GRADED, -1],
            [WORK, GRADED, -1],
            [WORK, FULL, -1],
            [WORK, PENSION, UNEMPLOYED],
            [WORK, -1, -1],
            [WORK, -1, -1],
            [-1, -1, -1],
            [-1, -1, -1],
        ]
    ),
    scale=np.array(
        [
            [SCALE_RELAPSE, SCALE_RELAPSE, SCALE_NONE],
            [SCALE_RETURN, SCALE_NONE, SCALE_NONE],
            [SCALE_RETURN, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE],
        ]
    ),
    # The allowance stands first, so that under common luck a larger weight only adds people to it.
    exit_destination=np.array(
        [
            [-1, -1, -1, -1],
            [AAP, UNEMPLOYED, PENSION, WORK],
            [AAP, PENSION, UNEMPLOYED, WORK],
            [-1, -1, -1, -1],
            [-1, -1, -1, -1],
            [-1, -1, -1, -1],
            [-1, -1, -1, -1],
        ]
    ),
    exit_scale=np.array(
        [
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_EXIT],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
            [SCALE_NONE, SCALE_NONE, SCALE_NONE, SCALE_NONE],
        ]
    ),
    absorbing=np.array([False] * 6 + [True, True]),
    restoring_group=AT_WORK,
    retired=RETIRED,
    dead=DEAD,
)
REFERENCE_WEEK = 26.0
TRIAL_WEEK = 8.0
SIXTEEN_DAYS = 16.0 / 7.0
RELAPSE_WEEK = 13.0
MORTALITY_FIRST_AGE = 18.0


def cumulative_hazards(inputs: Inputs, weeks: int) -> Floats:
    """Return the cumulative hazards of every draw.

    From week 8 of a spell, where the trial's people come in, return to work follows a power of the weeks in it,
    ``h(w) = r (w / 26)^s``; before, it is what the registers' spell lengths imply, so that new spells are as short as
    theirs. Relapse decays with the weeks in work, ``h(w) = r (1 + w / 13)^-d``; the other hazards are constant.

    Parameters
    ----------
    inputs : the draws
    weeks : length of the tables: the longest time a clock can show

    Returns
    -------
    float64[draw, state, week, slot], the hazard summed over the weeks before `week`; slots as in `STRUCTURE`
    """
    week = np.arange(weeks + 1, dtype=float)

    def of(name: str) -> Floats:
        return inputs[name][:, None]

    power = 1.0 + of("return_slope")
    since_inclusion = np.maximum(week, TRIAL_WEEK) / REFERENCE_WEEK
    to_work = REFERENCE_WEEK / power * (since_inclusion**power - (TRIAL_WEEK / REFERENCE_WEEK) ** power)
    early = _early_return(week, inputs)
    stretch = 1.0 + week / RELAPSE_WEEK
    decay = of("relapse_decay")
    near_one = np.abs(decay - 1.0) < 1e-9
    safe = np.where(near_one, 0.0, decay)
    decayed = np.where(near_one, np.log(stretch), (stretch ** (1.0 - safe) - 1.0) / (1.0 - safe))
    relapse = of("relapse_rate") / WEEKS_PER_YEAR * RELAPSE_WEEK * decayed
    yearly = week / WEEKS_PER_YEAR

    out = np.zeros((len(inputs), len(STATES), weeks + 1, STRUCTURE.destination.shape[1]))
    out[:, WORK, :, 0] = of("relapse_full_share") * relapse
    out[:, WORK, :, 1] = (1.0 - of("relapse_full_share")) * relapse
    out[:, FULL, :, 0] = early + of("return_rate_full") * to_work
    out[:, FULL, :, 1] = of("full_to_graded_rate") * week
    out[:, GRADED, :, 0] = early + of("return_rate_graded") * to_work
    out[:, GRADED, :, 1] = of("graded_to_full_rate") * week
    out[:, AAP, :, 0] = of("aap_to_work") * yearly
    out[:, AAP, :, 1] = of("aap_to_disability") * yearly
    out[:, AAP, :, 2] = of("aap_to_unemployed") * yearly
    out[:, PENSION, :, 0] = of("disability_to_work") * yearly
    out[:, UNEMPLOYED, :, 0] = of("unemployed_to_work") * yearly
    return out


def _early_return(week: Floats, inputs: Inputs) -> Floats:
    """Return the cumulative hazard of return in a spell's first 8 weeks: float64[draw, week], level from there on.

    It reaches ``-ln S`` where registers count the share S of spells still going on: at 16 days and at 8 weeks.
    """
    at_16_days = -np.log(inputs["spells_over_16_days"])[:, None]
    at_8_weeks = np.maximum(-np.log(inputs["spells_over_8_weeks"])[:, None], at_16_days)  # no spell comes back
    first = np.minimum(week / SIXTEEN_DAYS, 1.0)
    second = np.clip((week - SIXTEEN_DAYS) / (TRIAL_WEEK - SIXTEEN_DAYS), 0.0, 1.0)
    return np.asarray(at_16_days * first + (at_8_weeks - at_16_days) * second)


def exit_weights(inputs: Inputs) -> Floats:
    """Return the weights of where people go when a right runs out: float64[draw, group, slot]."""
    out = np.zeros((len(inputs), *STRUCTURE.exit_destination.shape))
    out[:, SICKNESS, 0] = inputs["exhaustion_aap_weight"]
    out[:, SICKNESS, 1] = inputs["exhaustion_unemployed_weight"]
    out[:, SICKNESS, 2] = inputs["exhaustion_disability_weight"]
    out[:, SICKNESS, 3] = 1.0
    out[:, ON_AAP, 0] = inputs["aap_extension_share"]
    out[:, ON_AAP, 1] = inputs["aap_end_disability_weight"]
    out[:, ON_AAP, 2] = inputs["aap_end_unemployed_weight"]
    out[:, ON_AAP, 3] = inputs["aap_end_work_weight"]
    return out


def cumulative_mortality(inputs: Inputs) -> Floats:
    """Return the cumulative hazard of dying by age: float64[draw, sex (men, women), year of life]."""
    yearly = np.stack([-np.log1p(-inputs[name] / 1000.0) for name in ("mortality_men", "mortality_women")], axis=1)
    start = np.zeros((*yearly.shape[:2], 1))
    return np.concatenate([start, np.cumsum(yearly, axis=2)], axis=2)


def hazards(inputs: Inputs, weeks: int) -> list[kernel.Hazards]:
    """Return the kernel's hazards of every draw, with clocks to `weeks`."""
    cumulative = cumulative_hazards(inputs, weeks)
    weights = exit_weights(inputs)
    mortality = cumulative_mortality(inputs)
    ratio = np.ones((len(inputs), len(STATES)))
    ratio[:, PENSION] = inputs["mortality_ratio_pension"]
    return [
        kernel.Hazards(cumulative[draw], weights[draw], mortality[draw], ratio[draw], MORTALITY_FIRST_AGE)
        for draw in range(len(inputs))
    ]
