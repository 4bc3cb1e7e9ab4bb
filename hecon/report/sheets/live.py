"""Numbers that remember the formula which makes them, so that a cell holds both."""

from __future__ import annotations

from dataclasses import dataclass

SUM, PRODUCT, WHOLE = range(3)
"""How tightly a formula binds: a sum takes brackets inside a product."""


@dataclass(frozen=True)
class Live:
    """A spreadsheet formula, without its equals sign, and what it gives.

    Examples
    --------
    >>> rate = Live("sick_pay_rate", 0.5)
    >>> (1.0 + rate) * Live("B2", 4.0)
    Live(formula='(1+sick_pay_rate)*B2', value=6.0, binding=1)
    """

    formula: str
    value: float
    binding: int = WHOLE

    def __add__(self, other: Live | float) -> Live:
        """Add."""
        two = live(other)
        return Live(f"{self.formula}+{two.formula}", self.value + two.value, SUM)

    def __radd__(self, other: float) -> Live:
        """Add to a number."""
        return live(other) + self

    def __sub__(self, other: Live | float) -> Live:
        """Subtract."""
        two = live(other)
        return Live(f"{self.formula}-{two.inside(PRODUCT)}", self.value - two.value, SUM)

    def __rsub__(self, other: float) -> Live:
        """Subtract from a number."""
        return live(other) - self

    def __mul__(self, other: Live | float) -> Live:
        """Multiply."""
        two = live(other)
        return Live(f"{self.inside(PRODUCT)}*{two.inside(PRODUCT)}", self.value * two.value, PRODUCT)

    def __rmul__(self, other: float) -> Live:
        """Multiply a number."""
        return live(other) * self

    def inside(self, binding: int) -> str:
        """Give the formula as it stands inside one that binds so tightly."""
        return self.formula if self.binding >= binding else f"({self.formula})"


def live(number: Live | float) -> Live:
    """Give a number as its own formula."""
    return number if isinstance(number, Live) else Live(f"{number:.17g}", float(number))
