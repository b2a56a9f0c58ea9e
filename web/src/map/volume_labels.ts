import type { Colours } from "./colours";
import { copies, pixelX, pixelY, type Frame } from "./frame";
import type { Labels } from "./labels";
import { phaseOf } from "./phase";
import type { Shape } from "./scene";

const MOST = 140;
const FAR = 1_600; // metres of a pixel: from there on many names would hide the map
const FEW = 60;

/** Write the names and heights of volumes beside them: what is selected first, then what stands. */
export function drawVolumeLabels(
  labels: Labels,
  frame: Frame,
  found: { names: readonly Named[]; at: number; selected: ReadonlySet<string>; colours: Colours },
  which: "selected" | "others",
): void {
  const ranked = [...labelled(found.names, found.at).values()];
  const rank = (shape: Named) =>
    (isChosen(shape, found.selected) ? 2 : 0) + (phaseOf(shape, found.at) === "stands" ? 1 : 0);
  ranked.sort((a, b) => rank(b) - rank(a));
  const before = labels.count;
  const far = frame.resolution > FAR && ranked.length > FEW;
  for (const shape of ranked) {
    if (labels.count - before > MOST) return;
    const chosen = isChosen(shape, found.selected);
    if (chosen !== (which === "selected")) continue;
    if (far && !chosen) continue;
    const { lines } = shape;
    const colour = shape.look === "unsent" || shape.look === "preview" ? found.colours.good : shape.own ? found.colours.own : found.colours.other;
    const { edge } = shape;
    for (const shift of copies(frame, edge.top[0])) {
      const at = ([x, y]: readonly [number, number]) => [pixelX(frame, x + shift), pixelY(frame, y)] as const;
      const [low, top, right] = [at(edge.low), at(edge.top), at(edge.right)];
      labels.put(
        lines,
        [
          [low[0], low[1] + 4, "middle"],
          [top[0], top[1] - 4 - 13 * lines.length, "middle"],
          [right[0] + 5, right[1] - 7, "left"],
        ],
        colour,
        { always: chosen, opacity: phaseOf(shape, found.at) === "stands" || chosen ? 1 : 0.75 },
      );
    }
  }
}

function isChosen(shape: Named, selected: ReadonlySet<string>): boolean {
  return selected.has(shape.thread) || shape.look === "unsent" || shape.look === "preview";
}

/** Each thread has its name once: at what stands, else at what comes first. */
function labelled(names: readonly Named[], at: number): Map<string, Named> {
  const found = new Map<string, Named>();
  for (const shape of names) {
    if (phaseOf(shape, at) === "over") continue;
    const before = found.get(shape.thread);
    if (!before || order(shape, at) < order(before, at)) found.set(shape.thread, shape);
  }
  return found;
}

function order(shape: Named, at: number): number {
  return phaseOf(shape, at) === "stands" ? -Infinity : shape.start;
}

interface Edges {
  top: readonly [number, number];
  low: readonly [number, number];
  right: readonly [number, number];
}

/** A name and where it can be written: all that the drawing of names has to know of a shape. */
export interface Named {
  thread: string;
  look: Shape["look"];
  own: boolean;
  start: number;
  end: number;
  lines: string[];
  edge: Edges;
}

const known = new WeakMap<Shape, Named>();

/** The names of shapes; of each one it is found once. */
export function namesOf(shapes: readonly Shape[]): Named[] {
  return shapes.flatMap((shape) => {
    const lines = [shape.name, shape.band].filter((one) => one !== "");
    if (lines.length === 0) return [];
    const before = known.get(shape);
    if (before) return [before];
    const { thread, look, own, start, end } = shape;
    const made = { thread, look, own, start, end, lines, edge: edgesOf(shape) };
    known.set(shape, made);
    return [made];
  });
}

/** The outermost points of a shape: a label there belongs to it and hides none of it. */
function edgesOf(shape: Shape): Edges {
  const ring = shape.rings[0] ?? [[0, 0]];
  const most = (better: (a: readonly number[], b: readonly number[]) => boolean) =>
    ring.reduce((best, point) => (better(point, best) ? point : best)) as readonly [number, number];
  return {
    top: most((a, b) => (a[1] ?? 0) > (b[1] ?? 0)),
    low: most((a, b) => (a[1] ?? 0) < (b[1] ?? 0)),
    right: most((a, b) => (a[0] ?? 0) > (b[0] ?? 0)),
  };
}
