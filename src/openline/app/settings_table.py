"""Every setting of the server, once: name, kind, default, bounds, and what it is for.

The file `openline.toml`, the environment (`OPENLINE_` and the name in capitals) and the options of
`openline serve` are all read by this table; docs/server.md is held to it by a test.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from openline.limits import BODY_BYTES_MAX

Value = str | int | float | bool | tuple[str, ...] | None


class Kind(Enum):
    """What a setting holds, and in words for a message."""

    TEXT = "text in quotes"
    COUNT = "a whole number"
    NUMBER = "a number"
    SWITCH = "true or false"
    LIST = "a list of texts"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `option` is its word on the command line; `low` and `high` are both allowed.

    secret: shown without its password. choices: the only texts that are taken. paths: a relative
    path in a file starts at the file's folder.
    """

    name: str
    kind: Kind
    default: Value
    words: str
    option: str
    low: float = 0
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    secret: bool = False
    paths: bool = False

    @property
    def environment(self) -> str:
        """Its name in the environment."""
        return f"OPENLINE_{self.name.upper()}"


def _count(name: str, default: int, low: int, high: int, words: str) -> Setting:
    return Setting(name, Kind.COUNT, default, words, _option(name), low=low, high=high)


def _seconds(name: str, default: float, low: float, high: float, words: str) -> Setting:
    return Setting(name, Kind.NUMBER, default, words, _option(name), low=low, high=high)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


SETTINGS: Final = (
    Setting(
        *("db", Kind.TEXT, "openline.db"),
        "Where references are kept: a file for SQLite, postgresql://…, or :memory: (lost at exit).",
        "--db",
        secret=True,
        paths=True,
    ),
    Setting("host", Kind.TEXT, "127.0.0.1", "Address to listen on.", "--host"),
    _count("port", 8082, 0, 65_535, "Port to listen on; 0 takes a free one."),
    Setting(
        *("public_url", Kind.TEXT, None),
        "Address under which clients reach the server, if a proxy stands before it.",
        "--public-url",
    ),
    _count("workers", 1, 1, 64, "Server processes; more than one needs PostgreSQL."),
    Setting(
        *("trusted_keys", Kind.LIST, ()),
        "PEM file with public keys or certificates of token issuers.",
        "--trusted-key",
        paths=True,
    ),
    Setting(
        *("jwks", Kind.LIST, ()),
        "Address (https) or file of a JSON Web Key set of a token issuer.",
        "--jwks",
        paths=True,
    ),
    Setting(
        *("audiences", Kind.LIST, ()),
        "A name of this server that tokens must carry as aud.",
        "--audience",
    ),
    Setting(
        *("issuers", Kind.LIST, ()),
        "An issuer (iss) whose tokens are taken; without any, all that have a trusted key.",
        "--issuer",
    ),
    Setting(
        *("allow_http_base_urls", Kind.SWITCH, False),
        "Take http:// addresses of a USS, for tests on one machine.",
        "--allow-http-base-urls",
    ),
    Setting(
        *("dev", Kind.SWITCH, False),
        "For development: hand out tokens at /token to anybody. Never where others can reach it.",
        "--dev",
    ),
    Setting(
        *("agreement", Kind.TEXT, None),
        "Carry a line under this agreement, which every party signed.",
        "--agreement",
        paths=True,
    ),
    Setting(
        *("party_keys", Kind.LIST, ()),
        "Private key of a party of the agreement: this server is its machine and speaks for it.",
        "--party-key",
        paths=True,
    ),
    Setting(
        *("alerts", Kind.LIST, ()),
        "Where alerts of the parties of this server go: https://…, mailto:…?server=…, or an "
        "address of apprise.",
        "--alert",
        secret=True,
    ),
    Setting(
        *("peers", Kind.LIST, ()),
        "A party whose own server this one exchanges with: PARTY=https://…, or PARTY alone if that "
        "one connects to us. PARTY+PARTY: a server of several, who speaks for it first.",
        "--peer",
    ),
    Setting(
        *("private", Kind.TEXT, None),
        "Answer private checks: a folder whose plans/ are compared; sessions are kept in it.",
        "--private",
        paths=True,
    ),
    Setting(
        *("cot", Kind.LIST, ()),
        "Where the live sky goes out as Cursor-on-Target: cot+udp://HOST:PORT, cot+tcp:// or "
        "cot+tls://.",
        "--cot",
    ),
    Setting(
        *("session_key", Kind.TEXT, None),
        "Private key that sessions of people are signed with; without it one is made and kept.",
        "--session-key",
        paths=True,
    ),
    Setting(
        *("record_key", Kind.TEXT, None),
        "Private key that signs the record; without it one is made and kept beside a file.",
        "--record-key",
        paths=True,
    ),
    Setting(
        *("record_origin", Kind.TEXT, "openline"),
        "The name of the record, under which its key signs. It cannot change later.",
        "--record-origin",
    ),
    Setting(
        *("airspace_id", Kind.TEXT, "openline"),
        "What the airspace representation of this store is called (dar_id in /aux/v1/pool).",
        "--airspace-id",
    ),
    _seconds("token_lifetime_max_s", 3_600, 1, 86_400, "How far ahead a token may expire."),
    _seconds("token_leeway_s", 5, 0, 300, "How far the clock of an issuer may run ahead."),
    _count("tokens_remembered_max", 10_000, 1, 1_000_000, "Verified tokens kept in memory."),
    _seconds("jwks_refresh_s", 60, 1, 86_400, "Time between two fetches of the key sets."),
    _count("body_bytes_max", BODY_BYTES_MAX, 1_024, 67_108_864, "Largest body of a request."),
    _seconds("request_timeout_s", 10, 0.1, 600, "Longest time for one request."),
    _count("requests_at_once_max", 1_000, 1, 100_000, "Requests in work, in each process."),
    _seconds(
        *("rate_limit_per_s", 1_000, 0, 1e6),
        "Requests per second of one party, in each process; 0 is no limit.",
    ),
    _count("rate_limit_burst", 2_000, 1, 1_000_000, "Requests of one party at once, from rest."),
    _seconds("drain_s", 10, 0, 600, "Time for requests in work to end when the server is stopped."),
    _seconds(
        *("expiry_grace_s", 9_676_800, 0, 1e9),
        "Time after its end until a reference is removed (112 days).",
    ),
    _seconds("expiry_interval_s", 60, 0.1, 86_400, "Time between two searches for ended ones."),
    _count("expiry_batch", 100, 1, 10_000, "References removed at a time."),
    Setting(*("console", Kind.SWITCH, True), "Serve the console, the page at /.", "--console"),
    Setting(
        *("map_tiles", Kind.TEXT, None),
        "Pictures of the map by a server of your own, as https://tiles.example/{z}/{x}/{y}.png.",
        "--map-tiles",
    ),
    Setting(
        *("map_tiles_credit", Kind.TEXT, None),
        "Who made these pictures; shown on the map.",
        "--map-tiles-credit",
    ),
    Setting(*("access_log", Kind.SWITCH, True), "Write one line for each request.", "--access-log"),
    Setting(
        *("log_level", Kind.TEXT, "info"),
        "The least that is logged.",
        "--log-level",
        choices=("debug", "info", "warning", "error"),
    ),
)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
