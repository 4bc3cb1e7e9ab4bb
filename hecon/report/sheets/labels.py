"""What resources, parties, categories of weeks and the account's quantities are called."""

from hecon.model.category_weeks import CATEGORY_NAMES
from hecon.model.ledger import FLOWS, PERSPECTIVES
from hecon.report.language import mark
from hecon.report.parties import LABELS

PERSPECTIVE_LABELS = {one.name: one.label for one in PERSPECTIVES}
FLOW_LABELS = {one.name: one.label for one in FLOWS}
PARTY_LABELS = {**LABELS, "replacements": mark("Replacements"), "outside": mark("Outside")}
RESOURCE_LABELS = {
    "caseworker_hours": mark("caseworker's hours"),
    "coordinator_hours": mark("coordinator's hours"),
    "supervisor_hours": mark("supervisor's hours"),
    "training": mark("training, NOK"),
    "physiotherapist_hours": mark("physiotherapist's hours"),
    "occupational_therapist_hours": mark("occupational therapist's hours"),
    "psychologist_hours": mark("psychologist's hours"),
    "physician_hours": mark("physician's hours"),
    "gp_hours": mark("general practitioner's hours"),
    "care": mark("care, NOK"),
    "employer_hours": mark("employer's hours"),
    "participant_hours": mark("participant's hours"),
    "participant_trips": mark("participant's trips"),
}
CATEGORY_LABELS = dict(
    zip(
        CATEGORY_NAMES,
        (
            mark("In work"),
            mark("Full leave, paid by the employer"),
            mark("Full leave, paid by NAV"),
            mark("Full leave, unpaid"),
            mark("Full leave that earns NAV's holiday pay"),
            mark("Full leave, NAV's later rate"),
            mark("The same that earns holiday pay, full"),
            mark("Graded leave, paid by the employer"),
            mark("Graded leave, paid by NAV"),
            mark("Graded leave, unpaid"),
            mark("Graded leave that earns NAV's holiday pay"),
            mark("Graded leave, NAV's later rate"),
            mark("The same that earns holiday pay, graded"),
            mark("On the allowance"),
            mark("On a pension"),
            mark("Unemployed, insured"),
            mark("Unemployed, on assistance"),
            mark("Replaced, full leave"),
            mark("Replaced, graded leave"),
            mark("Replaced, on the allowance"),
            mark("Replaced, on a pension"),
            mark("Replaced, unemployed"),
            mark("New spells"),
        ),
        strict=True,
    )
)
QUANTITY_LABELS = {
    "wages_work": mark("Wages of those at work"),
    "wages_graded": mark("Wages of the part worked on graded leave"),
    "wages_aap": mark("Wages of the part worked on the allowance"),
    "wages_pension": mark("Wages of the part worked on a pension"),
    "wages": mark("Wages in all states"),
    "employer_pay": mark("Wage absent up to the cap, employer's period"),
    "above_cap": mark("Wage absent above the cap, paid leave"),
    "leave_pay": mark("Wage absent, paid leave"),
    "nav_pay": mark("Wage absent up to the cap, paid by NAV"),
    "nav_later_pay": mark("Wage absent up to the cap, NAV's later rate"),
    "holiday_younger": mark("The same on days that earn holiday pay, under 59"),
    "holiday_older": mark("The same on days that earn holiday pay, 59 and over"),
    "holiday_later_younger": mark("Later rate, days that earn holiday pay, under 59"),
    "holiday_later_older": mark("Later rate, days that earn holiday pay, 59 and over"),
    "aap_earned": mark("Wage up to the cap of those above the minimum"),
    "aap_minimum": mark("Years at the minimum, 25 and over"),
    "aap_minimum_young": mark("Years at the minimum, under 25"),
    "aap_children": mark("Years at full degree"),
    "pension_earned": mark("Wage up to the cap of those above the minimum pension"),
    "pension_minimum_single": mark("Years at the minimum of those who live alone"),
    "pension_minimum_cohabiting": mark("Years at the minimum of those who live together"),
    "unemployed_pay": mark("Wage up to the cap, insured and unemployed"),
    "assisted": mark("Years unemployed without insurance"),
    "tax_general": mark("Income above the deduction and the allowance"),
    "tax_social_security": mark("Income at the full contribution"),
    "tax_social_security_step": mark("Income above the floor, where that gives less"),
    "tax_bracket_1": mark("Income above the first threshold"),
    "tax_bracket_2": mark("Income above the second threshold"),
    "tax_bracket_3": mark("Income above the third threshold"),
    "tax_bracket_4": mark("Income above the fourth threshold"),
    "tax_bracket_5": mark("Income above the fifth threshold"),
    "output": mark("Wage of the part of the job that is done"),
    "leisure": mark("Wage after tax of the part absent"),
    "spells": mark("New spells of sick leave"),
    "replaced": mark("Wage of the part that a replacement does"),
    "extra_pay": mark("Employer's pay above the threshold"),
    "extra_output": mark("The same of the part of the job that is done"),
    "extra_replaced": mark("The same of the part that a replacement does"),
}
