"""The task with heormodel's `MicrosimModel.discrete`, as its documentation builds one.

Everybody's probabilities are one look-up of rows by state, and the panel is run in this process: with one draw there is
nothing that its workers could share. The states at the last cycle are counted where the rewards are asked for.
"""

import numpy as np
import pandas as pd
from heormodel.models import MicrosimModel
from heormodel.run import run_psa
from task import COST, DISCOUNT_RATE, STATES, UTILITY, Answer, Task


def run(task: Task, persons: int, seed: int) -> Answer:
    """Simulate."""
    probability = task.probability
    last = np.zeros(len(STATES))
    cost, utility = task.length * COST, task.length * UTILITY

    def moves(_params, _intervention, state, _attrs, _rng):  # noqa: ANN001, ANN202  (as heormodel calls it)
        return probability[state]

    def rewards(_params, _intervention, state, attrs):  # noqa: ANN001, ANN202  (as heormodel calls it)
        if attrs["cycle"].iloc[0] == task.cycles:
            last[:] = np.bincount(state, minlength=len(STATES))
        return cost[state], utility[state]

    model = MicrosimModel.discrete(
        states=STATES,
        transition_probabilities=moves,
        state_rewards=rewards,
        interventions=["no treatment"],
        n_cycles=task.cycles,
        population=persons,
        cycle_length=task.length,
        discount_rate=DISCOUNT_RATE,
        cycle_correction="none",
    )
    draws = pd.DataFrame(index=pd.RangeIndex(1, name="iteration"), data={"none": [0.0]})
    outcomes = run_psa(model, draws, seed=seed, sequential=True, progress=False).outcomes
    return Answer(last / persons, outcomes.data[["cost", "qaly"]].to_numpy()[0])
