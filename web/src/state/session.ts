import { computed, signal } from "@preact/signals-core";
import { json, useCredentials } from "../api/client";
import { Problem } from "../api/problem";
import { t } from "../i18n/i18n";

export type Role = "watch" | "file" | "duty" | "admin";

/** A person who is logged in. `until` is when the token ends, by this machine's clock (ms). */
export interface Session {
  token: string;
  user: string;
  party: string;
  role: Role;
  until: number;
}

interface SessionAnswer {
  access_token: string;
  expires_in: number;
  user: string;
  party: string;
  role: Role;
}

const KEPT = "openline.session"; // of this tab alone: two tabs may be two parties
const RENEW_BEFORE_MS = 10 * 60_000;
const ORDER: Role[] = ["watch", "file", "duty", "admin"];

export const session = signal<Session | null>(kept());
/** Why the last session ended; empty if the person left by themselves. */
export const ended = signal("");
export const party = computed(() => session.value?.party ?? "");

/** Whether the person may do what needs that role. */
export function may(role: Role): boolean {
  const own = session.value;
  return own !== null && ORDER.indexOf(own.role) >= ORDER.indexOf(role);
}

export async function logIn(user: string, password: string): Promise<void> {
  const answer = await json<SessionAnswer>("/line/v1/login", { body: { user, password } });
  begin(answer);
}

export function logOut(reason = ""): void {
  ended.value = reason;
  sessionStorage.removeItem(KEPT);
  session.value = null;
}

/** Renew the token while there is time; called now and then. */
export async function renewIfDue(): Promise<void> {
  const own = session.value;
  if (!own || own.until - Date.now() > RENEW_BEFORE_MS) return;
  try {
    begin(await json<SessionAnswer>("/line/v1/session", { method: "POST" }));
  } catch (error) {
    if (!(error instanceof Problem && error.passing)) throw error;
  }
}

function begin(answer: SessionAnswer): void {
  const made: Session = {
    token: answer.access_token,
    user: answer.user,
    party: answer.party,
    role: answer.role,
    until: Date.now() + answer.expires_in * 1_000,
  };
  sessionStorage.setItem(KEPT, JSON.stringify(made));
  ended.value = "";
  session.value = made;
}

function kept(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Session | null;
  } catch {
    return null;
  }
}

useCredentials({
  token: () => session.value?.token ?? null,
  refused: () => logOut(t("login.over")),
});
