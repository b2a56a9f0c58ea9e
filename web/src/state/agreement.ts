import { effect, signal } from "@preact/signals-core";
import { json } from "../api/client";
import type { Volume } from "../api/types";
import { board } from "./board";

/** The agreement in force, as far as the page shows it. */
export interface AgreementSeen {
  id: string;
  version: number;
  area: Pick<Volume["volume"], "outline_polygon" | "outline_circle" | "outline_corridor">;
  classes: { id: string; name: string }[];
  parties: { id: string; name: string; frequencies_mhz: number[] }[];
}

export const agreement = signal<AgreementSeen | null>(null);

let asked = "";

/** Read it when the board names another version. */
export function followAgreement(): () => void {
  return effect(() => {
    const found = board.value;
    const wanted = found ? `${found.agreement}/${found.version}` : "";
    if (wanted === "" || wanted === asked) return;
    asked = wanted;
    json<AgreementSeen>("/line/v1/agreement")
      .then((read) => (agreement.value = read))
      .catch(() => (asked = "")); // asked again with the next board
  });
}
