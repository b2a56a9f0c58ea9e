"""Plays the acts one after the other against a server, and keeps its sky full."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import ge
from typing import Final

from openline.api.demo import ActShown
from openline.client.transport import Transport
from openline.demo.act import Act
from openline.demo.clock import PacedClock
from openline.demo.region import OFFICERS, START
from openline.demo.scene import ActCut, Scene, Stopped
from openline.demo.site import Sites
from openline.demo.sky import Sky
from openline.demo.telling import Teller
from openline.errors import LimitExceeded, OpenlineError, StoreUnavailable, Unreachable
from openline.formats.instants import format_instant

POST_EVERY_S: Final = 0.25  # real time
SKY_STEP_S: Final = 5.0  # between positions, by the clock of the demo, where the sky matters
SKY_SPEED_MAX: Final = 80.0
AFTERWARDS_SPEED: Final = 1.0
_PARTS: Final = 2  # of the background: each part is sent with every second post, or less often
_START_S: Final = 60.0
_BLINK_S: Final = 0.001
_LEAST_S: Final = 0.005
STEP_S: Final = 2.0  # by the clock of the demo
TICK_S: Final = 20.0
_AUDIENCE_S: Final = 60.0
_GLANCE_S: Final = 0.1
_ENDING_S: Final = 10.0  # longer than a server takes to end, which is not the fault of an act
_LOOK_S: Final = 10.0  # longer than a look takes: then the story goes on without it
_FIRST_OFFICER: Final = {one.party: one.user for one in reversed(OFFICERS) if one.role == "duty"}


class Player:
    """Plays in a thread of its own. `fault` is what ended it, if something did.

    teller: hears the story. ended: called when it ends by itself, after a fault.
    """

    def __init__(
        self,
        sites: Sites,
        clock: PacedClock,
        acts: Sequence[Act],
        seed: int,
        teller: Teller,
        ended: Callable[[], None],
    ) -> None:
        self.fault: Exception | None = None
        self.scene: Scene | None = None
        self._sites = sites
        self._clock = clock
        self._acts = acts
        self._seed = seed
        self._teller = teller
        self._ended = ended
        self._sky = Sky(seed)
        self._speed = clock.speed
        self._stop = threading.Event()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._next_post = START
        self._next_tick = START
        self._part = 0
        self._careful = False
        self._looks = [-1] * len(sites.all)
        for site in sites.all:
            site.board.acts = [_shown(number, act) for number, act in enumerate(acts, 1)]

    def start(self) -> None:
        """Begin, as soon as the servers answer."""
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30.0)

    def wait_played(self, timeout_s: float) -> bool:
        """Wait until all acts were played; whether they were."""
        return self._done.wait(timeout_s)

    def _run(self) -> None:
        try:
            self._play()
        except Stopped:
            pass
        except Exception as error:  # told by whoever started it
            if not self._stop.is_set():
                self.fault = error
                self._ended()
        finally:
            self._done.set()
            if self.scene is not None:
                self.scene.close()

    def _play(self) -> None:
        for site in self._sites.all:
            self._wait_for_server(site.url)
        scene = self.scene = Scene(
            self._sites,
            self._clock,
            self._seed,
            self._advance,
            self._teller,
            self._sky,
            self._rest,
            self._settle,
        )
        self._wait_for_audience()
        for number, act in enumerate(self._acts, 1):
            self._careful = self._careful and act.sky
            self._advance(START + timedelta(minutes=act.minute))
            self._careful = act.sky
            scene.begin(number, act.name)
            try:
                act.play(scene)
            except (OpenlineError, ActCut) as error:
                if self._is_ending(error):
                    raise Stopped from None
                scene.miss(error)
            scene.end()
        for site in self._sites.all:
            site.board.playing = False
            site.board.speed = AFTERWARDS_SPEED
        self._speed = AFTERWARDS_SPEED
        self._clock.allow(self._clock.now(), AFTERWARDS_SPEED)
        self._teller.over(self._clock.now())
        self._done.set()
        while True:
            self._advance(self._clock.now() + timedelta(hours=1))

    def _is_ending(self, error: OpenlineError | ActCut) -> bool:
        """Whether this is what the end of the demo looks like: the server goes first."""
        gone = isinstance(error, Unreachable | StoreUnavailable)
        return self._stop.wait(_ENDING_S if gone else 0.0)

    def _wait_for_audience(self) -> None:
        """Let the clock stand until somebody has logged in on a page, but not for ever; a demo that
        is to wait for nobody begins at once. Raises: Stopped."""
        until_s = time.monotonic() + _AUDIENCE_S
        while any(site.board.waiting for site in self._sites.all) and time.monotonic() < until_s:
            self._rest(_GLANCE_S)
        for site in self._sites.all:
            site.board.waiting = False

    def _rest(self, seconds: float) -> None:
        """Let real time pass while the clock stands. Raises: Stopped."""
        if self._stop.wait(seconds):
            raise Stopped

    def _advance(self, until: datetime) -> None:
        """Let the clock run to an instant, and send positions meanwhile. Raises: Stopped."""
        while True:
            self._settle()
            target = min(until, self._next_post, self._next_step())
            speed = min(self._speed, SKY_SPEED_MAX) if self._careful else self._speed
            self._clock.allow(target, speed)
            while self._clock.now() < target:
                if self._stop.wait(min(max(self._clock.real_s_to(target), _BLINK_S), 0.5)):
                    raise Stopped
            if self._stop.is_set():
                raise Stopped
            if target == self._next_post:
                self._next_post = target + timedelta(seconds=self._step_s())
                if self._careful:
                    self._wait_for_look()
                self._clock.allow(min(until, self._next_post, self._next_step()))  # meanwhile
                self._post(target)
            if target >= until:
                return

    def _next_step(self) -> datetime:
        """How far the clock may run before it is looked at whether all has arrived: less far than
        a machine's check of the line may be old."""
        if not self._sites.are_several or self._speed == AFTERWARDS_SPEED:
            return datetime.max.replace(tzinfo=UTC)
        return self._clock.now() + timedelta(seconds=STEP_S)

    def _settle(self) -> None:
        """Hold the clock until each server has what the others said to it, and now and then until
        all have looked at what is due. Raises: Stopped."""
        if not self._sites.are_several:
            return
        self._until(self._sites.are_settled)
        now = self._clock.now()
        if now >= self._next_tick:
            boards = [site.board for site in self._sites.all]
            after = [one.ticks + 2 for one in boards]  # the first may have begun before now
            self._until(lambda: all(map(ge, (one.ticks for one in boards), after)))
            self._until(self._sites.are_settled)
            self._next_tick = now + timedelta(seconds=TICK_S)

    def _wait_for_look(self) -> None:
        """Hold the clock until all servers looked at what was sent last. Raises: Stopped."""
        before = list(zip(self._sites.all, self._looks, strict=True))
        self._until(lambda: all(site.board.looks != looks for site, looks in before))

    def _until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it is so, for a while: then the story goes on without. Raises: Stopped."""
        until_s = time.monotonic() + _LOOK_S
        while not is_so() and time.monotonic() < until_s:
            if self._stop.wait(_LEAST_S):
                raise Stopped

    def _step_s(self) -> float:
        """Between two posts, by the clock of the demo: often enough that no feed is late by it."""
        step_s = self._speed * POST_EVERY_S
        is_shown = self._careful or self._speed <= SKY_SPEED_MAX
        return min(step_s, SKY_STEP_S) if is_shown else step_s

    def _parts(self) -> int:
        """Of the background: the more often is posted, the less of it at a time."""
        if self._careful:
            return _PARTS
        return max(_PARTS, round(_PARTS * self._speed * POST_EVERY_S / self._step_s()))

    def _post(self, now: datetime) -> None:
        time_s = (now - START).total_seconds()
        when = format_instant(now)
        parts = self._parts()
        self._part = (self._part + 1) % parts
        for party, positions in self._sky.own(time_s, when).items():
            self._send(party, positions)
        for site in self._sites.all:  # each with a radar of its own
            own = site.parties if self._sites.are_several else ()
            self._send(site.parties[0], self._sky.seen(time_s, self._part, parts, when, own))
        self._looks = [site.board.looks for site in self._sites.all]

    def _send(self, party: str, positions: list[dict[str, object]]) -> None:
        """Send them; a server that has too much to do gets the next ones. Raises: OpenlineError."""
        assert self.scene is not None
        body = json.dumps({"positions": positions}).encode()
        with contextlib.suppress(StoreUnavailable, LimitExceeded):
            self.scene.send_positions(_FIRST_OFFICER[party], body)

    def _wait_for_server(self, url: str) -> None:
        """Raises: Unreachable, Stopped."""
        asking = Transport(url, None, 5.0)
        until_s = time.monotonic() + _START_S
        try:
            while True:
                try:
                    asking.answer("GET", "/healthy", again=False)
                    return
                except (Unreachable, StoreUnavailable):
                    if time.monotonic() > until_s:
                        raise
                if self._stop.wait(0.05):
                    raise Stopped
        finally:
            asking.close()


def _shown(number: int, act: Act) -> ActShown:
    at = START + timedelta(minutes=act.minute)
    return ActShown(number, act.name, act.title, act.sentence, at)
