"""What clients of a discovery service ask besides: its version, their token, the pool.

`/aux/v1` and `/versions`, as the field's reference server has them. A server that stands alone has
no other instances and no certificates to show, so those calls are left out.
"""

from importlib.metadata import version
from typing import Final

from msgspec import Struct

from openline.api.operation import Call, Operation
from openline.errors import PermissionDenied

_RID_READ: Final = "dss.read.identification_service_areas"
_RID_WRITE: Final = "dss.write.identification_service_areas"
_POOL_READ: Final = "interuss.pool_status.read"
_VERSIONS_READ: Final = "interuss.versioning.read_system_versions"

VERSION: Final = f"openline/v{version('openline')}"


class VersionResponse(Struct):
    """The version of this server."""

    version: str


class ValidateOauthResponse(Struct):
    """Nothing: the token is good."""


class PoolResponse(Struct):
    """Which airspace representation this server answers for."""

    dar_id: str


class GetVersionResponse(Struct):
    """The version of a system."""

    system_identity: str
    system_version: str


def _version(_call: Call) -> object:
    return VersionResponse(VERSION)


def _validate_oauth(call: Call) -> object:
    owner = call.query.get("owner")
    if owner is not None and owner != call.caller.sub:
        raise PermissionDenied(f"the token is of {call.caller.sub!r}, not of the owner given")
    return ValidateOauthResponse()


def _pool(call: Call) -> object:
    return PoolResponse(call.services.settings.airspace_id)


def _system_version(call: Call) -> object:
    return GetVersionResponse(call.path["system_identity"], VERSION)


OPERATIONS: Final = (
    Operation(
        name="getVersion",
        method="GET",
        path="/aux/v1/version",
        summary="The version of this server; no token needed",
        handler=_version,
        scopes=None,
        response=VersionResponse,
    ),
    Operation(
        name="validateOauth",
        method="GET",
        path="/aux/v1/validate_oauth",
        summary="Whether the token is good, and of that owner",
        handler=_validate_oauth,
        scopes=(frozenset({_RID_READ}), frozenset({_RID_WRITE})),
        response=ValidateOauthResponse,
        query={"owner": "the party that the token should be of"},
    ),
    Operation(
        name="getPool",
        method="GET",
        path="/aux/v1/pool",
        summary="The airspace representation that this server answers for",
        handler=_pool,
        scopes=(frozenset({_POOL_READ}),),
        response=PoolResponse,
    ),
    Operation(
        name="getSystemVersion",
        method="GET",
        path="/versions/{system_identity}",
        summary="The version of this server under the name of a system",
        handler=_system_version,
        scopes=(frozenset({_VERSIONS_READ}),),
        response=GetVersionResponse,
    ),
)
