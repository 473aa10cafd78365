/** The memory of a card as a picture: both memories to scale, the owned part of NVM enlarged, the wear of each page. */

import type { MemoryDocument, MemoryPart } from './memory-document.js';
import { count, stateText, visitsText } from './memory-text.js';
import { groupRanges } from './range-groups.js';
import { type StripSegment, stripSvg } from './svg-strip.js';
import { escapeXml, FAINT, INK, line, polygon, rect, text, textWidth } from './svg-text.js';

const WIDTH = 1000;
const MARGIN = 40;
const INNER = WIDTH - 2 * MARGIN;
const STRIP_HEIGHT = 46;
/** Narrow fields have their names upright in it. */
const ENLARGED_HEIGHT = 96;
/** Between strips: axis and heading. */
const GAP = 60;
const LEGEND_X = [0, 280, 650];
const WEAR_HEIGHT = 70;
/** Columns of the wear chart; a column shows its page worn most. */
const WEAR_COLUMNS = INNER / 4;

type Colour = { readonly label: string; readonly fill: string; readonly ink: string };

/** Told apart also by those who see few colours (after P. Tol's "bright" scheme), and by their names. */
const COLOURS = {
  application: { label: 'application, kept without power', fill: '#4477aa', ink: '#ffffff' },
  'clear on deselect': { label: 'cleared when the application is left', fill: '#66ccee', ink: INK },
  'clear on reset': { label: 'operating system, cleared on reset', fill: '#ccbb44', ink: INK },
  'APDU buffer': { label: 'APDU buffer', fill: '#228833', ink: '#ffffff' },
  arena: { label: 'arena: taken and given back by each command', fill: '#e9d8a6', ink: INK },
  'memory manager': { label: 'kept free for the memory manager', fill: '#aa3377', ink: '#ffffff' },
  'operating system': { label: 'operating system, kept without power', fill: '#ee6677', ink: INK },
  free: { label: 'free', fill: '#dde3ea', ink: INK },
  'less than a page': { label: 'behind the last whole page', fill: '#9aa5b1', ink: INK },
} as const satisfies Record<string, Colour>;
type ColourName = keyof typeof COLOURS;

