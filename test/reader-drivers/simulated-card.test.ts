import { beforeAll, describe, expect, inject, it } from 'vitest';
import { readerConf, startReaders } from './gempc-readers.js';
import { type PcscdRunOptions, runBesidePcscd, scriptCommand, whyNoPcscd } from './private-pcscd.js';

const SCRIPT = 'test/reader-drivers/simulated-card-scenarios.ts';

async function play(name: string, options: PcscdRunOptions = {}): Promise<Record<string, unknown>> {
  const run = await runBesidePcscd(scriptCommand(SCRIPT, name), options);
  if (run.status !== 0)
    throw new Error(`${name}: status ${run.status}\n${run.stdout}${run.stderr}${run.pcscdLog}`);
  expect(run.leftProcesses).toEqual([]);
  expect(run.leftSockets).toEqual([]);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

/** Hexadecimal as opensc-tool prints it. */
const spaced = (pattern: string) => new RegExp(`Received \\(SW1=0x${pattern.replace(' ', ', SW2=0x')}\\)`);

beforeAll(() => {
  const fault = inject('programFault');
  if (fault) throw new Error(fault);
});

describe.skipIf(whyNoPcscd() !== undefined)('the simulated card in an unmodified pcscd', () => {
  it('is reached by our typed client through PC/SC: SELECT, VERIFY, READ', async () => {
    expect(await play('client')).toEqual({ certificateBytes: 248 });
  });

  it('goes through a whole visit, byte for byte as without pcscd', async () => {
    const { seed, outcomes, apdus, fetches, links } = (await play('visit')) as {
      seed: number;
      outcomes: string[][];
      apdus: number;
      fetches: number;
      links: number;
    };
    console.log(
      `seed ${seed}: ${outcomes.length} phases, ${apdus} APDUs, ${fetches} GET RESPONSE, ${links} links of chains`,
    );
    expect(outcomes.filter(([, outcome]) => outcome !== 'ok')).toEqual([]);
    expect(outcomes.length).toBeGreaterThanOrEqual(11);
    expect(Math.min(fetches, links)).toBeGreaterThan(0);
  });

  it('is seen by imis readers and used by imis apdu, whose end by Ctrl-C leaves the reader usable', async () => {
    const seen = (await play('program', { timeoutMs: 100_000 })) as Record<
      string,
      { status: number; stdout: string }
    >;
    const { readers } = JSON.parse(seen.readers!.stdout) as { readers: { name: string; card: string }[] };
    expect(readers.map(({ name, card }) => [name, card])).toEqual([
      ['Virtual PCD 00 00', 'present'],
      ['Virtual PCD 00 01', 'none'],
    ]);
    expect([seen.first!.status, seen.second!.status]).toEqual([0, 0]);
    expect(seen.first!.stdout).toMatch(/^ATR 3B[0-9A-F]+ \(T=1\)\nSELECT/);
    expect(seen).toMatchObject({ interrupted: 130, inUse: 'no', served: 0 });
  });

  it('is taken out by Ctrl-C and leaves the reader to the next card', async () => {
    const { endings, second } = (await play('stop')) as {
      endings: unknown;
      second: { status: number; stderr: string };
    };
    expect(endings).toEqual([
      ['SIGINT', 0, ''],
      ['SIGTERM', 0, ''],
    ]);
    expect(second.status).toBe(3);
    expect(second.stderr).toMatch(/^imis: [^\n]+\.\n$/);
  });
});

describe.skipIf(whyNoPcscd('socat') !== undefined)(
  'our reader on a serial line and pcscd with libccid',
  () => {
    it.each([
      ['T=1', 'T=0'],
      ['T=0', 'T=1'],
    ] as const)('carry a whole visit, patient over %s, doctor over %s', async (patient, doctor) => {
      const seed = Number(process.env.IMIS_SEED ?? 20_260_312);
      const readers = [
        { kind: 'patient', seed, protocol: patient },
        { kind: 'professional', seed: seed + 1, protocol: doctor },
      ] as const;
      const options = { before: startReaders(readers), readerConf: readerConf(2), timeoutMs: 120_000 };
      const { outcomes, protocols, apdus } = (await play('gempc', options)) as {
        outcomes: string[][];
        protocols: string[];
        apdus: number;
      };
      console.log(`seed ${seed}: ${apdus} APDUs`);
      expect(protocols).toEqual([patient, doctor]);
      expect(outcomes.filter(([, outcome]) => outcome !== 'ok')).toEqual([]);
    });
  },
);

describe.skipIf(whyNoPcscd('opensc-tool') !== undefined)(
  'the simulated card and an unmodified opensc-tool',
  () => {
    it('share an ATR, a selection, a refusal and a challenge', async () => {
      const { list, atr, select, unknown, challenge, expectedAtr, ending } = (await play('tools')) as Record<
        string,
        string
      >;
      expect(list).toMatch(/^0\s+Yes\s+Virtual PCD 00 00$/m);
      expect(atr!.replaceAll(':', '')).toContain(expectedAtr);
      expect(select).toMatch(spaced('90 00'));
      expect(unknown).toMatch(spaced('6A 82'));
      expect(challenge).toMatch(/Received \(SW1=0x90, SW2=0x00\):\n(?:[0-9A-F]{2} ){16}/);
      expect(ending).toMatchObject({ status: 0, stdout: '' });
    });
  },
);
