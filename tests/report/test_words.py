"""The answer in words, on made-up results whose answer is known."""

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation.frontier import icer_table
from hecon.evaluation.results import summarise
from hecon.report import change_words, day_words, numbers, words
from hecon.report.language import speaking

LABELS = {"usual": "Usual care", "letter": "A letter", "team": "Team meetings"}
SIDES = ("NAV", "Society")
DRAWS = 1000


def standings(society, nav=None, horizon="12 months"):
    """How strategies stand, from gains over usual care: {name: (mean, sd)} or an array of draws."""
    rng = np.random.default_rng(3)

    def cost(gains):
        return np.stack([-draws(rng, gains.get(name, (0.0, 0.0))) for name in LABELS], axis=1)

    both = np.stack([cost(nav or society), cost(society)], axis=2)[None]
    dims = ("horizon", "draw", "strategy", "perspective")
    data = xr.DataArray(
        both, dims=dims, coords={"horizon": [horizon], "strategy": list(LABELS), "perspective": list(SIDES)}
    )
    table = summarise(data, "usual")
    return {side: words.standings(table, horizon, side, LABELS, "usual") for side in SIDES}


def draws(rng, given):
    return given if isinstance(given, np.ndarray) else rng.normal(*given, DRAWS)


def society(gains):
    return standings(gains)["Society"]


def verdict(gains):
    return words.verdict(society(gains), DRAWS)


def test_a_clear_winner_is_named_without_reserve():
    answer = verdict({"letter": (-500.0, 50.0), "team": (4000.0, 300.0)})
    assert answer.kind == "program"
    assert answer.headline == "Over 12 months, team meetings is worth its cost to society."
    assert "over 99% for team meetings" in answer.because[0]
    assert not any("spans zero" in text for text in answer.because)
    assert any("A letter against usual care: society is expected to lose NOK 50" in text for text in answer.because)


def test_usual_care_best_for_certain():
    answer = verdict({"letter": (-2000.0, 100.0), "team": (-7000.0, 500.0)})
    assert answer.kind == "none"
    assert answer.headline == "Over 12 months, none of the programs compared is worth its cost to society."
    assert "a loss of NOK" in answer.because[1]


def test_usual_care_best_but_one_program_open():
    answer = verdict({"letter": (-2000.0, 100.0), "team": (-3000.0, 4000.0)})
    assert answer.kind == "none_but_unsure"
    assert "the chance that team meetings is the best choice is 2" in answer.headline
    assert any("spans zero" in text for text in answer.because)


def test_of_programs_that_are_open_the_headline_names_the_one_with_the_clearly_highest_chance():
    def headline(*chances, compared=2):
        programs = [
            words.Standing(f"P{place}", False, -900.0, 9.0, -5000.0, 2000.0, chance, 900.0, 9.0, -2000.0)
            for place, chance in enumerate(chances)
        ]
        closed = [words.Standing("Shut", False, -9e3, 9.0, -9e3, -8e3, 0.0, 9e3, 9.0, 8e3)] * (compared - len(chances))
        usual = words.Standing("Usual care", True, 0.0, 0.0, 0.0, 0.0, 1.0 - sum(chances), 0.0, 0.0, 0.0)
        return words.verdict([usual, *programs, *closed], DRAWS).headline

    assert "the chance that p1 is the best choice is 36%" in headline(0.02, 0.36, 0.02, compared=3)
    assert headline(0.20, 0.21).endswith("the evidence rules none of them out.")
    assert headline(0.20, 0.21, 0.01, compared=3).endswith("does not rule out that p1 or p0 is.")
    assert headline(0.20, 0.21, compared=3).endswith("does not rule out that p1 or p0 is.")
    assert "no program" not in headline(0.20, 0.21)


def test_a_program_ahead_whose_interval_spans_zero_is_not_settled():
    answer = verdict({"letter": (-2000.0, 100.0), "team": (3000.0, 4000.0)})
    assert answer.kind == "program_unsure"
    assert "does not settle it" in answer.headline
    assert any("to a gain of NOK" in text and "spans zero" in text for text in answer.because)


def test_two_programs_worth_their_cost():
    answer = verdict({"letter": (5000.0, 300.0), "team": (5300.0, 2000.0)})
    assert answer.kind == "program_or_another"
    assert "whether a letter is better still is not settled" in answer.headline


