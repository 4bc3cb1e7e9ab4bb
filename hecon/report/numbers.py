"""Numbers as text, in the language of the report: never more digits than their Monte Carlo error supports.

This is the one policy of rounding. A number has the digits down to the first digit of its error; the error has one
digit; the ends of an interval, known less well than the mean, have fewer; a number without an error has three.
"""

import math

from hecon.report.language import signs, t

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
    return round(float(value), places(value, error)) + 0.0  # numpy rounds near ties otherwise


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
    return grouped(rounded(value, error), max(places(value, error), 0))


def grouped(value: float, decimals: int = 0) -> str:
    """Write a number with so many decimals, as the language separates thousands and decimals.

    Examples
    --------
    >>> from hecon.report.language import speaking
    >>> grouped(-1234.5, 1)
    '−1,234.5'
    >>> with speaking("nb"):
    ...     grouped(-1234.5, 1).replace("\N{NO-BREAK SPACE}", " ")
    '−1 234,5'
    """
    text = f"{abs(value):,.{decimals}f}"
    written = text.translate({ord(","): signs().thousands, ord("."): signs().decimal})
    return MINUS + written if value < 0 and any(digit not in "0,." for digit in text) else written


def exact(value: float, digits: int = 4) -> str:
    """Write a number that is no estimate, such as a parameter's value: so many digits, and never fewer than a whole.

    Examples
    --------
    >>> exact(0.0132984), exact(0.50), exact(1600.0), exact(1234567.0), exact(-15.6)
    ('0.0133', '0.5', '1,600', '1,234,567', '−15.6')
    """
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0) if value else 0
    written = f"{abs(value):.{decimals}f}"
    return grouped(value, max(decimals - (len(written) - len(written.rstrip("0"))), 0))


def headcount(people: float) -> str:
    """Write how many people a program would reach in a year, to two digits: take-up is known no better.

    Examples
    --------
    >>> headcount(213226.0), headcount(209503.0), headcount(125.0), headcount(7.0)
    ('210,000', '210,000', '130', '7')
    """
    unit = 10.0 ** max(math.floor(math.log10(people)) - 1, 0) if people > 0.0 else 1.0
    return grouped(unit * math.floor(people / unit + 0.5))


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
    return t("{low} to {high}", low=number(low, TAIL * error), high=number(high, TAIL * error))


def kroner(value: float, error: float = 0.0) -> str:
    """Write an amount.

    Examples
    --------
    >>> kroner(-1234.5, 12.0)
    '−NOK 1,230'
    """
    text = number(value, error)
    minus = MINUS if text.startswith(MINUS) else ""
    return minus + t("NOK {amount}", amount=text.removeprefix(MINUS))


def chance(probability: float, draws: int) -> str:
    """Write the chance that a share of draws estimates, in percent, as finely as so many draws tell; never as certain.

    Examples
    --------
    >>> chance(0.4637, 1000), chance(0.0, 1000), chance(1.0, 1000), chance(0.52, 40), chance(0.25, 4)
    ('46%', 'under 1%', 'over 99%', 'about 50%', 'under 50%')
    """
    error = 100.0 * math.sqrt(max(probability * (1.0 - probability), 0.0) / draws)
    least = _least_percent(draws)
    percent = 100.0 * probability
    if percent < least:
        return t("under {percent}", percent=hundredths(least))
    if percent > 100 - least:
        return t("over {percent}", percent=hundredths(100 - least))
    if error >= 5.0:
        return t("about {percent}", percent=hundredths(round(percent, -1)))
    return hundredths(percent)


def only_a_limit(probability: float, draws: int) -> bool:
    """Tell whether `chance` writes no more of a chance than a limit that it is under or over.

    Examples
    --------
    >>> only_a_limit(0.0, 1000), only_a_limit(0.4637, 1000)
    (True, False)
    """
    least = _least_percent(draws)
    return not least <= 100.0 * probability <= 100 - least


def counted(share: float) -> str:
    """Write a share of the draws that were made in percent, as counted: 0% is none of them, and 100% is every one.

    Examples
    --------
    >>> counted(0.25), counted(0.4637), counted(0.004), counted(0.9996), counted(1.0), counted(0.0)
    ('25%', '46%', 'under 1%', 'over 99%', '100%', '0%')
    """
    if 0.0 < share < 0.01:
        return t("under {percent}", percent=hundredths(1))
    return t("over {percent}", percent=hundredths(99)) if 0.99 < share < 1.0 else hundredths(100.0 * share)


def tenths(part: float, whole: float) -> str:
    """Write what part of a whole an amount is, to ten percent: both are known with an error.

    Examples
    --------
    >>> tenths(5000.0, 6000.0), tenths(5900.0, 6000.0), tenths(100.0, 6000.0)
    ('about 80%', 'nearly all', 'under 5%')
    """
    tens = 10 * math.floor(10.0 * part / whole + 0.5)
    if tens < 10:
        return t("under {percent}", percent=hundredths(5))
    return t("nearly all") if tens >= 100 else t("about {percent}", percent=hundredths(tens))


def percent(share: float, decimals: int = 0) -> str:
    """Write a share in percent."""
    return hundredths(100.0 * share, decimals) if math.isfinite(share) else "–"


def hundredths(value: float, decimals: int = 0) -> str:
    """Write a number of hundredths with its percent sign.

    Examples
    --------
    >>> hundredths(46.37), hundredths(-0.4, 1)
    ('46%', '−0.4%')
    """
    return f"{grouped(value, decimals)}{signs().before_percent}%"


def _least_percent(draws: int) -> int:
    """Give the least chance that so many draws tell from none, in percent."""
    # With no case in n draws, the 95% limit is 3 / n; with few of them no more is told than the side.
    return min(max(1, math.ceil(300.0 / draws)), 50)
