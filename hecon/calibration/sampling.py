"""Draws from a density by independent ensembles of walkers, and whether they agree."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.model.checkpoint import Checkpoint
from hecon.model.runs import run_blocks

Floats = NDArray[np.float64]

WALKERS = 80
THIN = 10
"""Steps from one that is stored to the next."""


@dataclass(frozen=True)
class Chains:
    """What the ensembles visited after their burn-in.

    Attributes
    ----------
    draws : float64[ensemble, step stored, walker, parameter]
    """

    draws: Floats

    @property
    def r_hat(self) -> Floats:
        """The potential scale reduction of the halves of every ensemble: float64[parameter].

        References
        ----------
        Gelman A et al. Bayesian Data Analysis, 3rd edition, section 11.4; an ensemble's walkers are one chain.
        """
        steps = self.draws.shape[1] // 2 * 2
        halves = self.draws[:, :steps].reshape(-1, steps // 2, *self.draws.shape[2:])
        pooled = halves.reshape(len(halves), -1, halves.shape[-1])
        within = pooled.var(axis=1, ddof=1).mean(axis=0)
        between = pooled.mean(axis=1).var(axis=0, ddof=1)
        return np.asarray(np.sqrt((within * (1.0 - 1.0 / pooled.shape[1]) + between) / within))

    @property
    def effective_size(self) -> Floats:
        """The effective sample size, over all ensembles: float64[parameter].

        References
        ----------
        Goodman J, Weare J. Commun Appl Math Comput Sci 2010;5:65-80: draws over the integrated autocorrelation time.
        """
        return np.asarray(self.draws[..., 0].size / self._times())

    @property
    def autocorrelation_times(self) -> float:
        """How many integrated autocorrelation times an ensemble's steps hold, for the slowest parameter."""
        return float(self.draws.shape[1] / self._times().max())

    def _times(self) -> Floats:
        """Return integrated autocorrelation times, in steps stored, summed up to five times themselves (Sokal).

        Autocorrelation is taken around the mean of all draws: around its own, a walker that hardly moves looks free.
        """
        steps = self.draws.shape[1]
        off = self.draws - self.draws.mean(axis=(0, 1, 2))
        power = np.mean(np.abs(np.fft.rfft(off, n=2 * steps, axis=1)) ** 2, axis=(0, 2))
        covariance = np.fft.irfft(power, axis=0)[:steps] / np.arange(steps, 0.0, -1.0)[:, None]
        times = 2.0 * np.cumsum(covariance / covariance[0], axis=0) - 1.0
        beyond = np.arange(steps)[:, None] >= 5.0 * times
        beyond[-1] = True
        return np.asarray(np.take_along_axis(times, np.argmax(beyond, axis=0)[None], axis=0)[0])

    def rows(self, number: int, seed: int) -> Floats:
        """Return that many of the draws, each at most once: float64[row, parameter]."""
        flat = self.draws.reshape(-1, self.draws.shape[-1])
        chosen = np.random.default_rng(seed).choice(len(flat), size=number, replace=False)
        return np.asarray(flat[np.sort(chosen)])


def sample(
    density: Callable[[Floats], Floats],
    centre: Floats,
    spread: Floats,
    *,
    ensembles: int,
    burn: int,
    steps: int,
    seed: int,
    threads: int | None,
    checkpoint: Checkpoint,
    name: str,
) -> Chains:
    """Draw from a density by affine-invariant ensembles with differential evolution.

    Parameters
    ----------
    density : float64[row, parameter] to its logarithm, float64[row], up to a constant; -inf where it is zero
    centre, spread : float64[parameter] and the lower root of a covariance float64[parameter, parameter]: where walkers
        start, once and a half as wide
    ensembles : independent ones, each with luck of its own
    burn, steps : forgotten, and then made; a tenth of those are stored
    seed : of all luck
    threads : on which ensembles run; never shows in the draws
    checkpoint, name : where each ensemble is kept when it is done

    References
    ----------
    ter Braak CJF, Vrugt JA. Stat Comput 2008;18:435-446, as in emcee (Foreman-Mackey D et al. PASP 2013;125:306-312).
    """
    try:
        import emcee
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise InputError(
            "calibration: emcee or threadpoolctl is not installed: pip install 'hecon[calibration]'"
        ) from None

    parts: dict[int, Floats] = {}

    def run(number: int) -> Floats:
        luck = np.random.RandomState(np.random.MT19937([seed, number]))
        start = centre + 1.5 * luck.standard_normal((WALKERS, len(centre))) @ spread.T
        moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.DEMove(gamma0=1.0), 0.1)]
        sampler = emcee.EnsembleSampler(WALKERS, len(centre), density, moves=moves, vectorize=True)
        state = emcee.State(start, random_state=luck.get_state())
        state = sampler.run_mcmc(state, burn, store=False, skip_initial_state_check=True)
        sampler.run_mcmc(state, steps // THIN, thin_by=THIN, skip_initial_state_check=True)
        return np.asarray(sampler.get_chain())

    def one(number: int) -> None:
        parts[number] = checkpoint.keep(f"{name}-{number}", lambda: run(number))

    with threadpool_limits(1):  # ensembles have threads of their own, and a product's bits depend on its threads
        run_blocks(one, range(ensembles), threads=threads, progress=None)
    return Chains(np.stack([parts[number] for number in range(ensembles)]))
