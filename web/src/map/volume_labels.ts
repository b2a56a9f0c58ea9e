import type { Colours } from "./colours";
import { copies, pixelX, pixelY, type Frame } from "./frame";
import type { Labels } from "./labels";
import { phaseOf, type Shape } from "./scene";

const MOST = 140;
const FAR = 1_600; // metres of a pixel: from there on many names would hide the map
const FEW = 60;

/** Write the names and heights of volumes beside them: what is selected first, then what stands. */
export function drawVolumeLabels(
  labels: Labels,
  frame: Frame,
  found: { shapes: readonly Shape[]; at: number; selected: ReadonlySet<string>; colours: Colours },
  which: "selected" | "others",
): void {
  const ranked = [...labelled(found.shapes, found.at).values()];
  const rank = (shape: Shape) =>
    (isChosen(shape, found.selected) ? 2 : 0) + (phaseOf(shape, found.at) === "stands" ? 1 : 0);
  ranked.sort((a, b) => rank(b) - rank(a));
  const before = labels.count;
  const far = frame.resolution > FAR && ranked.length > FEW;
  for (const shape of ranked) {
    if (labels.count - before > MOST) return;
    const chosen = isChosen(shape, found.selected);
    if (chosen !== (which === "selected")) continue;
    if (far && !chosen) continue;
    const lines = [shape.name, shape.band].filter((one) => one !== "");
    if (lines.length === 0) continue;
    const colour = shape.look === "unsent" || shape.look === "preview" ? found.colours.good : shape.own ? found.colours.own : found.colours.other;
    const edge = edgesOf(shape);
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

function isChosen(shape: Shape, selected: ReadonlySet<string>): boolean {
  return selected.has(shape.thread) || shape.look === "unsent" || shape.look === "preview";
}

/** Each thread has its name once: at what stands, else at what comes first. */
function labelled(shapes: readonly Shape[], at: number): Map<string, Shape> {
  const found = new Map<string, Shape>();
  for (const shape of shapes) {
    if (phaseOf(shape, at) === "over") continue;
    const before = found.get(shape.thread);
    if (!before || order(shape, at) < order(before, at)) found.set(shape.thread, shape);
  }
  return found;
}

function order(shape: Shape, at: number): number {
  return phaseOf(shape, at) === "stands" ? -Infinity : shape.start;
}

interface Edges {
  top: readonly [number, number];
  low: readonly [number, number];
  right: readonly [number, number];
}

const edges = new WeakMap<Shape, Edges>();

/** The outermost points of a shape: a label there belongs to it and hides none of it. */
function edgesOf(shape: Shape): Edges {
  const known = edges.get(shape);
  if (known) return known;
  const ring = shape.rings[0] ?? [[0, 0]];
  const most = (better: (a: readonly number[], b: readonly number[]) => boolean) =>
    ring.reduce((best, point) => (better(point, best) ? point : best)) as readonly [number, number];
  const found = {
    top: most((a, b) => (a[1] ?? 0) > (b[1] ?? 0)),
    low: most((a, b) => (a[1] ?? 0) < (b[1] ?? 0)),
    right: most((a, b) => (a[0] ?? 0) > (b[0] ?? 0)),
  };
  edges.set(shape, found);
  return found;
}
