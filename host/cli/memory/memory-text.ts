/** The memory of a card for a terminal. */

import { formatTable } from '../../../perf/index.js';
import type { MemoryDocument, MemoryPart } from './memory-document.js';
import { groupRanges } from './range-groups.js';

const BAR_WIDTH = 72;
const LINE_WIDTH = 110;

export function memoryText(document: MemoryDocument): string {
  const { card, profile, state } = document;
  return [
    `${card} card, profile ${profile}, ${stateText(state)}`,
    '',
    partText('NVM', document.nvm),
    '',
    partText('RAM', document.ram),
    '',
    ownersText(document),
    '',
    wearText(document),
    '',
  ].join('\n');
}

export function stateText(state: string): string {
  if (state === 'visited') return 'after personalisation and one visit';
  return state === 'image' ? 'from an image file' : 'blank';
}

/** 1,234 whatever the locale of the machine. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

function partText(title: string, part: MemoryPart): string {
  const rows = part.shares.map(({ owner, use, bytes, percent }) => [
    symbolOf(owner, use),
    owner,
    use,
    count(bytes),
    `${percent.toFixed(1)} %`,
  ]);
  const columns = [
    { title: '', align: 'left' },
    { title: 'owner', align: 'left' },
    { title: 'use', align: 'left' },
    { title: 'bytes', align: 'right' },
    { title: 'share', align: 'right' },
  ] as const;
  const total = ['', 'total', '', count(part.capacityBytes), '100.0 %'];
  return [
    `${title}: ${count(part.capacityBytes)} bytes`,
    bar(part),
    formatTable(columns, [...rows, total]),
  ].join('\n');
}

function symbolOf(owner: string, use: string): string {
  if (owner === 'nobody') return '·';
  if (use === 'arena') return '░';
  return owner === 'operating system' ? '▒' : '█';
}

/** A line to scale: every share has at least one character. */
function bar(part: MemoryPart): string {
  return part.shares
    .map(({ owner, use, bytes }) =>
      symbolOf(owner, use).repeat(Math.max(1, Math.round((BAR_WIDTH * bytes) / part.capacityBytes))),
    )
    .join('');
}

function ownersText(document: MemoryDocument): string {
  const groups = [
    ...groupRanges(document.nvm.ranges).map((group) => ({ memory: 'NVM', ...group })),
    ...groupRanges(document.ram.ranges).map((group) => ({ memory: 'RAM', ...group })),
  ].filter(({ owner, use }) => owner !== 'nobody' && use !== 'arena');
  const costs = document.nvm.applications.map(({ application, bytes }) => {
    const ram = document.ram.applications.find((other) => other.application === application)?.bytes ?? 0;
    return `The ${application} application costs ${count(bytes)} bytes of NVM and ${count(ram)} bytes of RAM.`;
  });
  const columns = [
    { title: 'memory', align: 'left' },
    { title: 'at', align: 'right' },
    { title: 'bytes', align: 'right' },
    { title: 'fields', align: 'right' },
    { title: 'owner', align: 'left' },
    { title: 'what', align: 'left' },
  ] as const;
  const rows = groups.map(({ memory, offset, bytes, fields, owner, name }) => [
    memory,
    count(offset),
    count(bytes),
    count(fields),
    owner,
    name,
  ]);
  return [...costs, formatTable(columns, rows)].join('\n');
}

function wearText({ wear, visit }: MemoryDocument): string {
  const lines = [
    `Wear: ${count(wear.programs)} page programs and ${count(wear.erases)} erases over ${count(wear.pages)} pages, ${count(wear.untouchedPages)} untouched.`,
    `  cycles of a page: fewest ${count(wear.fewestCycles)}, mean ${wear.meanCycles.toFixed(2)}, most ${count(wear.mostCycles)} (page ${wear.mostWornPage}) of ${count(wear.enduranceCycles)}.`,
  ];
  if (!visit) return [...lines, 'Forecast: none; --state visited measures a visit.'].join('\n');
  const { forecast } = visit;
  return [
    ...lines,
    `One visit ("${visit.phases[0]}" to "${visit.phases.at(-1)}"): ${count(visit.programs)} programs, ${count(visit.erases)} erases, at most ${count(visit.mostCyclesOfAPage)} cycles on one page; highest RAM use ${count(visit.ramPeakBytes)} bytes (${visit.ramPeakCommand}).`,
    `Forecast until the first page has ${count(forecast.enduranceCycles)} cycles:`,
    `  ${visitsText(forecast.visitsWithLevelling)} when the ${count(forecast.pagesInRotation)} pages in rotation take equal turns, as the memory manager makes them;`,
    `  ${visitsText(forecast.visitsWithoutLevelling)} when every visit wore the same page as the measured one wore its worst.`,
    ...wrapped(`Method: ${forecast.method}`),
  ].join('\n');
}

/** Lines of at most {@link LINE_WIDTH} characters. */
function wrapped(paragraph: string): readonly string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_WIDTH)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function visitsText(visits: number | null): string {
  return visits === null ? 'no end (a visit wears nothing)' : `${count(visits)} visits`;
}
