import { describe, expect, it } from 'vitest';
import {
  type CaseResult,
  type ConformanceTarget,
  FEATURES,
  parseSecrets,
  parseStatement,
  personaliseTarget,
  type RunReport,
  reportToHtml,
  reportToJson,
  reportToJunit,
  reportToLines,
  runConformance,
  runDifferential,
  SecretsError,
  StatementError,
  secretsTemplate,
  statementTemplate,
} from '../../conformance/index.js';
import { TransportError } from '../../reader-drivers/index.js';
import { answering, mute, pulledOut, statusInsteadOf, transmitting } from './faults.js';
import { type Fault, simulatedTarget } from './simulated-target.js';

/** The one card of a reader. */
function oneCard(fault: Fault = (inner) => inner): ConformanceTarget {
  const { freshCard, ...target } = simulatedTarget('patient', fault);
  const card = freshCard!();
  return { ...target, name: 'reader', kind: 'pcsc', connect: () => card.connect() };
}

const verdicts = (report: RunReport) =>
  Object.fromEntries(report.results.map((result) => [result.case.id, result.verdict]));
const skips = (report: RunReport) =>
  report.results.flatMap((result) => (result.verdict === 'skipped' ? [result.kind] : []));

describe('a card that misbehaves', () => {
  it.each([
    ['goes mute', mute(3)],
    ['answers rubbish', answering(() => Uint8Array.of(0x42))],
    ['is pulled out', pulledOut(3)],
  ] as const)('which %s is a verdict of the case, and the run goes on', async (_, fault) => {
    const report = await runConformance([simulatedTarget('patient', fault)], {
      filter: 'selection.unknown-name,response.whole,response.in-parts',
      answerTimeoutMs: 50,
    });
    expect(report.results.map((result) => result.verdict)).toContain('failed');
    expect(report.results).toHaveLength(3);
    expect(report.complete).toBe(true);
    expect(report.exitStatus).toBe(1);
  });

  /** A reader whose card is pulled out at a command, once; `back` says whether it comes back. */
  function reader(): {
    readonly target: ConformanceTarget;
    insert: () => void;
    readonly state: { in: boolean };
  } {
    const state = { in: true, count: 0 };
    const good = oneCard(
      transmitting((inner) => async (command) => {
        if (++state.count === 4) state.in = false;
        if (!state.in) throw new TransportError('card-removed', 'the card was taken out');
        return inner.transmit(command);
      }),
    );
    const connect = async () => {
      if (!state.in) throw new TransportError('no-card', 'the reader is empty');
      return good.connect();
    };
    return {
      target: { ...good, connect },
      insert: () => {
        state.in = true;
      },
      state,
    };
  }
  const FILTER = 'response and not destructive:yes and fixture:any';

  it('which is put back is used again', async () => {
    const { target, insert } = reader();
    let waited = 0;
    const report = await runConformance([target], {
      filter: FILTER,
      awaitCard: async () => {
        waited++;
        insert();
        return true;
      },
    });
    expect(waited).toBe(1);
    expect(report.summary).toMatchObject({ failed: 1, skipped: 0 });
    expect(report.exitStatus).toBe(1);
  });

  it('which stays away ends with status 3, and a resumed run makes up for the rest', async () => {
    const { target, insert } = reader();
    const first = await runConformance([target], { filter: FILTER });
    expect(first.summary.failed).toBe(1);
    expect(new Set(skips(first))).toEqual(new Set(['no card']));
    expect(first.exitStatus).toBe(3);
    expect(first.complete).toBe(false);
    insert();
    const run: string[] = [];
    const second = await runConformance([target], {
      filter: FILTER,
      resume: JSON.parse(JSON.stringify(first.results)) as CaseResult[],
      onExchanges: ({ id }) => run.push(id),
    });
    expect(second.complete).toBe(true);
    expect(second.summary).toEqual({ ...second.summary, failed: 1, skipped: 0 });
    // the case that failed is a verdict and is not run again
    expect(run).toEqual(first.results.filter((r) => r.verdict === 'skipped').map((r) => r.case.id));
  });

  it('a run that is broken off says so, and is gone on with', async () => {
    const stop = new AbortController();
    const target = simulatedTarget('patient');
    const first = await runConformance([target], {
      filter: 'response',
      signal: stop.signal,
      onProgress: ({ done }) => (done === 3 ? stop.abort() : undefined),
    });
    expect(first.summary.passed).toBe(3);
    expect(new Set(skips(first))).toEqual(new Set(['interrupted']));
    expect([first.complete, first.exitStatus]).toEqual([false, 1]);
    const second = await runConformance([target], { filter: 'response', resume: first.results });
    expect([second.complete, second.exitStatus]).toEqual([true, 0]);
    expect(second.summary.skipped).toBe(0);
  });
});

