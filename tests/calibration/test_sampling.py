"""Ensembles of walkers: known normals, whether chains agree, and draws that only the seed decides."""

import math
import sys

import numpy as np
import pytest
from tqdm import tqdm

from hecon.calibration import sampling
from hecon.calibration.sampling import Chains, sample
from hecon.inputs.errors import InputError
from hecon.model.checkpoint import Checkpoint


def nothing_kept():
    return Checkpoint(None, tqdm(disable=True))


def walk(density, centre, root, **options):
    """Draws from a density by two short ensembles, unless told otherwise."""
    sizes = {"ensembles": 2, "burn": 200, "steps": 700, "seed": 7, "threads": 1, "name": "walk"}
    return sample(density, centre, root, **(sizes | {"checkpoint": nothing_kept()} | options))


def normal(mean, root):
    """The density of a normal distribution whose covariance has this lower root."""
    unscaled = np.linalg.inv(root).T
    return lambda rows: -0.5 * np.sum(((rows - mean) @ unscaled) ** 2, axis=1)


def correlated(k):
    """A mean, and the lower root of a covariance with SDs from a tenth to one, as those of standardised parameters."""
    random = np.random.default_rng(k)
    root = np.tril(random.normal(size=(k, k)), -1) + 2.0 * np.eye(k)
    sd = np.geomspace(0.1, 1.0, k)
    return random.normal(size=k), root * (sd / np.sqrt(np.sum(root**2, axis=1)))[:, None]


# Known distributions


def assert_normal(chains, mean, root):
    """The draws have the mean, the SDs and the covariance of the normal, within Monte Carlo error."""
    k = len(mean)
    size = chains.effective_size
    draws = chains.draws.reshape(-1, k)
    sd = np.sqrt(np.sum(root**2, axis=1))
    assert (np.abs(draws.mean(axis=0) - mean) < 4.5 * sd / np.sqrt(size)).all()
    np.testing.assert_array_less(np.abs(draws.std(axis=0) / sd - 1.0), 4.5 / np.sqrt(2.0 * size))
    white = (draws - mean) @ np.linalg.inv(root).T  # independent standard normals: their mean square is chi-square / n
    assert np.mean(white**2) == pytest.approx(1.0, abs=4.5 * math.sqrt(2.0 / (k * size.min())))
    assert np.abs(np.corrcoef(white.T) - np.eye(k)).max() < 5.0 / math.sqrt(size.min())


def test_a_correlated_normal_of_five_dimensions_is_met(monkeypatch):
    monkeypatch.setattr(sampling, "WALKERS", 40)
    mean, root = correlated(5)
    chains = walk(normal(mean, root), mean, root)
    assert chains.draws.shape == (2, 70, 40, 5)
    assert chains.effective_size.min() > 500.0
    assert_normal(chains, mean, root)
    assert chains.r_hat.max() < 1.02


@pytest.mark.slow
def test_a_correlated_normal_of_as_many_dimensions_as_there_are_parameters_is_met():
    from hecon.calibration.posterior import BURN, ENSEMBLES, STEPS
    from hecon.calibration.priors import PRIORS

    mean, root = correlated(len(PRIORS))
    chains = walk(normal(mean, root), mean, root, ensembles=ENSEMBLES, burn=BURN, steps=STEPS, threads=None)
    assert chains.effective_size.min() > 2000.0
    assert_normal(chains, mean, root)
    assert chains.r_hat.max() < 1.02


def test_walkers_that_start_elsewhere_come_to_the_distribution(monkeypatch):
    monkeypatch.setattr(sampling, "WALKERS", 30)
    mean, root = np.array([5.0, -5.0]), np.eye(2)
    chains = walk(normal(mean, root), np.zeros(2), 0.1 * root, steps=600)
    assert_normal(chains, mean, root)


def test_where_the_density_is_zero_no_walker_stays(monkeypatch):
    monkeypatch.setattr(sampling, "WALKERS", 20)
    chains = walk(lambda rows: np.where(rows[:, 0] > 0.0, -0.5 * rows[:, 0] ** 2, -np.inf), [2.0], 0.2 * np.eye(1))
    assert chains.draws.min() > 0.0
    half = math.sqrt(2.0 / math.pi)  # the mean of a normal's absolute value, whose variance is 1 - 2 / pi
    error = math.sqrt((1.0 - half**2) / chains.effective_size[0])
    assert chains.draws.mean() == pytest.approx(half, abs=4.5 * error)


# Whether chains agree


def test_r_hat_by_hand():
    # Halves of one step and two walkers: variances 2, means 0, 0, 10, 10, whose variance is 100 / 3.
    one = np.array([[[-1.0], [1.0]]] * 2)
    assert Chains(np.stack([one, one + 10.0])).r_hat[0] == pytest.approx(math.sqrt((2.0 / 2.0 + 100.0 / 3.0) / 2.0))


def test_r_hat_of_chains_that_agree_is_near_one():
    draws = np.random.default_rng(1).normal(size=(4, 50, 40, 3))
    # The means of eight halves of 1,000 vary by 1 / 1,000 about 1.
    assert (np.abs(Chains(draws).r_hat - 1.0) < 0.002).all()


