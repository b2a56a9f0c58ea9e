"""Clients that plan as they please, a server, and what must hold after each step.

Every invariant is checked against a ledger that is kept from the answers as the server makes them,
whether or not they arrive.
"""

import random
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from openline.airspace.entity import IntentState
from openline.airspace.reference import IntentReference, Subscription, UssAvailability
from openline.app.caller import Caller
from openline.app.dss.attach import Attachment, NewSubscription
from openline.app.dss.availability import set_availability
from openline.app.dss.delete_intent import delete_intent
from openline.app.dss.put_intent import PutIntent, put_intent
from openline.app.services import Services
from openline.errors import MissingOvns, OpenlineError
from openline.store.ports import Store
from tests.simulation.network import Network
from tests.simulation.places import Plan, any_plan, meet

SCOPES = frozenset(
    {
        "utm.strategic_coordination",
        "utm.conformance_monitoring_sa",
        "utm.availability_arbitration",
    }
)
URL = "https://uss.example"
CLIENTS = 4
INTENTS_EACH = 3


@dataclass(slots=True)
class Ledger:
    """What the server has said that it did."""

    intents: dict[str, IntentReference] = field(default_factory=dict)
    plans: dict[str, tuple[Plan, ...]] = field(default_factory=dict)
    ovns: set[str] = field(default_factory=set)
    indices: dict[str, int] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    written: int = 0
    refused: int = 0

    def lacking(self, request: PutIntent, plans: tuple[Plan, ...]) -> list[str]:
        """Intents that truly meet the plans and whose OVN the key does not name."""
        return [
            other.id
            for other in self.intents.values()
            if other.id != request.id
            and other.ovn not in request.key
            and not (other.state is IntentState.ACCEPTED and other.manager in self.down)
            and any(meet(a, b) for a in plans for b in self.plans[other.id])
        ]


@dataclass(slots=True)
class Client:
    """A USS: what it believes of its own intents, and the OVNs it has heard of."""

    name: str
    known: dict[str, tuple[str, IntentState, tuple[Plan, ...]]] = field(default_factory=dict)
    heard: dict[str, None] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        """How it appears at the server."""
        return Caller(self.name, SCOPES)

    def hear(self, ovns: list[str]) -> None:
        """Learn the OVNs of others."""
        self.heard.update(dict.fromkeys(ovns))


