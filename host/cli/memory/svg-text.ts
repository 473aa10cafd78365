/** Pieces of an SVG document. */

/** Text for between tags and within attributes. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

export type TextStyle = {
  readonly size?: number;
  readonly weight?: 'normal' | 'bold';
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
};

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, weight = 'normal', anchor = 'start', fill = INK } = style;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}">${escapeXml(content)}</text>`;
}

/** A rectangle; `title` shows when the pointer rests on it. */
export function rect(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  fill: string,
  title?: string,
): string {
  const { x, y, width, height } = box;
  const shape = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"`;
  return title === undefined
    ? `<rect ${shape}/>`
    : `<rect ${shape}><title>${escapeXml(title)}</title></rect>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}"/>`;
}

export function polygon(points: readonly (readonly [number, number])[], fill: string): string {
  return `<polygon points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="${fill}"/>`;
}

export const INK = '#1f2933';
export const FAINT = '#7b8794';

/** Width of a text in pixels, about: no fonts are at hand. */
export function textWidth(content: string, size: number): number {
  return content.length * size * 0.58;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