def test_a_gain_lost_in_simulation_error_is_too_close():
    noise = np.random.default_rng(1).normal(size=DRAWS)
    noise -= noise.mean()
    answer = verdict({"letter": (-2000.0, 100.0), "team": 3000.0 * noise + 50.0})
    assert answer.kind == "too_close"
    assert "cannot be said whether team meetings is worth the cost" in answer.headline
    assert any("come out even" in text for text in answer.because)


def test_the_same_strategy_twice_is_a_tie_without_a_made_up_winner():
    answer = verdict({"letter": np.zeros(DRAWS), "team": (-900.0, 50.0)})
    assert answer.kind == "too_close"
    assert "A letter against usual care: no difference at all." in answer.because


def test_best_expected_value_need_not_be_best_most_often():
    skewed = np.where(np.arange(DRAWS) < 200, 20_000.0, -1000.0)
    answer = verdict({"letter": (-9000.0, 50.0), "team": skewed})
    assert "when it wins it wins more" in answer.because[0]


def test_sides_that_disagree_are_said_to():
    by_side = standings(
        {"letter": (2000.0, 100.0), "team": (-900.0, 50.0)}, nav={"letter": (-800.0, 40.0), "team": (-900.0, 50.0)}
    )
    text = change_words.perspectives_sentence(by_side)
    assert text.startswith("In the first 12 months not everybody gains from the same choice.")
    assert "usual care for NAV" in text
    assert "a letter for society" in text
    agreed = change_words.perspectives_sentence(standings({"letter": (2000.0, 100.0)}))
    assert agreed.startswith("In the first 12 months every side has the best expected result with a letter")


def test_sides_for_which_the_same_are_too_close_are_named_together():
    tie, clear = ({"letter": gain, "team": (-900.0, 50.0)} for gain in (np.zeros(DRAWS), (2000.0, 100.0)))
    text = change_words.perspectives_sentence(standings(tie))
    assert text.endswith("too close for the simulation to separate, for every side: NAV and society.")
    assert "with " not in text
    text = change_words.perspectives_sentence(standings(clear, nav=tie))
    assert text == (
        "In the first 12 months the best expected result is with a letter for society. For NAV the best ones are too "
        "close for the simulation to separate."
    )


def test_a_choice_that_changes_with_the_horizon_is_said_to():
    up, down = (
        society({"letter": (2000.0, 100.0), "team": (-900.0, 50.0)}),
        society({"letter": (-2000.0, 100.0), "team": (-900.0, 50.0)}),
    )
    changed = change_words.horizon_sentence({"(a)": up, "(b)": up, "(c)": down}, "five years")
    assert "depends on what is assumed after month 12" in changed
    assert "a letter under (a) and (b), but with usual care under (c)" in changed
    same = change_words.horizon_sentence({"(a)": up, "(b)": up, "(c)": up}, "five years")
    assert same == (
        "Over five years the best expected result for society is with a letter, whatever is assumed after month 12."
    )


def test_what_is_too_close_to_tell_is_no_first_and_the_answer_depends_on_nothing():
    close = society({"letter": (100.0, 4000.0), "team": (-900.0, 50.0)})
    assert close[1].near_best
    usual = society({"letter": (-2000.0, 100.0), "team": (-900.0, 50.0)})
    text = change_words.horizon_sentence({"(a)": usual, "(b)": close, "(c)": close}, "five years")
    assert text == (
        "Over five years the best expected result for society is with usual care under (a). Under (b) and (c) the best "
        "ones are too close for the simulation to separate."
    )
    text = change_words.horizon_sentence({"(a)": close, "(b)": close}, "five years")
    assert "too close for the simulation to separate, whatever is assumed" in text
    assert "with " not in text


def test_intervals_that_span_zero_are_said_once_where_they_do_under_every_assumption():
    open_ = society({"letter": (100.0, 4000.0), "team": (-900.0, 50.0)})
    sure = society({"letter": (2000.0, 100.0), "team": (-900.0, 50.0)})
    said = change_words.unsettled_sentence
    assert said({"(a)": open_, "(b)": open_}) == "Whichever is assumed, at least one program's interval spans zero."
    assert said({"(a)": open_, "(b)": sure}) == "Under (a) at least one program's interval spans zero."
    assert said({"(a)": sure, "(b)": sure}) == ""


def day(**changed):
    row = {
        "program_cost": 2000.0,
        "program_cost_error": 10.0,
        "days": 2.0,
        "days_error": 0.1,
        "days_low": 1.0,
        "days_high": 3.0,
        "ratio": 1000.0,
        "ratio_error": 40.0,
        "value_of_day": 3000.0,
        "break_even": 2000.0 / 3000.0,
    }
    return day_words.days_sentence(pd.Series(row | changed), "Team meetings")


