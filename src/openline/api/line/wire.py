"""The bodies of `/line/v1` as they travel: SI units in the names, instants as RFC 3339."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from openline.app.line.roles import Role
from openline.line.message.kind import Kind

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class LogIn(Struct, forbid_unknown_fields=True):
    """A person who logs in."""

    user: Name
    password: Annotated[str, Meta(max_length=1_024)]


class Session(Struct):
    """What a person may do, with a token for it. Renew it before `expires_in` seconds are over."""

    access_token: str
    token_type: str
    expires_in: int
    user: str
    party: str
    role: Role


class PutAccount(Struct, forbid_unknown_fields=True):
    """An account to add or change."""

    party: Name
    role: Role
    password: Annotated[str, Meta(max_length=1_024)]


class Account(Struct):
    """An account; nobody is shown its password."""

    user: str
    party: str
    role: Role


class Accounts(Struct):
    """Every account."""

    accounts: list[Account]


class Say(Struct, forbid_unknown_fields=True):
    """Something to be said by this server for the caller's party.

    to: empty or absent is everybody in the thread, or every other party. thread: absent begins one.
    """

    kind: Kind
    body: Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/schemas/Body"})]
    to: Annotated[list[Name], Meta(max_length=50)] = []
    thread: Annotated[str, Meta(max_length=64)] | None = None
    lifetime_s: Annotated[float, Meta(gt=0, le=31_536_000)] | None = None


class Point(Struct, forbid_unknown_fields=True):
    """A position in degrees."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lng: Annotated[float, Meta(ge=-180, le=180)]


class Confirm(Struct, forbid_unknown_fields=True):
    """The second person's word: `officer` may say something of that kind within 15 minutes.

    place: where the second person found a site on the map.
    """

    officer: Name
    kind: Kind
    place: Point | None = None


class Confirmed(Struct):
    """What was confirmed, until when."""

    officer: str
    kind: Kind
    until: datetime


class Opened(Struct):
    """A conflict that opened or changed with a message."""

    conflict: str
    parties: tuple[str, ...]


class Taken(Struct):
    """A message that is on the record, durably: a receipt of this server, not a consent.

    lead_time_s: from receiving to the start of what it tells of; late: less than agreed.
    distance_m and wrong: what a read-back has other than the notice.
    repeated: it was on the record before.
    """

    id: str
    thread: str
    sequence: int
    entry: int
    received: datetime
    latency_s: float
    skew_s: float | None
    lead_time_s: float | None
    late: bool
    distance_m: float | None
    wrong: tuple[str, ...]
    conflicts: list[Opened]
    repeated: bool


class Myself(Struct):
    """Who the caller is on this line, and the next number of its party's messages."""

    party: str
    officer: str | None
    scopes: list[str]
    agreement: str
    version: int
    next_sequence: int
    hosted: bool
    parties: list[str]
