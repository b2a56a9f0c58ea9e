"""Who carries to peers: for each peer threads of their own, so that none holds up another.

One thread sends what there is, one sends URGENT and nothing else, and one waits at the peer for
what that one has for us as long as it cannot reach us itself. A peer that does not answer is tried
again after a wait that doubles, up to LAST_WAIT_S, with some spread so that many do not come at
once. Waits are those of the server's clock, which a demo runs faster than time.
"""

import http.client
import logging
import random
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from openline.app.line.alert_turns import end_turn, take_turn
from openline.app.peer.ahead import Ahead
from openline.app.peer.link import Answered, Link
from openline.app.peer.peering import Peering
from openline.clock import REAL_TIME, Pace
from openline.errors import OpenlineError, StoreUnavailable, Unreachable
from openline.formats.peer_exchange import BODY_BYTES_MAX, HEADER, WAIT_MAX_S

_LOG: Final = logging.getLogger("openline.peer")
IDLE_S: Final = 15.0  # without a reason, an exchange says that both are there
SOON_S: Final = 0.1  # until the peer hears what became of its messages, if nothing else is sent
HEADS_EVERY_S: Final = 60.0
SEALED_S: Final = 0.3
NEWS_S: Final = 2.0  # until the peer hears which numbers were for others
FIRST_WAIT_S: Final = 0.25
LAST_WAIT_S: Final = 15.0
REFRESH_S: Final = 1.0
_STEP_S: Final = 5.0  # for one step: a connection, a part of an answer
_DEADLINE_S: Final = 12.0
_PART: Final = 65_536
_LOOK_S: Final = 0.25
_LEAST_S: Final = 0.25  # real time between exchanges without a reason, however fast a clock runs
_LOOK_LEAST_S: Final = 0.05
_TURN: Final = timedelta(seconds=6)  # two that carry at once cost exchanges, and nothing else
_RENEW_S: Final = _TURN.total_seconds() / 4


def _place(party: str) -> str:
    return f"peer/{party}"


class Road:
    """A way to one address: a connection that is kept. For one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self._host, self._port = parts.hostname or "", parts.port
        self._secure = parts.scheme == "https"
        self._prefix = parts.path.rstrip("/")
        self._link: http.client.HTTPConnection | None = None

    def send(self, path: str, header: str, body: bytes) -> Answered:
        """Post it, and read the answer. Raises: Unreachable."""
        fresh = self._link is None
        try:
            return self._send(path, header, body)
        except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError) as error:
            self.close()
            if fresh:
                raise self._unreachable(error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._unreachable(error) from None
        try:  # a connection that was kept had ended meanwhile
            return self._send(path, header, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise self._unreachable(error) from None

    def close(self) -> None:
        """Give the connection up."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _send(self, path: str, header: str, body: bytes) -> Answered:
        link = self._link = self._link or self._connection()
        ends_s = time.monotonic() + _DEADLINE_S
        headers = {HEADER: header, "Content-Type": "application/json", "User-Agent": "openline"}
        if link.sock is not None:
            link.sock.settimeout(_STEP_S)
        link.request("POST", self._prefix + path, body, headers)
        assert link.sock is not None
        link.sock.settimeout(_STEP_S + WAIT_MAX_S)
        answer = link.getresponse()
        parts, size = [], 0
        while part := answer.read(_PART):
            parts.append(part)
            size += len(part)
            if size > BODY_BYTES_MAX or time.monotonic() > ends_s:
                raise ValueError("the answer does not end")
        if answer.length:
            raise ValueError("the answer was cut off")
        if answer.will_close:
            self.close()
        return Answered(answer.status, answer.headers.get(HEADER), b"".join(parts))

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=_STEP_S)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=_STEP_S, context=context)

    def _unreachable(self, error: Exception) -> Unreachable:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        return Unreachable(f"{self.url} does not answer: {words}")


