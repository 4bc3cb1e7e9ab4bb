"""The statute by formula: what a whole year in each state pays each of a hundred people, and the tax on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hecon.evaluation.account import FACTS
from hecon.model.benefits import BENEFIT_DAYS_PER_YEAR
from hecon.model.kernel import DAYS_PER_WEEK, WEEKS_PER_YEAR
from hecon.model.taxes import ZONES
from hecon.report.language import mark, t, translated
from hecon.report.sheets.book import Book, cell, filled
from hecon.report.sheets.labels import CATEGORY_LABELS
from hecon.report.sheets.statute import worked_out

if TYPE_CHECKING:
    from collections.abc import Iterator

FACT_LABELS = {
    "wage": mark("Wage, NOK a year"),
    "age": mark("Age"),
    "grade": mark("Share absent on graded leave"),
    "employment_fraction": mark("Share of full time"),
    "pension_held": mark("Pension held at inclusion"),
    "weeks_sick_listed": mark("Weeks sick-listed at inclusion"),
}
TAXED = (
    "in_work",
    "full_employer",
    "full_nav",
    "full_later",
    "graded_employer",
    "graded_nav",
    "graded_unpaid",
    "graded_later",
    "on_aap",
    "on_pension",
    "unemployed_insured",
)
"""Categories of weeks in which something is earned."""
HOLIDAY = (
    "full_employer",
    "graded_employer",
    "full_holiday_pay",
    "graded_holiday_pay",
    "full_later_holiday_pay",
    "graded_later_holiday_pay",
)
"""Categories of weeks that earn holiday pay."""


@dataclass(frozen=True)
class Rule:
    """A column: what it gives, and its formula with other columns in braces."""

    name: str
    label: str
    formula: str
    digits: str = "#,##0"


def rules(book: Book) -> list[Rule]:
    """Give every column, in an order in which each needs only those before it."""
    zone = ZONES[int(book.values["contribution_zone"])]
    cap = "sick_pay_cap*grunnbelop"
    earned = f"MIN({{wage}}/{{left}},{cap})"
    extra = book.values["employer_extra_contribution_rate"] > 0.0
    more = "+employer_extra_contribution_rate*MAX({wage}-employer_extra_contribution_threshold,0)" if extra else ""
    plain = [
        Rule("sick_pay", mark("Sick pay from the employer"), f"sick_pay_rate*MIN({{wage}},{cap})"),
        Rule("entitled", mark("Earns enough for NAV's: 1"), "IF({wage}>=sick_pay_minimum_income*grunnbelop,1,0)", "0"),
        Rule("nav_pay", mark("Sick pay from NAV"), "{entitled}*{sick_pay}"),
        Rule("later_pay", mark("Sick pay, later rate"), f"{{entitled}}*sick_pay_later_rate*MIN({{wage}},{cap})"),
        Rule("top_up", mark("Paid above the cap"), f"top_up_share*MAX({{wage}}-{cap},0)"),
        Rule("left", mark("Share of the job not pensioned"), "1-{pension_held}", "0.00"),
        Rule(
            "allowance",
            mark("Work assessment allowance"),
            f"{{left}}*aap_degree*(MAX(aap_rate*{earned},IF({{age}}<25,aap_minimum_under_25_share,1)*aap_minimum*grunnbelop)"
            f"+aap_child_supplement*{BENEFIT_DAYS_PER_YEAR}*children_per_person)",
        ),
        Rule(
            "increase",
            mark("Share of the job a pension replaces"),
            "MAX(disability_degree-{pension_held},0)/{left}",
            "0.000",
        ),
        Rule(
            "pension",
            mark("Disability pension"),
            f"{{left}}*{{increase}}*(share_single*MAX(disability_rate*{earned},disability_minimum_single*grunnbelop)"
            f"+(1-share_single)*MAX(disability_rate*{earned},disability_minimum_cohabiting*grunnbelop))",
        ),
        Rule("unemployment", mark("Unemployment benefit"), "unemployment_rate*MIN({wage},unemployment_cap*grunnbelop)"),
        Rule(
            "holiday_rate",
            mark("Rate of NAV's holiday pay"),
            "IF({age}+1>=60,holiday_pay_nav_rate_from_60,holiday_pay_nav_rate)",
            "0.000",
        ),
        Rule("labour_cost", mark("Labour cost of the job"), f"{{wage}}*(1+{zone}){more}"),
        Rule("output", mark("Output on graded leave"), "MIN((1-{grade})*graded_productivity,1)", "0.000"),
    ]
    return [*plain, *_taxable(), *_taxes(), *_holiday(), *_added(), *_after_tax()]


def _taxable() -> Iterator[Rule]:
    """Give the taxable income of a whole year in each category."""
    part = "(1-{grade})*{wage}"
    formulas = {
        "in_work": "{wage}",
        "full_employer": "{sick_pay}+{top_up}",
        "full_nav": "{nav_pay}+{top_up}",
        "full_later": "{later_pay}+{top_up}",
        "graded_employer": f"{part}+{{grade}}*({{sick_pay}}+{{top_up}})",
        "graded_nav": f"{part}+{{grade}}*({{nav_pay}}+{{top_up}})",
        "graded_unpaid": part,
        "graded_later": f"{part}+{{grade}}*({{later_pay}}+{{top_up}})",
        "on_aap": "(1-aap_degree)*{wage}+{allowance}",
        "on_pension": "(1-{increase})*{wage}+{pension}",
        "unemployed_insured": "{unemployment}",
    }
    for name in TAXED:
        yield Rule(f"taxable {name}", mark("Taxable: {category}"), formulas[name])


def _taxes() -> Iterator[Rule]:
    for name in TAXED:
        yield Rule(f"tax {name}", mark("Tax: {category}"), tax(f"{{taxable {name}}}"))


def _holiday() -> Iterator[Rule]:
    """Give the holiday pay of a whole year in each category."""
    formulas = {
        "full_employer": "employer_holiday_pay_rate*{sick_pay}",
        "graded_employer": "{grade}*employer_holiday_pay_rate*{sick_pay}",
        "full_holiday_pay": "{holiday_rate}*{nav_pay}",
        "graded_holiday_pay": "{holiday_rate}*{grade}*{nav_pay}",
        "full_later_holiday_pay": "{holiday_rate}*{later_pay}",
        "graded_later_holiday_pay": "{holiday_rate}*{grade}*{later_pay}",
    }
    for name in HOLIDAY:
        yield Rule(f"holiday {name}", mark("Holiday pay: {category}"), formulas[name])


def _added() -> Iterator[Rule]:
    """Give what holiday pay adds to the tax on a year at work, for the share of a year that is ever paid."""
    shares = {
        "employer": f"(MAX(employer_period,1)/{DAYS_PER_WEEK * WEEKS_PER_YEAR})",
        "nav": f"(MAX(holiday_pay_nav_days,1)/{BENEFIT_DAYS_PER_YEAR})",
    }
    for name in HOLIDAY:
        share = shares["employer" if name.endswith("employer") else "nav"]
        yield Rule(f"with {name}", mark("Wage and holiday pay: {category}"), f"{{wage}}+{share}*{{holiday {name}}}")
        yield Rule(
            f"added {name}",
            mark("Tax it adds: {category}"),
            f"({tax(f'{{with {name}}}')}-{{tax in_work}})/{share}",
        )


def _after_tax() -> Iterator[Rule]:
    yield Rule("after_tax", mark("Wage after tax"), "{wage}-{tax in_work}")


def tax(income: str) -> str:
    """Give the formula of the income tax on a year's taxable income."""
    return (
        f"tax_general_rate*MAX({income}-MIN(tax_minimum_deduction_rate*{income},tax_minimum_deduction_cap)"
        f"-tax_personal_allowance,0)+MIN(tax_social_security_rate*{income},"
        f"tax_social_security_step_rate*MAX({income}-tax_social_security_floor,0))"
        f"+SUMPRODUCT(({income}>tax_thresholds)*({income}-tax_thresholds)*tax_steps)"
    )


