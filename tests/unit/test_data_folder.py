"""The data folder of an SQLite file."""

from pathlib import Path

from server.config import read_config
from server.data_folder import alone


def test_it_is_made_and_nobody_else_can_look_into_it(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "data"
    with alone(read_config({"INVOICEJOBS_DATA_DIR": str(folder)})):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_one_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    with alone(read_config({"INVOICEJOBS_DATA_DIR": str(tmp_path)})):
        assert tmp_path.stat().st_mode & 0o777 == 0o750
