/** A strip of memory to scale, with an axis in bytes below it. */

import { count } from './memory-text.js';
import { FAINT, line, rect, text, textWidth } from './svg-text.js';

export type StripSegment = {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly fill: string;
  /** Colour of a name that stands on it. */
  readonly ink: string;
};

export type Strip = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The range of addresses that the strip shows. */
  readonly start: number;
  readonly end: number;
  readonly segments: readonly StripSegment[];
};

const LABEL_SIZE = 11;
const UPRIGHT_SIZE = 9;
const TICKS = 8;

export function stripSvg(strip: Strip): string {
  const { x, y, width, height, start, end } = strip;
  const at = (offset: number) => x + (width * (offset - start)) / (end - start);
  const parts = strip.segments.map(({ name, offset, bytes, fill, ink }) => {
    const left = at(offset);
    const span = at(offset + bytes) - left;
    // A hairline of the ground keeps neighbours of one colour apart.
    const gap = span > 3 ? 1 : 0;
    const box = { x: left, y, width: Math.max(span - gap, 0.4), height };
    const title = `${name}: ${count(bytes)} bytes from ${count(offset)}`;
    return rect(box, fill, title) + labels({ ...box, width: span }, name, bytes, ink);
  });
  return [...parts, axis(strip, at)].join('\n');
}

/** The name over its bytes; upright in a narrow segment; nothing in one that is narrower still. */
function labels(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  name: string,
  bytes: number,
  ink: string,
): string {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const style = { anchor: 'middle', fill: ink } as const;
  if (textWidth(name, LABEL_SIZE) < box.width - 6) {
    return (
      text(middle.x, middle.y - 3, name, { ...style, size: LABEL_SIZE }) +
      text(middle.x, middle.y + 12, `${count(bytes)} B`, { ...style, size: LABEL_SIZE - 1 })
    );
  }
  const short = name.replace(/ \(.*/, '');
  if (box.width < UPRIGHT_SIZE + 3 || textWidth(short, UPRIGHT_SIZE) > box.height - 6) return '';
  const upright = text(middle.x, middle.y + 3, short, { ...style, size: UPRIGHT_SIZE });
  return `<g transform="rotate(-90 ${middle.x.toFixed(2)} ${middle.y.toFixed(2)})">${upright}</g>`;
}

function axis(strip: Strip, at: (offset: number) => number): string {
  const { y, height, start, end } = strip;
  const step = roundStep((end - start) / TICKS);
  const marks: string[] = [];
  for (let offset = Math.ceil(start / step) * step; offset <= end; offset += step) {
    marks.push(line(at(offset), y + height + 2, at(offset), y + height + 7, FAINT));
    // The last mark would run into the capacity, which stands at the end.
    if (at(end) - at(offset) > 60) {
      marks.push(text(at(offset), y + height + 19, count(offset), axisStyle('middle')));
    }
  }
  marks.push(line(at(end), y + height + 2, at(end), y + height + 7, FAINT));
  marks.push(text(at(end), y + height + 19, `${count(end)} bytes`, axisStyle('end')));
  return marks.join('\n');
}

function axisStyle(anchor: 'middle' | 'end') {
  return { size: 10, anchor, fill: FAINT } as const;
}

/** The power of two next above `step`: memory is counted in those. */
function roundStep(step: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(step, 1)));
}
