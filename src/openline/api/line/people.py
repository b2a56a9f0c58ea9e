"""People: logging in and their accounts."""

from concurrent.futures import Future
from typing import Any, Final

from openline.api.line import wire
from openline.api.line.call import ADMINS, PREFIX, caller_party
from openline.api.line.sessions import Sessions
from openline.api.operation import Call, Later, Operation
from openline.app.line.accounts import Account, accounts, find_account, put_account, remove_account
from openline.errors import PermissionDenied

_ACCOUNTS: Final = f"{PREFIX}/accounts"


def operations(sessions: Sessions) -> tuple[Operation, ...]:
    """Logging in, renewing, and the accounts of the caller's own party."""
    return (
        Operation(
            name="logIn",
            method="POST",
            path=f"{PREFIX}/login",
            summary="A token for a person with a local account",
            handler=lambda call: sessions.begin(call.services, call.body, call.now),
            scopes=None,
            request=wire.LogIn,
            response=wire.Session,
            errors=(401, 429),
        ),
        Operation(
            name="renewSession",
            method="POST",
            path=f"{PREFIX}/session",
            summary="A new token for a person who is logged in and whose account still stands",
            handler=lambda call: sessions.renew(call.services, call.caller, call.now),
            scopes=(),
            response=wire.Session,
        ),
        *_ACCOUNT_OPERATIONS,
    )


def _list(call: Call) -> wire.Accounts:
    party = caller_party(call)
    return wire.Accounts(
        [_shown(one) for one in accounts(call.services.store) if one.party == party]
    )


def _put(call: Call) -> Later:
    body: wire.PutAccount = call.body
    name = call.path["user"]
    _require_own(call, name, body.party)
    by = call.caller.officer or call.caller.sub
    future: Future[Any] = put_account(
        call.services.store, by, name, body.party, body.role, body.password, call.now
    )
    return Later(future, _shown)


def _remove(call: Call) -> Later:
    name = call.path["user"]
    _require_own(call, name, caller_party(call))
    by = call.caller.officer or call.caller.sub
    return Later(remove_account(call.services.store, by, name, call.now), lambda _none: _list(call))


def _require_own(call: Call, name: str, party: str) -> None:
    """Raises: PermissionDenied for an account of another party, as it is or as it would be."""
    own = caller_party(call)
    taken = find_account(call.services.store, name)
    if party != own or (taken is not None and taken.party != own):
        raise PermissionDenied("an admin changes the accounts of its own party alone")


def _shown(account: Account) -> wire.Account:
    return wire.Account(account.name, account.party, account.role)


_ACCOUNT_OPERATIONS: Final = (
    Operation(
        name="listAccounts",
        method="GET",
        path=_ACCOUNTS,
        summary="The accounts of the caller's party",
        handler=_list,
        scopes=ADMINS,
        response=wire.Accounts,
        errors=(404,),
    ),
    Operation(
        name="putAccount",
        method="PUT",
        path=f"{_ACCOUNTS}/{{user}}",
        summary="Add or change an account of the caller's party",
        handler=_put,
        scopes=ADMINS,
        request=wire.PutAccount,
        response=wire.Account,
        errors=(400, 404),
    ),
    Operation(
        name="removeAccount",
        method="DELETE",
        path=f"{_ACCOUNTS}/{{user}}",
        summary="Remove an account of the caller's party",
        handler=_remove,
        scopes=ADMINS,
        response=wire.Accounts,
        errors=(400, 404),
    ),
)
