"""What the model's tests share: the shipped parameters."""

import pytest

from hecon.inputs.parameters import read_parameters


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def values(parameters):
    return parameters.base_case().one(0)