def test_cost_per_day_is_set_against_the_value_of_a_day():
    assert "NOK 1,000 per day avoided" in day()
    assert "more than it costs" in day()
    assert "less than it costs" in day(ratio=4000.0)


def test_days_added_print_no_ratio():
    text = day(days=-2.0, days_low=-4.0, days_high=0.5, ratio=np.nan)
    assert "adds 2.0 sick-leave days" in text
    assert "No cost per day avoided is printed" in text
    assert "spans zero" in text


def test_days_within_simulation_error_print_no_ratio_even_where_there_is_one():
    text = day(days=0.1, days_error=0.1, days_low=-4.0, days_high=4.0)
    assert "no effect on sick-leave days that the simulation can tell from zero" in text
    assert "per day avoided;" not in text


def test_a_cheaper_program_needs_no_ratio():
    assert "participants NOK 2,000 less" in day(program_cost=-2000.0, ratio=np.nan, break_even=np.nan)


def icer_lines(costs, effects):
    names = [*LABELS.values(), "A clinic"][: len(costs)]
    coords = {"strategy": names}
    table = icer_table(
        xr.DataArray(np.array(costs), dims="strategy", coords=coords),
        xr.DataArray(np.array(effects), dims="strategy", coords=coords),
    )
    table["label"], table["icer_error"] = table["strategy"], 10.0
    return dict(zip(table["label"], day_words.icer_words(table), strict=True))


def test_dominance_is_said_in_words():
    lines = icer_lines([100.0, 90.0, 2000.0, 1500.0], [0.0, 1.0, 10.0, 2.0])
    assert lines["Usual care"] == "Dominated: costs more and gives less than a letter."
    assert lines["A letter"] == "Costs least."
    assert lines["Team meetings"].startswith("NOK 210 per sick-leave day avoided beyond a letter")
    assert (
        lines["A clinic"] == "Extendedly dominated: a mix of a letter and team meetings gives more for the same money."
    )


def test_the_comparator_alone_on_the_frontier_has_no_ratio():
    lines = icer_lines([0.0, 100.0, 200.0], [0.0, -1.0, -2.0])
    assert lines["Usual care"].startswith("Costs least and avoids the most days")
    assert not any("per sick-leave day" in line for line in lines.values())


@pytest.mark.parametrize(("best", "said"), [(800.0, "would change the choice"), (-800.0, "none of the 1 scenarios")])
def test_scenarios_that_change_the_choice_are_named(best, said):
    rows = [("base", "letter", -100.0), ("base", "team", -50.0), ("reform", "letter", -100.0), ("reform", "team", best)]
    table = pd.DataFrame(rows, columns=["scenario", "strategy", "gain"])
    text = change_words.scenarios_sentence(table, LABELS, {"reform": "The reform"})
    assert said in text
    assert ("“the reform” (team meetings)" in text) == (best > 0)


def test_scenarios_that_move_nothing_or_were_not_run_are_not_counted():
    rows = [(name, "team", 50.0) for name in ("base", "same")] + [("other", "team", 80.0)]
    table = pd.DataFrame(rows, columns=["scenario", "strategy", "gain"])
    labels = {"usual": "Usual care", "team": "Team meetings"}
    text = change_words.scenarios_sentence(table, labels, {name: name for name in ("same", "other", "health")})
    assert "none of the 1 scenarios" in text


def test_each_payer_s_part_of_the_program_cost_is_told():
    rows = [("team", flow, 100.0 * place, 1.0) for place, flow in enumerate(day_words.PAID.values(), 1)]
    table = pd.DataFrame(rows, columns=["strategy", "flow", "increment", "error"])
    text = day_words.payers_sentence(table, {"team": "Team meetings"})
    assert "with team meetings NAV NOK 100, the health service NOK 200, participants NOK 300" in text


def test_of_many_scenarios_that_change_the_choice_some_are_named_and_the_rest_counted():
    names = [f"s{i}" for i in range(9)]
    rows = [("base", "team", 50.0), *((name, "team", -50.0) for name in names)]
    table = pd.DataFrame(rows, columns=["scenario", "strategy", "gain"])
    text = change_words.scenarios_sentence(
        table, {"usual": "Usual care", "team": "Team meetings"}, {n: n for n in names}
    )
    assert text.count("“") == change_words.MOST_NAMED - 1
    assert "and 6 more would change the choice from team meetings." in text


