"""The only place where concrete stores, clocks and keys are chosen."""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from openline.app.configuration import Configuration, without_password
from openline.app.services import Services
from openline.errors import InvalidInput, Unreachable
from openline.limits import KEY_FILE_BYTES_MAX
from openline.store.ports import Store

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from openline.api.auth.keys import TrustedKey
    from openline.api.demo import DemoBoard
    from openline.api.line.sessions import Sessions
    from openline.api.log import LineWriter
    from openline.api.server import Front
    from openline.app.private.desk import PrivateDesk
    from openline.app.private.service import PrivateService
    from openline.line.private.session import Envelope

# The middle one looks at some 10,000 values: a pause of milliseconds, not a tenth of a second.
_COLLECT_AFTER: Final = (2_000, 5, 1_000)
MEMORY: Final = ":memory:"
_POSTGRES: Final = ("postgresql://", "postgres://")
ORIGIN: Final = "openline"  # whose the entries are that no party signed
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return datetime.now(UTC)


def open_store(db: str) -> Store:
    """The store of that name: a SQLite file, `postgresql://…`, or `:memory:`.

    Raises: InvalidInput, StoreUnavailable, Unreachable.
    """
    if db == MEMORY:
        from openline.store.memory import MemoryStore

        return MemoryStore()
    if db.startswith(_POSTGRES):
        try:
            from openline.store.postgres.store import PostgresStore
        except ModuleNotFoundError as error:
            raise InvalidInput(
                f"PostgreSQL needs {error.name}, which is not installed",
                cure="pip install 'openline[postgres]'",
            ) from None
        return PostgresStore(db)
    if "://" in db:
        raise InvalidInput(
            f"no store is known for {without_password(db)!r}",
            cure="give a file, postgresql://… or :memory:",
        )
    from openline.store.sqlite.store import SqliteStore

    return SqliteStore(db)


def store_figures(db: str) -> dict[str, float]:
    """Rows and sizes of the store of that name; nothing for `:memory:`.

    Raises: InvalidInput, StoreUnavailable.
    """
    if db == MEMORY:
        return {}
    if db.startswith(_POSTGRES):
        from openline.store.postgres.migrations import stats

        return {name: value for name, value in stats(db).items() if isinstance(value, int)}
    from openline.store.sqlite.upkeep import figures

    found = figures(Path(db))
    sizes = {"file_bytes": found.file_bytes, "log_bytes": found.log_bytes}
    return {**found.rows, **sizes, "commits": found.commits}


@dataclass(frozen=True, slots=True)
class Plan:
    """A server that can be made in any process: its settings, and the keys it signs tokens with.

    development_key: for tokens that anybody gets; session_key: for those of people. record_key:
    see `record_key_file`. demo: what it plays, if it does; its clock is the server's then, and
    that of the machine remains the one that tokens expire by.
    """

    configuration: Configuration
    development_key: bytes | None
    session_key: bytes | None
    record_key: str | None
    demo: "DemoBoard | None" = None

    def application(self) -> "Starlette":
        """The application with an open store; logging goes to standard error from now on.

        Raises: InvalidInput, StoreUnavailable, Unreachable.
        """
        from openline.api.log import LineWriter, install
        from openline.api.server import create_app
        from openline.app.line.opening import open_line
        from openline.app.peer.opening import open_peering
        from openline.app.private.opening import open_private
        from openline.app.record_key import open_sealer
        from openline.app.sky.opening import open_conformance, open_sky
        from openline.feeds.sky_out import open_out

        told = self.configuration
        store = open_store(told.text("db"))
        writer = LineWriter()
        install(writer, told.text("log_level"))
        clock = SystemClock() if self.demo is None else self.demo.clock
        try:
            record = open_sealer(told, self.record_key, store)
            line = open_line(told, store, clock, record, ORIGIN)
            peering = open_peering(told, line, record, clock.now())
            if self.demo is not None:
                self.demo.peering = peering
        except BaseException:
            store.close()
            raise
        sky = open_sky(told, line)
        private = open_private(told, line)
        services = Services(
            store,
            clock,
            told.for_use_cases,
            line=line,
            record=record,
            sky=sky,
            conformance=open_conformance(line, sky),
            peering=peering,
            private=private,
            private_desk=private_desk(private),
        )
        beside = [one.run for one in open_out(told, services)]
        application = create_app(services, replace(front(self, writer), beside=beside))
        _collect_seldom()
        return application