def write(book: Book) -> None:
    """Write the sheet, and keep where its columns are."""
    page, account = book.sheets["rules"], book.comparison.account
    people = account.sizes["someone"]
    row = book.titled(
        "rules",
        t("Rules: what a whole year in each state pays, worked out from the statute for each person"),
        [
            t(
                "The first people of the base case, as they were drawn. Every amount is a formula of the wage, the age "
                "and Inputs: caps, minimums and brackets are worked out here. Benefits are for the whole job; leave "
                "that is graded takes its share. Holiday pay is taxed at what it adds to the tax on a year at work."
            )
        ],
        width=14,
    )
    columns = {name: 1 + position for position, name in enumerate(FACTS)}
    heads = [t("Person"), *(translated(FACT_LABELS[name]) for name in FACTS)]
    made = rules(book)
    for rule in made:
        columns[rule.name] = len(heads)
        category = CATEGORY_LABELS.get(rule.name.split(" ")[-1], "")
        heads.append(translated(rule.label).format(category=translated(category)))
    book.header("rules", row, heads, height=92)
    page.set_column(0, 0, 9)
    page.set_column(1, len(heads), 16)
    first = row + 1
    facts = account["person"].to_numpy()
    digits = ("#,##0", "0.0", "0.000", "0.00", "0.00", "0")
    book.places["rule columns"], book.places["rule rows"] = columns, (first, first + people - 1)
    for person in range(people):
        at = first + person
        page.write_number(at, 0, person + 1, book.style())
        for position, value in enumerate(facts[person].tolist(), start=1):
            page.write_number(at, position, value, book.style(num_format=digits[position - 1]))
    values = worked_out(book.values, dict(zip(FACTS, facts.T, strict=True)))
    looks = {rule.digits: book.style(num_format=rule.digits) for rule in made}
    for person in range(people):
        cells = {name: cell(first + person, column) for name, column in columns.items()}
        for rule in made:
            value = float(values[rule.name][person])
            book.formula("rules", cells[rule.name], filled(rule.formula, cells.__getitem__), value, looks[rule.digits])
    book.printed("rules", repeat=row, frozen=(first, 2), wide=True)
