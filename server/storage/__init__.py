"""All SQL: tables, migrations, and the stores behind `server.ports.Database`."""

from server.storage.engine import database_file, server_address
from server.storage.migration import migrate, refuse_unmigrated
from server.storage.unit_of_work import SqlDatabase, SqlUnitOfWork, open_database

__all__ = [
    "SqlDatabase",
    "SqlUnitOfWork",
    "database_file",
    "migrate",
    "open_database",
    "refuse_unmigrated",
    "server_address",
]
