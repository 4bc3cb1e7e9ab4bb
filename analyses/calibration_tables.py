"""Rewrite the tables of docs/calibration.md from the recipe of the calibrated block.

Run it after `hecon calibrate`: a test holds the page against the recipe.
"""

import re
from pathlib import Path
from textwrap import fill
from typing import Any

import hecon
from hecon.calibration.figures import DATE
from hecon.calibration.posterior import PRIOR_DRIVEN
from hecon.calibration.priors import PRIORS
from hecon.cli.group import answering

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
    "aap_leavers_disability_share": "exits from the allowance to pension",
    "aap_leavers_work_share": "exits from the allowance to work",
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
        share = f"{contraction:.0%}".replace("-", "−")
        quantiles = ", ".join(f"{value:.3g}" for value in (low, median, high)).replace("-", "−")
        lines.append(
            f"| `{prior.name}` | {prior.unit} | {prior.words} | {quantiles} | {share}{driven} "
            f"| {r_hat:.3f} | {size:.0f} |"
        )
    return "\n".join(lines)


def check_sentence(recipe: dict[str, Any]) -> str:
    """Return what the check against the model found, in a paragraph of Markdown."""
    told = {key: f"{recipe[key]:.2g}" for key in ("emulator_error", "importance_shift", "luck_taken_away")}
    text = (
        f"The emulator is off by at most {told['emulator_error']} standard errors of a figure, root mean square. The "
        f"weights are worth {recipe['importance_effective_share']:.0%} of as many equal ones (perfection is 100%), and "
        f"would move no figure's mean by more than {told['importance_shift']} standard errors. The one luck was off by "
        f"up to {told['luck_taken_away']}, which is taken away. R-hat is at most {recipe['r_hat']:.4g}, the effective "
        f"number of draws at least {recipe['effective_size']:,}, and each ensemble at least "
        f"{recipe['autocorrelation_times']} autocorrelation times long."
    )
    return fill(text, width=118, initial_indent="   ", subsequent_indent="   ")


def main() -> None:
    """Put the tables between their markers in the page."""
    recipe = hecon.read_parameters(DATE).calibration["trial"]
    page = PAGE.read_text(encoding="utf-8")
    parts = {"check": check_sentence(recipe), "fit": fit_table(recipe), "posterior": posterior_table(recipe)}
    for name, table in parts.items():
        pattern = rf"(<!-- {name} -->\n).*?(\n *<!-- /{name} -->)"
        page, found = re.subn(pattern, lambda match, table=table: match[1] + table + match[2], page, flags=re.DOTALL)  # type: ignore[misc]
        if not found:
            raise SystemExit(f"{PAGE}: no place for {name}: put the markers back")
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    with answering():
        main()
