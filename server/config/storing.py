"""Where everything is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from process.config.variable import Variable


@dataclass(frozen=True, kw_only=True)
class Storing:
    """Where the database and the documents are."""

    #: Where the database and the documents are, unless said otherwise.
    data_dir: Path
    database_url: str
    documents_dir: Path


VARIABLES = (
    Variable("INVOICEJOBS_DATA_DIR", "data_dir", "var/data", Path,
             "Folder of the database and the documents; made when it is missing."),
    Variable("INVOICEJOBS_DATABASE_URL", "database_url", "", str,
             "The database, such as sqlite:////srv/invoices.db or postgresql://user@host/name, "
             "which several servers and workers can share. On another machine it must have TLS; "
             "that nobody stands in between, only sslmode=verify-full and sslrootcert in the URL "
             "make sure. "
             "Empty: invoicejobs.db in the data folder."),
    Variable("INVOICEJOBS_DOCUMENTS_DIR", "documents_dir", "", Path,
             "Folder of the documents, which all machines share. "
             "Empty: documents in the data folder."),
)  # fmt: skip


def fill(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Puts what was left empty into the data folder."""
    data_dir: Path = values["data_dir"]
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'invoicejobs.db'}"
    if not environment.get("INVOICEJOBS_DOCUMENTS_DIR", "").strip():
        values["documents_dir"] = data_dir / "documents"
