"""The comparison of the programs: base case, probabilistic analysis, and what it takes to make them again."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hecon import SEED, __version__
from hecon.evaluation import results
from hecon.evaluation.account import account
from hecon.evaluation.budget_tables import RollOut, roll_out
from hecon.evaluation.cea import incremental
from hecon.evaluation.choices import Choices, choices
from hecon.evaluation.information import BASE, Information, information, redrawing
from hecon.evaluation.one_way import one_way
from hecon.evaluation.pairs import value_of_day
from hecon.evaluation.plans import check_strategies
from hecon.evaluation.precision import Precision, again_inputs, other_luck, precision
from hecon.evaluation.trial import TRIALS, AgainstTrial, against_trial
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.model.identity import code_digest
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import costs
from hecon.model.runs import run_blocks, write_csv
from hecon.model.simulation import COMPARATOR, STRATEGIES, occupancy, simulate, trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hecon.inputs.parameters import Parameters

NO_AAP_DIFFERENCE = "aap_difference_zero"
SUBGROUPS = ("start", "diagnosis")
QUANTILES = np.linspace(0.0, 1.0, 201)
LEAST_WEEKS = 104
ONE_WAY_PEOPLE = 2000
LEAST_TRIALS = 100
"""People in whom each parameter is moved by itself, at most."""
HEALTH_ONLY = {"causal_share_of_utility_difference"}
"""Parameters that move QALYs and no money: a scenario of these alone cannot change a gain in NOK."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything a report needs, per run; nothing of the clock, so that a run can be repeated byte for byte.

    Attributes
    ----------
    parameters
        What was read.
    comparator
        The strategy that the others are measured against.
    base
        Base case, per person: ``money[horizon, strategy, flow]``, ``cost`` and ``cost_error[horizon, strategy,
        perspective]`` (the Monte Carlo error of the increment, from persons), ``outcome`` and ``outcome_error[strategy,
        measure]``, ``benefit_days[strategy, quantile]``, ``weeks_to_return[strategy, quantile]`` and ``value_of_day``.
    carried
        Probabilistic analysis with state differences carried forward: sums over people by draw, strategy, subgroup,
        year and flow, as `simulate` returns them.
    alike
        The same under the scenario without a difference in work assessment allowance.
    occupancy
        Share of people by strategy, week and state, base case.
    scenarios
        Gain to society per person, NOK, by scenario, strategy and horizon, base case; "base" is the first scenario.
    structural
        Cost per person in 12 months by scenario in which draws fall otherwise (`redrawing`), draw, strategy and
        perspective; "base" is the first scenario.
    precision
        How exact every headline is, and what its error comes from.
    information
        What knowing more would be worth before choosing.
    choices
        Every program beside those compared, and the effect that some would need; None where the people are a user's.
    one_way
        What each parameter does by itself over 12 months, as `hecon.evaluation.one_way.one_way` gives it; None where
        the people are a user's.
    budget
        What a national roll-out would spend and release; None where the people are a user's, or the comparator is not
        usual case management.
    trial
        The trial's arms, emulated at the base case, beside what it published.
    account
        What the base case's first 12 months are made of, as quantities that times prices give every flow.
    record
        Seed, sizes, versions, the calibrated tables and the parameters' hash.
    """

    parameters: Parameters
    comparator: str
    base: xr.Dataset = field(repr=False)
    carried: xr.Dataset = field(repr=False)
    alike: xr.Dataset = field(repr=False)
    occupancy: xr.DataArray = field(repr=False)
    scenarios: xr.DataArray = field(repr=False)
    structural: xr.DataArray = field(repr=False)
    precision: Precision = field(repr=False)
    information: Information = field(repr=False)
    choices: Choices | None = field(repr=False)
    one_way: pd.DataFrame | None = field(repr=False)
    budget: RollOut | None = field(repr=False)
    trial: AgainstTrial = field(repr=False)
    account: xr.Dataset = field(repr=False)
    record: Mapping[str, Any]

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies, in order."""
        return tuple(str(name) for name in self.carried["strategy"].to_numpy())

    @property
    def programs(self) -> tuple[str, ...]:
        """Names of the strategies other than the comparator."""
        return tuple(name for name in self.strategies if name != self.comparator)

    @property
    def draws(self) -> int:
        """How many draws the probabilistic analysis has."""
        return int(self.carried.sizes["draw"])

    @cached_property
    def per_person(self) -> xr.Dataset:
        """Money and outcomes of `carried` per person, over the people of all subgroups."""
        return results.per_person(self.carried)

    @cached_property
    def per_person_alike(self) -> xr.Dataset:
        """The same of `alike`."""
        return results.per_person(self.alike)

    @cached_property
    def found(self) -> dict[tuple[str, str], Any]:
        """What `hecon.evaluation.results` has computed of the run, by what it is: many texts and tables ask again."""
        return {}

    def said(self, parameters: Parameters, information: Information) -> Comparison:
        """Give the same run with its labels in other words: numbers that were computed of it are not computed again."""
        other = replace(self, parameters=parameters, information=information)
        for name in ("per_person", "per_person_alike", "found"):
            other.__dict__[name] = getattr(self, name)
        return other

    def label(self, strategy: str) -> str:
        """Give a strategy's name in words."""
        return self.parameters.programs[strategy].label

    def save(self, path: Path | str) -> Path:
        """Write everything to one NetCDF file, which `hecon.read_comparison` reads again."""
        from hecon.evaluation.store import save

        return save(self, Path(path))

    def save_csv(self, folder: Path | str) -> list[Path]:
        """Write the tables of results, one CSV each, six significant digits."""
        tables = {
            "costs_by_perspective": results.perspective_costs(self),
            "ledger": results.ledger(self),
            "cost_per_day": results.cost_per_day(self),
            "icer": results.program_icers(self),
            "returns": results.returns(self),
            "five_years": results.after_month_12(self),
            "productivity": results.productivity(self),
            "subgroups": results.subgroups(self),
            "outcomes": results.outcomes(self),
            "scenarios": results.scenarios(self),
            "structural": results.structural(self),
            "precision": self.precision.table,
            "precision_base": self.precision.base,
            "evpi": self.information.everything,
            "evpi_bracket": self.precision.bracket,
            "evppi": self.information.known,
        }
        if self.choices is not None:
            tables |= {"programs": self.choices.programs, "needed_effects": self.choices.needed}
        if self.one_way is not None:
            tables["one_way"] = self.one_way
        if self.budget is not None:
            tables |= {
                "budget_by_payer": self.budget.by_payer,
                "budget_cash": self.budget.cash,
                "budget_volumes": self.budget.volumes,
                "budget_staff": self.budget.staff,
            }
        return [write_csv(table, Path(folder) / f"{name}.csv") for name, table in tables.items()]


