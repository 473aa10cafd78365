/** A flame graph as one SVG file that needs nothing else: a click zooms, a hover tells. */
import type { CostPart } from './command-cost.js';
import type { ProfileFrame } from './profile-tree.js';

const WIDTH = 1400;
const ROW = 17;
const TOP = 44;
/** Narrower than this, in pixels of the whole, a frame is left out. */
const LEAST_PIXELS = 0.25;

/** Colour of each kind of time; functions and commands are drawn in shades of sand. */
export const PART_COLOURS: Readonly<Record<CostPart, string>> = {
  crypto: '#7b5ea7',
  bytecode: '#e0a030',
  nvm: '#c8553d',
  ram: '#3a9188',
  wire: '#4a7fb5',
  host: '#9aa0a6',
};
const FUNCTION_COLOURS = ['#f0e3cb', '#e8d6b5'] as const;

type Placed = { readonly frame: ProfileFrame; readonly x: number; readonly depth: number };

export function flameGraph(root: ProfileFrame): string {
  const placed = place(root, 0, 0, root.ms);
  const depth = Math.max(...placed.map((each) => each.depth));
  const height = TOP + (depth + 1) * ROW + 8;
  const legend = Object.entries(PART_COLOURS)
    .map(
      ([part, colour], i) =>
        `<rect x="${WIDTH - 520 + i * 85}" y="12" width="11" height="11" fill="${colour}"/><text x="${WIDTH - 505 + i * 85}" y="22">${part}</text>`,
    )
    .join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<style>g.f{cursor:pointer}g.f:hover rect{stroke:#222}text{pointer-events:none;fill:#222}</style>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="8" y="22" font-size="14" font-weight="600">${escapeXml(root.name)}: ${root.ms.toFixed(0)} ms predicted</text>${legend}`,
    ...placed.map((each) => rectangle(each, root.ms)),
    `<script><![CDATA[${ZOOM}]]></script>`,
    '</svg>',
    '',
  ].join('\n');
}

function place(frame: ProfileFrame, x: number, depth: number, whole: number): Placed[] {
  if ((frame.ms / whole) * WIDTH < LEAST_PIXELS) return [];
  let at = x;
  const within = merged(frame.children).flatMap((child) => {
    const placed = place(child, at, depth + 1, whole);
    at += child.ms;
    return placed;
  });
  return [{ frame, x, depth }, ...within];
}

/** Equal frames side by side become one; those with more time come first. */
function merged(frames: readonly ProfileFrame[]): readonly ProfileFrame[] {
  const byName = new Map<string, ProfileFrame>();
  for (const frame of frames) {
    const before = byName.get(frame.name);
    byName.set(
      frame.name,
      before
        ? { ...before, ms: before.ms + frame.ms, children: [...before.children, ...frame.children] }
        : frame,
    );
  }
  return [...byName.values()];
}

function rectangle({ frame, x, depth }: Placed, whole: number): string {
  const left = (x / whole) * WIDTH;
  const width = (frame.ms / whole) * WIDTH;
  const fill = frame.part ? PART_COLOURS[frame.part] : FUNCTION_COLOURS[depth % 2]!;
  const place = frame.file ? ` ${frame.file}:${frame.line}` : '';
  const title = `${frame.name}${frame.file && !frame.name.startsWith(frame.file) ? place : ''}: ${frame.ms.toFixed(2)} ms (${((100 * frame.ms) / whole).toFixed(1)} %)`;
  const letters = Math.floor((width - 6) / 6.2);
  const label = letters < 3 ? '' : escapeXml(frame.name.slice(0, letters));
  const y = TOP + depth * ROW;
  return `<g class="f" data-x="${left.toFixed(3)}" data-w="${width.toFixed(3)}" data-n="${escapeXml(frame.name)}"><title>${escapeXml(title)}</title><rect x="${left.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${ROW - 1}" fill="${fill}"/><text x="${(left + 3).toFixed(2)}" y="${y + 12}">${label}</text></g>`;
}

/** A click makes a frame as wide as the picture, and those around it with it; a click on the first one shows all. */
const ZOOM = `
for (const clicked of document.querySelectorAll('g.f')) clicked.addEventListener('click', () => {
  const from = +clicked.dataset.x, scale = ${WIDTH} / +clicked.dataset.w;
  for (const g of document.querySelectorAll('g.f')) {
    const x = (+g.dataset.x - from) * scale, w = +g.dataset.w * scale;
    const left = Math.max(0, x), right = Math.min(${WIDTH}, x + w), shown = right - left > 0.3;
    g.style.display = shown ? '' : 'none';
    if (!shown) continue;
    const [rect, text] = [g.querySelector('rect'), g.querySelector('text')];
    rect.setAttribute('x', left); rect.setAttribute('width', right - left);
    text.setAttribute('x', left + 3);
    const letters = Math.floor((right - left - 6) / 6.2);
    text.textContent = letters < 3 ? '' : g.dataset.n.slice(0, letters);
  }
});`;

export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!,
  );
}
