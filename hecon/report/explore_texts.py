"""Texts of the interactive part of the page: every one a whole sentence, label or clause, translated when placed."""

from hecon.report.language import mark

OUTCOMES = {
    "money": mark("Money alone"),
    "days": mark("Sick-leave days avoided"),
    "qalys": mark("Quality-adjusted life years (QALYs)"),
}
"""What may be set against a cost: "money" is nothing but the cost itself."""

COUNTED = {
    "money": mark("Gains and losses in kroner, and nothing else."),
    "days": mark("Days on benefit that a program avoids, at what such a day is worth."),
    "qalys": mark("Years of life, each weighted by its quality, at what such a year is worth."),
}
"""What each of them is, in a line."""

COSTS = {
    "society": mark("Society"),
    "public_purse": mark("Public purse"),
    "nav": mark("NAV"),
    "employer": mark("Employer"),
    "worker": mark("Worker"),
    "program": mark("The program's own costs"),
}
SIDES = {
    "society": mark("society"),
    "public_purse": mark("the public purse"),
    "nav": mark("NAV"),
    "employer": mark("the employer"),
    "worker": mark("the worker"),
    "program": mark("the program's own costs"),
}
"""Whose cost it is, as it stands in a sentence."""

GROUPS = {
    "all": (mark("Everybody"), mark("everybody")),
    "full_sick_leave": (mark("Full sick leave at inclusion"), mark("people on full sick leave at inclusion")),
    "graded_sick_leave": (mark("Graded sick leave at inclusion"), mark("people on graded sick leave at inclusion")),
    "musculoskeletal": (mark("Musculoskeletal diagnosis"), mark("people with a musculoskeletal diagnosis")),
    "psychological": (mark("Psychological diagnosis"), mark("people with a psychological diagnosis")),
    "other": (mark("Other diagnosis"), mark("people with another diagnosis")),
}
"""Subgroups: as a label, and as it stands in a sentence."""

KINDS = {"start": mark("By start"), "diagnosis": mark("By diagnosis")}

MEANINGS = {
    "12m": mark("The headline: the time over which the trial measured."),
    "a": mark("Differences are those of the first 12 months; none arises later."),
    "b": mark("People go on from where they are at month 12, by the same rates in every strategy."),
    "c": mark("As (b), but the arms' difference in entry to the allowance is taken as chance."),
}
"""What each horizon assumes."""

REFUSALS = {
    "money": mark("The program's own costs say nothing of worth without an effect: choose days or QALYs for them."),
    "days": mark(
        "Only the program's own costs are set against days: every other cost already holds the production or benefits "
        "of those days."
    ),
    "qalys": mark("QALYs are set against the program's own costs or society's, not against one party's."),
    "qalys_horizon": mark("QALYs are counted over the whole run: 12 months and (a) are not offered with them."),
    "c_group": mark("(c) was run for everybody together: subgroups are not offered with it."),
    "money_wtp": mark("Money alone has no effect to value: choose days or QALYs to set an amount."),
}
"""Why a choice is not offered, by what rules it out."""

WORTHS = {
    "days": mark("Set at first to the production of a workday, {amount}."),
    "qaly_health": mark("Set at first to the value used in priority setting, {amount}."),
    "qaly_society": mark("Set at first to the value used in appraisals for society, {amount}."),
}
"""Where the willingness to pay stands at first, by pair."""

CAUTIONS = {
    "qaly_health": (
        mark("No clear QALY effect has been found: in the base case QALYs differ by survival alone."),
        mark("No cost per QALY is given."),
        mark("The value of a QALY has no weight for severity."),
    ),
    "qaly_society": (
        mark("No clear QALY effect has been found: in the base case QALYs differ by survival alone."),
        mark("No cost per QALY is given."),
        mark("The value of a QALY is meant for people otherwise healthy."),
    ),
}
"""What must be said beside a result, by pair."""

ALSO = {
    "sustained_return": (mark("Back at work within 12 months, and for four weeks or more"), mark("share of people")),
    "weeks_to_sustained_return": (mark("Weeks to lasting return, cut at 12 months"), mark("weeks")),
    "no_benefit_12m": (mark("Without medical benefits at 12 months"), mark("share of people")),
    "at_work_12m": (mark("At work at 12 months"), mark("share of people")),
}
"""Other effects, as information: they are not paired with a cost."""

