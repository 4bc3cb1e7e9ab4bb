"""The page driven in a browser: choices change the numbers, which are Python's, and nothing is asked of a network."""

import base64
import json
import re
from functools import cache
from itertools import product

import numpy as np
import pytest
import xarray as xr
from browser import opened

from hecon.evaluation import cea, frontier, pairs, results, voi
from hecon.inputs.errors import InputError
from hecon.report import numbers
from hecon.report.explore_texts import REFUSALS
from hecon.report.interactive import HORIZONS, explore
from hecon.report.language import LANGUAGES, catalogue, speaking

GROUPS = {
    "all": "",
    "full_sick_leave": "full_sick_leave, ",
    "graded_sick_leave": "graded_sick_leave, ",
    "musculoskeletal": ", musculoskeletal",
    "psychological": ", psychological",
    "other": ", other",
}
"""Names of the page, and what the labels of their subgroups hold."""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
ALIKE_ONCE = """() => {
    document.querySelectorAll("details").forEach(one => { one.open = true; });
    const many = "tbody tr:nth-child(n + 5), svg :is(circle, path, use, rect)";
    document.querySelectorAll(many).forEach(one => one.remove());
}"""
"""Opens everything, and keeps a few of many rows and shapes: what axe says of one it says of all, at length."""
READ = """choices => choices.map(choice => {
    hecon.choose({ worths: {}, ...choice });
    const rows = {};
    for (const row of document.querySelectorAll("#explore-table tbody tr")) {
        const cells = {};
        for (const cell of row.querySelectorAll("td")) {
            const { quantity, value, low, high, error } = cell.dataset;
            cells[quantity] = [value, low, high, error].map(part => part === undefined ? null : Number(part));
        }
        rows[row.dataset.strategy] = cells;
    }
    const { pair, horizon, group, wtp } = hecon.choice(), { curves, first, frontier } = hecon.result();
    return { pair, horizon, group, wtp, rows, curves, first, frontier,
        evpi: Number(document.getElementById("explore-evpi").dataset.value) };
})"""


@cache
def chosen(comparison, pair, horizon, group):
    """Cost and effect of a choice, as the evaluation gives them: [draw, strategy]."""
    run = comparison.alike if horizon == "c" else comparison.carried
    if group != "all":
        labels = run["subgroup"].to_numpy().tolist()
        run = run.isel(subgroup=[i for i, label in enumerate(labels) if GROUPS[group] in label])
    usual = comparison.comparator
    if horizon == "a":
        (cost, effect), (late, _) = (
            pairs.paired(run, pair, over, comparator=usual) for over in (pairs.YEAR_1, pairs.WHOLE_RUN)
        )
        return late.sel(strategy=usual, drop=True) + cea.incremental(cost, usual), effect
    return pairs.paired(run, pair, pairs.YEAR_1 if horizon == "12m" else pairs.WHOLE_RUN, comparator=usual)


def every_choice(comparison):
    """All pairs, horizons and subgroups that the evaluation has, at several amounts where there is an effect."""
    for pair, horizon, group in product(pairs.PAIRS.values(), HORIZONS.values(), GROUPS):
        if horizon == "c" and group != "all":
            continue
        try:
            cost, effect = chosen(comparison, pair.name, horizon, group)
        except InputError:
            assert pair.effect == "qalys"
            continue
        if pair.effect == "qalys" and horizon == "a":
            continue
        for wtp in {"days": (None, 0.0, 731.5, 12_000.0), "qalys": (None, 444_444.0)}.get(pair.effect, (None,)):
            asked = {"outcome": pair.effect or "money", "cost": pair.cost, "horizon": horizon, "group": group}
            yield pair, asked | ({} if wtp is None else {"worths": {pair.name: wtp}}), cost, effect


def same(found, wanted, size):
    """Whether numbers are Python's to 1e-9 of themselves, or of the amounts that they are differences of."""
    return np.allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=1e-9, atol=1e-12 * size)


def spread_of(values):
    """Mean, 95% interval and Monte Carlo error over draws, as a cell holds them: [choice, part, strategy]."""
    low, high = cea.interval(values)
    parts = [values.mean("draw"), low, high, cea.monte_carlo_error(values)]
    return np.stack([part.transpose("choice", "strategy").to_numpy() for part in parts], axis=1)


