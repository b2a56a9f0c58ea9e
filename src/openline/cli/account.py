"""`openline account`: the people of a line, while its server does not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from openline.store.ports import Store

_ROLES = ("watch", "file", "duty", "admin")
_db = click.option("--db", metavar="PATH|ADDRESS", help="The store. Else as in the settings here.")


@click.group("account", short_help="Add, list and remove the people of a line.")
def account() -> None:
    """Add, list and remove the people who may log in to a line.

    A role may do what those before it may: watch reads, file files notices, duty is the duty
    officer, admin looks after the accounts of its party. A file has one writer: stop the server
    first, or let an admin do it over HTTP.
    """


@account.command("add")
@click.argument("user")
@click.option("--party", required=True, metavar="ID", help="The party that the person acts for.")
@click.option("--role", type=click.Choice(_ROLES), default="duty", show_default=True)
@click.option(
    "--password-file",
    type=click.File("r"),
    metavar="FILE",
    help="Read the password from the first line; `-` is standard input. Else it is asked for.",
)
@_db
def add(user: str, party: str, role: str, password_file: Any, db: str | None) -> None:
    """Add USER, or change party, role and password of one who is there."""
    from datetime import UTC, datetime

    from openline.app.line.accounts import check_password, put_account
    from openline.app.line.roles import Role

    if password_file is not None:
        password = password_file.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    check_password(password)
    with _opened(db) as store:
        now = datetime.now(UTC)
        put_account(store, "openline", user, party, Role(role), password, now).result()
    click.echo(f"{user} acts for {party} as {role}")


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON on standard output.")
@_db
def list_(as_json: bool, db: str | None) -> None:
    """List every account."""
    from openline.app.line.accounts import accounts
    from openline.cli.output import printable
    from openline.formats.json_text import encode

    with _opened(db) as store:
        found = accounts(store)
    if as_json:
        rows = [{"user": one.name, "party": one.party, "role": one.role.value} for one in found]
        click.echo(encode({"accounts": rows}))
        return
    if not found:
        click.echo("There is no account. Add one: openline account add NAME --party ID", err=True)
    for one in found:
        click.echo(f"{printable(one.name):24} {printable(one.party):24} {one.role}")


@account.command("remove")
@click.argument("user")
@_db
def remove(user: str, db: str | None) -> None:
    """Remove USER. A session that runs ends within the hour."""
    from datetime import UTC, datetime

    from openline.app.line.accounts import remove_account

    with _opened(db) as store:
        remove_account(store, "openline", user, datetime.now(UTC)).result()
    click.echo(f"{user} was removed")


@contextmanager
def _opened(db: str | None) -> "Iterator[Store]":
    """The store, closed afterwards."""
    from openline.cli.settings import read_settings
    from openline.wiring import open_store

    store = open_store(db or read_settings({}, None).text("db"))
    try:
        yield store
    finally:
        store.close()
