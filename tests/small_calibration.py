"""A calibration as small as it can be: the real machinery with few people, few runs and short walks."""

import shutil

from hecon.calibration import emulator, figures, fit, posterior, refits, sampling
from hecon.calibration.tables import PRIOR_WIDTHS, place_of
from hecon.inputs.parameters import shipped_folder
from hecon.model.checkpoint import Checkpoint

SIZES = {
    posterior: {"RUNS": 60, "REFINED": 20, "KEYS": 3, "PILOT": 20, "BURN": 10, "STEPS": 100, "ENSEMBLES": 2},
    fit: {"SCREENED": 6, "STARTS": 1, "EVALUATIONS": 1},
    figures: {"TRIALS": 60},
    emulator: {"TUNED": 40, "TUNING_STEPS": 2},
    sampling: {"WALKERS": 52},  # twice as many as there are parameters, the least that can move
    refits: {"BURN": 10, "STEPS": 40, "TAUGHT": 2, "ROWS": 100, "COMPARED": 3},
}
CHUNK, CHECKED = 40, 10
PEOPLE, SEED = 100, 5


def shrink(patch):
    """Make every calibration small, as long as the patch holds."""
    for module, constants in SIZES.items():
        for name, number in constants.items():
            patch.setattr(module, name, number)
    for module in (posterior, refits):
        patch.setattr(module, "CHUNK", CHUNK)
    patch.setattr(posterior, "CHECKED", CHECKED)
    patch.setattr(posterior, "STARTS", fit.STARTS)  # of which it knows how many steps there are


def uncalibrated_folder(place):
    """Copy the shipped parameters without the tables that one calibration writes."""
    folder = place / "parameters"
    shutil.copytree(shipped_folder(), folder)
    for name in PRIOR_WIDTHS:
        for ending in (".csv", ".toml"):
            place_of(folder, name).with_suffix(ending).unlink(missing_ok=True)
    return folder


def count_steps(patch, stop=None):
    """Note which steps are made, and not taken from where they were kept; interrupt the run after so many.

    Returns
    -------
    The names of the steps, to which every step that is made is added.
    """
    made = []
    keep = Checkpoint.keep

    def counted(self, name, make):
        def one():
            if stop is not None and len(made) >= stop:
                raise KeyboardInterrupt
            found = make()
            made.append(name)
            return found

        return keep(self, name, one)

    patch.setattr(Checkpoint, "keep", counted)
    return made
