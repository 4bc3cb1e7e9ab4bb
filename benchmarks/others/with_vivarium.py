"""The task with vivarium: a component that moves people in one step, as its examples' components do.

The framework's own state machine does the same in three times the time, for it selects, draws and updates state by
state. A context is set up and stepped in this process, without logging; people are counted as metrics are due.
"""

from typing import Any

import numpy as np
import pandas as pd
from task import STATES, Answer, Task, from_counts
from vivarium import Component, InteractiveContext
from vivarium.framework.engine import Builder
from vivarium.framework.event import Event
from vivarium.framework.population import SimulantData

STEP_DAYS = 7


class FourStates(Component):
    """People who move between four states.

    Parameters
    ----------
    probability : float64[state, state], per step
    """

    def __init__(self, probability: np.ndarray) -> None:
        super().__init__()
        self.ends = np.cumsum(probability, axis=1)[:, :-1]
        self.counts: list[np.ndarray] = []

    def setup(self, builder: Builder) -> None:
        """Ask for a column and a stream of luck."""
        self.randomness = builder.randomness.get_stream("four_states")
        builder.population.register_initializer(initializer=self.begin, columns="state", required_resources=[])

    def begin(self, people: SimulantData) -> None:
        """Put everybody in the first state."""
        self.population_view.initialize(pd.Series(0, index=people.index, name="state"))
        self.counts.append(np.bincount(np.zeros(len(people.index), dtype=np.int64), minlength=len(STATES)))

    def on_time_step(self, event: Event) -> None:
        """Move."""
        state = self.population_view.get(event.index, "state").to_numpy()
        draw = self.randomness.get_draw(event.index).to_numpy()
        entered = (draw[:, None] >= self.ends[state]).sum(axis=1)
        self.population_view.update("state", lambda _: pd.Series(entered, index=event.index, name="state"))

    def on_collect_metrics(self, event: Event) -> None:
        """Count people by state."""
        state = self.population_view.get(event.index, "state").to_numpy()
        self.counts.append(np.bincount(state, minlength=len(STATES)))


def run(task: Task, persons: int, seed: int) -> Answer:
    """Simulate."""
    model = FourStates(task.probability)
    begin = pd.Timestamp("2000-01-01")
    end = begin + pd.Timedelta(days=STEP_DAYS * task.cycles)
    settings: dict[str, Any] = {
        "population": {"population_size": persons},
        "randomness": {"random_seed": seed},
        "time": {
            "start": {"year": begin.year, "month": begin.month, "day": begin.day},
            "end": {"year": end.year, "month": end.month, "day": end.day},
            "step_size": STEP_DAYS,
        },
    }
    context = InteractiveContext(components=[model], configuration=settings, logging_verbosity=0)
    context.take_steps(task.cycles, with_logging=False)
    return from_counts(task, np.array(model.counts, dtype=np.float64))
