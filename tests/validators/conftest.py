from collections.abc import Iterator

import pytest

from tests.validators.validator import Validator


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    with Validator() as started:
        yield started
