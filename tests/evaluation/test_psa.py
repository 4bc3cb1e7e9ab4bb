"""Other people's CSVs: what is read, and what is refused with the place and the way out."""

import numpy as np
import pytest

from hecon.evaluation.psa import names_in, read_sample
from hecon.inputs.errors import InputError

COSTS = "usual care,new drug\n100,150\n110,140\n"
EFFECTS = "usual care,new drug\n1,2\n1.5,2.5\n"


@pytest.fixture
def read(tmp_path):
    """Read texts, or bytes, as files."""

    def reading(costs=COSTS, effects=EFFECTS, parameters=None):
        paths = []
        for name, content in (("costs.csv", costs), ("effects.csv", effects), ("parameters.csv", parameters)):
            if content is not None:
                (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
                paths.append(tmp_path / name)
        return read_sample(*paths)

    return reading


def assert_is_the_sample(sample):
    """Assert what COSTS and EFFECTS say, however they were written."""
    assert sample.cost.dims == sample.effect.dims == ("draw", "strategy")
    assert list(sample.cost["strategy"].values) == list(sample.effect["strategy"].values) == ["usual care", "new drug"]
    np.testing.assert_array_equal(sample.cost, [[100, 150], [110, 140]])
    np.testing.assert_array_equal(sample.effect, [[1, 2], [1.5, 2.5]])


def test_a_sample_is_read(read):
    sample = read(parameters="rate\n0.1\n0.2\n")
    assert_is_the_sample(sample)
    assert list(sample.parameters.columns) == ["rate"]
    np.testing.assert_array_equal(sample.parameters["rate"], [0.1, 0.2])
    assert [(source.name, source.rows, source.columns) for source in sample.sources] == [
        ("costs.csv", 2, 2),
        ("effects.csv", 2, 2),
        ("parameters.csv", 2, 1),
    ]
    assert all(len(source.digest) == 64 for source in sample.sources)


@pytest.mark.parametrize(
    ("costs", "effects"),
    [
        ("\ufeff" + COSTS, "\ufeff" + EFFECTS),
        (COSTS.replace("\n", "\r\n"), EFFECTS.replace("\n", "\r\n")),
        (COSTS.replace("\n", "\r"), EFFECTS.replace("\n", "\r")),
        (COSTS + "\n\n", EFFECTS + ",\n\n"),
        ("\n" + COSTS.rstrip(), EFFECTS.rstrip()),
        ('"usual care","new drug"\n"100","150"\n110,140\n', '"usual care", "new drug"\n1, 2\n1.5 ,2.5\n'),
        ("usual care;new drug\n100;150\n110;140\n", "usual care;new drug\n1;2\n1,5;2,5\n"),
        (COSTS.replace(",", "\t"), "usual care\tnew drug\n1\t2\n1.5\t2.5\n"),
        ("usual care,new drug\n1e2,1.5E+2\n+110,140.0\n", EFFECTS),
        (COSTS, "new drug,usual care\n2,1\n2.5,1.5\n"),
    ],
    ids=["mark", "crlf", "cr", "empty_end", "no_end", "quotes", "excel", "tabs", "exponents", "order"],
)
def test_however_it_is_written(read, costs, effects):
    assert_is_the_sample(read(costs, effects))


def test_names_may_hold_separators_and_quotes(read):
    head = '"a, then b","the ""new"" one; 2"\n'
    sample = read(head + "1,2\n3,4\n", head + "1,2\n3,5\n")
    assert list(sample.cost["strategy"].values) == ["a, then b", 'the "new" one; 2']


def test_a_comma_in_a_name_does_not_hide_semicolons(read):
    head = "a, then b;c\n"
    np.testing.assert_array_equal(read(head + "1;2\n3;4\n", head + "1,5;2\n3;5\n").effect, [[1.5, 2], [3, 5]])


def test_a_single_parameter_with_a_decimal_comma(read):
    np.testing.assert_array_equal(read(parameters="rate\n0,5\n0,25\n").parameters["rate"], [0.5, 0.25])


@pytest.mark.parametrize(
    ("costs", "named"),
    [
        ("usual care,new drug\n100,150\n110,\n", ("row 2 (line 3), column 'new drug'", "empty")),
        ("usual care,new drug\n100,150\n110,NaN\n", ("row 2 (line 3), column 'new drug'", "NaN is no finite")),
        ("usual care,new drug\n100,150\n110,NA\n", ("row 2 (line 3), column 'new drug'", "NA is no finite")),
        ("usual care,new drug\n-inf,150\n110,140\n", ("row 1 (line 2), column 'usual care'", "-inf is no finite")),
        ("usual care,new drug\n100,150\nabout 110,140\n", ("row 2", "'about 110' is no number")),
        ('usual care,new drug\n100,150\n"1,100",140\n', ("row 2", "'1,100' is no number")),
        ("usual care,new drug\n100,150\n1_100,140\n", ("row 2", "'1_100' is no number")),
        ("usual care,new drug\n100,150\n1e99,140\n", ("row 2", "1e99 is too large")),
        ("usual care,new drug\n100,150\n110\n", ("row 2 (line 3) has 1 cells", "2 names")),
        ("usual care,new drug\n100,150\n110,140,3\n", ("row 2 (line 3) has 3 cells", "2 names")),
        ("usual care,new drug\n\n100,150\n110,140\n120,1\n", ("row 1 (line 2) is empty",)),
        ("usual care;new drug\n1.5;2\n1,5;2\n", ("row 2 (line 3)", "decimals follow a comma")),
        ("usual care;new drug\n1.000,5;2\n1,5;2\n", ("row 1", "'1.000,5' is no number")),
        ("usual care\n100\n110\n", ("one strategy, 'usual care'",)),
        ("usual care,usual care\n100,150\n110,140\n", ("columns 1 and 2", "'usual care'")),
        ("usual care,\n100,150\n110,140\n", ("column 2 of 2 has no name",)),
        (",usual care,new drug\n1,100,150\n2,110,140\n", ("column 1 of 3 has no name", "row names")),
        ("100,150\n110,140\n", ("line 1 holds numbers",)),
        ("usual care,old drug\n100,150\n110,140\n", ("'old drug'", "effects.csv has not", "new drug")),
        ("usual care,new drug,x\n100,150,1\n110,140,1\n", ("'x'", "effects.csv has not")),
        ("usual care,new drug\n100,150\n", ("one draw", "at least 2")),
        ("usual care,new drug\n", ("no draws",)),
        ("", ("is empty",)),
        ("\n\n", ("is empty",)),
        ("usual care,new drug\n100,150\n110,140\n120,130\n", ("has 3 rows", "has 2")),
        ('usual care,new drug\n100,"150\n110,140\n', ("not CSV", "quotes")),
        ("usual care,caf\xe9\n1,2\n3,4\n".encode("latin-1"), ("byte 15 is not UTF-8",)),
        ("usual care,usual care\n1,2\n3,4\n", ("columns 1 and 2",)),
        ('"usual\ncare","usual\ncare"\n1,2\n3,4\n', ("columns 1 and 2", "usual care")),
        ("usual care,new drug\n1,2\n3,4\n".encode("utf-16"), ("byte 1 is not UTF-8",)),
    ],
)
def test_what_is_wrong_is_one_line_that_says_where(read, costs, named):
    with pytest.raises(InputError) as caught:
        read(costs)
    message = str(caught.value)
    assert "costs.csv" in message
    assert "\n" not in message
    for words in named:
        assert words in message


def test_parameters_have_the_same_draws(read):
    with pytest.raises(InputError, match=r"costs\.csv has 2 rows and .*parameters\.csv has 3"):
        read(parameters="rate\n0.1\n0.2\n0.3\n")


def test_a_missing_strategy_is_named_from_either_side(read):
    with pytest.raises(InputError, match=r"effects\.csv: has the strategy 'third', and .*costs\.csv has not"):
        read(effects="usual care,new drug,third\n1,2,3\n1,2,3\n")


def test_a_file_that_is_not_there_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_sample(tmp_path / "no.csv", tmp_path / "no.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_sample(tmp_path, tmp_path)


def test_a_column_that_counts_the_rows_is_no_strategy(read):
    rows = [f"{i},{i % 7},{i % 5}" for i in range(1, 31)]
    text = "\n".join(["draw,a,b", *rows])
    with pytest.raises(InputError, match="column 'draw' only counts the rows"):
        read(text, text)
    assert read(text, text.replace("\n30,", "\n31,")).cost.sizes["strategy"] == 3


@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_the_rows_is_no_parameter(read, first):
    rows = "\n".join(f"{i % 7},{i % 5}" for i in range(30))
    parameters = "\n".join(["rate,sim", *(f"{i / 30},{i + first}" for i in range(30))])
    with pytest.raises(InputError, match=r"parameters\.csv: column 'sim' only counts the rows; leave it out$"):
        read(f"a,b\n{rows}", f"a,b\n{rows}", parameters)
    twice = parameters.replace("sim", "twice").replace(f",{29 + first}", f",{30 + first}")
    assert list(read(f"a,b\n{rows}", f"a,b\n{rows}", twice).parameters) == ["rate", "twice"]


def test_names_are_split_at_commas_but_taken_whole_first():
    known = ["a", "b", "a,b", "cost, of a day"]
    assert names_in("a,b", known, "--evppi") == ("a,b",)
    assert names_in("b,a", known, "--evppi") == ("b", "a")
    assert names_in(" b , cost, of a day,a", known, "--evppi") == ("b", "cost, of a day", "a")


@pytest.mark.parametrize(
    ("text", "words"), [("c", "no 'c'"), ("a,,b", "no name in one place"), ("", "no name"), ("a,a", "names a twice")]
)
def test_names_that_are_not_known(text, words):
    with pytest.raises(InputError, match=words):
        names_in(text, ["a", "b"], "--evppi")
