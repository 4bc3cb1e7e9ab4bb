"""A hundred people's money by formula: their weeks in each category times what the rules pay, beside Python's.

The same people stand under the comparator and the first programs: same wage, same luck, other weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation.account import delivery_rate
from hecon.model.category_weeks import CATEGORY_NAMES
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_NAMES, FLOWS, PUBLIC
from hecon.model.programs import RESOURCES
from hecon.model.taxes import ZONES
from hecon.report.language import t, translated
from hecon.report.sheets import inputs
from hecon.report.sheets.book import CLOSE, Book, cell, filled, span
from hecon.report.sheets.labels import CATEGORY_LABELS, FLOW_LABELS, RESOURCE_LABELS
from hecon.report.sheets.live import live
from hecon.report.sheets.rules import HOLIDAY, TAXED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    from hecon.inputs.schema import Resource

MOST_STRATEGIES = 3
FUNDS = "cost_of_public_funds"
GRADED = ("graded_employer", "graded_nav", "graded_unpaid", "graded_later")
FULL = ("full_employer", "full_nav", "full_unpaid", "full_later")


def write(book: Book) -> None:
    """Write the sheet."""
    page, account = book.sheets["people"], book.comparison.account
    usual = book.comparison.comparator
    names = [usual, *book.comparison.programs][:MOST_STRATEGIES]
    row = book.titled(
        "people",
        t("People: each person's money by formula, 12 months, NOK"),
        [
            t(
                "A row is a person under a strategy: discounted weeks in each category, units of delivery, then every "
                "flow by formula from these weeks, the sheet Rules and Inputs, then Python's amounts. Weeks that earn "
                "holiday pay, and weeks replaced after the friction period, are counted in other categories too."
            )
        ],
        width=14,
    )
    taken = inputs.resources(book)
    columns = {"strategy": 0, "person": 1}
    heads = [t("Strategy"), t("Person")]
    for kind, keys, labels in (
        ("weeks", CATEGORY_NAMES, CATEGORY_LABELS),
        ("units", taken, RESOURCE_LABELS),
        ("flow", FLOW_NAMES, FLOW_LABELS),
        ("python", FLOW_NAMES, FLOW_LABELS),
    ):
        for key in keys:
            columns[f"{kind} {key}"] = len(heads)
            label = translated(labels[key])
            heads.append(t("Python: {flow}", flow=label) if kind == "python" else label)
    columns |= {"gap": len(heads), "same": len(heads) + 1}
    heads += [t("Largest difference"), t("As Python has it")]
    book.header("people", row, heads, height=92)
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 8)
    page.set_column(2, len(heads), 16)
    formulas = _formulas(book, taken)
    first, people = row + 1, account.sizes["someone"]
    for block, strategy in enumerate(names):
        one = account.sel(strategy=strategy)
        weeks, flows = one["person_weeks"].to_numpy(), one["person_flow"].to_numpy()
        units = one["person_delivered"].sel(resource=taken).to_numpy()
        for person in range(people):
            at = first + block * people + person
            numbers = (weeks[person], units[person], flows[person])
            _row(book, at, (strategy, person), numbers, columns, formulas)
    last = first + len(names) * people - 1
    page.write(last + 2, 0, t("Every row as Python has it"), book.style(bold=True))
    same = span(first, columns["same"], last, columns["same"])
    book.check(
        t("Every person's flows are Python's, to {close}", close="1e-9"),
        "people",
        cell(last + 2, 2),
        f"COUNTIF({same},TRUE)={len(names) * people}",
    )
    book.printed("people", repeat=row, frozen=(first, 2), wide=True)


def _row(
    book: Book,
    row: int,
    who: tuple[str, int],
    numbers: tuple[np.ndarray, np.ndarray, np.ndarray],
    columns: Mapping[str, int],
    formulas: Mapping[str, Callable[[Callable[[str], str]], str]],
) -> None:
    """Write one person under one strategy."""
    page, (strategy, person), (weeks, units, flows) = book.sheets["people"], who, numbers
    page.write(row, 0, book.comparison.label(strategy), book.style())
    page.write_number(row, 1, person + 1, book.style())
    page.write_row(row, 2, weeks.tolist(), book.style(num_format="0.000"))
    page.write_row(row, 2 + len(weeks), units.tolist(), book.style(num_format="0.000"))
    rule_row = book.places["rule rows"][0] + person

    def address(name: str) -> str:
        """Give the cell of a column of this row, or of this person's in the rules."""
        if name in columns:
            return cell(row, columns[name])
        return book.at("rules", cell(rule_row, book.places["rule columns"][name]))

    money = book.style(num_format="#,##0")
    for flow, value in zip(FLOW_NAMES, flows.tolist(), strict=True):
        book.formula("people", cell(row, columns[f"flow {flow}"]), formulas[flow](address), value, money)
    page.write_row(row, columns[f"python {FLOW_NAMES[0]}"], flows.tolist(), money)
    mine, theirs = (
        span(row, columns[f"{kind} {FLOW_NAMES[0]}"], row, columns[f"{kind} {FLOW_NAMES[-1]}"], fixed=False)
        for kind in ("flow", "python")
    )
    gap = cell(row, columns["gap"])
    book.formula("people", gap, f"SUMPRODUCT(MAX(ABS({mine}-{theirs})))", 0.0, book.style(num_format="0.0E+00"))
    test = f"{gap}<={CLOSE}*SUMPRODUCT(MAX(ABS({theirs})))"
    book.formula("people", cell(row, columns["same"]), test, value=True, style=book.style(align="center"))


