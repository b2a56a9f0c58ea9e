import { asArray } from "ol/color";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { colours, faded, type Colours } from "./colours";
import type { Look } from "./scene";

/** What decides how a volume looks; styles are made once for each. */
export interface Drawn {
  look: Look;
  own: boolean;
  stands: boolean;
  selected: boolean;
}

const cache = new Map<string, Style[]>();
let cachedFor = "";

/** The style of a volume: cached, since the same few are asked for all the time. */
export function volumeStyle(drawn: Drawn): Style[] {
  const own = colours.value;
  if (cachedFor !== own.theme + own.own) {
    cache.clear();
    cachedFor = own.theme + own.own;
  }
  const key = `${drawn.look}${+drawn.own}${+drawn.stands}${+drawn.selected}`;
  let found = cache.get(key);
  if (!found) {
    cache.set(key, (found = made(drawn, own)));
  }
  return found;
}

function made(drawn: Drawn, own: Colours): Style[] {
  const colour = colourOf(drawn, own);
  const styles: Style[] = [];
  if (drawn.selected) {
    styles.push(new Style({ stroke: new Stroke({ color: faded(own.focus, 0.75), width: 6 }), zIndex: 1 }));
  }
  styles.push(
    new Style({
      fill: new Fill({ color: fillOf(drawn, colour) }),
      stroke: new Stroke({
        color: drawn.stands || isDraft(drawn) ? colour : faded(colour, 0.75),
        width: drawn.selected || isDraft(drawn) ? 2.5 : drawn.stands ? 1.6 : 1.1,
        lineDash: dashOf(drawn),
      }),
      zIndex: drawn.selected || isDraft(drawn) ? 2 : 0,
    }),
  );
  return styles;
}

function isDraft(drawn: Drawn): boolean {
  return drawn.look === "unsent" || drawn.look === "preview";
}

function colourOf(drawn: Drawn, own: Colours): string {
  if (isDraft(drawn)) return own.good;
  if (drawn.look === "urgent" || drawn.look === "shared") return own.danger;
  return drawn.own ? own.own : own.other;
}

/** Solid is what stands; dashes tell what comes, cells, and what was not sent. */
function dashOf(drawn: Drawn): number[] | undefined {
  if (drawn.look === "unsent") return [7, 5];
  if (drawn.look === "preview") return [3, 3];
  if (drawn.look === "cells" || drawn.look === "shared") return [2, 4];
  if (!drawn.stands) return [8, 5];
  return drawn.look === "movement" ? [14, 4, 2, 4] : undefined;
}

function fillOf(drawn: Drawn, colour: string): string | CanvasPattern {
  const strength = (isDraft(drawn) ? 0.16 : drawn.stands ? 0.1 : 0.03) * (drawn.selected ? 2 : 1);
  if (drawn.look === "closure") return hatch("lines", faded(colour, drawn.stands ? 0.5 : 0.25)) ?? faded(colour, strength);
  if (drawn.look === "site") return hatch("dots", faded(colour, drawn.stands ? 0.7 : 0.35)) ?? faded(colour, strength);
  if (drawn.look === "urgent" || drawn.look === "shared") return hatch("cross", faded(colour, 0.6)) ?? faded(colour, 0.2);
  return faded(colour, strength);
}

const patterns = new Map<string, CanvasPattern | null>();

/** A pattern that tells kinds apart without their colours. */
function hatch(kind: "lines" | "dots" | "cross", colour: string): CanvasPattern | null {
  const key = kind + colour;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const size = 9;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return null;
  const [r, g, b, a] = asArray(colour);
  context.strokeStyle = context.fillStyle = `rgba(${r},${g},${b},${a})`;
  context.lineWidth = 1.1;
  if (kind === "dots") context.fillRect(3, 3, 2.2, 2.2);
  else {
    context.beginPath();
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift, size);
      context.lineTo(shift + size, 0);
      if (kind === "cross") {
        context.moveTo(shift, 0);
        context.lineTo(shift + size, size);
      }
    }
    context.stroke();
  }
  const made = context.createPattern(canvas, "repeat");
  patterns.set(key, made);
  return made;
}