def compare(
    parameters: Parameters,
    *,
    strategies: Sequence[str] = STRATEGIES,
    people: int = 20_000,
    draws: int = 1000,
    draw_people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    cohort: pd.DataFrame | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Comparison:
    """Compare strategies in the base case and in a probabilistic analysis.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    people
        Synthetic people in the base case.
    draws, draw_people
        Draws of the probabilistic analysis, and people in each.
    weeks
        The long horizon.
    seed
        Of all luck.
    cohort
        A user's own people, in place of synthetic ones.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the run has come.

    Raises
    ------
    InputError
        If a size is too small, a strategy is unknown, or a scenario cannot be put in place.
    """
    _check(draws, weeks, strategies)
    comparator = strategies[0]
    scenarios = _in_place(parameters)
    alike = scenarios.pop(NO_AAP_DIFFERENCE)

    def run(
        given: Parameters,
        what: str | None,
        *,
        sampled: bool,
        again: bool = False,
        by: str | Sequence[str] = (),
        threads: int | None = threads,
        weeks: int = weeks,
    ) -> xr.Dataset:
        """Simulate at the given parameters; `again`, the first draws with another luck."""
        inputs = given.sample(draws, seed) if sampled else given.base_case()
        return simulate(
            again_inputs(inputs) if again else inputs,
            strategies,
            people=draw_people if sampled else people,
            weeks=weeks,
            seed=other_luck(seed) if again else seed,
            by=by,
            cohort=cohort,
            threads=threads,
            progress=what if progress else None,
        )

    carried = run(parameters, "Probabilistic analysis", sampled=True, by=SUBGROUPS)
    again = run(parameters, "Another luck", sampled=True, again=True)
    without = run(alike, "Allowance difference zero", sampled=True)
    persons = run(parameters, "Base case", sampled=False, by="person")
    base = _reduced(persons, comparator)
    base_alike = _reduced(run(alike, None, sampled=False, by="person"), comparator)
    late = results.CARRIED_FORWARD
    base_all = xr.concat(
        [base, base_alike.sel(horizon=[late]).assign_coords(horizon=[results.AAP_DIFFERENCE_ZERO])],
        dim="horizon",
        data_vars="minimal",
        join="exact",
        coords="minimal",
        compat="override",
    )
    moved: dict[str, xr.Dataset] = {}
    run_blocks(
        lambda name: moved.update({name: run(scenarios[name], None, sampled=False, threads=1)}),
        scenarios,
        threads=threads,
        progress="Scenarios" if progress else None,
    )
    years = {"base": carried, NO_AAP_DIFFERENCE: without}
    for name in (name for name in redrawing(parameters, strategies) if name in scenarios):
        years[name] = run(scenarios[name], parameters.scenarios[name].label, sampled=True, weeks=WEEKS_PER_YEAR)
    base_all["value_of_day"] = value_of_day(parameters, people, seed, cohort)
    structural = _structural(years)
    return Comparison(
        parameters=parameters,
        comparator=comparator,
        base=base_all,
        carried=carried,
        alike=without,
        occupancy=_occupancy(parameters, strategies, people, weeks, seed, cohort),
        scenarios=_scenarios(parameters, {"base": base, NO_AAP_DIFFERENCE: base_alike}, moved, comparator),
        structural=structural,
        precision=precision(carried, again, persons, comparator),
        information=information(parameters, _asked(structural, carried), seed, threads=threads, progress=progress),
        choices=None
        if cohort is not None
        else choices(
            parameters, strategies, draws=draws, people=draw_people, seed=seed, threads=threads, progress=progress
        ),
        one_way=None
        if cohort is not None
        else one_way(
            parameters,
            strategies,
            run=Size(
                people=min(people, ONE_WAY_PEOPLE),
                seed=seed,
                threads=threads,
                progress="One parameter at a time" if progress else None,
            ),
        ),
        budget=None
        if cohort is not None or comparator != COMPARATOR
        else roll_out(
            parameters,
            strategies[1:],
            draws=draws,
            people=min(people, draw_people),
            seed=seed,
            threads=threads,
            progress=progress,
        ),
        trial=against_trial(parameters, strategies, seed, trials=min(TRIALS, LEAST_TRIALS + 2 * draws)),
        account=account(parameters, persons, people=people, seed=seed, cohort=cohort),
        record={
            "seed": seed,
            "draws": draws,
            "people_per_draw": draw_people if cohort is None else len(cohort),
            "people_base_case": people if cohort is None else len(cohort),
            "people": "synthetic" if cohort is None else f"a user's cohort, {_digest(cohort)}",
            "weeks": weeks,
            "strategies": ", ".join(strategies),
            "statute_date": parameters.date.isoformat(),
            "parameters": parameters.hash,
            "calibration": ", ".join(block.file for block in parameters.blocks.values()) or "none",
            "overlaid": ", ".join(parameters.overlaid) or "none",
            **_versions(),
        },
    )


def _check(draws: int, weeks: int, strategies: Sequence[str]) -> None:
    if draws < 2:
        raise InputError(f"draws: {draws} shows no uncertainty: give 2 or more, 1000 for a report")
    if weeks < LEAST_WEEKS:
        raise InputError(
            f"weeks: {weeks} is under two years, the least the report compares: give {LEAST_WEEKS} or more"
        )
    check_strategies(strategies)


def _in_place(parameters: Parameters) -> dict[str, Parameters]:
    """Put every scenario that may move money in place, before anything is run."""
    if NO_AAP_DIFFERENCE not in parameters.scenarios:
        raise InputError(f"scenarios/{NO_AAP_DIFFERENCE}.toml: is missing: every comparison shows it, add it")
    return {
        name: parameters.with_scenario(name)
        for name, scenario in parameters.scenarios.items()
        if scenario.calibration is not None or not scenario.changes.keys() <= HEALTH_ONLY
    }


def _reduced(run: xr.Dataset, comparator: str) -> xr.Dataset:
    """Reduce a base case by person to means, quantiles and the Monte Carlo errors of increments."""
    persons = run.isel(draw=0, drop=True)
    root = np.sqrt(persons.sizes["subgroup"])
    money = xr.concat([persons["money"].sel(year=1, drop=True), persons["money"].sum("year")], "horizon", join="exact")
    money = money.assign_coords(horizon=[results.YEAR_1, results.CARRIED_FORWARD])
    cost = costs(money)
    outcome = persons["outcome"]
    return xr.Dataset(
        {
            "money": money.mean("subgroup"),
            "cost": cost.mean("subgroup"),
            "cost_error": incremental(cost, comparator).std("subgroup", ddof=1) / root,
            "outcome": outcome.mean("subgroup"),
            "outcome_error": incremental(outcome, comparator).std("subgroup", ddof=1) / root,
            "benefit_days": _quantiles(outcome, "benefit_days_12m"),
            "weeks_to_return": _quantiles(outcome, "weeks_to_sustained_return"),
        }
    )


def _quantiles(outcome: xr.DataArray, measure: str) -> xr.DataArray:
    """Give quantiles of an outcome over persons, [strategy, quantile]."""
    over_persons = outcome.sel(measure=measure, drop=True).quantile(QUANTILES, "subgroup")
    return over_persons.transpose("strategy", "quantile")


def _occupancy(
    parameters: Parameters,
    strategies: Sequence[str],
    people: int,
    weeks: int,
    seed: int,
    cohort: pd.DataFrame | None,
) -> xr.DataArray:
    inputs = parameters.base_case()
    shares = [
        occupancy(trace(inputs, name, people=people, weeks=weeks, seed=seed, cohort=cohort), weeks)
        for name in strategies
    ]
    return xr.concat(shares, "strategy", join="exact").assign_coords(strategy=list(strategies))


def _scenarios(
    parameters: Parameters, reduced: Mapping[str, xr.Dataset], summed: Mapping[str, xr.Dataset], comparator: str
) -> xr.DataArray:
    """Give the gain to society at the base case and in every scenario, in the order of their files."""
    cost = {name: run["cost"].sel(perspective="society", drop=True) for name, run in reduced.items()}
    horizon = cost["base"]["horizon"]
    for name, run in summed.items():
        totals = run.isel(draw=0, drop=True)
        money = (totals["money"] / totals["people"]).sum("subgroup")
        both = xr.concat([money.sel(year=1, drop=True), money.sum("year")], "horizon", join="exact")
        cost[name] = costs(both).sel(perspective="society", drop=True).assign_coords(horizon=horizon)
    names = [name for name in ("base", *parameters.scenarios) if name in cost]
    gains = [-incremental(cost[name], comparator) for name in names]
    return xr.concat(gains, "scenario", join="exact").assign_coords(scenario=names)


def _structural(runs: Mapping[str, xr.Dataset]) -> xr.DataArray:
    """Give the cost per person in the first 12 months of every run: [scenario, draw, strategy, perspective]."""
    first_year = [costs(results.per_person(run)["money"].sel(year=1, drop=True)) for run in runs.values()]
    cost = xr.concat(first_year, "scenario", join="exact").assign_coords(scenario=list(runs))
    return cost.transpose("scenario", "draw", "strategy", "perspective")


def _asked(structural: xr.DataArray, carried: xr.Dataset) -> dict[tuple[str, str], xr.DataArray]:
    """Give the costs of which to ask what knowing more is worth: 12 months in every scenario, and the long horizon."""
    first_year = {
        (str(name), results.YEAR_1): structural.sel(scenario=name, drop=True)
        for name in structural["scenario"].to_numpy()
    }
    return first_year | {(BASE, results.CARRIED_FORWARD): costs(results.per_person(carried)["money"].sum("year"))}


def _versions() -> dict[str, str]:
    return {
        "hecon": f"{__version__}, code {code_digest()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba")},
    }


def _digest(cohort: pd.DataFrame) -> str:
    return hashlib.sha256(cohort.to_csv(index=False).encode()).hexdigest()[:16]
