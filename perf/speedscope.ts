import type { ProfileFrame } from './profile-tree.js';

/** A profile in the format of speedscope (https://www.speedscope.app/file-format-schema.json), sampled, in ms. */
export function speedscope(root: ProfileFrame): object {
  const frames: { name: string; file?: string; line?: number }[] = [];
  const numbers = new Map<string, number>();
  const samples: number[][] = [];
  const weights: number[] = [];
  const numberOf = ({ name, file, line }: ProfileFrame): number => {
    const key = `${name}|${file}|${line}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, frames.length);
    return frames.push({ name, ...(file && { file }), ...(line !== undefined && { line }) }) - 1;
  };
  const walk = (frame: ProfileFrame, above: readonly number[]): void => {
    const stack = [...above, numberOf(frame)];
    if (frame.children.length === 0 && frame.ms > 0) {
      samples.push(stack);
      weights.push(Math.round(frame.ms * 1e6) / 1e6);
    }
    for (const child of frame.children) walk(child, stack);
  };
  walk(root, []);
  const end = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: root.name,
    exporter: 'imis-card',
    shared: { frames },
    profiles: [
      {
        type: 'sampled',
        name: root.name,
        unit: 'milliseconds',
        startValue: 0,
        endValue: end,
        samples,
        weights,
      },
    ],
  };
}
