"""What stands in the place of the shipped values: a user's own, and named scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report import words
from hecon.report.language import t

if TYPE_CHECKING:
    from hecon.inputs.parameters import Parameters


def replaced(parameters: Parameters) -> tuple[str, ...]:
    """Give the names of the parameters that a user replaced, in the order it was done; those of scenarios are not."""
    if parameters.origin is None:
        return parameters.overlaid
    own = {name for step in parameters.origin.steps if step.kind == "overlay" for name in step.changes or ()}
    return tuple(name for name in parameters.overlaid if name in own)


def scenarios(parameters: Parameters) -> tuple[str, ...]:
    """Give the names of the scenarios in place, in the order they were put there."""
    steps = () if parameters.origin is None else parameters.origin.steps
    return tuple(dict.fromkeys(step.name for step in steps if step.kind == "scenario"))


def notices(parameters: Parameters) -> list[str]:
    """Say what these results rest on that is not shipped; nothing where everything is."""
    texts = []
    if own := replaced(parameters):
        names = ", ".join(words.spoken(parameters[name].label) for name in own)
        texts.append(
            t("These results rest on values that a user put in the place of the shipped ones: {names}.", names=names)
        )
    if named := scenarios(parameters):
        labels = ", ".join(t("“{name}”", name=words.spoken(parameters.scenarios[name].label)) for name in named)
        texts.append(
            t("These results are of a scenario in place of the base case's assumptions: {names}.", names=labels)
        )
    return texts
