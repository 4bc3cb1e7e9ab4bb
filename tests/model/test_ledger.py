"""Who pays whom, flow by flow, and what each perspective therefore sees."""

import pytest
import xarray as xr

from hecon.model.ledger import FLOW_NAMES, FLOWS, cost

# From the statute and the rules of account, not from the code.
PAYS = {
    "wages": ("employer", "worker"),
    "employer_sick_pay": ("employer", "worker"),
    "top_up": ("employer", "worker"),
    "employer_holiday_pay": ("employer", "worker"),
    "pension_contribution": ("employer", "worker"),
    "employer_contribution": ("employer", "treasury"),
    "sick_pay": ("nav", "worker"),
    "holiday_pay": ("nav", "worker"),
    "work_assessment_allowance": ("nav", "worker"),
    "disability_pension": ("nav", "worker"),
    "unemployment_benefit": ("nav", "worker"),
    "social_assistance": ("municipality", "worker"),
    "income_tax": ("worker", "treasury"),
    "production": ("outside", "employer"),
    "leisure": ("outside", "worker"),
    "disruption": ("employer", "outside"),
    "replacement_production": ("outside", "employer"),
    "replacement_pay": ("employer", "replacements"),
    "delivery_nav": ("nav", "outside"),
    "delivery_health": ("health_service", "outside"),
    "delivery_employer": ("employer", "outside"),
    "delivery_participant": ("worker", "outside"),
    "cost_of_public_funds": ("taxpayers", "outside"),
}


def test_every_flow_has_its_payer_and_payee():
    assert {flow.name: (flow.payer, flow.payee) for flow in FLOWS} == PAYS


@pytest.mark.parametrize("name", FLOW_NAMES)
def test_a_krone_costs_its_payer_and_reaches_its_payee(name):
    krone = xr.DataArray([1.0], dims="flow", coords={"flow": [name]})
    payer, payee = PAYS[name]
    assert float(cost(krone, {payer}, productivity="friction_cost")) == 1.0
    assert float(cost(krone, {payee}, productivity="friction_cost")) == -1.0
    assert float(cost(krone, {payer, payee}, productivity="friction_cost")) == 0.0
