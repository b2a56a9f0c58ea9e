"""The page of the console in a real Chromium, and what it takes: frames, waits, bytes, memory."""

import gzip
import json
import math
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, Response, sync_playwright

Facts = dict[str, Any]
SIZE: Final = (1440, 860)
WAIT_MS: Final = 120_000
_THREADS_S: Final = 30.0  # for them to say what they use
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
)
_MAP_DATA: Final = ("countries-", "waters-", "aerodromes-")
# The board is there, its volumes and the first aircraft are drawn. `first` is then set once.
_WATCH: Final = """
window.bench = {first: null, waits: [], kinds: []};
const seen = () => {
  const map = window.openline?.map?.();
  const board = document.querySelector("o-app")?.shadowRoot?.querySelector("o-line");
  if (map && board && map.tracks > 0 && Object.values(map.volumes).some((n) => n > 0)) {
    requestAnimationFrame(() => setTimeout(() => (window.bench.first = performance.now())));
  } else requestAnimationFrame(seen);
};
requestAnimationFrame(seen);
for (const kind of ["keydown", "pointerdown", "click", "wheel", "pointermove"]) {
  window.addEventListener(kind, (event) => {
    if (kind === "pointermove" && event.buttons === 0) return;
    // After the frame that shows what the input did: the next task after its painting.
    requestAnimationFrame(() => setTimeout(() => {
      window.bench.waits.push(performance.now() - event.timeStamp);
      window.bench.kinds.push(event.key ?? event.type);
    }));
  }, {capture: true, passive: true});
}
"""
# Two hands at work: through conflicts, into the list of commands and out, over the map, in time.
KEYS: Final = (
    "j",
    "j",
    "k",
    "+",
    "-",
    "[",
    "]",
    "n",
    "Control+k",
    "s",
    "Escape",
    "/",
    "j",
    "Escape",
)


@dataclass(slots=True)
class Measured:
    """A page, the wire to its engine, and every answer it got before its first view."""

    page: Page
    engine: CDPSession
    answers: list[Response] = field(default_factory=list)
    threads: dict[str, float] = field(default_factory=dict)

    def read(self, expression: str) -> Any:
        """What the page's hook says."""
        return self.page.evaluate(expression)

    def metrics(self) -> dict[str, float]:
        """The engine's own counters: seconds of its main thread, bytes of its heap."""
        found = self.engine.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in found}

    def heap_mib(self) -> float:
        """What is in use after garbage was collected, by the page and its threads."""
        self.engine.send("HeapProfiler.collectGarbage")
        for thread in self.threads:
            self.threads[thread] = math.nan
            for number, method in enumerate(
                ("HeapProfiler.collectGarbage", "Runtime.getHeapUsage")
            ):
                words = json.dumps({"id": number, "method": method})
                self.engine.send(
                    "Target.sendMessageToTarget", {"sessionId": thread, "message": words}
                )
        until = time.monotonic() + _THREADS_S
        while any(map(math.isnan, self.threads.values())) and time.monotonic() < until:
            self.page.wait_for_timeout(20)
        return (self.metrics()["JSHeapUsedSize"] + sum(self.threads.values())) / 2**20

    def follow_threads(self) -> None:
        """Know the page's threads, and take what they say of their heaps."""

        def began(event: Facts) -> None:
            self.threads[event["sessionId"]] = math.nan

        def ended(event: Facts) -> None:
            self.threads.pop(event["sessionId"], None)

        def told(event: Facts) -> None:
            found = json.loads(event["message"]).get("result", {})
            if "usedSize" in found:
                used = found["usedSize"] + found.get("backingStorageSize", 0)
                self.threads[event["sessionId"]] = float(used)

        self.engine.on("Target.attachedToTarget", began)
        self.engine.on("Target.detachedFromTarget", ended)
        self.engine.on("Target.receivedMessageFromTarget", told)
        follow = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        self.engine.send("Target.setAutoAttach", follow)


