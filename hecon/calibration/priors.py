"""What is believed of the unpublished parameters before the data, each on a scale where it is normal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Prior:
    """One fitted parameter.

    Attributes
    ----------
    name, label, unit : as in the parameter files
    scale : what is normal: the parameter, its logarithm or its log odds
    centre, sd : of the normal distribution; `centre` is given as the parameter itself
    """

    name: str
    label: str
    unit: str
    scale: Literal["identity", "log", "logit"]
    centre: float
    sd: float

    def transform(self, value: Floats) -> Floats:
        """Return parameters on the scale where they are normal."""
        if self.scale == "log":
            return np.log(value)
        return np.log(value / (1.0 - value)) if self.scale == "logit" else value

    def inverse(self, transformed: Floats) -> Floats:
        """Return parameters from the scale where they are normal."""
        if self.scale == "log":
            return np.exp(transformed)
        return 1.0 / (1.0 + np.exp(-transformed)) if self.scale == "logit" else transformed

    @property
    def mean(self) -> float:
        """The centre on the scale where it is normal."""
        return float(self.transform(np.array(self.centre)))

    @property
    def words(self) -> str:
        """The prior in words."""
        scale = {"identity": "value", "log": "logarithm", "logit": "log odds"}[self.scale]
        return f"{scale} normal around {self.centre:g}, SD {self.sd:g}"


PRIORS = (
    Prior("return_rate_full", "Return to work from full sick leave, week 26 of a spell", "per week", "log", 0.03, 1.0),
    Prior("return_rate_graded", "Return to work from graded sick leave, week 26", "per week", "log", 0.05, 1.0),
    Prior("return_slope", "Power of weeks in the spell in the hazard of return", "exponent", "identity", 0.3, 0.4),
    Prior("full_to_graded_rate", "From full to graded sick leave", "per week", "log", 0.04, 0.7),
    Prior("graded_to_full_rate", "From graded to full sick leave", "per week", "log", 0.015, 0.7),
    Prior("graded_taper", "Grade while graded, relative to the grade at inclusion", "ratio", "log", 0.85, 0.2),
    Prior("frailty_sd", "Spread of frailty, log hazard of return", "SD", "log", 0.5, 0.5),
    Prior("relapse_rate", "Relapse just after return to work", "per year", "log", 1.0, 0.8),
    Prior("relapse_decay", "Power by which relapse falls with weeks at work", "exponent", "identity", 0.8, 0.4),
    Prior("relapse_frailty", "Power of frailty by which relapse falls", "exponent", "identity", 0.5, 0.5),
    Prior(
        "exhaustion_aap_weight", "To work assessment allowance when sick pay runs out", "weight, work 1", "log", 3, 0.7
    ),
    Prior("exhaustion_unemployed_weight", "To unemployment when sick pay runs out", "weight, work 1", "log", 0.4, 0.7),
    Prior(
        "exhaustion_frailty", "Power of frailty towards work when sick pay runs out", "exponent", "identity", 0.5, 0.5
    ),
    Prior("aap_to_work", "From work assessment allowance to work", "per year", "log", 0.2, 1.0),
    Prior("aap_to_disability", "From work assessment allowance to disability pension", "per year", "log", 0.17, 1.0),
    Prior("aap_to_unemployed", "From work assessment allowance to neither", "per year", "log", 0.08, 1.0),
    Prior("early_contact_return_ratio", "Early contact: return to work", "hazard ratio", "log", 1.0, 0.2),
    Prior("early_contact_relapse_ratio", "Early contact: relapse", "hazard ratio", "log", 1.0, 0.2),
    Prior(
        "early_contact_aap_odds_ratio", "Early contact: allowance when sick pay runs out", "odds ratio", "log", 1.0, 0.3
    ),
    Prior("motivational_content_return_ratio", "Motivational content: return to work", "hazard ratio", "log", 1.0, 0.2),
    Prior("motivational_content_relapse_ratio", "Motivational content: relapse", "hazard ratio", "log", 1.0, 0.2),
    Prior(
        "motivational_content_aap_odds_ratio",
        "Motivational content: allowance when sick pay runs out",
        "odds ratio",
        "log",
        1.0,
        0.3,
    ),
    Prior(
        "early_first_attendance",
        "Early follow-up: attends the first session if sick-listed",
        "share",
        "logit",
        0.7,
        1.0,
    ),
    Prior("early_second_attendance", "Early follow-up: attends the second session", "share", "logit", 0.6, 1.0),
    Prior("mi_first_attendance", "MI: attends the first session if sick-listed", "share", "logit", 0.7, 1.0),
    Prior("mi_second_attendance", "MI: attends the second session", "share", "logit", 0.65, 1.0),
)


EFFECTS = tuple(prior.name for prior in PRIORS if prior.name.startswith(("early_contact", "motivational_content")))
"""The effects of the contacts, whose priors pull towards none."""


def on_scale(standard: Floats, priors: Sequence[Prior] = PRIORS) -> Floats:
    """Return parameters on the priors' scales from standardised ones, whose prior mean is 0 and SD 1.

    Parameters
    ----------
    standard : float64[..., parameter]
    """
    return np.asarray(standard * [prior.sd for prior in priors] + [prior.mean for prior in priors])


def natural(standard: Floats, priors: Sequence[Prior] = PRIORS) -> dict[str, Floats]:
    """Return parameters by name from standardised ones: each float64[row].

    Parameters
    ----------
    standard : float64[row, parameter]
    """
    rows = on_scale(standard, priors)
    return {prior.name: prior.inverse(rows[:, column]) for column, prior in enumerate(priors)}