class Lane:
    """One thread of one link. work: one exchange; whether there may be more at once. pace: of the
    clock, which stands during an exchange if it can."""

    def __init__(
        self,
        link: Link,
        name: str,
        work: Callable[[Road], bool],
        pause_s: Callable[[], float],
        pace: Pace = REAL_TIME,
    ) -> None:
        self.link = link
        self._pace = pace
        self._name = name
        self._work = work
        self._pause_s = pause_s
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"peer-{link.peer.party}-{name}", daemon=True
        )
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End after what is on its way."""
        self._stopping.set()
        self._wake.set()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        road: Road | None = None
        wait_s = FIRST_WAIT_S
        while not self._stopping.is_set():
            peer = self.link.peer
            if peer.paused or peer.url is None:
                self._stopping.wait(REFRESH_S)
                continue
            if road is None or road.url != peer.url:
                road = Road(peer.url)
            self._wake.clear()
            try:
                with self._pace.hold():
                    more = self._work(road)
            except Unreachable as error:
                if wait_s == FIRST_WAIT_S:
                    _LOG.warning("%s", error)
                self._rest(self._pace.wait_s(wait_s * (0.5 + random.random())))
                wait_s = min(2 * wait_s, LAST_WAIT_S)
                continue
            except (StoreUnavailable, OpenlineError) as error:
                _LOG.warning("the exchange with %s waits: %s", peer.party, error)
                self._stopping.wait(1.0)
                continue
            except Exception:  # a fault here must not end the exchange for good
                _LOG.exception("fault in the exchange with %s", peer.party)
                self._stopping.wait(LAST_WAIT_S)
                continue
            wait_s = FIRST_WAIT_S
            if not more:
                self._wake.wait(self._pace.wait_s(self._pause_s(), _LOOK_LEAST_S))
        if road is not None:
            road.close()

    def _rest(self, wait_s: float) -> None:
        """Wait before another try; less long if the peer is heard meanwhile."""
        heard, ends_s = self.link.requests, time.monotonic() + wait_s
        while (left_s := ends_s - time.monotonic()) > 0 and heard == self.link.requests:
            if self._stopping.wait(min(_LOOK_S, left_s)):
                return


class Carriers:
    """All lanes of a server's peering; `start` and `stop` from one thread."""

    def __init__(self, peering: Peering, *, alone: bool = True, pace: Pace = REAL_TIME) -> None:
        self.peering = peering
        self._pace = pace
        self._alone = alone
        self._holder = secrets.token_hex(16)
        self._turns: dict[str, float] = {}  # since when a turn is held
        self._lanes: dict[str, list[Lane]] = {}
        self._links: dict[str, Link] = {}

    def start(self) -> None:
        """Carry from now on."""
        self.peering.line.watchers.append(self._wake)
        self.refresh()

    def refresh(self) -> None:
        """Take the peers as they are now. Raises: StoreUnavailable."""
        self.peering.refresh()
        links = {
            link.peer.party: link for link in self.peering.links if self._has_turn(link.peer.party)
        }
        for party in [name for name, link in self._links.items() if links.get(name) is not link]:
            for lane in self._lanes.pop(party):
                lane.stop()
            del self._links[party]
        for party, link in links.items():
            if party not in self._links:
                if not self._alone:
                    link.begin_again()  # another process went on meanwhile
                self._links[party] = link
                self._lanes[party] = self._lanes_of(link)
        for link in self.peering.links:
            if link.peer.party not in links:
                link.keep_up()

    def carried(self) -> list[str]:
        """The parties whose servers this process carries to."""
        return sorted(self._links)

    def stop(self) -> None:
        """End every lane, and keep how far every peer is."""
        lanes = [lane for some in self._lanes.values() for lane in some]
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.join(1.0)
        self.peering.note()
        line = self.peering.line
        for party in () if self._alone else self._turns:
            with suppress(OpenlineError):
                end_turn(line.store, _place(party), self._holder, line.clock.now())

    def _has_turn(self, party: str) -> bool:
        """Whether this process carries to that peer: of several on one store one does."""
        now_s = self.peering.ticks()
        if self._alone or now_s - self._turns.get(party, float("-inf")) < _RENEW_S:
            return True
        line = self.peering.line
        now = line.clock.now()
        taken = take_turn(line.store, _place(party), self._holder, now, lasts=_TURN).result()
        if taken is None:
            self._turns.pop(party, None)
            return False
        self._turns[party] = now_s
        return True

    def _wake(self) -> None:
        for lanes in tuple(self._lanes.values()):
            for lane in lanes:
                lane.wake()

    def _lanes_of(self, link: Link) -> list[Lane]:
        ticks, pace = self.peering.ticks, self._pace
        ahead = Ahead()
        last_s, shown_s, seen_urgent = [float("-inf")], [float("-inf")], [0]

        def work(road: Road) -> bool:
            now_s = ticks()
            since_s = now_s - last_s[0]
            due = (
                link.owes or since_s >= pace.wait_s(IDLE_S, _LEAST_S) or link.outbox.has_more(now_s)
            )
            due = due or (since_s >= pace.wait_s(NEWS_S, _LEAST_S) and link.has_news())
            if not due:
                return False
            last_s[0] = now_s
            return link.exchange(road.send, now_s, ahead=ahead)

        def urgent(road: Road) -> bool:
            return link.exchange(road.send, ticks(), urgent=True)

        def poll(road: Road) -> bool:
            if link.peer_reaches or not link.reaches(ticks()):
                return False
            link.exchange(road.send, ticks(), wait_s=WAIT_MAX_S)
            return True

        def heads(road: Road) -> bool:
            urgent_now = link.urgent_count
            due = ticks() - shown_s[0] >= pace.wait_s(HEADS_EVERY_S, 2 * _LEAST_S)
            if not due and urgent_now == seen_urgent[0]:
                return False
            if not due:
                time.sleep(SEALED_S)  # so that it is under the head that is shown
            link.show_heads(road.send)
            shown_s[0], seen_urgent[0] = ticks(), urgent_now
            return False

        def pause_s() -> float:
            if link.owes:
                return SOON_S
            again_s = link.outbox.next_again_s()
            if link.has_news():
                return NEWS_S
            return IDLE_S if again_s is None else min(IDLE_S, max(0.1, again_s - ticks()))

        return [
            Lane(link, "send", work, pause_s, pace),
            Lane(link, "urgent", urgent, lambda: IDLE_S, pace),
            Lane(link, "poll", poll, lambda: REFRESH_S),  # what waits at the peer holds no clock
            Lane(link, "heads", heads, lambda: REFRESH_S, pace),
        ]