def test_r_hat_of_ensembles_with_other_means_is_far_above_one():
    draws = np.random.default_rng(2).normal(size=(2, 50, 40, 2))
    draws[1, :, :, 1] += 3.0
    found = Chains(draws).r_hat
    assert found[0] < 1.002
    # Halves' means are 0, 0, 3, 3: a variance of 3 over one of 1 within.
    assert found[1] == pytest.approx(2.0, rel=0.05)


def test_r_hat_sees_an_ensemble_that_drifts():
    draws = np.random.default_rng(3).normal(size=(1, 51, 40, 1))  # of an odd number of steps the last is left out
    draws[0, 25:] += 3.0
    assert Chains(draws).r_hat[0] > 1.8


def autoregressive(share, steps, *, ensembles=4, walkers=40):
    """Chains whose draws have a correlation of `share` with the step before."""
    luck = np.random.default_rng(5).normal(size=(ensembles, steps, walkers, 1))
    draws = np.zeros_like(luck)
    draws[:, 0] = luck[:, 0]
    for step in range(1, steps):
        draws[:, step] = share * draws[:, step - 1] + math.sqrt(1.0 - share**2) * luck[:, step]
    return Chains(draws)


@pytest.mark.parametrize(("share", "steps"), [(0.0, 100), (0.5, 100), (0.8, 100), (0.8, 1000), (0.9, 200)])
def test_draws_that_resemble_the_one_before_count_for_less(share, steps):
    time = (1.0 + share) / (1.0 - share)
    chains = autoregressive(share, steps)
    number = 4 * steps * 40
    # Sokal: the estimate's relative variance is 4 window / steps, the window five times as long as the time.
    chance = 4.5 * math.sqrt(4.0 * 5.0 * time / number) + math.exp(-5.0)
    assert chains.effective_size[0] == pytest.approx(number / time, rel=chance)
    assert chains.autocorrelation_times == pytest.approx(steps / time, rel=chance)


def test_walkers_that_never_move_count_once_each():
    stuck = Chains(np.tile(np.random.default_rng(6).normal(size=(2, 1, 30, 1)), (1, 50, 1, 1)))
    assert stuck.autocorrelation_times < 2.0
    assert stuck.effective_size[0] < 120.0


# Rows taken


def test_rows_are_draws_each_at_most_once_in_their_order():
    chains = Chains(np.arange(24.0).reshape(2, 3, 2, 2))
    rows = chains.rows(5, seed=1)
    assert rows.shape == (5, 2)
    assert (rows[:, 1] == rows[:, 0] + 1.0).all()
    assert (np.diff(rows[:, 0]) > 0.0).all()
    np.testing.assert_array_equal(rows, chains.rows(5, seed=1))
    assert any((rows != chains.rows(5, seed=seed)).any() for seed in (2, 3))
    assert chains.rows(12, seed=1).ravel().tolist() == list(range(24))


# Luck, threads and what is kept


@pytest.fixture
def few(monkeypatch):
    """Short walks in two dimensions."""
    monkeypatch.setattr(sampling, "WALKERS", 8)

    def run(**options):
        mean, root = np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.5, 2.0]])
        return walk(normal(mean, root), mean, root, **({"ensembles": 3, "burn": 10, "steps": 40} | options)).draws

    return run


@pytest.mark.parametrize("threads", [2, 4, None])
def test_the_number_of_threads_does_not_show(few, threads):
    np.testing.assert_array_equal(few(threads=threads), few(threads=1))


def test_every_ensemble_and_every_seed_has_luck_of_its_own(few):
    one, two, three = few()
    assert (one != two).any()
    assert (two != three).any()
    assert (few(seed=8)[0] != one).all()
    np.testing.assert_array_equal(few(ensembles=1)[0], one)


def test_a_long_seed_is_a_seed(few):
    assert (few(seed=2**40, ensembles=1) != few(seed=2**40 + 1, ensembles=1)).all()


def test_an_ensemble_that_was_kept_is_not_walked_again(few, tmp_path):
    kept = Checkpoint(tmp_path, tqdm(disable=True))
    first = few(checkpoint=kept, name="trial")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"trial-{number}.npy" for number in range(3)]
    (tmp_path / "trial-1.npy").unlink()
    walked = []
    again = sample(
        lambda rows: walked.append(len(rows)) or np.zeros(len(rows)),
        np.zeros(2),
        np.eye(2),
        ensembles=3,
        burn=10,
        steps=40,
        seed=7,
        threads=1,
        checkpoint=kept,
        name="trial",
    ).draws
    np.testing.assert_array_equal(again[[0, 2]], first[[0, 2]])
    assert (again[1] != first[1]).any()
    assert sum(walked) == 8 * (1 + 10 + 40)  # one ensemble: its walkers where they start, and at every step


def test_a_walk_without_emcee_says_what_to_install(few, monkeypatch):
    monkeypatch.setitem(sys.modules, "emcee", None)
    with pytest.raises(
        InputError, match=r"emcee or threadpoolctl is not installed: pip install 'hecon\[calibration\]'"
    ) as caught:
        few()
    assert len(caught.value.faults) == 1
