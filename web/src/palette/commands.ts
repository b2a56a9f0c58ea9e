import { signal } from "@preact/signals-core";

/** Something that can be done by name, by key, or both. */
export interface Command {
  /** Stable, as `conflict.next`. */
  id: string;
  /** Key of the catalogue for its name. */
  title: string;
  /** Keys that do it: `j`, `Ctrl+k`, `?`, `Escape`. The first is shown. */
  keys?: string[];
  /** Key of the catalogue for the group in the sheet of keys. */
  group: string;
  /** Whether it can be done now. */
  when?: () => boolean;
  run: () => void;
}

const registered = signal<ReadonlyMap<string, Command>>(new Map());
export const commands = registered;
/** Which overlay is open: it takes the keys. */
export const overlay = signal<"palette" | "help" | "filing" | "private" | null>(null);

/** Add commands; what is returned takes them away again. */
export function register(...added: Command[]): () => void {
  const next = new Map(registered.value);
  for (const one of added) next.set(one.id, one);
  registered.value = next;
  return () => {
    const left = new Map(registered.value);
    for (const one of added) if (left.get(one.id) === one) left.delete(one.id);
    registered.value = left;
  };
}

export function possible(command: Command): boolean {
  return command.when?.() ?? true;
}

/** Do what the pressed key stands for; keys that write, or press a button, are left alone. */
export function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || (takes(event) && !event.ctrlKey && event.key !== "Escape")) return;
  const key = nameOf(event);
  for (const command of registered.value.values()) {
    if (command.keys?.includes(key) && possible(command)) {
      event.preventDefault();
      command.run();
      return;
    }
  }
}

/** A key with what is held beside it. Shift is in the letter itself: `?`, `N`. */
export function nameOf(event: KeyboardEvent): string {
  const held = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "");
  const key = event.key === " " ? "Space" : event.key;
  return held + (held && key.length === 1 ? key.toLowerCase() : key);
}

function takes(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (event.key === " " && target.closest("button, a, summary, [role=option]")) return true; // it presses that
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
