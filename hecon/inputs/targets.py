"""What the trial and the registers reported, with its sampling error."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from hecon.inputs.errors import InputError

ARMS = {
    "usual_care": "usual_case_management",
    "active_control": "early_follow_up",
    "motivational_interviewing": "motivational_interviewing",
}
"""The trial's arms, and the program file each received."""

ROUNDING = {"share": 0.01, "hazard ratio": 0.01}
"""The last digit printed of a figure, by what its unit begins with; days are printed whole."""
ROLES = ("fit", "check")


@dataclass(frozen=True)
class Target:
    """One published figure.

    Attributes
    ----------
    name, arm, statistic : what it is a figure of
    value : as printed
    unit : of the value
    n : people it was counted in; None for a figure with its own standard error
    se : its standard error where the source gives one
    role : "fit" if the calibration uses it, "check" if it is only held against the result
    source, locator, read : where it comes from
    against : the comparator of a ratio
    """

    name: str
    arm: str
    statistic: str
    value: float
    unit: str
    role: str
    source: str
    locator: str
    read: str
    n: int | None = None
    se: float | None = None
    against: str | None = None

    @property
    def is_ratio(self) -> bool:
        """Whether the figure is normal on the scale of its logarithm, on which `se` is given."""
        return self.unit.startswith("hazard ratio")

    @property
    def rounding_variance(self) -> float:
        """The variance that printing a rounded figure adds: a twelfth of the squared last digit."""
        digit = next((digit for unit, digit in ROUNDING.items() if self.unit.startswith(unit)), 1.0)
        return (digit / self.value if self.is_ratio else digit) ** 2 / 12.0


def read_targets(folder: Path) -> tuple[Target, ...]:
    """Read the targets that stand in a folder of parameters.

    Raises
    ------
    InputError
        If the file is missing or an entry is not complete.
    """
    path = folder / "targets.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["targets"]
        targets = tuple(Target(**entry) for entry in entries)
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        message = (
            f"{path}: targets cannot be read ({error}): each needs name, arm, statistic, value, unit and provenance"
        )
        raise InputError(message) from error
    for target in targets:
        if target.role not in ROLES:
            message = f"targets.toml: {target.name} has the role {target.role!r}: choose one of {', '.join(ROLES)}"
            raise InputError(message)
    return targets
