"""The sheet of what a reader may change: willingness to pay, prices, and the rates and amounts of the statute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation.account import delivery_rate, lines
from hecon.model.programs import RESOURCE_NAMES, RESOURCES
from hecon.model.taxes import BRACKETS, ZONES
from hecon.report.language import mark, t, translated
from hecon.report.sheets.book import GOOD, INPUT_INK, INPUT_SHADE, Book, cell, span
from hecon.report.sheets.live import Live

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hecon.inputs.schema import Resource

WTP, VALUE_OF_DAY, FRICTION = "willingness_to_pay", "value_of_day", "friction_cost"
AS_RUN = "inputs_as_run"
"""The name of the cell that says whether nothing has been changed."""
RULES = (
    "grunnbelop",
    "sick_pay_cap",
    "sick_pay_minimum_income",
    "unemployment_cap",
    "aap_degree",
    "disability_degree",
    "share_single",
    "graded_productivity",
    "presenteeism",
    "holiday_pay_nav_days",
    "employer_period",
    "tax_personal_allowance",
    "tax_minimum_deduction_rate",
    "tax_minimum_deduction_cap",
    "tax_social_security_floor",
)
"""What the rules for one person read beside the rates of the account."""
HEADS = (
    mark("What"),
    mark("Value: change here"),
    mark("In the run"),
    mark("Unit"),
    "",
    mark("Grade"),
    mark("Source"),
    mark("Name in formulas"),
    mark("Step above the bracket below"),
)
GROUPS = {
    "decision": mark("The decision: Results and Curves follow"),
    "delivery": mark("Prices of delivery: Results, Curves, Ledger, Parties and People follow"),
    "funds": mark("Public funds: Results, Ledger, Parties and People follow"),
    "rates": mark("Rates and amounts of the statute, and assumptions: Ledger, Parties and People follow"),
    "brackets": mark("Income tax by bracket: Ledger, Parties and People follow"),
}


WIDTHS = (46, 14, 13, 20, 10, 12, 32, 36, 12)
"""Of the columns: together about what one page across can hold and still be read."""


class Named(dict[str, str]):
    """Names of parameters, noted as they are read."""

    def __getitem__(self, name: str) -> Live:  # type: ignore[override]
        """Note a name and give a number that adds and multiplies."""
        self.setdefault(name, name)
        return Live(name, 1.0)


def resources(book: Book) -> list[Resource]:
    """Give the resources that any of the strategies takes, in the order of their payers."""
    if "resources" not in book.places:
        taken = book.comparison.carried["delivered"].sum(("draw", "strategy", "subgroup", "year"))
        book.places["resources"] = [name for name in RESOURCE_NAMES if float(taken.sel(resource=name)) != 0.0]
    found: list[Resource] = book.places["resources"]
    return found


def write(book: Book) -> None:
    """Write the sheet, give every input its name, and say by one cell whether all stand as in the run."""
    page = book.sheets["inputs"]
    row = book.titled(
        "inputs",
        t("Inputs"),
        [
            t(
                "Change a cell in blue on yellow and every sheet that uses it follows. A price moves every draw by the "
                "same ratio, so that the uncertainty about it keeps its shape. Rates of the statute are linear in the "
                "Ledger: who is above a cap or under a minimum stays as in the run. The sheet Rules works those limits "
                "out anew for each person it shows."
            )
        ],
        width=len(HEADS),
        letters=150,
    )
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    book.header("inputs", row, [t(text) if text else "" for text in HEADS], words=(0, 3, 4, 5, 6, 7))
    page.write_comment(row, 1, t("Blue on yellow: meant to be changed."))
    first, row = row + 1, row + 1
    for group, names in _groups(book).items():
        page.merge_range(row, 0, row, len(HEADS) - 1, translated(GROUPS[group]), book.style(bold=True, top=1))
        row += 1
        if group == "brackets":
            book.places["brackets"] = row
        for name in names:
            _input(book, row, name)
            row += 1
    _tax_steps(book)
    changed = cell(row + 1, 1)
    page.write(row + 1, 0, t("All inputs as in the run"), book.style(bold=True))
    same = f"SUMPRODUCT(--(ABS({span(first, 1, row - 1, 1)}-{span(first, 2, row - 1, 2)})>0))=0"
    book.formula("inputs", changed, same, value=True, style=book.style(bold=True, align="right", font_color=GOOD))
    book.file.define_name(AS_RUN, f"={book.at('inputs', cell(row + 1, 1, fixed=True))}")
    book.printed("inputs", repeat=first - 1, frozen=(first, 1))


def _groups(book: Book) -> Mapping[str, Sequence[str]]:
    """Give the names of all inputs: of what is decided, delivered, raised, and of what the statute says."""
    delivery, rates = Named(), Named()
    for resource in resources(book):
        delivery_rate(resource)(delivery)
    for line in lines(book.values):
        line.rate(rates)
    brackets = [f"tax_bracket_{k}_{part}" for part in ("threshold", "rate") for k in BRACKETS]
    zone = ZONES[int(book.values["contribution_zone"])]
    extra = ("employer_extra_contribution_rate", "employer_extra_contribution_threshold")
    more = extra if book.values[extra[0]] > 0.0 else ()
    statute = dict.fromkeys((*RULES, zone, *rates, *more))
    prices = dict.fromkeys((*(RESOURCES[name].parameter for name in resources(book)), *delivery))
    return {
        "decision": (WTP, VALUE_OF_DAY, FRICTION),
        "delivery": tuple(name for name in prices if name is not None),
        "funds": ("cost_of_public_funds",),
        "rates": tuple(name for name in statute if name not in brackets),
        "brackets": tuple(brackets),
    }


def _input(book: Book, row: int, name: str) -> None:
    """Write one input: cell to change, value in the run, where it comes from; and name its cell."""
    page, parameters = book.sheets["inputs"], book.comparison.parameters
    source = ""
    if name in {WTP, VALUE_OF_DAY, FRICTION}:
        label, value, unit, grade, source = _own(book, name)
    else:
        entry = parameters.entries[name]
        label, value, unit, grade = entry.label, book.values[name], entry.unit, translated(entry.grade)
        cited = parameters.sources.get(entry.source)
        source = entry.source if cited is None else f"{cited.authors} ({cited.year})"
    digits = "#,##0.00" if abs(value) >= 20 or float(value).is_integer() else "0.0000"
    look = book.style(font_color=INPUT_INK, bg_color=INPUT_SHADE, border=1, border_color="#d9c97a", num_format=digits)
    wrapped = book.style(text_wrap=True)
    page.write(row, 0, label, wrapped)
    if name == VALUE_OF_DAY:  # shown beside the willingness to pay, which starts from it
        page.write_number(row, 1, value, book.style(num_format=digits))
    else:
        page.write_number(row, 1, value, look)
    page.write_number(row, 2, value, book.style(num_format=digits))
    page.write(row, 3, translated(unit), book.style(indent=1, text_wrap=True))
    changed = t("changed")
    now, then = cell(row, 1), cell(row, 2)
    page.write_formula(row, 4, f'=IF({now}={then},"","{changed}")', book.style(bold=True, font_color="#a4161a"), "")
    page.write(row, 5, grade, book.style(bold=grade == translated("assumption")))
    page.write_string(row, 6, source, book.style(font_color="#52606d", text_wrap=True))
    page.write_string(row, 7, name, book.style(font_color="#52606d", font_size=9))
    texts = ((label, WIDTHS[0]), (translated(unit), WIDTHS[3] - 2), (source, WIDTHS[6]))
    page.set_row(row, 15.0 * max(-(-int(1.1 * len(text)) // width) for text, width in texts if text))
    if name == FRICTION:
        page.data_validation(row, 1, row, 1, {"validate": "list", "source": ["0", "1"]})
    else:
        page.data_validation(row, 1, row, 1, {"validate": "decimal", "criteria": ">=", "value": 0})
    book.file.define_name(name, f"={book.at('inputs', cell(row, 1, fixed=True))}")
    book.inputs[name] = Live(name, value)
    book.places[f"ratio {name}"] = f"IF({book.at('inputs', then)}=0,1,{name}/{book.at('inputs', then)})"


def _own(book: Book, name: str) -> tuple[str, float, str, str, str]:
    """Give the inputs that are no parameters: label, value, unit, grade and source."""
    day = float(book.comparison.base["value_of_day"])
    if name == WTP:
        why = t("Starts from the value of a day's production; choose any")
        return t("Willingness to pay for a sick-leave day avoided"), day, t("NOK per day avoided"), t("choice"), why
    if name == VALUE_OF_DAY:
        why = t("Mean full-time wage with the employer's contribution, over 260 workdays; for comparison")
        return t("Value of a day's production"), day, t("NOK per day"), t("result"), why
    why = t("0: human capital, as in the run. 1: friction cost, a replacement produces and is paid. Parties follow")
    return t("Lost production by the friction cost method"), 0.0, t("0 or 1"), t("choice"), why


def _tax_steps(book: Book) -> None:
    """Name the thresholds of the tax brackets, and beside their rates write what each adds to the one below."""
    top = book.places["brackets"]
    count = len(BRACKETS)
    book.file.define_name("tax_thresholds", f"={book.at('inputs', span(top, 1, top + count - 1, 1))}")
    steps = top + count
    before = Live("0", 0.0)
    for position, bracket in enumerate(BRACKETS):
        rate = book.inputs[f"tax_bracket_{bracket}_rate"]
        step = rate if position == 0 else rate - before
        book.formula("inputs", cell(steps + position, 8), step.formula, step.value, book.style(num_format="0.0000"))
        before = rate
    book.file.define_name("tax_steps", f"={book.at('inputs', span(steps, 8, steps + count - 1, 8))}")
