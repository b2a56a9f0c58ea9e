"""What every use case of the server is given: the store, the clock, the settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from openline.app.line.services import LineServices
from openline.app.peer.peering import Peering
from openline.app.private.desk import PrivateDesk
from openline.app.private.service import PrivateService
from openline.app.random_ids import RandomIds
from openline.app.seal_record import Sealer
from openline.app.sky.conformance import SkyConformance
from openline.app.sky.service import SkyService
from openline.clock import Clock
from openline.store.ports import Store


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator of the server decides about its answers.

    allow_http_base_urls: accept `http://` addresses of a USS, for tests on one machine.
    expiry_grace: how long a reference stays after its end before the server removes it.
    airspace_id: what the airspace representation of this store is called (`dar_id`).
    """

    allow_http_base_urls: bool = False
    expiry_grace: timedelta = timedelta(days=112)
    airspace_id: str = "openline"


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts as the use cases see them. `new_id` is the only source of chance.

    line: the parts of a line, if this server carries one. record: who seals the record, if a key
    for it is known. sky: the live traffic, if this process follows it. conformance: the
    sky beside the line, if there are both. peering: the exchange with servers of other parties.
    private: who answers private checks, if this server does; private_desk: who asks for people.
    """

    store: Store
    clock: Clock
    settings: Settings = field(default_factory=Settings)
    new_id: Callable[[], UUID] = field(default_factory=RandomIds)
    line: LineServices | None = None
    record: Sealer | None = None
    sky: SkyService | None = None
    conformance: SkyConformance | None = None
    peering: Peering | None = None
    private: PrivateService | None = None
    private_desk: PrivateDesk | None = None
