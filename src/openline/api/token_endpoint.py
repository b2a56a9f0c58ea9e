"""`/token`: tokens for anybody who asks. Only with `--dev`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from openline.api.auth.issuer import LIFETIME_S, TokenIssuer
from openline.clock import Clock
from openline.errors import InvalidInput
from openline.limits import PARTY_NAME_MAX, TOKEN_BYTES_MAX

PATH: Final = "/token"
_FIELDS_MAX: Final = 20
_TEXT_MAX: Final = TOKEN_BYTES_MAX // 4  # so that the token stays small enough to be taken


@dataclass(frozen=True, slots=True)
class Asked:
    """What a token is asked for; an audience of None is the server's first one.

    party: for whom `sub`, then a person, acts.
    """

    sub: str
    scopes: tuple[str, ...]
    audience: str | None
    party: str | None = None


def token_route(issuer: TokenIssuer, clock: Clock, audience: str) -> Route:
    """The route: fields `sub`, `scope`, `intended_audience`, `party`, in the query or a form."""

    async def token(request: Request) -> Response:
        fields = await _fields(request)
        try:
            asked = read_asked(fields.get)
        except InvalidInput as error:
            return JSONResponse({"message": str(error)}, 400)
        text = issuer.token(
            asked.sub,
            asked.scopes,
            asked.audience or audience,
            clock.now().timestamp(),
            LIFETIME_S,
            asked.party,
        )
        answer = {"access_token": text, "token_type": "Bearer", "expires_in": LIFETIME_S}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return Route(PATH, token, methods=["GET", "POST"])


def read_asked(field: Callable[[str], str | None]) -> Asked:
    """The fields, checked. Raises: InvalidInput naming the field."""
    sub = (field("sub") or "").strip()
    if not sub or len(sub) > PARTY_NAME_MAX or not sub.isprintable():
        raise InvalidInput("there is no party's name", cure="give sub=NAME", field="sub")
    scope = field("scope") or ""
    audience = (field("intended_audience") or "").strip() or None
    for name, text in (("scope", scope), ("intended_audience", audience or "")):
        if len(text) > _TEXT_MAX or not text.isprintable():
            raise InvalidInput(f"more than {_TEXT_MAX} characters, or odd ones", field=name)
    party = (field("party") or "").strip() or None
    if party is not None and (len(party) > PARTY_NAME_MAX or not party.isprintable()):
        raise InvalidInput("this is no party's name", field="party")
    return Asked(sub, tuple(scope.split()), audience, party)


async def _fields(request: Request) -> dict[str, str]:
    fields = dict(request.query_params)
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", "replace")
        try:
            fields |= dict(parse_qsl(body, max_num_fields=_FIELDS_MAX))
        except ValueError:  # too many fields
            return fields
    return fields
