/** A colour with an opacity, 0 to 1. */
export function faded(colour: string, opacity: number): string {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  if (!hex) return colour;
  return `#${hex}${Math.round(opacity * 255).toString(16).padStart(2, "0")}`;
}
