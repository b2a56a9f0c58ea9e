import { signal } from "@preact/signals-core";
import { json } from "../api/client";
import { heardTime } from "./clock";
import { followDemo } from "./demo";

/** What the server says of itself before anybody is logged in. */
export interface Config {
  version: string;
  speed: number;
  demo: boolean;
  now: string;
  /** Whether this server makes private checks. */
  private: boolean;
  /** Pictures of the map from another server, if the administrator named one. */
  tiles: { url: string; credit: string } | null;
}

export const config = signal<Config | null>(null);

export async function readConfig(): Promise<void> {
  try {
    const found = await json<Config>("/console/config");
    heardTime(found.now, found.speed);
    config.value = found;
    if (found.demo) void followDemo();
  } catch {
    setTimeout(() => void readConfig(), 3_000);
  }
}
