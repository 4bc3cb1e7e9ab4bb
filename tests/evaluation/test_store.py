"""A comparison comes back from its file as it was, and a file that is no such thing is answered in one line."""

import dataclasses
import datetime as dt
import json
from functools import cache

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import hecon
from hecon.evaluation import store
from hecon.evaluation.comparison import compare
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import Parameters, read_parameters
from hecon.report.formats import write_report

SMALL = {"people": 120, "draws": 4, "draw_people": 30, "weeks": 104, "seed": 5}


@cache
def small():
    return compare(read_parameters(), **SMALL)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return small().save(tmp_path_factory.mktemp("stored") / "results.nc")


@pytest.fixture(scope="module")
def read(stored):
    return hecon.read_comparison(stored)


def test_places_may_be_written_as_text(read, tmp_path):
    place = read.save(str(tmp_path / "again.nc"))
    assert hecon.read_comparison(str(place)).record == read.record
    assert all(file.parent == tmp_path / "tables" for file in read.save_csv(str(tmp_path / "tables")))


def in_order(array):
    """Tell whether sums over an array add in the order of its dimensions: another order has other last bits."""
    strides = [stride for stride, size in zip(array.data.strides, array.shape, strict=True) if size > 1]
    return strides == sorted(strides, reverse=True)


def assert_same(one, other, where=""):
    """Assert that two parts are of the same kind and hold the same, to the bit and in the same order."""
    assert type(one) is type(other), where
    if isinstance(one, xr.Dataset | xr.DataArray):
        xr.testing.assert_identical(one, other)
        names = one.variables if isinstance(one, xr.Dataset) else one.coords
        for name in names:
            assert one[name].dtype == other[name].dtype, f"{where}.{name}"
            assert one[name].dims == other[name].dims, f"{where}.{name}"
            assert in_order(one[name]) == in_order(other[name]), f"{where}.{name}"
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif isinstance(one, Parameters):
        assert one.hash == other.hash
        assert dict(one.entries.items()) == dict(other.entries.items())
    elif dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    else:
        assert one == other, where


def test_every_part_comes_back_as_it_was(read):
    assert_same(small(), read)


def test_every_table_is_the_same(read, tmp_path):
    for one, other in zip(small().save_csv(tmp_path / "one"), read.save_csv(tmp_path / "two"), strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "nb"])
def test_the_report_of_the_file_is_that_of_the_run(read, tmp_path, lang):
    one = write_report(small(), tmp_path / "one.html", lang=lang)
    other = write_report(read, tmp_path / "two.html", lang=lang)
    assert one.read_bytes() == other.read_bytes()


def test_the_same_comparison_gives_the_same_bytes(stored, read, tmp_path):
    again = small().save(tmp_path / "again.nc")
    assert again.read_bytes() == stored.read_bytes()
    assert_same(hecon.read_comparison(read.save(tmp_path / "third.nc")), small())


def test_a_users_cohort_comes_back(tmp_path):
    own = dataclasses.replace(small(), choices=None, one_way=None, budget=None)
    assert_same(hecon.read_comparison(own.save(tmp_path / "own.nc")), own)


def other(parameters):
    """The small comparison in short, of other parameters."""
    record = {**small().record, "parameters": parameters.hash}
    return dataclasses.replace(small(), parameters=parameters, record=record, choices=None, one_way=None, budget=None)


@pytest.mark.parametrize(
    "change",
    [
        lambda given: given.overlay({"caseworker_hour": 900}),
        lambda given: given.with_scenario("frailty_off").overlay({"caseworker_hour": 900}),
        lambda given: given.with_program(given.programs["early_follow_up"].model_copy(update={"name": "mine"})),
        lambda _: read_parameters(dt.date(2021, 1, 1)),
    ],
    ids=["overlay", "scenario", "program", "date"],
)
def test_parameters_come_back_with_what_was_put_in_place(change, tmp_path):
    made = other(change(read_parameters()))
    found = hecon.read_comparison(made.save(tmp_path / "made.nc")).parameters
    assert found.hash == made.parameters.hash
    assert dict(found.entries.items()) == dict(made.parameters.entries.items())
    assert found.programs == made.parameters.programs
    assert found.overlaid == made.parameters.overlaid


def test_the_arrays_open_with_xarray_alone(stored):
    with xr.open_dataset(stored, group="carried", engine="h5netcdf") as carried:
        np.testing.assert_array_equal(carried["money"], small().carried["money"])
        assert carried["flow"].values.tolist() == small().carried["flow"].values.tolist()
    with xr.open_dataset(stored, engine="h5netcdf") as root:
        assert root.attrs["parameters"] == small().parameters.hash
        assert root.attrs["seed"] == SMALL["seed"]
    with xr.open_datatree(stored, engine="h5netcdf") as tree:
        assert {"base", "carried", "alike", "occupancy", "precision", "parameters"} <= set(tree.children)


def test_it_holds_no_place_of_this_machine(stored):
    assert str(small().parameters.folder.parent).encode() not in stored.read_bytes()


def assert_one_line(path, *named):
    with pytest.raises(InputError) as caught:
        hecon.read_comparison(path)
    (line,) = caught.value.faults
    assert line.startswith(f"{path}: ")
    for words in named:
        assert any(one in line for one in words.split("|")), line