TEXTS = {
    "low_to_high": "{low} to {high}",
    "kroner": "NOK {amount}",
    "under": "under {percent}",
    "over": "over {percent}",
    "about": "about {percent}",
    "and": mark("{first} and {last}"),
    "comma": mark("{first}, {next}"),
    "long_span": mark("{years} under ({letter})"),
    "money_frame": mark("For {side} over {span}"),
    "days_frame": mark("Over {span}, at {amount} for a sick-leave day avoided"),
    "qaly_health_frame": mark("Over {span}, with the program's own costs and {amount} for a QALY"),
    "qaly_society_frame": mark("Over {span}, with society's cost and {amount} for a QALY"),
    "among": mark("{frame}, among {group}"),
    "best": mark(
        "{frame}, {best} has the best expected result. {next} comes next, {amount} per person behind (95% interval "
        "{interval}{zero})."
    ),
    "zero": mark(", which spans zero"),
    "close": mark(
        "{frame}, the simulation cannot separate {names}: their expected results differ by no more than its error."
    ),
    "sure": mark("The chance that {best} is the best choice is {chance}."),
    "money_caption": mark("Cost to {side} and gain against {usual}, per person"),
    "days_caption": mark("Program cost and sick-leave days avoided against {usual}, per person"),
    "qaly_health_caption": mark("Program cost and QALYs gained against {usual}, per person"),
    "qaly_society_caption": mark("Society's cost and QALYs gained against {usual}, per person"),
    "choice": mark("{caption}. {span}. {group}."),
    "choice_wtp": mark("{caption}. {span}. {group}. {worth}."),
    "days_worth": mark("A day avoided is worth {amount}"),
    "qalys_worth": mark("A QALY is worth {amount}"),
    "strategy": mark("Strategy"),
    "cost": mark("Cost, NOK"),
    "difference": mark("Difference in cost, NOK"),
    "days": mark("Days avoided"),
    "qalys": mark("QALYs gained"),
    "gain": mark("Gain, NOK"),
    "net_benefit": mark("Net benefit, NOK"),
    "chance": mark("Chance of being best"),
    "loss": mark("Expected loss, NOK"),
    "note": mark(
        "Under a number stand its 95% interval and its Monte Carlo error, from {draws} draws. The expected loss is "
        "what choosing the strategy now is expected to forgo."
    ),
    "note_part": mark(
        "Computed from the first {carried} of {made} draws. Under a number stand its 95% interval and its Monte Carlo "
        "error. The expected loss is what choosing the strategy now is expected to forgo."
    ),
    "evpi": mark(
        "Knowing everything before choosing would be worth {amount} per person (EVPI): the least expected loss."
    ),
    "on_cheapest": mark("{strategy} costs least."),
    "on_only": mark("{strategy} costs least and avoids the most days: no other can be better value."),
    "on_frontier": mark("{strategy} costs {amount} per sick-leave day avoided beyond {before} ({error})."),
    "on_frontier_sure": mark("{strategy} costs {amount} per sick-leave day avoided beyond {before}."),
    "off_mix": mark("{strategy} is extendedly dominated: a mix of {low} and {high} avoids as many days for less."),
    "off_dominated": mark("{strategy} is dominated: {by} avoids as many days or more for no more money."),
    "plane_title": mark("Cost-effectiveness plane: each point is one draw, each ring a mean"),
    "plane_line": mark("Below the broken line a program is worth its cost."),
    "plane_alt": mark("{title}. Means against {usual}: {points}."),
    "days_amount": mark("{amount} days"),
    "qalys_amount": mark("{amount} QALYs"),
    "points": mark("{amount} points"),
    "plane_point": mark("{strategy} {effect} for {amount}"),
    "curve_title": mark("Chance of being best (CEAC); the wide band is the best expected choice (CEAF)"),
    "curve_alt": mark("{title}. At {amount} the chances are: {chances}."),
    "spread_title": mark("Gain by program: the draws, mean and 95% interval"),
    "spread_alt": mark("{title}. Against {usual}: {points}."),
    "spread_point": mark("{strategy} {amount} (95% interval {interval})"),
    "bars_title": mark("Chance of being best"),
    "bars_alt": mark("{title}: {chances}."),
    "chance_of": mark("{strategy} {chance}"),
    "gain_axis": mark("Gain against {usual}, NOK per person"),
    "days_axis": mark("Sick-leave days avoided per person"),
    "qalys_axis": mark("QALYs gained per person"),
    "cost_axis": mark("Difference in cost, NOK per person"),
    "days_wtp_axis": mark("What a sick-leave day avoided is worth, NOK"),
    "qalys_wtp_axis": mark("What a QALY is worth, NOK"),
    "bad_wtp": mark("Write an amount from 0 to {most}, such as {example}; the last valid one is in use."),
    "everybody_hint": mark("All people compared."),
    "group_hint": mark("{share} of people. Effects are taken as equal: differences follow from baseline risk."),
    "also_caption": mark("Other effects in 12 months, with the difference from {usual}. {group}."),
    "measure": mark("Effect"),
    "share of people": mark("share of people"),
    "weeks": mark("weeks"),
    "spans": mark("spans zero"),
}
"""What the page says by itself, with the values that it computes in the braces."""

FORM = {
    "title": mark("Explore the result"),
    "lead": mark(
        "Choose what counts, whose cost, how long and for whom. Table, curves and the sentence below follow, computed "
        "in this page from the draws of the run; nothing is sent anywhere."
    ),
    "without": mark(
        "This part needs JavaScript. Without it the report is complete all the same: every other table and figure "
        "stands as it is."
    ),
    "choices": mark("Choices"),
    "outcome": mark("What counts"),
    "cost": mark("Whose cost"),
    "horizon": mark("How long"),
    "group": mark("For whom"),
    "wtp": mark("What a unit of effect is worth, NOK"),
    "slide": mark("The same amount, as a slider"),
    "reset": mark("Back to the start"),
    "shared": mark("The address of the page holds your choice: copy it to share what you see."),
    "also": mark("Other effects, as information"),
}
"""What stands in the page whether or not it computes."""
