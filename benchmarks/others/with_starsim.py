"""The task with starsim: a module whose agents are told, on entering a state, when they leave it and where to.

That is how starsim's own diseases go on (a duration is drawn once, and each step looks who is due), and its quicker
random numbers are asked for. Death is requested, so that the dead are looked at no more.
"""

import numpy as np
import starsim as ss
from task import STATES, Answer, Task, from_counts

ss.options(verbose=0, crn=False)
DEAD = STATES.index("dead")


class FourStates(ss.Module):
    """People who move between four states.

    Parameters
    ----------
    hazard : float64[state, state], per step
    """

    def __init__(self, hazard: np.ndarray) -> None:
        super().__init__(name="four_states")
        self.total = hazard.sum(axis=1)
        self.ends = np.cumsum(hazard, axis=1)
        self.define_pars(patience=ss.expon(scale=1.0), destination=ss.random())
        self.define_states(ss.IntArr("at", default=0), ss.FloatArr("ti_leave"))

    def init_results(self) -> None:
        """Count people by state."""
        super().init_results()
        self.define_results(*(ss.Result(f"n_{state}", dtype=int, scale=False) for state in STATES[:DEAD]))

    def init_post(self) -> None:
        """Draw when everybody leaves the first state."""
        super().init_post()
        self.stay(self.sim.people.auids)

    def stay(self, uids: ss.uids) -> None:
        """Draw how long the present state lasts: the step in which the hazards have eaten the patience."""
        with np.errstate(divide="ignore"):
            self.ti_leave[uids] = self.ti + np.ceil(self.pars.patience.rvs(uids) / self.total[self.at[uids]])

    def step(self) -> None:
        """Move who is due."""
        due = (self.ti_leave <= self.ti).uids
        if not len(due):
            return
        left = self.at[due]
        where = self.pars.destination.rvs(due) * self.total[left]
        self.at[due] = (where[:, None] >= self.ends[left]).sum(axis=1)
        self.stay(due)
        self.sim.people.request_death(due[self.at[due] == DEAD])

    def update_results(self) -> None:
        """Count people by state, the dead apart, who are no agents any more."""
        super().update_results()
        counts = np.bincount(self.at.values, minlength=len(STATES))
        for state, count in zip(STATES[:DEAD], counts, strict=False):
            self.results[f"n_{state}"][self.ti] = count


def run(task: Task, persons: int, seed: int) -> Answer:
    """Simulate."""
    model = FourStates(task.hazard)
    sim = ss.Sim(n_agents=persons, modules=model, start=0, dur=task.cycles, dt=1, rand_seed=seed, use_aging=False)
    sim.run()
    found = sim.results["four_states"]
    alive = np.array([found[f"n_{state}"].values for state in STATES[:DEAD]], dtype=np.float64).T
    return from_counts(task, np.column_stack([alive, persons - alive.sum(axis=1)]))
