import { computed, effect, signal } from "@preact/signals-core";
import { code, t } from "../i18n/i18n";
import { liveBoard, partyName } from "../state/board";
import { now, second } from "../state/clock";
import { party } from "../state/session";
import { alerts } from "../state/sky";
import { isShelved } from "./shelf";

/**
 * Sound and notifications: only when something gets worse, never again for the same.
 *
 * Browsers allow sound after a click alone: the watch begins with one. A mute always ends by itself.
 */
const MUTE_MS = 5 * 60_000;
const RANK = { preventive: 0, corrective: 1, warning: 2 } as const;

export const watching = signal(false);
const mutedUntil = signal(0);
export const mutedS = computed(() => Math.max(0, (mutedUntil.value - second.value) / 1_000));
let audio: AudioContext | null = null;

export function startWatch(): void {
  watching.value = true;
  audio ??= new AudioContext();
  void audio.resume();
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

export function mute(): void {
  mutedUntil.value = now.value + MUTE_MS;
}

/** Follow what gets worse; called once. */
export function followAlarms(): void {
  const told = new Map<string, number>();
  effect(() => {
    for (const alert of alerts.value.values()) {
      const rank = RANK[alert.level];
      if (isShelved(alert, now.peek()) || (told.get(alert.id) ?? -1) >= rank) continue;
      told.set(alert.id, rank);
      if (rank > 0) call(`${t(`alert.${alert.level}`)}: ${alert.words}`, rank);
    }
    for (const id of told.keys()) if (id.includes("|") && !alerts.value.has(id)) told.delete(id);
  });
  effect(() => {
    for (const thread of liveBoard.value?.threads ?? []) {
      const clock = thread.clock;
      if (thread.kind !== "URGENT" || thread.own || !clock || clock.owes !== party.value) continue;
      if ((told.get(thread.id) ?? -1) >= clock.alarms) continue;
      told.set(thread.id, clock.alarms);
      const action = (thread.says as { action?: string } | undefined)?.action ?? "";
      call(t("band.urgent", { party: partyName(thread.opener), action: code("UrgentAction", action) }), 2);
    }
  });
}

function call(words: string, rank: number): void {
  if (!watching.peek() || mutedS.peek() > 0) return;
  if (audio) tone(audio, rank);
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
    new Notification("Openline", { body: words, tag: words });
  }
}

/** Two tones for a caution, four rising ones for a warning. */
function tone(context: AudioContext, rank: number): void {
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
