"""hecon: what return-to-work programs in Norway are worth, to whom, and how surely."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hecon.calibration.posterior import calibrate
    from hecon.calibration.validation import validate
    from hecon.evaluation.cea import ceac, ceaf, expected_incremental_benefit, expected_loss, net_monetary_benefit
    from hecon.evaluation.comparison import compare
    from hecon.evaluation.evsi import evsi
    from hecon.evaluation.frontier import icer_table, pairwise
    from hecon.evaluation.register import register
    from hecon.evaluation.store import read_comparison
    from hecon.evaluation.voi import evpi, evppi
    from hecon.inputs.errors import InputError
    from hecon.inputs.parameters import read_parameters
    from hecon.model.cohort import read_cohort
    from hecon.model.laws import check_laws
    from hecon.model.ledger import cost, costs
    from hecon.model.simulation import occupancy, simulate, trace
    from hecon.model.workers import cluster, workers
    from hecon.report.formats import write_report
    from hecon.report.statements import answer

__version__ = "0.1.0"
SEED = 20251121
"""Of all luck, unless another is given."""

_HOMES = {
    "InputError": "hecon.inputs.errors",
    "answer": "hecon.report.statements",
    "calibrate": "hecon.calibration.posterior",
    "ceac": "hecon.evaluation.cea",
    "ceaf": "hecon.evaluation.cea",
    "check_laws": "hecon.model.laws",
    "cluster": "hecon.model.workers",
    "compare": "hecon.evaluation.comparison",
    "cost": "hecon.model.ledger",
    "costs": "hecon.model.ledger",
    "evpi": "hecon.evaluation.voi",
    "evppi": "hecon.evaluation.voi",
    "evsi": "hecon.evaluation.evsi",
    "expected_incremental_benefit": "hecon.evaluation.cea",
    "expected_loss": "hecon.evaluation.cea",
    "icer_table": "hecon.evaluation.frontier",
    "net_monetary_benefit": "hecon.evaluation.cea",
    "occupancy": "hecon.model.simulation",
    "pairwise": "hecon.evaluation.frontier",
    "read_cohort": "hecon.model.cohort",
    "read_comparison": "hecon.evaluation.store",
    "read_parameters": "hecon.inputs.parameters",
    "register": "hecon.evaluation.register",
    "simulate": "hecon.model.simulation",
    "trace": "hecon.model.simulation",
    "validate": "hecon.calibration.validation",
    "workers": "hecon.model.workers",
    "write_report": "hecon.report.formats",
}

__all__ = [
    "SEED",
    "InputError",
    "__version__",
    "answer",
    "calibrate",
    "ceac",
    "ceaf",
    "check_laws",
    "cluster",
    "compare",
    "cost",
    "costs",
    "evpi",
    "evppi",
    "evsi",
    "expected_incremental_benefit",
    "expected_loss",
    "icer_table",
    "net_monetary_benefit",
    "occupancy",
    "pairwise",
    "read_cohort",
    "read_comparison",
    "read_parameters",
    "register",
    "simulate",
    "trace",
    "validate",
    "workers",
    "write_report",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the name stands for)
    """Import a public name when it is first used, so that `import hecon` stays light (PEP 562)."""
    if name not in _HOMES:
        message = f"module 'hecon' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