class World:
    """One server, some clients, one seed."""

    def __init__(self, seed: int, store: Store) -> None:
        self.chance = random.Random(seed)
        self.network = Network(self.chance)
        self.services = Services(store, self.network, new_id=self._new_id)
        self.ledger = Ledger()
        self.clients = [Client(f"uss-{number}") for number in range(CLIENTS)]
        self._ids = [[str(self._new_id()) for _ in range(INTENTS_EACH)] for _ in self.clients]
        for number in range(CLIENTS):
            self._wake(number)

    def run(self, steps: int) -> None:
        """Deliver so many messages, checking all that must hold after each."""
        for _ in range(steps):
            if not self.network.step():
                return
            self.check_intents()

    def _new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _wake(self, number: int) -> None:
        """A client does something, and will do so again."""
        pause = timedelta(seconds=1 + 20 * self.chance.random())
        self.network.after(pause, lambda: self._wake(number))
        client = self.clients[number]
        intent_id = self.chance.choice(self._ids[number])
        draw = self.chance.random()
        if draw < 0.04:
            self._send_availability(client)
        elif draw < 0.16 and intent_id in client.known:
            self._send_delete(client, intent_id)
        else:
            self._send_put(client, intent_id)

    def _send_put(self, client: Client, intent_id: str) -> None:
        now = self.network.now()
        ovn, state, plans = client.known.get(intent_id, (None, IntentState.ACCEPTED, ()))
        if ovn is None or self.chance.random() < 0.6:
            plans = tuple(any_plan(self.chance, now) for _ in range(self.chance.randrange(1, 4)))
        if ovn is not None and self.chance.random() < 0.5:
            state = self.chance.choice(list(IntentState))
        attachment = Attachment()
        if state is not IntentState.ACCEPTED or self.chance.random() < 0.5:
            attachment = Attachment(new=NewSubscription(URL, notify_for_constraints=False))
        key = frozenset(known for known in client.heard if self.chance.random() < 0.97)
        extents = tuple(plan.extent() for plan in plans)
        request = PutIntent(intent_id, ovn, state, URL, extents, key, attachment)
        self.network.send(lambda: self._serve_put(client, request, plans))

    def _serve_put(self, client: Client, request: PutIntent, plans: tuple[Plan, ...]) -> None:
        before = self.ledger.intents.get(request.id)
        now = self.network.now()
        outcome = _outcome(lambda: put_intent(self.services, client.caller, request, now))
        if isinstance(outcome, OpenlineError):
            self.ledger.refused += 1
            if isinstance(outcome, MissingOvns):
                missing: Any = outcome.facts["intents"]
                self.network.send(lambda: client.hear([intent.ovn for intent in missing]))
            return
        intent = outcome.intent
        if request.state.requires_key():
            assert self.ledger.lacking(request, plans) == [], "a write slipped past a key"
        assert intent.ovn not in self.ledger.ovns, "an OVN was used twice"
        assert intent.version == (before.version + 1 if before else 1), "a version was left out"
        assert (request.ovn is None) == (before is None), "a creation replaced an intent"
        self._count(outcome.subscribers)
        self.ledger.ovns.add(intent.ovn)
        self.ledger.intents[intent.id], self.ledger.plans[intent.id] = intent, plans
        self.ledger.written += 1
        answer = (intent.ovn, intent.state, plans)
        self.network.send(lambda: client.known.__setitem__(intent.id, answer))

    def _send_delete(self, client: Client, intent_id: str) -> None:
        ovn = client.known[intent_id][0]
        self.network.send(lambda: self._serve_delete(client, intent_id, ovn))

    def _serve_delete(self, client: Client, intent_id: str, ovn: str) -> None:
        now = self.network.now()
        outcome = _outcome(lambda: delete_intent(self.services, client.caller, intent_id, ovn, now))
        if isinstance(outcome, OpenlineError):
            self.ledger.refused += 1
            return
        assert self.ledger.intents[intent_id].ovn == ovn, "a delete by an old OVN"
        self._count(outcome.subscribers)
        del self.ledger.intents[intent_id], self.ledger.plans[intent_id]
        self.ledger.written += 1
        self.network.send(lambda: client.known.pop(intent_id, None))

    def _send_availability(self, client: Client) -> None:
        state = self.chance.choice(list(UssAvailability))
        self.network.send(lambda: self._serve_availability(client, state))

    def _serve_availability(self, client: Client, state: UssAvailability) -> None:
        known = self.services.store.read(lambda reader: reader.availability(client.name))
        version, now = known.version if known else "", self.network.now()
        outcome = _outcome(
            lambda: set_availability(self.services, client.caller, client.name, state, version, now)
        )
        assert not isinstance(outcome, OpenlineError), outcome
        self.ledger.down.discard(client.name)
        if state is UssAvailability.DOWN:
            self.ledger.down.add(client.name)

    def _count(self, subscribers: list[Subscription]) -> None:
        for subscription in subscribers:
            last = self.ledger.indices.get(subscription.id, -1)
            assert subscription.notification_index > last, "an index did not grow"
            self.ledger.indices[subscription.id] = subscription.notification_index

    def check_intents(self) -> None:
        """What the server said it did is what it holds, no more and no less."""
        ids = [one for some in self._ids for one in some]
        held = self.services.store.read(lambda reader: [reader.intent(one) for one in ids])
        expected = [self.ledger.intents.get(one) for one in ids]
        assert held == expected, "an acknowledged change was lost or invented"

    def check_subscriptions(self) -> None:
        """Each subscription an intent names is there; none made for one outlives the last."""
        named = {i.subscription_id for i in self.ledger.intents.values() if i.subscription_id}
        for one in named:
            assert self.services.store.read(lambda reader, one=one: reader.subscription(one))
        extents = [
            replace(plan.extent(), altitude_lower_m=None, altitude_upper_m=None)
            for plans in self.ledger.plans.values()
            for plan in plans
        ]
        found = self.services.store.read(lambda reader: reader.subscriptions_matching(extents))
        assert {one.id for one in found if one.implicit} <= named


def _outcome(call: Callable[[], "Future[Any]"]) -> Any:
    """What a use case answered: its result or its error."""
    try:
        return call().result(timeout=30)
    except OpenlineError as error:
        return error
