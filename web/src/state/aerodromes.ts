import { signal } from "@preact/signals-core";
import file from "../../build/aerodromes.json?url";

/** Aerodromes come with the page, for orientation alone: no plan is checked against them. */
export interface Aerodrome {
  indicator: string;
  name: string;
  lat: number;
  lng: number;
  /** Whether airlines go there: shown from further away. */
  airline: boolean;
}

interface Columns {
  indicator: string[];
  name: string[];
  lat: number[];
  lng: number[];
  airline: number[];
}

export const aerodromes = signal<readonly Aerodrome[]>([]);
let asked = false;

/** Read them once; if that fails, the next call tries again. */
export async function loadAerodromes(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`${answer.status}`);
    aerodromes.value = rowsOf((await answer.json()) as Columns);
  } catch {
    asked = false;
  }
}

export function rowsOf(columns: Columns): Aerodrome[] {
  return columns.indicator.map((indicator, row) => ({
    indicator,
    name: columns.name[row] ?? "",
    lat: columns.lat[row] ?? 0,
    lng: columns.lng[row] ?? 0,
    airline: columns.airline[row] === 1,
  }));
}

/** Those whose indicator begins with the words, then those whose name has them; at most so many. */
export function found(all: readonly Aerodrome[], words: string, most: number): Aerodrome[] {
  const wanted = words.trim().toLowerCase();
  if (wanted.length < 3) return [];
  const first = all.filter((one) => one.indicator.toLowerCase().startsWith(wanted));
  const named = all.filter((one) => one.airline && one.name.toLowerCase().includes(wanted) && !first.includes(one));
  return [...first, ...named].slice(0, most);
}