describe('what the card claims', () => {
  const filter = 'apdu,chaining';

  it('leaves out cases for anything else', async () => {
    const statement = parseStatement(JSON.stringify({ icsVersion: 1, features: ['selection'] }));
    const report = await runConformance([simulatedTarget('patient')], { filter, statement });
    expect(report.summary.failed).toBe(0);
    expect(report.summary.passed).toBeGreaterThan(0);
    const reasons = report.results.flatMap((r) => (r.verdict === 'skipped' ? [r.reason] : []));
    expect(reasons.some((reason) => /^this card does not claim: .*chaining/.test(reason))).toBe(true);
  });

  it('but does not have fails', async () => {
    const statement = parseStatement(JSON.stringify({ icsVersion: 1, features: FEATURES }));
    const noChaining = answering((response, command) =>
      (command[0]! & 0x10) !== 0 ? Uint8Array.of(0x68, 0x84) : response,
    );
    const report = await runConformance([simulatedTarget('patient', noChaining)], { filter, statement });
    expect(report.summary.failed).toBeGreaterThan(0);
  });

  it('of somebody else: the ISO subset runs against another application', async () => {
    const aid = simulatedAid('professional');
    const statement = parseStatement(JSON.stringify({ icsVersion: 1, features: FEATURES, aid }));
    const other = { ...simulatedTarget('professional'), application: 'patient' };
    const report = await runConformance([other], { statement, filter: 'not feature:line' });
    expect(report.results.filter((r) => r.verdict === 'failed').map((r) => r.case.id)).toEqual([]);
    expect(report.summary.passed).toBeGreaterThan(20);
    expect(report.results.every((r) => r.case.origin === 'hand-written')).toBe(true);
  });

  it('is refused with one sentence when it is no statement', () => {
    expect(parseStatement(statementTemplate()).features).toEqual(FEATURES);
    for (const text of [
      '',
      '[]',
      '{}',
      '{"icsVersion":1,"features":["levitation"]}',
      '{"icsVersion":1,"features":[],"x":1}',
    ]) {
      expect(() => parseStatement(text), text).toThrow(StatementError);
    }
  });
});

describe('secrets of a card', () => {
  it('are used and stand in no report', async () => {
    const pin = '987612';
    const secrets = parseSecrets(JSON.stringify({ secretsVersion: 1, pin, puk: '55667788' }));
    const echoing = answering((response, command) =>
      command[1] === 0x20 && command.length > 5
        ? Uint8Array.of(...command.subarray(5), 0x6f, 0x00)
        : response,
    );
    for (const fault of [undefined, echoing]) {
      const report = await runConformance([simulatedTarget('patient', fault)], {
        filter: 'pin.right-pin-verifies,pin.change',
        secrets,
      });
      expect(report.summary.failed > 0).toBe(fault !== undefined);
      const texts = [
        JSON.stringify(reportToJson(report)),
        reportToHtml(report),
        reportToJunit(report),
        reportToLines(report).join('\n'),
      ];
      for (const text of texts) {
        expect(text).not.toContain(pin);
        expect(text).not.toContain(Buffer.from(pin).toString('hex'));
      }
    }
  });

  it('are refused without a word of them', () => {
    expect(Object.keys(parseSecrets(secretsTemplate())).sort()).toEqual(['authority', 'pin', 'puk', 'scp03']);
    for (const text of [
      '{',
      '{"secretsVersion":1,"pin":4711}',
      '{"secretsVersion":1,"scp03":{"enc":"4711"}}',
      '{"secretsVersion":1,"hidden":"4711"}',
    ]) {
      try {
        parseSecrets(text);
        expect.unreachable(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SecretsError);
        expect((error as Error).message).not.toContain('4711');
      }
    }
  });
});

describe('the last try of a PIN', () => {
  it('is not spent on a card that has one left, unless that is allowed', async () => {
    const target = oneCard();
    await personaliseTarget(target);
    const used = { ...target, personalisedWithSeed: 1 };
    const wrong = Uint8Array.of(0x00, 0x20, 0x00, 0x81, 0x06, ...Buffer.from('000000'));
    const connection = await target.connect();
    await connection.transmit(Buffer.from('00a4040c06f0494d495301', 'hex'));
    for (let round = 0; round < 2; round++) await connection.transmit(wrong);
    await connection.close();
    const filter = 'pin.prefix-is-wrong';
    const spared = await runConformance([used], { filter });
    expect(spared.results[0]).toMatchObject({ verdict: 'skipped', kind: 'not allowed' });
    // the run gave the tries back with the right PIN, which it knows
    expect(verdicts(await runConformance([used], { filter }))).toEqual({ [filter]: 'passed' });
  });
});

describe('two cards compared', () => {
  it('differ nowhere when they are alike', async () => {
    const report = await runDifferential([simulatedTarget('patient')], [simulatedTarget('patient')], {
      filter: 'selection,response,pin.right-pin-verifies',
    });
    expect(report.compared).toBeGreaterThan(20);
    expect(report.divergences).toEqual([]);
  });

  it('differ first where one answers another status word', async () => {
    const other = simulatedTarget('patient', statusInsteadOf('6a82', Uint8Array.of(0x6a, 0x88)));
    const { divergences } = await runDifferential([simulatedTarget('patient')], [other], {
      filter: 'selection.unknown-name,selection.fci',
    });
    expect(divergences).toHaveLength(1);
    expect(divergences[0]).toMatchObject({
      caseId: 'selection.unknown-name',
      verdicts: ['passed', 'failed'],
    });
    expect(divergences[0]!.exchanges.map((one) => one?.sw)).toEqual([0x6a82, 0x6a88]);
  });
});

function simulatedAid(application: 'patient' | 'professional'): string {
  return application === 'patient' ? 'f0494d495301' : 'f0494d495302';
}
