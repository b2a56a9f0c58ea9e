/**
 * How many times as large everything is on a wall, which is read from further away. `theme` has the
 * same widths for what has a style sheet.
 */
export function wall(width = innerWidth): number {
  return width >= 3_400 ? 2 : width >= 2_300 ? 1.4 : 1;
}
