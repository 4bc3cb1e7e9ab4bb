"""Tables as datasets: each cell comes back as it was, through a file too."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation.frames import dataset_of, table_of

TABLES = {
    "numbers": pd.DataFrame({"whole": [1, -2, 3], "real": [0.1, np.nan, -0.0], "far": [np.inf, -np.inf, 1e-310]}),
    "truths": pd.DataFrame({"yes": [True, False, True]}),
    "texts": pd.DataFrame({"text": pd.Series(["a", "", "Æøå, “quoted”\n"], dtype="str")}),
    "missing first": pd.DataFrame({"text": pd.Series([np.nan, "", "b"], dtype="str")}),
    "missing some": pd.DataFrame({"text": pd.Series(["", np.nan, "b", np.nan], dtype="str")}),
    "mixed": pd.DataFrame({"any": pd.Series(["a", None, True, 1, 1.5, "NaN"], dtype=object)}),
    "empty": pd.DataFrame({"text": pd.Series([], dtype="str"), "real": pd.Series([], dtype="float64")}),
    "no columns": pd.DataFrame(),
    "order": pd.DataFrame({"z": [1.0], "a": [2.0], "m": ["x"]}),
    "row": pd.DataFrame({"rows": [1.0, 2.0], "columns": [True, False]}),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_comes_back_as_it_was(name, tmp_path):
    table = TABLES[name]
    pd.testing.assert_frame_equal(table_of(dataset_of(table)), table, check_exact=True)
    dataset_of(table).to_netcdf(tmp_path / "table.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "table.nc", engine="h5netcdf") as read:
        pd.testing.assert_frame_equal(table_of(read), table, check_exact=True)


def test_none_and_nan_stay_apart():
    table = pd.DataFrame({"any": pd.Series([None, float("nan"), "x"], dtype=object)})
    first, second, _ = table_of(dataset_of(table))["any"]
    assert first is None
    assert second != second  # noqa: PLR0124  (what a NaN is)


def test_a_minus_zero_keeps_its_sign():
    read = table_of(dataset_of(pd.DataFrame({"real": [-0.0, 0.0]})))
    assert np.signbit(read["real"]).tolist() == [True, False]


def test_named_rows_are_refused():
    with pytest.raises(ValueError, match="named rows"):
        dataset_of(pd.DataFrame({"a": [1.0]}, index=["name"]))
