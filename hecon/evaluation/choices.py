"""What else could be chosen: every program there is a file of, and what effect would pay for a program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hecon.evaluation.programs import conflicts, program_table, simulate_programs
from hecon.evaluation.thresholds import break_even, table
from hecon.model.simulation import COMPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.schema import ProgramFile

DRAWS, PEOPLE = 400, 1000
NEEDED_DRAWS, NEEDED_PEOPLE = 200, 500


@dataclass(frozen=True)
class Choices:
    """The programs beside those of a comparison, for synthetic people over 12 months.

    Attributes
    ----------
    programs
        As `hecon.evaluation.programs.program_table` gives them.
    needed
        The effect at which programs break even for society, as `hecon.evaluation.thresholds.table` gives it.
    conflicts
        As `hecon.evaluation.programs.conflicts` gives them.
    draws, people
        Draws of `programs`, and people in each.
    """

    programs: pd.DataFrame = field(repr=False)
    needed: pd.DataFrame = field(repr=False)
    conflicts: pd.DataFrame = field(repr=False)
    draws: int
    people: int


def choices(
    parameters: Parameters,
    compared: Iterable[str],
    *,
    draws: int,
    people: int,
    seed: int,
    threads: int | None = None,
    progress: bool = False,
) -> Choices:
    """Run every program against usual case management, and ask what effect some of them would need.

    A program whose response curve nobody has made yet is left out.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    compared
        The programs of which to ask; those that nobody knows an effect of are asked too.
    draws, people
        Of the probabilistic analysis that this stands beside, and in each: no more are run here.
    seed
        Of all luck.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the run has come.
    """
    draws_here, people_here = min(draws, DRAWS), min(people, PEOPLE)
    run = simulate_programs(
        parameters,
        programs=[name for name, program in parameters.programs.items() if _calibrated(program)],
        draws=draws_here,
        people=people_here,
        seed=seed,
        threads=threads,
        progress=progress,
    )
    unknown = [name for name, program in parameters.programs.items() if not program.effect_known]
    asked = [name for name in dict.fromkeys([*compared, *unknown]) if name != COMPARATOR]
    needed = [
        found
        for name in asked
        for found in break_even(
            parameters,
            name,
            "effect",
            perspectives=("society", "public_purse"),
            draws=min(draws, NEEDED_DRAWS),
            people=min(people, NEEDED_PEOPLE),
            seed=seed,
            threads=threads,
        )
    ]
    return Choices(program_table(parameters, run), table(needed), conflicts(parameters), draws_here, people_here)


def _calibrated(program: ProgramFile) -> bool:
    return all(effect.measured is None or effect.measured.curve for effect in program.effects)
