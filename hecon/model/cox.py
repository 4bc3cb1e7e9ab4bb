"""Cox regression on one binary covariate, as the trial estimated its hazard ratio."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_hazard_ratio(weeks: Floats, event: Floats, treated: NDArray[np.bool_]) -> float:
    """Return the log hazard ratio of a binary covariate by Cox's partial likelihood, ties by Breslow's method.

    Parameters
    ----------
    weeks : float64[person], time to the event or to the end
    event : float64[person], 1 where it happened
    treated : bool[person]

    References
    ----------
    Breslow N. Covariance analysis of censored survival data. Biometrics 1974;30:89-99.
    """
    times = np.unique(weeks[event == 1.0])
    groups = []
    for group in (treated, ~treated):
        order = np.sort(weeks[group])
        at_risk = len(order) - np.searchsorted(order, times, side="left")
        happened = np.sort(weeks[group & (event == 1.0)])
        events = np.searchsorted(happened, times, side="right") - np.searchsorted(happened, times, side="left")
        groups.append((at_risk.astype(float), events.astype(float)))
    (risk1, events1), (risk0, events0) = groups
    events = events1 + events0
    log_ratio = 0.0
    for _ in range(50):
        share = risk1 * np.exp(log_ratio) / (risk0 + risk1 * np.exp(log_ratio))
        step = float(np.sum(events1 - events * share) / np.sum(events * share * (1.0 - share)))
        log_ratio += step
        if abs(step) < 1e-12:
            break
    return log_ratio
