"""Numbers as text: never more digits than their Monte Carlo error supports."""

import math

MINUS = "\N{MINUS SIGN}"
NEGLIGIBLE = 1e-6
"""An error below this is rounding in the arithmetic, not luck."""
TAIL = 2.67
"""How much wider than that of the mean the error of a 2.5% or 97.5% quantile is, near a normal distribution."""


def rounded(value: float, error: float) -> float:
    """Round to the place of the first digit of the error; to three digits where there is no error.

    Examples
    --------
    >>> rounded(12345.6, 321.0), rounded(0.5616, 0.205), rounded(12345.6, 0.0)
    (12300.0, 0.6, 12300.0)
    """
    return round(value, places(value, error)) + 0.0


def places(value: float, error: float) -> int:
    """Give how many decimals a value has, negative for tens and more."""
    if error > NEGLIGIBLE and math.isfinite(error):
        return -math.floor(math.log10(error))
    return 2 - math.floor(math.log10(abs(value))) if abs(value) > NEGLIGIBLE else 0


def number(value: float, error: float = 0.0) -> str:
    """Write a number with a true minus sign and commas between thousands.

    Examples
    --------
    >>> number(-1234.5, 12.0), number(0.5616, 0.205), number(-3.0, 40.0)
    ('−1,230', '0.6', '0')
    """
    if not math.isfinite(value):
        return "–"
    decimals = max(places(value, error), 0)
    text = f"{abs(rounded(value, error)):,.{decimals}f}"
    return MINUS + text if rounded(value, error) < 0 else text


def plus_minus(error: float) -> str:
    """Write a Monte Carlo error with one digit.

    Examples
    --------
    >>> plus_minus(321.0), plus_minus(0.0)
    ('± 300', '')
    """
    return f"± {number(error, error)}" if error > NEGLIGIBLE and math.isfinite(error) else ""


def interval(low: float, high: float, error: float) -> str:
    """Write an interval; its ends are known less well than the mean.

    Examples
    --------
    >>> interval(-523.0, 1187.0, 20.0)
    '−520 to 1,190'
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{number(low, TAIL * error)} to {number(high, TAIL * error)}"


def kroner(value: float, error: float = 0.0) -> str:
    """Write an amount.

    Examples
    --------
    >>> kroner(-1234.5, 12.0)
    '−NOK 1,230'
    """
    text = number(value, error)
    return f"{MINUS}NOK {text[1:]}" if text.startswith(MINUS) else f"NOK {text}"


def chance(probability: float, draws: int) -> str:
    """Write a share of draws in percent, as finely as so many draws tell, never as certain.

    Examples
    --------
    >>> chance(0.4637, 1000), chance(0.0, 1000), chance(1.0, 1000), chance(0.52, 40)
    ('46%', 'under 1%', 'over 99%', 'about 50%')
    """
    error = 100.0 * math.sqrt(max(probability * (1.0 - probability), 0.0) / draws)
    least = max(1.0, 300.0 / draws)  # with no case in n draws, the 95% limit is 3 / n
    percent = 100.0 * probability
    if percent < min(least, 50.0):
        return f"under {least:.0f}%"
    if percent > 100.0 - min(least, 50.0):
        return f"over {100.0 - least:.0f}%"
    if error >= 5.0:
        return f"about {round(percent, -1):.0f}%"
    return f"{percent:.0f}%"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share in percent."""
    return f"{100.0 * share:.{decimals}f}%".replace("-", MINUS) if math.isfinite(share) else "–"