def computed(comparison, arrays, wtps):
    """What the evaluation says of many choices at once; effects enter as what they are worth."""
    cost, effect = (xr.concat([pair[i] for pair in arrays], "choice", join="exact") for i in (0, 1))
    worth = effect * xr.DataArray(wtps, dims="choice")
    benefit = cea.net_monetary_benefit(cost, worth, 1.0).squeeze(drop=True)
    usual = comparison.comparator
    gain, difference, given = (spread_of(cea.incremental(part, usual)) for part in (benefit, cost, effect))
    return {
        "cost": spread_of(cost),
        "gain": gain,
        "net_benefit": gain,
        "difference": difference,
        "days": given,
        "qalys": given,
        "chance": cea.ceac(cost, worth, 1.0).squeeze().transpose("choice", "strategy").to_numpy(),
        "loss": cea.expected_loss(cost, worth, 1.0).squeeze().transpose("choice", "strategy").to_numpy(),
        "evpi": voi.evpi(benefit).to_numpy(),
        "optimal": cea.ceaf(cost, worth, 1.0)["optimal"].squeeze().to_numpy().tolist(),
        "size": (abs(cost) + abs(worth)).max(("draw", "strategy")).to_numpy(),
        "effects": abs(effect).max(("draw", "strategy")).to_numpy(),
    }


def test_every_choice_gives_the_numbers_that_python_gives(browser, explored, comparison):
    asked = list(every_choice(comparison))
    assert len(asked) > 150
    with opened(browser, explored["en"]) as page:
        answers = page.evaluate(READ, [choice for _, choice, _, _ in asked])
    values = comparison.parameters.base_case().one(0)
    for (pair, choice, _, _), found in zip(asked, answers, strict=True):
        assert [found[key] for key in ("pair", "horizon", "group")] == [pair.name, choice["horizon"], choice["group"]]
        if pair.effect and "worths" not in choice:
            day = float(comparison.base["value_of_day"])
            assert found["wtp"] == (day if pair.worth == "value_of_day" else values[pair.worth])
    wanted = computed(comparison, [part[2:] for part in asked], [found["wtp"] for found in answers])
    for number, ((pair, choice, _, _), found) in enumerate(zip(asked, answers, strict=True)):
        want = {name: array[number] for name, array in wanted.items()}
        quantities = ["cost", "gain"] if pair.effect is None else ["cost", "difference", pair.effect, "net_benefit"]
        for position, name in enumerate(comparison.strategies):
            row = found["rows"][name]
            assert list(row) == [*quantities, "chance", "loss"]
            assert row["chance"][0] == want["chance"][position]
            assert same(row["loss"][0], want["loss"][position], want["size"])
            for quantity in quantities:
                shown = [0, 3] if quantity == "cost" else [0, 1, 2, 3]
                size = want["effects" if quantity == pair.effect else "size"]
                given = [row[quantity][part] for part in shown]
                assert same(given, want[quantity][shown, position], size), (choice, name, quantity)
        assert same(found["evpi"], want["evpi"], want["size"])
        assert comparison.strategies[found["first"]] == want["optimal"]


def test_curves_and_frontier_are_those_of_python(browser, explored, comparison):
    asked = [one for one in every_choice(comparison) if one[0].effect and "worths" not in one[1]]
    with opened(browser, explored["en"]) as page:
        answers = page.evaluate(READ, [choice for _, choice, _, _ in asked])
    for (pair, _, cost, effect), found in zip(asked, answers, strict=True):
        curves = found["curves"]
        assert curves["wtp"][-1] >= found["wtp"]
        assert np.array_equal(curves["chance"], cea.ceac(cost, effect, curves["wtp"]))
        optimal = cea.ceaf(cost, effect, curves["wtp"])["optimal"].to_numpy().tolist()
        assert [comparison.strategies[position] for position in curves["optimal"]] == optimal
        if pair.effect == "days":
            table = frontier.icer_table(cost, effect)
            by = table.groupby("status")["strategy"].agg(list)
            edge = found["frontier"]
            positions = {
                "frontier": edge["hull"],
                "extendedly dominated": [one["strategy"] for one in edge["extended"]],
                "dominated": [one["strategy"] for one in edge["dominated"]],
            }
            for status, places in positions.items():
                assert [comparison.strategies[place] for place in places] == by.get(status, [])
            ratios = table.loc[table["status"] == "frontier", "icer"].to_numpy()[1:]
            assert same([step["value"] for step in edge["steps"]], ratios, 0.0)


