"""A database that cannot be reached is a failing environment, in whatever way it is asked."""

import pytest

from server.domain.errors import Unavailable
from server.storage import open_database
from tests.builders.storage_values import ACME
from tests.journeys.service import free_port


@pytest.fixture(params=["postgresql", "sqlite"])
def database(request, tmp_path):
    url = f"postgresql://postgres@127.0.0.1:{free_port()}/nowhere"
    if request.param == "sqlite":
        (tmp_path / "folder").mkdir()
        url = f"sqlite:///{tmp_path}/folder"
    database = open_database(url)
    yield database
    database.close()


def test_a_job_cannot_be_read_for_now(database):
    with pytest.raises(Unavailable):
        database.read_job(ACME, "job-1", 0, 1)
