import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  differencesToJson,
  type RunReport,
  reportToHtml,
  reportToJson,
  reportToJunit,
  runConformance,
  runDifferential,
} from '../../conformance/index.js';
import { statusInsteadOf } from './faults.js';
import { simulatedTarget } from './simulated-target.js';

const docs = (name: string): string => new URL(`../../docs/${name}`, import.meta.url).pathname;

/** Why a program's tests can not run here, or undefined; in CI that is a failure. */
function whyNot(program: string): string | undefined {
  if (spawnSync(program, ['--version']).error === undefined) return undefined;
  if (process.env.CI) throw new Error(`required here (CI is set), but ${program} is not installed`);
  console.log(`skipped: ${program} is not installed`);
  return `${program} is not installed`;
}

const folder = mkdtempSync(join(tmpdir(), 'imis-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let report: RunReport;
beforeAll(async () => {
  const wrong = simulatedTarget('patient', statusInsteadOf('6a82', Uint8Array.of(0x6a, 0x88)));
  const good = simulatedTarget('professional');
  const empty = { ...good, name: '<empty> & "silent"', connect: () => Promise.reject(new Error('no card')) };
  report = await runConformance([wrong, { ...good, lacks: ['extended-length'] }, empty], {
    filter: 'selection,apdu,answer-to-reset',
    conditions: { tool: 'imis <test>', operator: 'A & B', date: '2025-06-15T15:06:40Z' },
    clock: () => 0,
  });
});

describe('the JSON report', () => {
  it('is what the published schema says', () => {
    const schema = JSON.parse(readFileSync(docs('conformance-report.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020({
      strict: true,
      allErrors: true,
      strictRequired: false,
      strictTypes: false,
    }).compile(schema);
    const document: unknown = JSON.parse(JSON.stringify(reportToJson(report)));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.summary.failed).toBeGreaterThan(0);
    expect(report.summary.skipped).toBeGreaterThan(0);
    expect(validate({ ...(document as object), seed: -1 })).toBe(false);
  });
});

describe('the JSON of a comparison', () => {
  it('is what the published schemas say, also where one card came to its end', async () => {
    const other = simulatedTarget('patient', statusInsteadOf('6a82', Uint8Array.of(0x6a, 0x88)));
    const compared = await runDifferential([simulatedTarget('patient')], [other], {
      filter: 'selection.unknown-name,selection.directory-has-no-records',
    });
    const read = (name: string) => JSON.parse(readFileSync(docs(name), 'utf8')) as object;
    const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
      .addSchema(read('conformance-report.schema.json'))
      .compile(read('conformance-diff.schema.json'));
    const document = JSON.parse(JSON.stringify(differencesToJson(compared, ['sim', 'other'])));
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(document.divergences).toHaveLength(1);
    const [divergence] = document.divergences;
    const ended = { ...divergence, exchanges: [divergence.exchanges[0], null] };
    expect(validate({ ...document, divergences: [ended] })).toBe(true);
    expect(validate({ ...document, divergences: [{ ...divergence, exchanges: [] }] })).toBe(false);
    expect(validate({ ...document, targets: ['sim'] })).toBe(false);
  });
});

describe.skipIf(whyNot('xmllint') !== undefined)('the JUnit report', () => {
  const validated = (text: string) => {
    const path = join(folder, 'junit.xml');
    writeFileSync(path, text);
    return spawnSync('xmllint', ['--noout', '--schema', docs('junit.xsd'), path], { encoding: 'utf8' });
  };

  it('is what the common schema says', () => {
    const { status, stderr } = validated(reportToJunit(report));
    expect(stderr).toMatch(/validates/);
    expect(status).toBe(0);
  });

  it('would not be if a count were missing', () => {
    expect(validated(reportToJunit(report).replace(/ skipped="\d+"/, '')).status).not.toBe(0);
  });
});

describe('the HTML report', () => {
  const page = (): string => reportToHtml(report);

  it('is one file: it names no other and no network', () => {
    expect(page()).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page()).not.toMatch(/https?:|@import|url\(/);
  });

  it('escapes what cards, users and files say', () => {
    expect(page()).toContain('imis &lt;test&gt;');
    expect(page()).toContain('A &amp; B');
    expect(page()).not.toContain('<empty>');
  });

  describe.skipIf(whyNot('chromium') !== undefined)('in Chromium', () => {
    /** The document after its script ran, opened at a fragment. */
    const opened = (fragment: string): string => {
      const path = join(folder, 'report.html');
      if (!existsSync(path)) writeFileSync(path, page());
      const args = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${join(folder, 'profile')}`,
        '--dump-dom',
        `${pathToFileURL(path)}${fragment}`,
      ];
      const run = spawnSync('chromium', args, { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 2 ** 20 });
      expect(run.status, run.stderr).toBe(0);
      return run.stdout;
    };

    it('shows every case, and with a filter those that match', () => {
      const whole = opened('');
      expect(whole).toContain(`>${report.results.length} cases</output>`);
      expect(whole).not.toMatch(/<tr [^>]*hidden/);
      const filtered = opened('#show=selection.unknown');
      const matching = report.results.filter(({ case: one }) => one.id.includes('selection.unknown')).length;
      expect(matching).toBeGreaterThan(0);
      expect(filtered).toContain(`>${matching} of ${report.results.length} cases</output>`);
      const hidden = filtered.match(/<tr [^>]*hidden/g) ?? [];
      expect(hidden).toHaveLength(report.results.length - matching);
    });
  });
});
