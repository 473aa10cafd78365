import { describe, expect, it } from 'vitest';
import {
  type CaseResult,
  type ReportDocument,
  type RunReport,
  reportToJson,
  reportToJunit,
  reportToLines,
  resultToLine,
  runConformance,
} from '../../conformance/index.js';
import { answering } from './faults.js';
import { simulatedTarget } from './simulated-target.js';
import { parseXml, type XmlElement } from './xml.js';

/** Every VERIFY echoes its data beside a wrong status word, as the worst of cards might. */
const echoing = answering(
  (response, command) =>
    command[1] === 0x20 && command.length > 5 ? Uint8Array.of(...command.subarray(5), 0x6f, 0x00) : response,
  0x20,
);

async function failedRun(): Promise<RunReport> {
  let now = 0;
  const good = simulatedTarget('patient', echoing);
  const empty = { ...simulatedTarget('professional'), name: 'a "reader" <&>', connect: nobody };
  return runConformance([{ ...good, lacks: ['extended-length'] }, empty], {
    filter: 'pin,apdu',
    clock: () => now++,
  });
}

async function nobody(): Promise<never> {
  throw new Error('no card <here>\u0000');
}

describe('JUnit XML', () => {
  it('is well-formed and has what the common schema requires', async () => {
    const report = await failedRun();
    const root = parseXml(reportToJunit(report));
    expect(root.name).toBe('testsuites');
    const number = (element: XmlElement, name: string) => {
      expect(element.attributes[name], `${element.name} ${name}`).toMatch(/^\d+$/);
      return Number(element.attributes[name]);
    };
    let tests = 0;
    let failures = 0;
    let errors = 0;
    let skipped = 0;
    for (const suite of root.children) {
      expect(suite.name).toBe('testsuite');
      expect(suite.attributes.name).toBeTruthy();
      expect(suite.attributes.time).toMatch(/^\d+\.\d{3}$/);
      expect(number(suite, 'tests')).toBe(suite.children.length);
      const with_ = (name: string) =>
        suite.children.filter((one) => one.children.some((child) => child.name === name)).length;
      expect(number(suite, 'failures')).toBe(with_('failure'));
      expect(number(suite, 'errors')).toBe(with_('error'));
      expect(number(suite, 'skipped')).toBe(with_('skipped'));
      for (const one of suite.children) {
        expect(one.name).toBe('testcase');
        for (const name of ['name', 'classname']) expect(one.attributes[name]).toBeTruthy();
        expect(one.attributes.time).toMatch(/^\d+\.\d{3}$/);
        expect(one.children.length).toBeLessThanOrEqual(1);
        for (const child of one.children) {
          expect(['failure', 'error', 'skipped']).toContain(child.name);
          expect(child.attributes.message).toBeTruthy();
        }
      }
      tests += suite.children.length;
      failures += with_('failure');
      errors += with_('error');
      skipped += with_('skipped');
    }
    const totals = ['tests', 'failures', 'errors', 'skipped'].map((name) => number(root, name));
    expect(totals).toEqual([tests, failures, errors, skipped]);
    expect(failures).toBe(report.summary.failed);
    expect(skipped).toBe(report.summary.skipped);
    expect(errors).toBe(1);
    expect(failures).toBeGreaterThan(0);
    expect(skipped).toBeGreaterThan(0);
  });

  it('notices what is not well-formed', () => {
    const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
    for (const wrong of ['<a>', '<a></b>', '<a b="&x;"/>', '<a b="1" b="2"/>', '<a>&</a>', '<a/><b/>']) {
      expect(() => parseXml(head + wrong), wrong).toThrow();
    }
  });
});

describe('reports', () => {
  it('show no PIN and no PUK, though the card echoes them', async () => {
    const report = await failedRun();
    expect(report.summary.failed).toBeGreaterThan(0);
    const texts = [
      JSON.stringify(reportToJson(report)),
      reportToJunit(report),
      reportToLines(report).join('\n'),
      report.results.map(resultToLine).join('\n'),
    ];
    const secrets = ['135790', '135791', '24681357', '24681358', '864200', '975313'];
    for (const text of texts) {
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
  });

  it('are one JSON document with everything that failed, decoded', async () => {
    const written = reportToJson(await failedRun());
    const document = JSON.parse(JSON.stringify(written)) as ReportDocument;
    expect(document).toEqual(written);
    expect(document.reportVersion).toBe(2);
    expect(document.exitStatus).toBe(3);
    const failed = document.results.filter(
      (result): result is CaseResult & { verdict: 'failed' } => result.verdict === 'failed',
    );
    expect(failed.length).toBe(document.summary.failed);
    for (const { case: metadata, failure } of failed) {
      expect(metadata.clause).toBeTruthy();
      expect(failure.exchanges.length).toBeGreaterThan(0);
      expect(failure.repeat).toBe(`imis conformance run --target sim --filter ${metadata.id}`);
    }
  });

  it('are the same for the same card, seed and clock', async () => {
    expect(JSON.stringify(reportToJson(await failedRun()))).toBe(
      JSON.stringify(reportToJson(await failedRun())),
    );
  });
});
