/** The SVG text of a lucide icon, or "" when there is none of that name; `size` in CSS pixels, 24 by default. */
export function iconSvg(name: string, size?: number): string;
/** The same for a Lit template. Hidden from screen readers: the button around it has the name. */
export function icon(name: string, size?: number): unknown;
export const iconNames: readonly string[];
