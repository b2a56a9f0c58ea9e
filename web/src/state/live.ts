import { effect } from "@preact/signals-core";
import { follow } from "../api/events";
import type { SkyEvent } from "../api/types";
import { boardChanged, leavePast, readBoard, readPast } from "./board";
import { heard, lost, startLink } from "./link";
import { forgetObserved, readObserved } from "./observed";
import { renewIfDue, session } from "./session";
import { forgetSky, readFeeds, readSky, skyEvent } from "./sky";
import { at, isPast } from "./view";

const SKY_EVERY_MS = 250; // as often as the map is drawn, where server and page hold it
const SKY_SLOW_MS = 1_000; // however busy they are: positions would be old
const SKY_HIDDEN_MS = 5_000;
const SKY_SHARE = 3; // a picture may take a third of the time to the next one: the rest is for people
const BOARD_EVERY_MS = 15_000; // besides what the stream tells: clocks run out by themselves
const RENEW_EVERY_MS = 20_000;

/** Follow the server for as long as somebody is logged in. */
export function startLive(): void {
  startLink();
  let stop: (() => void) | null = null;
  let who = "";
  effect(() => {
    const user = session.value?.user ?? "";
    if (user === who) return;
    who = user;
    stop?.();
    stop = user === "" ? null : followServer();
  });
  effect(() => {
    if (isPast.value && at.value !== null) void readPast(at.value);
    else leavePast();
  });
}

function followServer(): () => void {
  const ending = new AbortController();
  const token = () => session.value?.token ?? null;
  void readBoard().then(readObserved);
  void follow(
    "/line/v1/stream",
    token,
    {
      event: () => boardChanged(),
      heard,
      lost,
    },
    ending.signal,
  );
  void follow(
    "/sky/v1/stream",
    token,
    {
      event: (event) => {
        try {
          skyEvent(JSON.parse(event.data) as SkyEvent);
        } catch {
          // not an event of ours
        }
      },
      heard: () => undefined,
      lost: () => undefined,
    },
    ending.signal,
  );
  const timers = [
    setInterval(() => boardChanged(), BOARD_EVERY_MS),
    setInterval(() => void renewIfDue().catch(() => undefined), RENEW_EVERY_MS),
    setInterval(() => void readFeeds(), 2_000),
  ];
  void readFeeds();
  void pollSky(ending.signal);
  return () => {
    ending.abort();
    timers.forEach(clearInterval);
    forgetSky();
    forgetObserved();
  };
}

/** One picture after the other, never two at once: a slow server or page is asked less often. */
async function pollSky(signal: AbortSignal): Promise<void> {
  let shown: number | null = null;
  while (!signal.aborted) {
    const began = performance.now();
    const instant = isPast.peek() ? at.peek() : null;
    if (instant === null || instant !== shown) await readSky(); // what was stays as it was
    shown = instant;
    const took = performance.now() - began;
    const held = Math.min(SKY_SLOW_MS, Math.max(SKY_EVERY_MS, SKY_SHARE * took));
    const every = document.hidden ? SKY_HIDDEN_MS : held;
    await new Promise((resolve) => setTimeout(resolve, Math.max(100, every - took)));
  }
}
