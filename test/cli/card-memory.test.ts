import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryDocument, memoryText } from '../../host/cli/index.js';
import { imis, ROOT, SEED, sentenceOf, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

const memory = (...args: string[]) => imis(['card', 'memory', ...args]);
const schema = JSON.parse(readFileSync(join(ROOT, 'docs', 'card-memory.schema.json'), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);

describe('imis card memory', () => {
  const picture = join(folder.path, 'memory.svg');
  let visited: MemoryDocument;
  let blank: MemoryDocument;
  let text: string;
  beforeAll(async () => {
    console.log(`seed ${SEED}`);
    const visit = await memory('--seed', SEED, '--json', '--svg', picture);
    expect([visit.stderr, visit.status]).toEqual(['', 0]);
    visited = JSON.parse(visit.stdout) as MemoryDocument;
    const run = await memory(
      '--state',
      'blank',
      '--card',
      'professional',
      '--profile',
      'nxp-j2e081',
      '--json',
    );
    blank = JSON.parse(run.stdout) as MemoryDocument;
    text = memoryText(visited);
  });

  it('prints a document of its schema whose parts sum to the capacities', () => {
    for (const document of [visited, blank]) {
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
      for (const part of [document.nvm, document.ram]) {
        const sum = (bytes: readonly number[]) => bytes.reduce((a, b) => a + b, 0);
        expect(sum(part.shares.map((share) => share.bytes))).toBe(part.capacityBytes);
        expect(sum(part.ranges.map((range) => range.length))).toBe(part.capacityBytes);
      }
      const { wear } = document;
      expect(wear.erasesOfPage.length).toBe(wear.pages);
      expect(wear.programsOfPage.reduce((a, b) => a + b, 0)).toBe(wear.programs);
    }
    expect(blank.visit).toBe(null);
    expect([blank.wear.erases, blank.wear.programs, blank.card]).toEqual([0, 0, 'professional']);
  });

  it('forecasts from the measured visit what a hand computes', () => {
    const { visit, wear } = visited;
    const { forecast, programs, erases, mostCyclesOfAPage } = visit!;
    expect(visit!.phases[0]).toBe('open visit');
    expect(forecast.cyclesPerVisit).toBe(Math.max(programs, erases));
    const left = forecast.enduranceCycles - wear.mostCycles;
    expect(forecast.visitsWithLevelling).toBe(
      Math.floor((left * forecast.pagesInRotation) / Math.max(programs, erases)),
    );
    expect(forecast.visitsWithoutLevelling).toBe(Math.floor(left / mostCyclesOfAPage));
    expect(visit!.ramPeakBytes).toBeLessThanOrEqual(visited.ram.capacityBytes);
    console.log(
      `a visit: ${programs} programs, ${erases} erases; ${forecast.visitsWithLevelling} and ${forecast.visitsWithoutLevelling} visits`,
    );
  });

  it('prints a table with all totals', async () => {
    expect((await memory('--state', 'blank')).stdout).toMatch(
      /^patient card, profile nxp-jcop4-j3r180, blank\n/,
    );
    expect(text).toContain(`NVM: ${visited.nvm.capacityBytes.toLocaleString('en-US')} bytes`);
    expect(text).toContain(`RAM: ${visited.ram.capacityBytes.toLocaleString('en-US')} bytes`);
    const cost = visited.nvm.applications[0]!.bytes.toLocaleString('en-US');
    expect(text).toContain(`The patient application costs ${cost} bytes of NVM and `);
    expect(text).toContain(
      `${visited.visit!.forecast.visitsWithLevelling!.toLocaleString('en-US')} visits when`,
    );
    const tables = text.split('\n').filter((line) => !/^(?:Method|the|turns|cycles|One visit)/.test(line));
    expect(tables.every((line) => line.length <= 120)).toBe(true);
    expect(text.match(/ 100\.0 %$/gm)).toHaveLength(2);
  });

  it('draws a picture that stands alone and names every share', () => {
    const svg = readFileSync(picture, 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" viewBox="/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(svg).not.toMatch(/href|<script|<image|@import|NaN|undefined|Infinity/);
    const opened = [...svg.matchAll(/<(\w+)\b[^>]*?(\/?)>/g)].filter(([, , closed]) => closed === '');
    expect(opened.length).toBe([...svg.matchAll(/<\/\w+>/g)].length);
    for (const part of [visited.nvm, visited.ram]) {
      expect(svg).toContain(`${part.capacityBytes.toLocaleString('en-US')} bytes`);
    }
    for (const name of [
      'EF.Records',
      'free',
      'arena',
      'message buffer',
      'shadow pages',
      'Wear of the flash',
    ]) {
      expect(svg).toContain(name);
    }
    console.log(`picture: ${svg.length} characters, ${opened.length} elements`);
  });

  it('says why a profile has no visit to measure', async () => {
    const sentence = sentenceOf(await memory('--profile', 'infineon-cjtop-80k'), 1);
    expect(sentence).toMatch(/^The visit to measure was refused in .*--state blank shows the map alone\.$/);
  });

  it('refuses a picture that can not be written', async () => {
    const run = await memory('--state', 'blank', '--svg', join(folder.path, 'none', 'x.svg'));
    expect(sentenceOf(run, 2)).toMatch(/^The picture .*x\.svg can not be written; check the path\.$/);
  });
});