def test_a_proper_name_keeps_its_capital_in_a_sentence():
    assert words.spoken("Danish return-to-work program, next municipality").startswith("Danish")
    assert words.spoken("Early follow-up") == "early follow-up"
    assert words.spoken("MI-NAV") == "MI-NAV"


def test_no_more_digits_than_the_error_supports():
    assert numbers.number(12345.6, 321.0) == "12,300"
    assert numbers.number(-0.04, 0.3) == "0.0"
    assert numbers.number(5.0, float("nan")) == "5.00"
    assert numbers.number(float("nan"), 1.0) == "–"
    assert numbers.interval(-12345.0, 12345.0, 40.0) == "−12,300 to 12,300"


def test_a_share_of_draws_is_never_certain():
    assert numbers.chance(0.0, 100) == "under 3%"
    assert numbers.chance(1.0, 100) == "over 97%"
    assert numbers.chance(0.5, 2) == "about 50%"
    assert numbers.chance(0.012, 250) == "under 2%"


@pytest.mark.parametrize("draws", range(1, 400, 3))
def test_a_chance_is_a_side_of_a_share_that_can_be_and_true_of_the_draws(draws):
    for count in range(draws + 1):
        said = numbers.chance(count / draws, draws)
        (percent,) = (int(digits) for digits in re.findall(r"-?\d+", said))
        assert 0 <= percent <= 100
        if said.startswith("under"):
            assert 1 <= percent <= 50
            assert 100 * count / draws < percent
        if said.startswith("over"):
            assert 50 <= percent <= 99
            assert 100 * count / draws > percent


def test_a_share_of_the_draws_made_is_what_was_counted():
    for count in range(5):
        assert numbers.counted(count / 4) == f"{25 * count}%"
    assert numbers.counted(1 / 1000) == "under 1%"
    assert numbers.counted(9_999 / 10_000) == "over 99%"
    assert numbers.counted(462 / 1000) == "46%"


@pytest.mark.parametrize(
    ("low", "high", "ending"),
    [
        (-41_500.0, 40.0, "to about zero: it just reaches zero"),
        (-40.0, 41_500.0, "about zero to a gain of NOK 41,500: it just reaches zero"),
        (-41_500.0, 5_000.0, "to a gain of NOK 5,000: it spans zero"),
    ],
)
def test_an_interval_whose_end_rounds_to_zero_only_reaches_it(low, high, ending):
    one = words.Standing("MI", False, (low + high) / 2, 300.0, low, high, 0.1, 0.0, 0.0, 0.0)
    assert words.range_words(one).endswith(ending)


NORSK = {"usual": "Vanlig oppfølging", "letter": "Tidlig oppfølging", "team": "Koordinert tiltak"}
NOISE = np.random.default_rng(1).normal(size=DRAWS)
ENGLISH = re.compile(
    r"\b(the|is|of|with|whether|worth|cost|costs|gain|loss|against|interval|society|expected|evidence|zero|and|by|it|"
    r"under all|program|best choice)\b"
)
CASES = {
    "program": (
        {"letter": (-500.0, 50.0), "team": (4000.0, 300.0)},
        "Sett over 12 måneder er koordinert tiltak verdt kostnaden for samfunnet.",
    ),
    "program_or_another": (
        {"letter": (5000.0, 300.0), "team": (5300.0, 2000.0)},
        "Sett over 12 måneder er koordinert tiltak verdt kostnaden for samfunnet. Om tidlig oppfølging er enda bedre, "
        "er ikke avgjort.",
    ),
    "program_unsure": (
        {"letter": (-2000.0, 100.0), "team": (3000.0, 4000.0)},
        "Sett over 12 måneder er koordinert tiltak forventet å være verdt kostnaden for samfunnet, men "
        "kunnskapsgrunnlaget avgjør det ikke.",
    ),
    "none": (
        {"letter": (-2000.0, 100.0), "team": (-7000.0, 500.0)},
        "Sett over 12 måneder er ingen av tiltakene som er sammenlignet, verdt kostnaden for samfunnet.",
    ),
    "none_but_unsure": (
        {"letter": (-2000.0, 100.0), "team": (-3000.0, 4000.0)},
        "Sett over 12 måneder er ingen av tiltakene som er sammenlignet, forventet å være verdt kostnaden for "
        "samfunnet, men kunnskapsgrunnlaget avgjør det ikke: Sannsynligheten for at koordinert tiltak er det beste "
        "valget, er 23\N{NO-BREAK SPACE}%.",
    ),
    "too_close": (
        {"letter": (-2000.0, 100.0), "team": 3000.0 * (NOISE - NOISE.mean()) + 50.0},
        "Sett over 12 måneder kan det ikke sies om koordinert tiltak er verdt kostnaden: Den forventede forskjellen "
        "fra vanlig oppfølging er for liten til at denne simuleringen kan skille den fra null.",
    ),
}