def test_the_first_screen_and_the_page_agree(browser, pages):
    with opened(browser, pages["en"]) as page:
        shown = page.locator("#explore-table tbody tr").nth(1).locator('[data-quantity="gain"]').text_content()
        assert re.sub(r"\s+", "", shown) in re.sub(r"\s+", "", page.locator("table.summary").first.text_content())


def test_the_draws_are_carried_exactly_and_as_many_as_fit(comparison):
    whole = json.loads(explore(comparison)["data"])
    cost, _ = chosen(comparison, "society", "12m", "all")
    wanted = cea.incremental(cost, comparison.comparator).sel(strategy=list(comparison.programs)).to_numpy().T
    stored = base64.b64decode(whole["arrays"][whole["increments"]["12m all society"]])
    assert same(np.frombuffer(stored, "<f8").reshape(3, -1), wanted, abs(cost).max())
    assert (whole["draws"], whole["made"]) == (40, 40)
    room = sum(map(len, whole["arrays"]))
    part = json.loads(explore(comparison, room // 2)["data"])
    assert part["draws"] == 20
    assert part["made"] == 40
    assert sum(map(len, part["arrays"])) <= room // 2
    first = cost.isel(draw=slice(20)).mean("draw").to_numpy()
    assert same([mean for mean, _ in part["levels"]["12m all society"]], first, abs(cost).max())


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_written_as_python_writes_them(browser, explored, language):
    random = np.random.default_rng(3)
    values = np.concatenate(
        [
            random.normal(size=900) * 10.0 ** random.integers(-6, 8, 900),
            [0.0, 0.5, 1.5, 2.5, -2.5, 12350.0, 12450.0, -25.0, 0.125, 0.375, 1e-7, 999.5, 1e6, 99.95, np.nan],
            10.0 ** np.arange(-5.0, 9.0),
        ]
    )
    errors = np.where(random.random(len(values)) < 0.2, 0.0, abs(values) * 10.0 ** -random.integers(0, 4, len(values)))
    errors[-14:] = 10.0 ** np.arange(-5.0, 9.0)
    shares = [*(np.arange(201) / 200), 0.0049, 0.625, 0.465, 0.995]
    with opened(browser, explored[language]) as page:
        found = page.evaluate(
            """([values, errors, shares]) => {
                const { number, plusMinus, interval, kroner, grouped, chance } = hecon.write;
                const given = values.map(value => value === null ? NaN : value);
                return [
                    given.map((v, i) => number(v, errors[i])), errors.map(plusMinus),
                    given.map((v, i) => kroner(v, errors[i])),
                    given.map((v, i) => interval(v, v + 1.5 * Math.abs(v), errors[i])),
                    given.filter(Number.isFinite).map((v, i) => grouped(v, i % 4)),
                    shares.flatMap(share => [4, 40, 1000].map(draws => chance(share, draws))),
                ];
            }""",
            [[None if np.isnan(v) else v for v in values.tolist()], np.nan_to_num(errors).tolist(), shares],
        )
    values, errors = values.tolist(), np.nan_to_num(errors).tolist()
    with speaking(language):
        wanted = [
            [numbers.number(v, e) for v, e in zip(values, errors, strict=True)],
            [numbers.plus_minus(e) for e in errors],
            [numbers.kroner(v, e) for v, e in zip(values, errors, strict=True)],
            [numbers.interval(v, v + 1.5 * abs(v), e) for v, e in zip(values, errors, strict=True)],
            [numbers.grouped(v, i % 4) for i, v in enumerate(v for v in values if np.isfinite(v))],
            [numbers.chance(share, draws) for share in shares for draws in (4, 40, 1000)],
        ]
    for one, other in zip(found, wanted, strict=True):
        assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []


def test_ties_quantiles_and_frontier_on_hard_cases(browser, explored):
    random = np.random.default_rng(8)
    sums = np.array([0.1 + 0.2, 0.3, 0.3, 0.2])
    cost = xr.DataArray(
        np.concatenate([sums[random.integers(0, 4, (40, 4))], np.full((3, 4), 0.3)]), dims=("draw", "strategy")
    ).assign_coords(strategy=list("abcd"))
    effect = xr.zeros_like(cost)
    samples = [random.normal(size=size).tolist() for size in (2, 3, 40, 41, 1000)]
    steps = [random.integers(0, 5, (2, 5)).astype(float).tolist() for _ in range(150)]
    steps.append([[0.1 + 0.2, 0.3, 1.0, 2.0, 3.0], [1.0, 1.0, 2.0, 3.0, 4.0]])
    with opened(browser, explored["en"]) as page:
        chances, firsts, quantiles, edges = page.evaluate(
            """([cost, effect, samples, steps]) => [
                hecon.chances(cost, effect, 0, 0),
                cost[0].map((_, d) => hecon.best(cost.map(row => -row[d]))),
                samples.map(values => [0.025, 0.5, 0.975].map(
                    q => hecon.quantile(Float64Array.from(values).sort(), q))),
                steps.map(([costs, effects]) => hecon.frontier(costs, effects)),
            ]""",
            [cost.to_numpy().T.tolist(), effect.to_numpy().T.tolist(), samples, steps],
        )
    assert chances == cea.probability_best(cost).to_numpy().tolist()
    assert firsts == cea.best(-cost).to_numpy().tolist()
    assert quantiles == [np.quantile(values, (0.025, 0.5, 0.975)).tolist() for values in samples]
    names = {"strategy": list("01234")}
    for (costs, effects), edge in zip(steps, edges, strict=True):
        table = frontier.icer_table(xr.DataArray(costs, coords=names), xr.DataArray(effects, coords=names))
        rows = [*edge["hull"], *(one["strategy"] for one in edge["extended"] + edge["dominated"])]
        assert rows == table["strategy"].astype(int).tolist()
        assert len(edge["hull"]) == (table["status"] == "frontier").sum()
        assert len(edge["extended"]) == (table["status"] == "extendedly dominated").sum()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_not_be_paired_is_not_offered_and_the_page_says_why(browser, explored, language):
    with opened(browser, explored[language]) as page:

        def offered(name):
            return page.locator(f"#explore-{name} option:enabled").evaluate_all("all => all.map(one => one.value)")

        def hint(name):
            return page.locator(f"#explore-{name}-hint").text_content()

        def said(name):
            return catalogue(language).get(REFUSALS[name], REFUSALS[name])

        assert "program" not in offered("cost")
        assert hint("cost") == said("money")
        assert page.locator("#explore-wtp").is_disabled()
        assert page.locator("#explore-slide").is_disabled()
        assert hint("wtp") == said("money_wtp")
        page.select_option("#explore-outcome", "days")
        assert offered("cost") == ["program"]
        assert hint("cost") == said("days")
        assert page.locator("#explore-wtp").is_enabled()
        assert page.locator("#explore-ratios li").count() == 4
        page.select_option("#explore-outcome", "qalys")
        assert set(offered("cost")) == {"program", "society"}
        assert offered("horizon") == ["b", "c"]
        assert hint("horizon").endswith(said("qalys_horizon"))
        assert page.locator("#explore-caution").text_content()
        assert page.locator("#explore-ratios li").count() == 0
        page.select_option("#explore-group", "other")
        page.select_option("#explore-horizon", "c")
        assert page.input_value("#explore-group") == "all"
        assert offered("group") == ["all"]
        assert hint("group") == said("c_group")


def test_a_choice_changes_every_part_and_its_address_brings_it_back(browser, explored):
    parts = ("#explore-answer", "#explore-table", "#explore-first svg", "#explore-second svg", "#explore-evpi")

    def shown(page):
        return [page.locator(part).evaluate("one => one.outerHTML") for part in parts]

    with opened(browser, explored["en"]) as page:
        start = shown(page)
        page.select_option("#explore-outcome", "days")
        page.select_option("#explore-group", "psychological")
        before = shown(page)
        page.fill("#explore-wtp", "1234.5")
        after = shown(page)
        assert all(one != other for one, other in zip(start, before, strict=True))
        assert all(one != other for one, other in zip(before, after, strict=True))
        page.wait_for_function("location.hash.includes('1234.5')")
        address = page.evaluate("location.hash")
        page.fill("#explore-wtp", "-4")
        assert page.get_attribute("#explore-wtp", "aria-invalid") == "true"
        assert shown(page) == after
        page.click("#explore-reset")
        assert shown(page) == start
        page.wait_for_function("location.hash === '#explore'")
        page.evaluate("address => { location.hash = address; }", address)
        page.wait_for_function("hecon.choice().group === 'psychological'")
        assert shown(page) == after
    with opened(browser, explored["en"], address) as page:
        assert shown(page) == after
        assert page.input_value("#explore-wtp") == "1234.5"
    with opened(browser, explored["en"], "#explore&outcome=days&cost=nav&horizon=zz&group=nobody&wtp=-1") as page:
        assert page.evaluate("[hecon.choice().cost, hecon.choice().horizon, hecon.choice().group]") == [
            "program",
            "12m",
            "all",
        ]
        page.wait_for_function("location.hash === '#explore&outcome=days&cost=program'")
        assert page.get_attribute("#explore-wtp", "aria-invalid") == "true"


@pytest.mark.parametrize(
    ("language", "typed", "value", "shown"),
    [
        ("en", "2965", 2965, "NOK 2,965 "),
        ("en", "0.001", 0.001, "NOK 0.001 "),
        ("en", "100 000 000", 1e8, "NOK 100,000,000 "),
        ("en", "1,234.5", 1234.5, "NOK 1,234.5 "),
        ("nb", "1,5", 1.5, "1,5 kr "),
        ("nb", "2 965,25", 2965.25, "2\u00a0965,25 kr "),
        *product(("en",), ("1,5", "1e3", "-1", "", "abc", "100000001", "1" + "0" * 400, "1.2.3"), (None,), (None,)),
        *product(("nb",), ("1.5", "1.500", "12 34"), (None,), (None,)),
    ],
)
def test_an_amount_is_read_and_written_as_the_reader_gives_it_or_refused(
    browser, explored, language, typed, value, shown
):
    with opened(browser, explored[language], "#explore&outcome=days") as page:
        before = page.evaluate("hecon.choice().wtp")
        page.fill("#explore-wtp", typed)
        page.locator("#explore-wtp").blur()
        assert page.input_value("#explore-wtp") == typed
        assert page.evaluate("hecon.choice().wtp") == (before if value is None else value)
        assert page.get_attribute("#explore-wtp", "aria-invalid") == ("true" if value is None else "false")
        if value is None:
            hint = page.locator("#explore-wtp-hint").text_content()
            with speaking(language):
                assert numbers.grouped(1e8) in hint
        else:
            assert shown in page.locator("#explore-answer").text_content()


@pytest.mark.parametrize("wtp", ["1e400", "1e9", "-1", "nonsense", "1,5", ""])
def test_an_amount_that_an_address_may_not_hold_is_refused_and_leaves_the_address(browser, explored, wtp):
    with opened(browser, explored["en"], f"#explore&outcome=days&wtp={wtp}") as page:
        assert page.get_attribute("#explore-wtp", "aria-invalid") == "true"
        assert page.evaluate("hecon.choice().worths") == {}
        page.wait_for_function("!location.hash.includes('wtp')")


def test_back_to_an_address_without_a_choice_is_back_to_the_start(browser, pages):
    with opened(browser, pages["en"]) as page:

        def outcome():
            page.wait_for_timeout(400)  # the page's policy forbids to wait for what a string says
            return page.evaluate("hecon.choice().outcome")

        start = page.locator("#explore-answer").text_content()
        page.evaluate("location.hash = '#explore&outcome=days'")
        assert outcome() == "days"
        page.go_back()
        assert outcome() == "money"
        assert page.locator("#explore-answer").text_content() == start
        page.select_option("#explore-outcome", "qalys")
        assert outcome() == "qalys"
        page.click("nav a[href='#sides']")
        page.click("nav a[href='#explore']")
        assert outcome() == "qalys"
        assert "qalys" in page.evaluate("location.hash")


def test_only_what_scrolls_is_a_tab_stop(browser, pages):
    boxes = """() => Array.from(document.querySelectorAll(".scroll, .plot"), box => [
        box.scrollWidth > box.clientWidth, box.getAttribute("tabindex") === "0",
        box.getAttribute("role") === "region"
    ])"""
    for options in ({"viewport": {"width": 1200, "height": 900}}, PHONE):
        with opened(browser, pages["nb"], **options) as page:
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.wait_for_timeout(500)
            found = page.evaluate(boxes)
            assert len(found) > 30
            assert all(scrolls == stop == region for scrolls, stop, region in found)
    with opened(browser, pages["nb"], java_script_enabled=False) as page:
        assert page.locator(":is(.scroll, .plot):not([tabindex='0'])").count() == 0


def test_every_row_has_a_header_and_a_phone_keeps_the_roles(browser, pages):
    with opened(browser, pages["en"], **PHONE) as page:
        headless = page.locator("tbody:not(:has(> tr > th[scope='row']))")
        assert headless.count() <= 1  # the weights of MI-NAV are numbers, and head nothing
        assert page.locator("th:empty").count() == 0
        laid = page.locator("table:is(.summary, .stacked)")
        assert laid.count() > 5
        assert laid.evaluate_all("""all => all.every(table => table.getAttribute("role") === "table"
            && Array.from(table.querySelectorAll("tr")).every(row => row.getAttribute("role") === "row")
            && Array.from(table.querySelectorAll("td")).every(cell => cell.getAttribute("role") === "cell"))""")


def test_a_figure_can_be_read_on_a_phone(browser, pages):
    with opened(browser, pages["nb"], **PHONE) as page:
        sizes = page.locator("figure svg").evaluate_all(
            """all => all.map(svg => {
                const times = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
                const texts = Array.from(svg.querySelectorAll("text"));
                return times * Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize)));
            })"""
        )
        assert min(sizes) > 9.5
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_keyboard_alone_is_enough(browser, explored):
    with opened(browser, explored["en"]) as page:
        page.keyboard.press("Tab")
        walked = []
        while (name := page.evaluate("document.activeElement.id")).startswith("explore-"):
            walked.append(name)
            if name == "explore-outcome":
                page.keyboard.press("s")
            if name == "explore-slide":
                page.keyboard.press("ArrowRight")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            page.keyboard.press("Tab")
        keys = ["outcome", "cost", "wtp", "slide", "horizon", "group", "reset"]
        assert walked == [f"explore-{key}" for key in keys]
        assert page.evaluate("hecon.choice().outcome") == "days"
        assert page.evaluate("hecon.choice().wtp % 100") == 0


def test_every_control_has_a_name_and_every_drawing_says_what_it_shows(browser, explored):
    with opened(browser, explored["nb"], "#explore&outcome=days") as page:
        for key in ("outcome", "cost", "wtp", "horizon", "group"):
            assert page.locator(f'label[for="explore-{key}"]').text_content()
        for key in ("first", "second"):
            assert len(page.get_attribute(f"#explore-{key} svg", "aria-label")) > 80
        assert page.get_attribute("#explore-answer", "aria-live") == "polite"
        assert "{" not in page.locator("main").inner_text()


@pytest.mark.parametrize(("language", "scheme"), [*product(LANGUAGES, ("light", "dark"))])
def test_nothing_serious_stands_in_the_way_of_a_reader(browser, pages, language, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    with opened(browser, pages[language], "#explore&outcome=days", color_scheme=scheme) as page:
        page.evaluate(ALIKE_ONCE)
        rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}  # the rest is the same in the dark
        found = axe.Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
    grave = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert not [(one["id"], one["nodes"][0]["target"], len(one["nodes"])) for one in grave]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_shows_everything_without_scrolling_sideways(browser, pages, language):
    with opened(browser, pages[language], **PHONE) as page:
        for outcome in ("money", "days", "qalys"):
            page.select_option("#explore-outcome", outcome)
            assert page.evaluate("hecon.choice().outcome") == outcome
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            beyond = page.evaluate(
                """() => Array.from(document.querySelectorAll("#explore-form *, #explore-result *"))
                    .filter(one => !one.closest("svg") && !one.closest("details"))
                    .filter(one => one.getBoundingClientRect().right > 390.5)
                    .map(one => one.outerHTML.slice(0, 80))"""
            )
            assert not beyond
        high = page.locator("#explore-form :is(select, button, #explore-wtp)").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(high) >= 44


def test_without_scripts_the_report_is_complete(browser, pages):
    with opened(browser, pages["en"], java_script_enabled=False) as page:
        assert page.locator("noscript p").is_visible()
        assert page.locator("#explore-form").is_hidden()
        assert page.locator("#explore-result").is_hidden()
        for name in ("sides", "ledger", "day", "years", "change", "sure", "for-whom", "trial", "assumptions", "run"):
            assert page.locator(f"h2#{name}").is_visible()
        assert page.locator("main > .scroll table, header .scroll table").count() >= 10


def test_print_leaves_the_result_and_not_the_form(browser, pages):
    with opened(browser, pages["en"], "#explore&cost=nav") as page:
        page.emulate_media(media="print")
        assert page.locator("#explore-form").is_hidden()
        assert page.locator("#explore-table caption").is_visible()
        assert "NAV" in page.locator("#explore-table caption").text_content()


def test_the_horizons_of_the_page_are_those_of_the_results():
    assert tuple(HORIZONS) == results.HORIZONS
