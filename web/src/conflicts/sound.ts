import { computed, effect, signal } from "@preact/signals-core";
import { code, t } from "../i18n/i18n";
import { liveBoard, partyName } from "../state/board";
import { now, second } from "../state/clock";
import { party } from "../state/session";
import { isLive, select } from "../state/view";
import { RANK } from "../state/alerts";
import { offPlans } from "../state/observed";
import { aircraftOf, namesOf } from "./alert_cards";
import { isShelved, standing } from "./shelf";

/**
 * Sound and notifications: only when something gets worse, never again for the same.
 *
 * Browsers allow sound after a click alone: the watch begins with one, and is told then of what is urgent already.
 * Whoever kept the watch before the page was loaded anew keeps it on from the first click or key on. A mute always
 * ends by itself.
 */
const MUTE_MS = 5 * 60_000;
const KEPT = "openline.watch"; // of this tab, as the session is
const OFF = ["", "Nonconforming", "Contingent"];

export const watching = signal(false);
const mutedUntil = signal(0);
export const mutedS = computed(() => Math.max(0, (mutedUntil.value - second.value) / 1_000));
let audio: AudioContext | null = null;

export function startWatch(): void {
  watching.value = true;
  sessionStorage.setItem(KEPT, "on");
  audio ??= new AudioContext();
  void audio.resume();
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

/** Go on with a watch that was kept before the page was loaded: at the first sign of a person. */
export function resumeWatch(): void {
  if (!sessionStorage.getItem(KEPT)) return;
  const signs = ["pointerdown", "keydown"];
  const resume = () => {
    for (const name of signs) window.removeEventListener(name, resume);
    if (!watching.peek()) startWatch();
  };
  for (const name of signs) window.addEventListener(name, resume);
}

export function mute(): void {
  mutedUntil.value = now.value + MUTE_MS;
}

/** Follow what gets worse; called once. */
export function followAlarms(): void {
  const told = new Map<string, number>();
  effect(() => {
    const there = new Set(standing.value.map((one) => one.id));
    for (const alert of standing.value) {
      const rank = RANK[alert.level];
      if (isShelved(alert, now.peek()) || (told.get(alert.id) ?? -1) >= rank) continue;
      told.set(alert.id, rank);
      const show = () => select("track", aircraftOf(alert));
      if (rank > 0) call(`${t(`alert.${alert.level}`)}: ${namesOf(alert)}`, rank, show);
    }
    for (const id of told.keys()) if (/[|>]/.test(id) && !there.has(id)) told.delete(id);
  });
  effect(() => {
    if (!isLive.value) return;
    for (const one of offPlans.value) {
      const rank = OFF.indexOf(one.state ?? "");
      if (rank <= (told.get(`off ${one.id}`) ?? 0)) continue;
      told.set(`off ${one.id}`, rank);
      call(`${t(`off.state.${one.state}`)}: ${one.party ? partyName(one.party) : ""}`, 1, () => undefined);
    }
    for (const id of told.keys()) if (id.startsWith("off ") && !offPlans.value.some((one) => `off ${one.id}` === id)) told.delete(id);
  });
  effect(() => {
    if (!watching.value) return; // what is urgent then is called when the watch begins
    for (const thread of liveBoard.value?.threads ?? []) {
      const clock = thread.clock;
      if (thread.kind !== "URGENT" || thread.own || !clock || clock.owes !== party.value) continue;
      if ((told.get(thread.id) ?? -1) >= clock.alarms) continue;
      told.set(thread.id, clock.alarms);
      const action = (thread.says as { action?: string } | undefined)?.action ?? "";
      const words = t("band.urgent", { party: partyName(thread.opener), action: code("UrgentAction", action) });
      call(words, 2, () => select("thread", thread.id));
    }
  });
}

/** Make it heard; show it beside the page if that is out of sight. show: goes to it, once it is clicked there. */
function call(words: string, rank: number, show: () => void): void {
  if (!watching.peek() || mutedS.peek() > 0) return;
  if (audio) tone(audio, rank);
  if (!("Notification" in window) || Notification.permission !== "granted" || !document.hidden) return;
  const shown = new Notification("Openline", { body: words, tag: words, requireInteraction: rank >= 2 });
  shown.onclick = () => {
    window.focus();
    show();
    shown.close();
  };
}

/** Two tones for a caution, four rising ones for a warning. */
function tone(context: AudioContext, rank: number): void {
  void context.resume(); // it may have been put to sleep with the machine
  const count = rank >= 2 ? 4 : 2;
  for (let number = 0; number < count; number++) {
    const begin = context.currentTime + number * 0.18;
    const sound = context.createOscillator();
    const loudness = context.createGain();
    sound.frequency.value = rank >= 2 ? 660 + 110 * number : 520;
    loudness.gain.setValueAtTime(0.0001, begin);
    loudness.gain.exponentialRampToValueAtTime(0.25, begin + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begin + 0.15);
    sound.connect(loudness).connect(context.destination);
    sound.start(begin);
    sound.stop(begin + 0.16);
  }
}