def _formulas(book: Book, taken: list[Resource]) -> dict[str, Callable[[Callable[[str], str]], str]]:
    """Give every flow's formula by the addresses of weeks, units and rules."""
    zone = ZONES[int(book.values["contribution_zone"])]

    def weeks(*terms: tuple[str, str]) -> Callable[[Callable[[str], str]], str]:
        """Give the sum of weeks times what a year of them is, over the weeks of a year."""

        def formula(at: Callable[[str], str]) -> str:
            parts = [f"{at(f'weeks {category}')}*{filled(yearly, at)}" for category, yearly in terms]
            return f"({'+'.join(parts)})/{WEEKS_PER_YEAR}"

        return formula

    graded = "{grade}*"
    absent = {
        **dict.fromkeys(FULL, "1"),
        **dict.fromkeys(GRADED, "{grade}"),
        "on_aap": "aap_degree",
        "on_pension": "{increase}",
        "unemployed_insured": "1",
        "unemployed_assisted": "1",
    }
    paid = [*(name for name in (*FULL, *GRADED) if not name.endswith("unpaid"))]
    present = [("in_work", "{wage}")]
    present += [(name, f"(1-{absent[name]})*{{wage}}") for name in (*GRADED, "on_aap", "on_pension")]
    done = [("in_work", "(1-presenteeism)*{labour_cost}"), *((name, "{output}*{labour_cost}") for name in GRADED)]
    done += [(name, f"(1-{absent[name]})*{{labour_cost}}") for name in ("on_aap", "on_pension")]
    replaced = [("replaced_full", "1"), ("replaced_graded", "(1-{output})"), ("replaced_aap", "aap_degree")]
    replaced += [("replaced_pension", "{increase}"), ("replaced_unemployed", "1")]
    by_employer = [("full_employer", "{sick_pay}"), ("graded_employer", graded + "{sick_pay}")]
    surplus = "(1+production_surplus)"
    found = {
        "wages": weeks(*present),
        "employer_sick_pay": weeks(*by_employer),
        "top_up": weeks(*((name, f"{absent[name]}*{{top_up}}") for name in paid)),
        "employer_holiday_pay": weeks(*((name, f"employer_holiday_pay_rate*{pay}") for name, pay in by_employer)),
        "pension_contribution": weeks(*((name, f"{absent[name]}*pension_contribution_rate*{{wage}}") for name in paid)),
        "employer_contribution": _contribution(book, zone, weeks, absent, paid),
        "sick_pay": weeks(
            ("full_nav", "{nav_pay}"),
            ("graded_nav", graded + "{nav_pay}"),
            ("full_later", "{later_pay}"),
            ("graded_later", graded + "{later_pay}"),
        ),
        "holiday_pay": weeks(*((name, f"{{holiday {name}}}") for name in HOLIDAY if name.endswith("holiday_pay"))),
        "work_assessment_allowance": weeks(("on_aap", "{allowance}")),
        "disability_pension": weeks(("on_pension", "{pension}")),
        "unemployment_benefit": weeks(("unemployed_insured", "{unemployment}")),
        "social_assistance": weeks(("unemployed_assisted", "social_assistance")),
        "income_tax": weeks(
            *((name, f"{{tax {name}}}") for name in TAXED), *((name, f"{{added {name}}}") for name in HOLIDAY)
        ),
        "production": weeks(*((name, f"{surplus}*{cost}") for name, cost in done)),
        "leisure": weeks(*((name, f"leisure_value_share*{share}*{{after_tax}}") for name, share in absent.items())),
        "disruption": lambda at: f"{at('weeks new_spell')}*disruption_per_spell",
        "replacement_production": weeks(*((name, f"{share}*{surplus}*{{labour_cost}}") for name, share in replaced)),
        "replacement_pay": weeks(*((name, f"{share}*{{labour_cost}}") for name, share in replaced)),
    }
    for flow in (flow.name for flow in FLOWS if flow.kind == "delivery"):
        found[flow] = _delivered(book, flow, taken)
    signs = {one.name: int(one.payer in PUBLIC) - int(one.payee in PUBLIC) for one in FLOWS if one.name != FUNDS}

    def funds(at: Callable[[str], str]) -> str:
        terms = "".join(f"{'+' if sign > 0 else '-'}{at(f'flow {name}')}" for name, sign in signs.items() if sign)
        return f"{FUNDS}*({terms.removeprefix('+')})"

    return {**found, FUNDS: funds}


def _contribution(
    book: Book,
    zone: str,
    weeks: Callable[..., Callable[[Callable[[str], str]], str]],
    absent: Mapping[str, str],
    paid: list[str],
) -> Callable[[Callable[[str], str]], str]:
    """Give the employer's contribution: on wages, its own sick pay and what it pays above the cap."""
    pay = {"in_work": "{wage}"} | {name: f"((1-{absent[name]})*{{wage}})" for name in (*GRADED, "on_aap", "on_pension")}
    for name in paid:
        own = "({sick_pay}+{top_up})" if name.endswith("employer") else "{top_up}"
        pay[name] = f"({pay.get(name, '0')}+{absent[name]}*{own})"
    extra = ""
    if book.values["employer_extra_contribution_rate"] > 0.0:
        extra = "+employer_extra_contribution_rate*MAX({pay}-employer_extra_contribution_threshold,0)"
    return weeks(*((name, f"({zone}*{one}{extra.replace('{pay}', one)})") for name, one in pay.items()))


def _delivered(book: Book, flow: str, taken: list[Resource]) -> Callable[[Callable[[str], str]], str]:
    """Give what a payer's delivery costs: units times prices."""
    prices = {name: live(delivery_rate(name)(book.inputs)).inside(1) for name in taken if RESOURCES[name].flow == flow}
    return lambda at: "+".join(f"{at(f'units {name}')}*{price}" for name, price in prices.items()) or "0"
