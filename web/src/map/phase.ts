/** Whether a shape stands, comes, or is over at an instant. A time that is not known stands. */
export function phaseOf(shape: { start: number; end: number }, at: number): "stands" | "comes" | "over" {
  if (at >= shape.end) return "over";
  return at < shape.start ? "comes" : "stands";
}