@pytest.fixture
def norsk(monkeypatch):
    monkeypatch.setitem(globals(), "LABELS", NORSK)
    with speaking("nb"):
        yield


@pytest.mark.usefixtures("norsk")
@pytest.mark.parametrize("kind", CASES)
def test_every_answer_is_a_norwegian_one_too(kind):
    gains, headline = CASES[kind]
    answer = verdict(gains)
    assert (answer.kind, answer.headline) == (kind, headline)
    by_side = standings(gains, nav={"letter": (900.0, 50.0), "team": (-900.0, 50.0)})
    texts = [
        *answer.because,
        change_words.perspectives_sentence(by_side),
        change_words.perspectives_sentence(standings(gains)),
        change_words.horizon_sentence({"(a)": society(gains), "(b)": by_side["NAV"]}, "fem år"),
    ]
    for text in texts:
        assert not ENGLISH.search(text), text
        assert not re.search(r"[{}]|  | ,|\.\.", text), text
        assert text[0].isupper(), text
        assert text.endswith("."), text


@pytest.mark.usefixtures("norsk")
def test_norwegian_sentences_as_they_are_read():
    answer = verdict({"letter": (-2000.0, 100.0), "team": (3000.0, 4000.0)})
    plain = [text.replace("\N{NO-BREAK SPACE}", " ") for text in answer.because]
    assert plain[0].startswith(
        "Sannsynligheten for å være det beste valget for samfunnet er 77 % for koordinert tiltak, "
    )
    assert re.fullmatch(
        r"Koordinert tiltak mot vanlig oppfølging: Samfunnet forventes å tjene 3 \d00 kr per person "
        r"\(95 %-intervall fra et tap på 5 \d00 kr til en gevinst på 10 \d00 kr, så både tap og gevinst er mulig\)\.",
        plain[1],
    )
    assert re.fullmatch(
        r"Tidlig oppfølging mot vanlig oppfølging: Samfunnet forventes å tape [\d ]+ kr per person "
        r"\(95 %-intervall: tap på 1 8\d\d? til [\d ]+ kr\)\.",
        plain[2],
    )
    sides = standings(
        {"letter": (2000.0, 100.0), "team": (-900.0, 50.0)}, nav={"letter": (-800.0, 40.0), "team": (-900.0, 50.0)}
    )
    assert change_words.perspectives_sentence(sides) == (
        "I de første 12 månedene er ikke alle tjent med det samme valget. Best forventet resultat får Nav med vanlig "
        "oppfølging; og samfunnet med tidlig oppfølging."
    )


@pytest.mark.usefixtures("norsk")
@pytest.mark.parametrize("spent", [2000.0, -2000.0])
@pytest.mark.parametrize("days", [2.0, -2.0, 0.1])
def test_days_are_told_in_norwegian_whatever_they_are(spent, days):
    text = day(program_cost=spent, days=days, days_low=-4.0, ratio=1000.0 if min(spent, days) > 0 else np.nan)
    assert not ENGLISH.search(text)
    assert (" kr mer og" in text) == (spent > 0)
    assert ("færre sykefraværsdager" in text) == (days == 2.0)
    assert ("flere sykefraværsdager" in text) == (days == -2.0)


@pytest.mark.usefixtures("norsk")
@pytest.mark.parametrize(
    ("costs", "effects", "said"),
    [
        ([0.0, 10.0], [0.0, 0.0], "koster mer og gir det samme som vanlig oppfølging"),
        ([0.0, 0.0], [0.0, 0.0], "det samme som vanlig oppfølging"),
        ([0.0, 0.0], [1.0, 0.0], "koster det samme og gir mindre enn vanlig oppfølging"),
        ([0.0, 10.0], [1.0, 0.0], "koster mer og gir mindre enn vanlig oppfølging"),
        ([0.0, 60.0, 100.0], [0.0, 5.0, 10.0], "en blanding av vanlig oppfølging og koordinert tiltak gir mer for"),
        ([0.0, 50.0, 100.0], [0.0, 5.0, 10.0], "en blanding av vanlig oppfølging og koordinert tiltak gir like mye"),
    ],
)
def test_every_relation_of_the_frontier_is_known_in_norwegian(costs, effects, said):
    assert any(said in line for line in icer_lines(costs, effects).values())
