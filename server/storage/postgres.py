"""How a PostgreSQL server is connected to: what is set for every connection, and why."""

from __future__ import annotations

import ipaddress
import select
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from server.domain.errors import InvalidInput
from server.storage.copying import copy_rows_to, is_copied

#: Connections kept open for readers and writers together; as many more as threads ask for are
#: opened for a while.
KEPT_CONNECTIONS = 8

#: Given to libpq unless the URL says otherwise. Times are seconds where nothing else is said.
_CONNECTION = {
    # Otherwise a host that does not answer is waited for two minutes and more.
    "connect_timeout": "5",
    # A host that vanished is noticed after 10 + 3 * 3 seconds.
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    # The same in milliseconds for one that vanished with a request under way, which the keepalives
    # do not ask after: it would be sent again for a quarter of an hour.
    "tcp_user_timeout": "19000",
    "application_name": "invoicejobs",
}

#: Given, too, for a server on another machine. libpq would try TLS and do without where there is
#: none, also when somebody in between says so: who wants that writes sslmode=prefer or disable.
_REMOTE = {"sslmode": "require"}

#: Settings of every session; options in the URL come after them and win.
_SESSION = {
    # A statement that hangs must not hold its locks for ever.
    "statement_timeout": "60s",
    # As long as a writer of SQLite waits for its turn.
    "lock_timeout": "30s",
    # A process that stopped or vanished in a transaction holds a tenant's counter: let it go.
    "idle_in_transaction_session_timeout": "5s",
    # The same on the server's side for one that vanished without a word.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    # What the driver reads best; the server's own zone and customs do not matter then.
    "timezone": "UTC",
    "datestyle": "ISO",
    # Our statements are short: compiling one takes longer than it does.
    "jit": "off",
    # What the driver has prepared is planned anew each time: a plan from when a table was empty
    # would stay until somebody gathers statistics.
    "plan_cache_mode": "force_custom_plan",
}

#: For the queue, whose transactions end before they are on disk. A server that crashes loses its
#: last moments: turns and heartbeats, which may be lost, doubled or left over at any time.
_QUEUE = {"synchronous_commit": "off"}

#: Building an index of a large table takes its time, and so does waiting for who does; loading what
#: applies migrations does, too, where many processes want the cores.
_MIGRATION = {
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "60s",
}


def postgres_engine(place: URL, *, migrates: bool) -> Engine:
    """Makes the engine behind a PostgreSQL URL; what the URL says wins over what is set here.

    Raises InvalidInput when the driver is not installed, or does not know what the URL says.
    """
    try:
        engine = create_engine(
            place.set(drivername="postgresql+psycopg"),
            connect_args=_arguments(place, _SESSION | (_MIGRATION if migrates else {})),
            # Every statement sees what is committed before it; locks do the rest (see `locks`).
            isolation_level="READ COMMITTED",
            pool_size=KEPT_CONNECTIONS,
            # The callers' thread pools bound how many there are.
            max_overflow=-1,
            # What is written may be somebody's name: no error and no log quotes it.
            hide_parameters=True,
        )
    except ImportError:
        raise InvalidInput.field(
            "database URL",
            "names a PostgreSQL database, whose driver is not installed: install it with "
            "pip install 'invoicejobs[postgres]'",
        ) from None
    _check(engine, place)
    event.listen(engine, "checkout", partial(_replace_if_cut, engine.dialect))
    event.listen(engine, "after_cursor_execute", _end_pipeline)
    copy_rows_to(engine)
    return engine


def connection_string(place: URL) -> str:
    """Gives what the queue connects with, as libpq takes it: like ourselves, but in more haste.

    Raises InvalidInput like `postgres_engine`.
    """
    engine = postgres_engine(place, migrates=False)
    driver: Any = engine.dialect.loaded_dbapi
    given = _parameters(engine, place)
    text: str = driver.conninfo.make_conninfo(**(given | _arguments(place, _SESSION | _QUEUE)))
    return text


def _replace_if_cut(dialect: Dialect, connection: Any, *_: object) -> None:
    """Lets the pool replace a connection that was cut while nobody used it, before anybody does.

    The server has said nothing on one that is well. Only where there is something to hear, be it
    that the connection has ended, is the server asked: to ask each time costs as much as a query.
    """
    if connection.closed or _has_news(connection.fileno()):
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _has_news(socket: int) -> bool:
    """Tells whether something has come, or the connection has ended."""
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))


def _end_pipeline(
    connection: Connection, _cursor: Any, _sql: str, _values: Any, context: Any, many: bool
) -> None:
    """Makes the server see that a statement of many rows is over.

    The driver sends them as a pipeline, whose last message PostgreSQL reads after it has begun to
    idle. It takes the session for busy from then on, so `idle_in_transaction_session_timeout` does
    not end it, and a process that is stopped there would keep its locks until it is woken.
    """
    if many and not is_copied(context):
        raw: Any = connection.connection
        with raw.cursor() as cursor:
            cursor.execute("SELECT 1")


def _arguments(place: URL, session: dict[str, str]) -> dict[str, str]:
    options = [f"-c {name}={value}" for name, value in session.items()]
    given = place.query.get("options", ())
    options += [given] if isinstance(given, str) else given
    defaults = _CONNECTION if _stays_here(place) else _CONNECTION | _REMOTE
    connection = {name: value for name, value in defaults.items() if name not in place.query}
    return connection | {"options": " ".join(options)}


def _stays_here(place: URL) -> bool:
    """Tells whether the server is on this machine, as far as the URL says."""
    if "service" in place.query:
        return False  # a file of libpq's own says where
    given = place.normalized_query
    hosts = [*given.get("host", ()), *given.get("hostaddr", ()), place.host or ""]
    return all(_is_local(name) for host in hosts for name in host.split(","))


def _is_local(host: str) -> bool:
    """Tells whether a host is this machine: a folder of sockets, or loopback."""
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parameters(engine: Engine, place: URL) -> dict[str, Any]:
    _, parameters = engine.dialect.create_connect_args(place)
    parameters.pop("context", None)  # for the driver itself, not for the server
    return dict(parameters)


def _check(engine: Engine, place: URL) -> None:
    """Refuses what the driver would refuse at the first connection."""
    driver: Any = engine.dialect.loaded_dbapi
    try:
        driver.conninfo.make_conninfo(**_parameters(engine, place))
    except driver.Error as error:
        # Told without its cause: nobody knows which part of the URL that quotes.
        problem = str(error).splitlines()[0]
        raise InvalidInput.field("database URL", f"cannot be used: {problem}") from None