def test_what_is_no_result_is_refused_in_one_line(stored, tmp_path):
    assert_one_line(tmp_path / "none.nc", "is no file")
    assert_one_line(tmp_path, "is no file")
    text = tmp_path / "text.nc"
    text.write_text("no NetCDF", encoding="utf-8")
    assert_one_line(text, "cannot be read as NetCDF", "run again")
    empty = tmp_path / "empty.nc"
    empty.touch()
    assert_one_line(empty, "cannot be read as NetCDF")
    for share in (0.1, 0.5, 0.99):
        cut = tmp_path / "cut.nc"
        cut.write_bytes(stored.read_bytes()[: int(share * stored.stat().st_size)])
        assert_one_line(cut, "cannot be read as NetCDF", "run again")
    foreign = tmp_path / "foreign.nc"
    xr.Dataset({"x": ("y", [1.0])}).to_netcdf(foreign, engine="h5netcdf")
    assert_one_line(foreign, "something else", "run again")
    xr.Dataset({"x": ("y", [1.0])}, attrs={"statute_date": "2025-07-01"}).to_netcdf(foreign, engine="h5netcdf")
    assert_one_line(foreign, "older hecon", "run again")


def changed(stored, folder, change):
    path = folder / "changed.nc"
    path.write_bytes(stored.read_bytes())
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def test_a_result_of_another_version_is_refused_in_one_line(stored, tmp_path):
    def text_moved(file):
        text = file["parameters/text"][()]
        text[0] = ord("#")  # the first character of a file is another then, or a comment
        file["parameters/text"][...] = text

    def later(file):
        file.attrs["hecon_format"] = 99

    def without_a_part(file):
        del file["information"]

    def another_step(file):
        file["parameters"].attrs["origin"] = file["parameters"].attrs["origin"].replace("[]", '[{"kind": "overlay"}]')

    for change in (text_moved, later, without_a_part, another_step):
        assert_one_line(changed(stored, tmp_path, change), "made by hecon", hecon.__version__, "run again")


def foreign(folder, fill):
    """A file of HDF5 that is no result of hecon's, and a secret beside it."""
    (folder / "secret.bin").write_bytes(bytes(range(64)))
    with h5py.File(folder / "secret.h5", "w") as file:
        file["told"] = np.arange(8.0)
    path = folder / "foreign.nc"
    with h5py.File(path, "w") as file:
        file.attrs["hecon_format"] = 1
        fill(file, folder)
    return path


def external(file, folder):
    file.create_dataset("x", (8,), "f8", external=[(str(folder / "secret.bin"), 0, 64)])


def virtual(file, folder):
    layout = h5py.VirtualLayout((8,), "f8")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "told", (8,))
    file.create_virtual_dataset("x", layout)


def linked(file, folder):
    file.create_group("part")["x"] = h5py.ExternalLink(str(folder / "secret.h5"), "told")


def dangling(file, _folder):
    file["x"] = h5py.SoftLink("/nowhere")


def circular(file, _folder):
    file.create_group("part")["part"] = file


@pytest.mark.parametrize("fill", [external, virtual, linked, dangling, circular])
def test_a_file_that_leads_elsewhere_is_refused_unread(tmp_path, fill):
    assert_one_line(foreign(tmp_path, fill), "cannot be read as NetCDF", "in another file|to somewhere else|two places")


def test_a_small_file_that_unfolds_to_more_than_memory_is_refused(tmp_path):
    def bomb(file, _folder):
        file.create_dataset("x", (2**34,), "u1", chunks=(2**20,), compression="gzip")

    path = foreign(tmp_path, bomb)
    assert path.stat().st_size < 2**20
    assert_one_line(path, "cannot be read as NetCDF", "16.0 GiB")


def test_a_scale_with_a_name_of_text_is_read(stored, tmp_path):
    def named(file):
        file["base/quantile"].attrs["NAME"] = "quantile"

    assert_same(hecon.read_comparison(changed(stored, tmp_path, named)), small())


@pytest.mark.parametrize("error", [MemoryError(), OSError("")])
def test_an_error_that_says_nothing_is_one_line(stored, monkeypatch, error):
    def fail(_group):
        raise error

    monkeypatch.setattr(store, "_dataset", fail)
    assert_one_line(stored, type(error).__name__)


def test_a_result_without_what_a_report_shows_is_refused_in_one_line(stored, tmp_path):
    def without_money(file):
        del file["base/money"]

    def without_a_key(file):
        told = json.loads(file.attrs["values"])
        del told["record"]["numba"]
        file.attrs["values"] = json.dumps(told)

    def nested(file):
        file.attrs["values"] = "[" * 100_000

    assert_one_line(changed(stored, tmp_path, without_money), "base.money")
    assert_one_line(changed(stored, tmp_path, without_a_key), "record.numba")
    assert_one_line(changed(stored, tmp_path, nested), "made by hecon", "run again")


def test_parameters_that_come_out_otherwise_are_refused(stored, tmp_path):
    def date_moved(file):
        file["parameters"].attrs["date"] = "2024-07-01"

    assert_one_line(changed(stored, tmp_path, date_moved), "parameters come out otherwise")


def test_a_block_in_memory_cannot_be_saved(tmp_path):
    parameters = read_parameters()
    (block,) = parameters.blocks.values()
    with pytest.raises(InputError, match="calibrated block"):
        other(parameters.with_block(block)).save(tmp_path / "never.nc")
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_part_is_known():
    """A new part of a comparison must be one that a file gives back."""
    for field in dataclasses.fields(small()):
        part = getattr(small(), field.name)
        if dataclasses.is_dataclass(part) and not isinstance(part, Parameters):
            assert store.PARTS[type(part).__name__] is type(part)