/** A whole SVG document; it needs nothing but a viewer. */
export function memorySvg(document: MemoryDocument): string {
  const { nvm, ram } = document;
  const parts: string[] = [];
  const title = `Memory of a ${document.card} card`;
  const about = `profile ${document.profile}, ${stateText(document.state)}; every strip is to scale, addresses in bytes`;
  parts.push(text(MARGIN, 44, title, { size: 22, weight: 'bold' }), text(MARGIN, 66, about, { fill: FAINT }));

  let y = 100;
  const strip = (heading: string, note: string, part: MemoryPart, shown: Shown): void => {
    parts.push(text(MARGIN, y, heading, { size: 14, weight: 'bold' }));
    parts.push(text(WIDTH - MARGIN, y, note, { anchor: 'end', fill: FAINT }));
    const segments = segmentsOf(part, shown);
    parts.push(stripSvg({ x: MARGIN, y: y + 10, width: INNER, ...shown, segments }));
    y += shown.height + GAP;
  };
  const owned = ownedEnd(nvm);
  const whole = (part: MemoryPart) => ({ start: 0, end: part.capacityBytes, height: STRIP_HEIGHT });
  parts.push(enlargement(y + 10 + STRIP_HEIGHT, (INNER * owned) / nvm.capacityBytes));
  strip('NVM', usage(nvm), nvm, whole(nvm));
  const enlarged = { start: 0, end: owned, height: ENLARGED_HEIGHT };
  strip('NVM: what is owned, enlarged', `the first ${count(owned)} bytes`, nvm, enlarged);
  strip('RAM', usage(ram), ram, whole(ram));

  parts.push(...legend(document, y));
  y += 24 * Math.ceil(coloursIn(document).length / LEGEND_X.length) + 28;
  parts.push(...wearChart(document, y));
  y += WEAR_HEIGHT + 100;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="'DejaVu Sans', Verdana, Arial, sans-serif" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(`${title}, ${about}`)}</title>`,
    rect({ x: 0, y: 0, width: WIDTH, height: y }, '#ffffff'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function usage(part: MemoryPart): string {
  const used = part.capacityBytes - part.freeBytes;
  return `${count(part.capacityBytes)} bytes, ${count(used)} taken, ${count(part.freeBytes)} free`;
}

function colourOf(group: { readonly owner: string; readonly use: string }): ColourName {
  if (group.use !== 'persistent') return group.use as ColourName;
  return group.owner === 'operating system' ? 'operating system' : 'application';
}

/** The addresses that a strip shows, and how high it is. */
type Shown = { readonly start: number; readonly end: number; readonly height: number };

function segmentsOf(part: MemoryPart, { start, end }: Shown): StripSegment[] {
  return groupRanges(part.ranges)
    .filter((group) => group.offset < end && group.offset + group.bytes > start)
    .map((group) => {
      const { fill, ink } = COLOURS[colourOf(group)];
      return { name: group.name, offset: group.offset, bytes: group.bytes, fill, ink };
    });
}

/** Where the owned ranges at the start of NVM end. */
function ownedEnd(nvm: MemoryPart): number {
  const owned = nvm.ranges.filter(({ use }) => use === 'persistent').at(-1);
  return owned ? owned.offset + owned.length : nvm.capacityBytes;
}

/** A shade from the owned part of a strip, ending at `top`, down to the strip that shows it enlarged. */
function enlargement(top: number, width: number): string {
  const bottom = top + GAP;
  return polygon(
    [
      [MARGIN, top],
      [MARGIN + width, top],
      [WIDTH - MARGIN, bottom],
      [MARGIN, bottom],
    ],
    '#eef3f8',
  );
}

function coloursIn(document: MemoryDocument): readonly ColourName[] {
  const used = new Set([...document.nvm.shares, ...document.ram.shares].map(colourOf));
  return (Object.keys(COLOURS) as ColourName[]).filter((name) => used.has(name));
}

function legend(document: MemoryDocument, y: number): readonly string[] {
  return coloursIn(document).map((name, i) => {
    const x = MARGIN + LEGEND_X[i % LEGEND_X.length]!;
    const top = y + 24 * Math.floor(i / LEGEND_X.length) - 12;
    const bytes = [...document.nvm.shares, ...document.ram.shares]
      .filter((share) => colourOf(share) === name)
      .reduce((sum, share) => sum + share.bytes, 0);
    return (
      rect({ x, y: top, width: 14, height: 14 }, COLOURS[name].fill) +
      text(x + 20, top + 12, `${COLOURS[name].label}: ${count(bytes)} B`, { size: 11 })
    );
  });
}

function wearChart({ wear, visit }: MemoryDocument, y: number): readonly string[] {
  const base = y + 14 + WEAR_HEIGHT;
  const most = Math.max(1, wear.mostCycles);
  const pagesPerColumn = Math.max(1, Math.ceil(wear.pages / WEAR_COLUMNS));
  const columns = Math.ceil(wear.pages / pagesPerColumn);
  const width = INNER / columns;
  const cycles = wear.erasesOfPage.map((erases, page) => Math.max(erases, wear.programsOfPage[page]!));
  const bars = Array.from({ length: columns }, (_, column) => {
    const first = column * pagesPerColumn;
    const worst = Math.max(...cycles.slice(first, first + pagesPerColumn));
    if (worst === 0) return '';
    const height = (WEAR_HEIGHT * worst) / most;
    const box = { x: MARGIN + column * width, y: base - height, width: Math.max(width - 0.5, 1), height };
    return rect(
      box,
      '#aa3377',
      `pages ${first} to ${first + pagesPerColumn - 1}: at most ${count(worst)} cycles`,
    );
  });
  const pages =
    pagesPerColumn === 1
      ? 'a bar for each page'
      : `a bar for every ${pagesPerColumn} pages, its page worn most`;
  const note = `${count(wear.programs)} programs, ${count(wear.erases)} erases; ${pages}`;
  const top = `${count(wear.mostCycles)} of ${count(wear.enduranceCycles)} cycles`;
  return [
    text(MARGIN, y, 'Wear of the flash', { size: 14, weight: 'bold' }),
    text(WIDTH - MARGIN, y, note, { anchor: 'end', fill: FAINT }),
    line(MARGIN, base - WEAR_HEIGHT, WIDTH - MARGIN, base - WEAR_HEIGHT, '#e4e7eb'),
    ...bars,
    line(MARGIN, base, WIDTH - MARGIN, base, FAINT),
    text(MARGIN, base + 16, 'page 0', { size: 10, fill: FAINT }),
    text(WIDTH - MARGIN, base + 16, `page ${count(wear.pages - 1)}`, {
      size: 10,
      anchor: 'end',
      fill: FAINT,
    }),
    rect(
      {
        x: WIDTH - MARGIN - textWidth(top, 10) - 6,
        y: base - WEAR_HEIGHT + 2,
        width: textWidth(top, 10) + 6,
        height: 13,
      },
      '#ffffff',
    ),
    text(WIDTH - MARGIN, base - WEAR_HEIGHT + 12, top, { size: 10, anchor: 'end', fill: FAINT }),
    ...(visit
      ? [
          text(
            MARGIN,
            base + 42,
            `One visit: ${count(visit.forecast.cyclesPerVisit)} page cycles. Until a page reaches its endurance: ${visitsText(visit.forecast.visitsWithLevelling)} with wear levelling, ${visitsText(visit.forecast.visitsWithoutLevelling)} without.`,
          ),
        ]
      : []),
  ];
}