@contextmanager
def chromium() -> Iterator[tuple[Browser, str]]:
    """A browser without a GPU, and its version. Raises: SystemExit if there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("there is no Chromium: install the Debian package chromium")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser, browser.version
        browser.close()


def opened(browser: Browser, url: str, token: str, party: str) -> Measured:
    """The page of a duty officer, just asked for."""
    width, height = SIZE
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    kept = {"token": token, "user": f"officer-{party}", "party": party, "role": "duty"}
    words = json.dumps(json.dumps({**kept, "until": 1e15}))
    page.add_init_script(f"sessionStorage.setItem('openline.session', {words})")
    page.add_init_script(_WATCH)
    engine = context.new_cdp_session(page)
    engine.send("Performance.enable", {"timeDomain": "threadTicks"})
    measured = Measured(page, engine)
    measured.follow_threads()

    def answered(answer: Response) -> None:
        measured.answers.append(answer)

    page.on("response", answered)
    page.goto(url, wait_until="commit")
    return measured


def first_view(measured: Measured) -> Facts:
    """Seconds from the navigation until board and map are drawn, and what was loaded until then."""
    measured.page.wait_for_function("() => window.bench.first !== null", polling=100)
    seconds = measured.read("window.bench.first") / 1_000
    return {"first_view_s": seconds, **_loaded(measured.answers)}


def _loaded(answers: list[Response]) -> Facts:
    own: dict[str, int] = {}
    page_gz = map_gz = sent = 0
    for path, answer in {urlsplit(one.url).path: one for one in answers}.items():
        if not (path == "/" or path.startswith("/assets/") or path.endswith(".svg")):
            continue
        body = answer.body()
        packed = len(gzip.compress(body, 9, mtime=0))
        least = min(packed, len(body))  # fonts are packed already
        if any(name in path for name in _MAP_DATA):
            map_gz += least
            continue
        page_gz += least
        sent += int(answer.headers.get("content-length", len(body)))
        kind = path.rpartition(".")[2] if path != "/" else "html"
        own[kind] = own.get(kind, 0) + least
    return {"page_gz": page_gz, "page_sent": sent, "map_gz": map_gz, "page_gz_of": own}


def inputs(measured: Measured, count: int, pause_s: float) -> Facts:
    """Press keys and click on the map; how long until the frame that shows it, in ms."""
    page = measured.page
    box = page.locator("o-map").bounding_box()
    assert box is not None
    measured.read("window.bench.waits.length = window.bench.kinds.length = 0")
    for number in range(count):
        if number % 10 == 9:
            across = 0.2 + 0.6 * (number * 7 % count) / count
            page.mouse.click(box["x"] + across * box["width"], box["y"] + box["height"] / 2)
        else:
            page.keyboard.press(KEYS[number % len(KEYS)])
        time.sleep(pause_s)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    time.sleep(0.5)
    return {
        "waits_ms": measured.read("window.bench.waits"),
        "of": measured.read("window.bench.kinds"),
    }


def hands(measured: Measured, turns: int) -> Facts:
    """Pull the map, turn the wheel, write into the filter: how long until the frame, by kind."""
    page = measured.page
    box = page.locator("o-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    measured.read("window.bench.waits.length = window.bench.kinds.length = 0")
    for _ in range(turns):
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(10):
            page.mouse.move(x + 8 * step, y + 3 * step)
            time.sleep(0.04)
        page.mouse.up()
        for notch in (-120, 120):
            time.sleep(0.4)
            page.mouse.wheel(0, notch)
        time.sleep(0.4)
        for key in ("/", *"job1", *("Backspace",) * 4, "Escape"):
            page.keyboard.press(key)
            time.sleep(0.15)
    kinds, waits = measured.read("window.bench.kinds"), measured.read("window.bench.waits")
    found: dict[str, list[float]] = {"pull": [], "wheel": [], "write": []}
    names = {"pointermove": "pull", "wheel": "wheel"} | dict.fromkeys(
        (*"job1", "Backspace"), "write"
    )
    for kind, wait in zip(kinds, waits, strict=True):
        if kind in names:
            found[names[kind]].append(wait)
    return {"hands_ms": found}


def watched(measured: Measured, seconds: float, gap_s: float = 10.0) -> Facts:
    """The page alone for that long: maps drawn, pictures read, its own time, its heap."""
    heaps = [(0.0, measured.heap_mib())]
    before, map_before = measured.metrics(), measured.read("window.openline.map()")
    sky_before = measured.read("window.openline.sky()")
    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        time.sleep(min(gap_s, left))
        heaps.append((time.monotonic() - began, measured.heap_mib()))
    took = time.monotonic() - began
    after, map_after = measured.metrics(), measured.read("window.openline.map()")
    sky_after = measured.read("window.openline.sky()")
    return {
        "seconds": took,
        "updates_per_s": (map_after["updates"] - map_before["updates"]) / took,
        "pictures_per_s": (sky_after["pictures"] - sky_before["pictures"]) / took,
        "tracks": map_after["tracks"],
        "volumes": map_after["volumes"],
        "draw_ms": map_after["drawMs"],
        "page_cpu_share": (after["TaskDuration"] - before["TaskDuration"]) / took,
        "script_share": (after["ScriptDuration"] - before["ScriptDuration"]) / took,
        "layout_share": sum(
            after[name] - before[name] for name in ("LayoutDuration", "RecalcStyleDuration")
        )
        / took,
        "heap_mib": heaps,
    }


@contextmanager
def profiled(measured: Measured, found: list[tuple[str, float]]) -> Iterator[None]:
    """Where the page's own time goes: functions with the milliseconds spent in them themselves."""
    engine = measured.engine
    engine.send("Profiler.enable")
    engine.send("Profiler.setSamplingInterval", {"interval": 1_000})
    engine.send("Profiler.start")
    yield
    profile = engine.send("Profiler.stop")["profile"]
    spent: dict[int, float] = {}
    for node, micros in zip(profile["samples"], profile["timeDeltas"], strict=True):
        spent[node] = spent.get(node, 0.0) + micros / 1_000
    names: dict[str, float] = {}
    for node in profile["nodes"]:
        frame = node["callFrame"]
        place = f"{frame['lineNumber']}:{frame['columnNumber']}"
        name = f"{frame['functionName'] or '(anonymous)'} {place}"
        names[name] = names.get(name, 0.0) + spent.get(node["id"], 0.0)
    found += sorted(names.items(), key=lambda one: -one[1])[:40]
