"""Rewrite the two tables of docs/calibration.md from the recipe of the calibrated block.

Run it after `hecon calibrate`: a test holds the page against the recipe.
"""

import re
from pathlib import Path
from typing import Any

import hecon
from hecon.calibration.figures import DATE
from hecon.calibration.posterior import PRIOR_DRIVEN
from hecon.calibration.priors import PRIORS

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
GROUPS = {
    "usual_care": "usual care",
    "active_control": "active control",
    "motivational_interviewing": "MI",
}
FIGURES = {
    "benefit_days.median": "days on benefit, median",
    "benefit_days.q1": "days on benefit, lower quartile",
    "benefit_days.q3": "days on benefit, upper quartile",
    "sustained_return": "sustained return",
    "sustained_return.median_days": "days to sustained return, median",
    "no_benefit_day_365": "no benefit at day 365",
    "aap_entry": "entered the allowance",
    "sessions_two": "two sessions",
    "sessions_one": "one session",
    "hazard_ratio": "hazard ratio of return, MI against usual care",
    "aap_to_disability_rate": "allowance to pension, per year",
    "aap_leavers_disability_share": "leavers of the allowance to pension",
    "aap_leavers_work_share": "leavers of the allowance to work",
}


def fit_table(recipe: dict[str, Any]) -> str:
    """Return the targets beside the model's figures, as a table of Markdown."""
    lines = [
        "| arm | figure | published | model, posterior mean | standard error | errors off | emulator's error |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name, (published, mean, _, error, emulator) in recipe["fit"].items():
        arm, _, rest = name.partition(".")
        group, figure = (GROUPS[arm], FIGURES[rest]) if arm in GROUPS else ("registers", FIGURES[name])
        off = f"{(mean - published) / error:+.1f}".replace("-", "−")
        lines.append(f"| {group} | {figure} | {published:g} | {mean:g} | {error:g} | {off} | {emulator:.2f} |")
    return "\n".join(lines)


def posterior_table(recipe: dict[str, Any]) -> str:
    """Return the prior and the posterior of every parameter, as a table of Markdown."""
    lines = [
        "| parameter | unit | prior | posterior: 5%, 50%, 95% | contraction | R-hat | effective draws |",
        "|---|---|---|---|---:|---:|---:|",
    ]
    for prior in PRIORS:
        _, _, low, median, high, contraction, r_hat, size = recipe["posterior"][prior.name]
        driven = " prior-driven" if contraction < PRIOR_DRIVEN else ""
        quantiles = ", ".join(f"{value:.3g}" for value in (low, median, high)).replace("-", "−")
        lines.append(
            f"| `{prior.name}` | {prior.unit} | {prior.words} | {quantiles} | {contraction:.0%}{driven} "
            f"| {r_hat:.3f} | {size:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Put the tables between their markers in the page."""
    recipe = hecon.read_parameters(DATE).calibration["trial"]
    page = PAGE.read_text(encoding="utf-8")
    for name, table in (("fit", fit_table(recipe)), ("posterior", posterior_table(recipe))):
        pattern = rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)"
        page, found = re.subn(pattern, lambda match, table=table: match[1] + table + match[2], page, flags=re.DOTALL)  # type: ignore[misc]
        if not found:
            raise SystemExit(f"{PAGE}: no place for the table {name}: put the markers back")
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
