/** What tests may look at: state that is read, never written. `window.openline.map()` and so on. */
declare global {
  interface Window {
    openline: Record<string, () => unknown>;
  }
}

window.openline ??= {};

/** Show a test something of the state. */
export function show(name: string, read: () => unknown): void {
  window.openline[name] = read;
}
