import { effect, signal } from "@preact/signals-core";
import { prefs, type Language } from "../state/prefs";
import english from "../../../src/openline/formats/catalogue/en.json";

/**
 * Words in the reader's language, from the catalogues that the command and the alerts use too.
 *
 * `codes`, `events`, `fields`, `sentences`, `phrases` are of the line; `console` is of this page.
 * What a language lacks is shown in English: never a bare key to an officer.
 */
export interface Catalogue {
  language: string;
  name: string;
  standing: string;
  codes: Record<string, Record<string, string>>;
  events: Record<string, string>;
  fields: Record<string, string>;
  sentences: Record<string, string>;
  phrases: Record<string, string>;
  console?: Record<string, string>;
}

type Loader = () => Promise<{ default: Catalogue }>;

const EN = english as unknown as Catalogue;
const OTHERS = import.meta.glob<{ default: Catalogue }>([
  "../../../src/openline/formats/catalogue/*.json",
  "!../../../src/openline/formats/catalogue/en.json",
]) as Record<string, Loader>;
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["ar"]);

export const catalogue = signal<Catalogue>(EN);

/** A word of the page: `t("conflicts.none")`, with values for `{name}` in it. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = catalogue.value.console?.[key] ?? EN.console?.[key] ?? key;
  return fill(text, values);
}

/** What a code is called: `code("AnswerCode", "will_comply")`. */
export function code(kind: string, value: string): string {
  return catalogue.value.codes[kind]?.[value] ?? EN.codes[kind]?.[value] ?? value;
}

export function field(name: string): string {
  return catalogue.value.fields[name] ?? EN.fields[name] ?? name;
}

export function phrase(name: string, values: Record<string, string | number> = {}): string {
  return fill(catalogue.value.phrases[name] ?? EN.phrases[name] ?? name, values);
}

export function sentence(name: string, values: Record<string, string | number> = {}): string | null {
  const text = catalogue.value.sentences[name] ?? EN.sentences[name];
  return text === undefined ? null : fill(text, values);
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? iso(String(values[name])) : whole,
  );
}

/** Whether the page is read from right to left. */
export function isRightToLeft(): boolean {
  return RIGHT_TO_LEFT.has(catalogue.value.language);
}

/**
 * A name or number within a text that is read from right to left, kept in its own order: without
 * it `5.00 NM` and the parts around it change places.
 */
export function iso(text: string): string {
  return text && isRightToLeft() ? `\u2068${text}\u2069` : text;
}

/** An arrow onwards in the direction of reading, or back. */
export function arrow(way: "on" | "back"): string {
  return (way === "on") !== isRightToLeft() ? "→" : "←";
}

/** Load what the person chose, and turn the page the way it is read. */
export function followLanguage(): void {
  let asked = 0;
  effect(() => {
    const language: Language = prefs.value.language;
    const own = ++asked;
    const loader = Object.entries(OTHERS).find(([path]) => path.endsWith(`/${language}.json`))?.[1];
    void (loader ? loader() : Promise.resolve({ default: EN })).then((module) => {
      if (own !== asked) return;
      catalogue.value = module.default;
      document.documentElement.lang = language;
      document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    });
  });
}