def _collect_seldom() -> None:
    """Look for cycles of garbage less often, and never among what is there from the start.

    A request leaves none behind, but the usual thresholds look through thousands of values that are
    in use for each few requests: about a twentieth of the server's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def plan(told: Configuration) -> Plan:
    """The plan of a server. Raises: InvalidInput for settings that do not fit together."""
    if told.count("workers") > 1 and not told.text("db").startswith(_POSTGRES):
        raise InvalidInput(
            f"{told.count('workers')} workers need PostgreSQL: a file has one writer",
            cure="give --db postgresql://… or --workers 1",
        )
    if not told.switch("dev") and not told.text("agreement"):  # a line has accounts of its own
        if not told.words("trusted_keys") and not told.words("jwks"):
            raise InvalidInput(
                "no token could be verified: no key of a token issuer is given",
                cure="give --trusted-key FILE.pem or --jwks ADDRESS; to try it out: --dev",
            )
        if not told.words("audiences"):
            raise InvalidInput(
                "no token could be taken: this server has no name",
                cure="give --audience NAME, as tokens carry it in aud",
            )
    from openline.api.line.couriers import alert_plan
    from openline.app.record_key import record_key_file
    from openline.feeds.sky_out import check_places

    check_places(told)
    trusted_keys(told)  # a bad key file is told now, not in each process
    alert_plan(told, alone=not told.text("db").startswith(_POSTGRES))
    _require_folder(told.text("db"))
    return Plan(
        told,
        _development_key(told) if told.switch("dev") else None,
        _session_key(told) if told.text("agreement") else None,
        record_key_file(told),
    )


def private_desk(private: "PrivateService | None") -> "PrivateDesk | None":
    """Who asks other servers for people; None where private checks are not answered either."""
    if private is None:
        return None
    from openline.app.private.desk import PrivateDesk
    from openline.client.private import PrivatePeer

    def send(url: str, envelope: "Envelope") -> bytes:
        with closing(PrivatePeer(url)) as peer:
            return peer.send(envelope)

    return PrivateDesk(private, send)


def trusted_keys(told: Configuration) -> "tuple[TrustedKey, ...]":
    """The keys of all PEM files. Raises: InvalidInput, Unreachable."""
    from openline.api.auth.keys import keys_of_pem

    keys: list[TrustedKey] = []
    for name in told.words("trusted_keys"):
        try:
            with Path(name).open("rb") as file:
                data = file.read(KEY_FILE_BYTES_MAX)
        except OSError as error:
            raise Unreachable((error.strerror or str(error)).lower(), file=name) from None
        keys += keys_of_pem(data, name)
    return tuple(keys)


def audiences(told: Configuration) -> tuple[str, ...]:
    """The names of this server, the first one for tokens that ask for none.

    For development those that a client on this machine would use are added.
    """
    names = list(told.words("audiences"))
    if told.switch("dev"):
        public = urlsplit(told.text("public_url")).hostname
        names += [name for name in (public, "localhost", told.text("host"), *_LOOPBACK) if name]
    return tuple(dict.fromkeys(names)) or (ORIGIN,)


def front(plan: Plan, writer: "LineWriter") -> "Front":
    """What stands before the use cases. Raises: InvalidInput, Unreachable."""
    from openline.api.auth.fetch import fetcher
    from openline.api.auth.issuer import ISSUER, SESSIONS, TokenIssuer
    from openline.api.auth.key_ring import KeyRing, KeySet
    from openline.api.auth.tokens import TokenPolicy
    from openline.api.demo import console_of
    from openline.api.line.couriers import alert_plan
    from openline.api.map_tiles import tiles_of
    from openline.api.server import Front

    told = plan.configuration
    fixed = list(trusted_keys(told))
    issuers = set(told.words("issuers"))
    issuer = TokenIssuer(plan.development_key) if plan.development_key else None
    sessions = _sessions(plan)
    if issuer is not None:
        fixed.append(issuer.trusted_key)
        issuers |= {ISSUER} if issuers else set()
    if sessions is not None:
        fixed.append(sessions.issuer.trusted_key)
        issuers |= {SESSIONS} if issuers else set()
    sets = [
        KeySet(place, fetcher(place, allow_http=told.switch("dev"))) for place in told.words("jwks")
    ]
    names = audiences(told)
    tiles = tiles_of(told.text("map_tiles"), told.text("map_tiles_credit"))
    return Front(
        ring=KeyRing(fixed, sets),
        policy=TokenPolicy(
            audiences=frozenset(names),
            issuers=frozenset(issuers),
            lifetime_max_s=told.number("token_lifetime_max_s"),
            leeway_s=told.number("token_leeway_s"),
        ),
        issuer=issuer,
        audience=names[0],
        sessions=sessions,
        alerts=alert_plan(told, alone=not told.text("db").startswith(_POSTGRES)),
        demo=plan.demo,
        token_clock=SystemClock(),
        console=console_of(plan.demo, tiles) if told.switch("console") else None,
        tokens_remembered_max=told.count("tokens_remembered_max"),
        jwks_refresh_s=told.number("jwks_refresh_s"),
        body_bytes_max=told.count("body_bytes_max"),
        request_timeout_s=told.number("request_timeout_s"),
        requests_at_once_max=told.count("requests_at_once_max"),
        rate_per_s=told.number("rate_limit_per_s"),
        rate_burst=told.count("rate_limit_burst"),
        expiry_interval_s=told.number("expiry_interval_s"),
        expiry_batch=told.count("expiry_batch"),
        writer=writer if told.switch("access_log") else None,
        at_end=writer.close,
        store_figures=partial(store_figures, told.text("db")),
    )


def serve(
    told: Configuration, tell: Callable[[str], None], demo: "DemoBoard | None" = None
) -> None:
    """Serve until SIGTERM or SIGINT; returns when all is done and the store is closed.

    `tell` is called once with the address, as soon as connections are taken.
    Raises: InvalidInput, StoreUnavailable, Unreachable.
    """
    from openline.api.run import Running, listen, run

    made = replace(plan(told), demo=demo)
    workers, drain_s = told.count("workers"), told.number("drain_s")
    listener = listen(told.text("host"), told.count("port"))
    with listener:
        address = _address(told, listener.getsockname()[1])
        if workers == 1:
            application = made.application()
            tell(address)
            run(Running(lambda: application, workers, drain_s), listener)
            return
        with closing(open_store(told.text("db"))) as store:  # its fault is told once, before all
            store.check()
        with _shared_metrics():
            tell(address)
            run(Running(made.application, workers, drain_s), listener)


def address(told: Configuration) -> str:
    """Where clients reach a server with these settings."""
    return _address(told, told.count("port"))


def _address(told: Configuration, port: int) -> str:
    public = told.text("public_url")
    if public:
        return public.rstrip("/")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(told.text("host"), told.text("host"))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _require_folder(db: str) -> None:
    """Raises: Unreachable if a database file has no folder to be in."""
    folder = Path(db).parent
    if db == MEMORY or "://" in db or folder.is_dir():
        return
    raise Unreachable(
        "the folder of the database is a file" if folder.exists() else "there is no such folder",
        cure="make it, or name another database with --db",
        file=str(folder),
    )


def _development_key(told: Configuration) -> bytes:
    """Beside a database file, so that tokens outlive a restart; else made for this run."""
    from openline.api.auth.issuer import kept_key, new_key

    db = told.text("db")
    if db == MEMORY or "://" in db:
        return new_key()
    return kept_key(Path(f"{db}.dev-key.pem"))


def _session_key(told: Configuration) -> bytes:
    """As the setting says, else kept beside a database file, else made for this run."""
    from openline.api.auth.issuer import kept_key, new_key

    named = told.text("session_key")
    if named:
        return kept_key(Path(named))
    db = told.text("db")
    if db == MEMORY or "://" in db:
        return new_key()
    return kept_key(Path(f"{db}.session-key.pem"))


def _sessions(plan: Plan) -> "Sessions | None":
    if plan.session_key is None:
        return None
    from openline.api.auth.issuer import SESSIONS, TokenIssuer
    from openline.api.line.sessions import Sessions

    issuer = TokenIssuer(plan.session_key, "the session key", SESSIONS)
    return Sessions(issuer, audiences(plan.configuration)[0], SystemClock())


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """A folder in which the processes of one server add up their counts."""
    from openline.api.metrics import SHARED_FOLDER

    with tempfile.TemporaryDirectory(prefix="openline-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]
