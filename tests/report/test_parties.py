"""Who gains and who pays: over all parties nothing is left, and what is left of society crosses to the outside."""

import pytest

from hecon.evaluation import results
from hecon.model.ledger import PERSPECTIVES
from hecon.report import parties
from hecon.report.language import speaking

CENT = 1e-6


@pytest.fixture(scope="module")
def costs(comparison):
    return results.summarise(results.costs_by_horizon(comparison), comparison.comparator)


@pytest.fixture(scope="module")
def gains(comparison):
    return results.by_party(comparison).pivot_table(index="party", columns="strategy", values="gain")


def test_what_one_gains_another_pays(gains):
    assert gains.sum().abs().max() < CENT
    assert gains.abs().to_numpy().min() < gains.abs().to_numpy().max()


@pytest.mark.parametrize("perspective", PERSPECTIVES, ids=lambda one: one.name)
def test_parties_add_up_to_every_perspective(gains, costs, perspective):
    there = gains.loc[gains.index.isin(perspective.parties)].sum()
    rows = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == perspective.name)]
    increments = rows.set_index("strategy")["increment"]
    for name in there.index:
        assert there[name] == pytest.approx(-increments[name], abs=CENT)


def test_what_crosses_to_the_outside_is_all_that_society_gains(comparison, gains):
    parts = results.to_society(comparison).pivot_table(index="part", columns="strategy", values="gain")
    assert (parts.loc["cancels"] > 0).all()
    crossing = parts.drop(index="cancels").sum()
    for name in comparison.programs:
        assert crossing[name] == pytest.approx(-gains.loc["outside", name], abs=CENT)


def test_the_table_names_every_party_once_and_society_last(comparison, costs):
    table = parties.by_party(comparison, costs)
    names = [row[0].text for row in table.rows]
    assert names == [*parties.LABELS.values(), "Society"]
    assert all(len(row) == 1 + len(comparison.programs) for row in table.rows)


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_the_sentences_tell_gains_from_losses(comparison, lang):
    parts = results.to_society(comparison).set_index(["strategy", "part"])
    with speaking(lang):
        first, *each = parties.cancelling(comparison)
        more, less = ("more", "less") if lang == "en" else ("mer", "mindre")
        assert len(each) == len(comparison.programs)
        assert first.endswith(".")
        for name, text in zip(comparison.programs, each, strict=True):
            delivery = parts.loc[name, "delivery"]["gain"]
            spent = "spent on delivery" if lang == "en" else "brukt på gjennomføring"
            assert f"{more if delivery < 0 else less} {spent}" in text
