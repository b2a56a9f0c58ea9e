"""Local accounts of people: name, party, role, and a password that is kept as its argon2 hash.

Accounts are documents of the store; every change of one is on the record, without the hash.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from openline.app.line.roles import Role
from openline.errors import InvalidInput, NotFound, Unauthenticated
from openline.line.agreement import check_id
from openline.store.ports import Reader, Store, Transaction

KIND: Final = "account"
PUT: Final = "account.put"
REMOVED: Final = "account.removed"
PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 200
ACCOUNTS_MAX: Final = 10_000
_EXCLUSIVE: Final = "accounts"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can log in. `version` counts the changes: older sessions end with each."""

    name: str
    party: str
    role: Role
    password_hash: str
    version: int = 1


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # RFC 9106, the second recommended choice


@cache
def _nobody() -> str:
    """A hash that no password fits: an unknown name takes as long as a wrong password."""
    return _hasher().hash("nobody has this password, whoever asks")


def put_account(
    store: Store, by: str, name: str, party: str, role: Role, password: str, now: datetime
) -> "Future[Account]":
    """Add an account or change it; done when it is durable. Raises: InvalidInput."""
    check_id(name, "name")
    check_id(party, "party")
    check_password(password)
    hashed = _hasher().hash(password)

    def change(tx: Transaction) -> Account:
        old = _account(tx, name)
        account = Account(name, party, role, hashed, old.version + 1 if old else 1)
        tx.put_document(KIND, name, msgspec.json.encode(account))
        told = {"name": name, "party": party, "role": role.value, "version": account.version}
        tx.append_record(now, by, PUT, msgspec.json.encode(told, order="deterministic"))
        return account

    return store.submit((), change, _EXCLUSIVE)


def remove_account(store: Store, by: str, name: str, now: datetime) -> "Future[None]":
    """Remove an account; its sessions end. Raises (in the future): NotFound."""
    check_id(name, "name")

    def change(tx: Transaction) -> None:
        if _account(tx, name) is None:
            raise NotFound(f"there is no account {name!r}", field="name")
        tx.delete_document(KIND, name)
        told = msgspec.json.encode({"name": name}, order="deterministic")
        tx.append_record(now, by, REMOVED, told)

    return store.submit((), change, _EXCLUSIVE)


def accounts(store: Store) -> list[Account]:
    """Every account, by name."""
    found = store.read(lambda reader: reader.documents(KIND, "", ACCOUNTS_MAX))
    return [msgspec.json.decode(body, type=Account) for _, body in found]


def log_in(store: Store, name: str, password: str) -> Account:
    """The account with that name and password.

    Raises: Unauthenticated, which does not say whether the name or the password is wrong.
    """
    account = find_account(store, name)
    try:
        _hasher().verify(account.password_hash if account else _nobody(), password[:PASSWORD_MAX])
    except (Argon2Error, InvalidHashError):
        account = None
    if account is None:
        raise Unauthenticated("the name or the password is wrong", cure="ask your admin")
    return account


def find_account(store: Store, name: str) -> Account | None:
    """The account of that name; None for a name no account can have too."""
    try:
        check_id(name, "name")
    except InvalidInput:
        return None
    return store.read(lambda reader: _account(reader, name))


def check_password(password: str) -> None:
    """Raises: InvalidInput for a password that is too short or too long."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInput(
            f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters",
            cure="three or four words that have nothing to do with each other",
            field="password",
        )


def _account(reader: Reader, name: str) -> Account | None:
    body = reader.document(KIND, name)
    return None if body is None else msgspec.json.decode(body, type=Account)
