"""Who gains and who pays: a program against usual care by group and party, by human capital and by friction cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.evaluation import cea
from hecon.evaluation.estimates import interval_per_head, pooled
from hecon.evaluation.splits import of_levels
from hecon.evaluation.subgroups import CLEAR, EVERYBODY
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOWS, PERSPECTIVES, cost
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    import numpy as np
    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters
    from hecon.model.ledger import Productivity

    Floats = NDArray[np.float64]
    Standing = Literal["gains", "loses", "unclear"]

GROUPS = ("wage", "sex", "education")
PURSE = "worker_purse"
DAYS = "days_avoided"
METHODS: tuple[Productivity, ...] = ("human_capital", "friction_cost")
BY_METHOD = ("employer", "society")
"""The parties whose gain depends on what an absence costs in production."""
IN_SENTENCES = {
    "society": "society",
    "nav": "NAV",
    "public_purse": "the public purse",
    "employer": "the employer",
    "worker": "the worker",
}


@dataclass(frozen=True)
class Party:
    """One party's gain from a program.

    Attributes
    ----------
    name
        As in a sentence.
    gain, error
        Expected, NOK per person, and its Monte Carlo error.
    low, high
        The 95% interval over draws.
    probability
        That the gain is above 0.
    """

    name: str
    gain: float
    error: float
    low: float
    high: float
    probability: float

    @property
    def standing(self) -> Standing:
        """Whether the whole interval lies on one side of zero."""
        if self.low > 0.0:
            return "gains"
        return "loses" if self.high < 0.0 else "unclear"


def who_gains(
    parameters: Parameters,
    programs: Sequence[str],
    by: Sequence[str] = GROUPS,
    *,
    draws: int,
    people: int,
    seed: int = SEED,
    comparator: str = COMPARATOR,
    threads: int | None = None,
) -> pd.DataFrame:
    """Give what every party gains from each program over usual care in 12 months, for everybody and by group.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    programs
        Names of program files.
    by
        Covariates, each of which splits everybody into groups.
    draws, people, seed, threads
        Of the run; `people` in each draw.
    comparator
        What gains are over.

    Returns
    -------
    DataFrame with a row for every program, covariate, level, party and method, of those whom the program is for:
    ``share`` of these in the group; ``gain`` per person of the group with its Monte Carlo ``error``, 95% interval over
    draws ``low``, ``high`` and ``probability`` of a gain above 0. The party ``worker_purse`` is the worker's wage and
    benefits after tax, without time, travel or leisure; ``days_avoided`` counts days on benefit, the others NOK. Those
    parties whose gain depends on how production is counted have a row by human capital and one by friction cost.
    """
    offers = {program: parameters.programs[program].offer.levels() for program in programs}
    split_by = tuple(dict.fromkeys([*by, *(name for offer in offers.values() for name in offer)]))
    run = simulate(
        parameters.sample(draws, seed),
        (comparator, *programs),
        people=people,
        weeks=WEEKS_PER_YEAR,
        seed=seed,
        by=split_by,
        threads=threads,
    )
    sums = xr.Dataset({"gain": gains_by_party(run, comparator), "people": run["people"]}).assign_attrs(by=split_by)
    groups = [(EVERYBODY, EVERYBODY), *((covariate, level) for covariate in by for level in COLUMNS[covariate])]
    rows: list[dict[str, object]] = []
    for program, offer in offers.items():
        own = sums.sel(strategy=program, drop=True)
        offered = of_levels(own, offer)["people"].to_numpy()
        for covariate, level in groups:
            if level not in offer.get(covariate, (level,)):
                continue
            part = of_levels(own, {**offer, **({} if covariate == EVERYBODY else {covariate: (level,)})})
            count = part["people"].to_numpy()
            if count.any():
                place = {"program": program, "covariate": covariate, "level": level}
                share = {"share": float(count.sum() / offered.sum())}
                for account in part["account"].to_numpy().tolist():
                    party, method = account.split(" ")
                    gain = part["gain"].sel(account=account).to_numpy()
                    rows.append(place | {"party": party, "method": method} | share | _row(gain, count))
    return pd.DataFrame(rows)


def gains_by_party(run: xr.Dataset, comparator: str = COMPARATOR) -> xr.DataArray:
    """Give gains over the comparator, sums over people: [draw, strategy, subgroup, account].

    An account is a party and a method of counting production, with a space between. The gain of `days_avoided` is in
    days on benefit.
    """
    money = run["money"].sum("year")
    accounts = {
        f"{perspective.name} {method}": cost(money, perspective.parties, productivity=method)
        for perspective in PERSPECTIVES
        for method in METHODS
        if method == METHODS[0] or perspective.name in BY_METHOD
    }
    own_time = {"leisure", "delivery_participant"}
    purse = [flow.name for flow in FLOWS if "worker" in (flow.payer, flow.payee) and flow.name not in own_time]
    accounts[f"{PURSE} {METHODS[0]}"] = cost(money.sel(flow=purse), {"worker"})
    accounts[f"{DAYS} {METHODS[0]}"] = run["outcome"].sel(measure="benefit_days_12m", drop=True)
    table = xr.concat(list(accounts.values()), "account", join="exact", coords="minimal", compat="override")
    table = table.assign_coords(account=list(accounts)).transpose("draw", "strategy", "subgroup", "account")
    return -cea.incremental(table, comparator)


def production_lost(money: xr.DataArray, potential: xr.DataArray | float, method: Productivity) -> xr.DataArray:
    """Give the production lost to absence: what nobody was away from would have been, less what was produced.

    Parameters
    ----------
    money
        With the dimension ``flow``, all flows of the ledger.
    potential
        Production if nobody were absent, NOK, as `money` without that dimension.
    method
        Under friction cost a replacement's production counts too, so that the loss is never greater.
    """
    made = money.sel(flow="production", drop=True)
    if method == "friction_cost":
        made = made + money.sel(flow="replacement_production", drop=True)
    return potential - made


def discordance(table: pd.DataFrame) -> str:
    """Say in one sentence for whom a program pays and whom it costs, no more surely than the draws do.

    Parameters
    ----------
    table
        Rows of `who_gains` of one program for everybody (human capital).

    Examples
    --------
    >>> rows = [("society", 900.0, 9.0, 20.0, 1800.0, 0.98), ("employer", -50.0, 1.0, -70.0, -30.0, 0.0)]
    >>> columns = ["party", "gain", "error", "low", "high", "probability"]
    >>> discordance(pd.DataFrame(rows, columns=columns))
    'Pays for society; costs the employer.'
    """
    rows = {row.party: row for row in table.itertuples()}
    parties = [
        Party(name, row.gain, row.error, row.low, row.high, row.probability)
        for row, name in ((rows[party], name) for party, name in IN_SENTENCES.items() if party in rows)
    ]
    parts = [
        f"{verb} {_joined([party.name for party in parties if party.standing == standing])}"
        for standing, verb in (("gains", "pays for"), ("loses", "costs"))
        if any(party.standing == standing for party in parties)
    ]
    unclear = [party for party in parties if party.standing == "unclear"]
    if unclear:
        whose = "the rest cannot" if parts else "no party's gain can"
        parts.append(f"{whose} be told from zero: {_leaning(unclear)}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _leaning(parties: Sequence[Party]) -> str:
    """Say what is expected of those whose interval spans zero, and nothing where that is simulation error."""
    expected = {
        "a gain": [(each.name, each.probability) for each in parties if each.gain > CLEAR * each.error],
        "a loss": [(each.name, 1.0 - each.probability) for each in parties if -each.gain > CLEAR * each.error],
    }
    parts = []
    for what, who in expected.items():
        named = [f"{name} ({'' if place else 'chance '}{chance:.0%})" for place, (name, chance) in enumerate(who)]
        parts += [f"{what} is expected for {_joined(named)}"] if named else []
    neither = [each.name for each in parties if abs(each.gain) <= CLEAR * each.error]
    return ", ".join([*parts, *([f"neither is expected for {_joined(neither)}"] if neither else [])])


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _row(gain: Floats, people: Floats) -> dict[str, float]:
    mean, error = pooled(gain, people)
    low, high = interval_per_head(gain, people)
    there = people > 0
    return {"gain": mean, "error": error, "low": low, "high": high, "probability": float((gain[there] > 0.0).mean())}
