import { describe, expect, it } from 'vitest';
import {
  measureCommands,
  measurementCsv,
  parseMeasurements,
  type ScriptedCommand,
} from '../../perf/index.js';
import { connectInProcess } from '../../reader-drivers/index.js';
import { seededBytes } from '../support/seeded-random.js';

const SEED = Number(process.env.IMIS_SEED ?? 7);
const WIRE_MS = 9.3;
/** What the card is made to wait, by instruction, beyond wire and reader. */
const INJECTED_MS: Readonly<Record<number, number>> = { 132: 0, 42: 127.5, 136: 2.4, 176: 31 };
const SCRIPT: readonly ScriptedCommand[] = Object.keys(INJECTED_MS).map((ins) => ({
  name: `INS ${Number(ins).toString(16)}`,
  bytes: Uint8Array.of(0x00, Number(ins), 0x00, 0x00, 0x08),
}));

/** A served card whose every answer lets a clock go on: wire, injected delay, jitter, and now and then a hiccup. */
function slowCard() {
  const bytes = seededBytes(SEED, 'delays');
  const random = () => bytes(1)[0]! / 256;
  let now = 1000;
  const device = {
    powerOn: () => Uint8Array.of(0x3b, 0x00),
    powerOff: () => {},
    reset: () => Uint8Array.of(0x3b, 0x00),
    process: (command: Uint8Array) => {
      const hiccup = random() < 0.08 ? 60 : 0;
      now += WIRE_MS + INJECTED_MS[command[1]!]! + 0.1 * random() + hiccup;
      return Uint8Array.of(0x90, 0x00);
    },
  };
  return { connection: connectInProcess(device), nowMs: () => now };
}

describe('measuring a served card with a known delay', () => {
  it('recovers every delay within 5 %, and the wire from the shortest command', async () => {
    console.log(`seed ${SEED}`);
    const { connection, nowMs } = slowCard();
    const measured = await measureCommands(connection, SCRIPT, { rounds: 60, seed: 1, nowMs });
    expect(measured.constantFrom).toBe('INS 84');
    expect(Math.abs(measured.constantMs - WIRE_MS) / WIRE_MS).toBeLessThan(0.05);
    for (const command of measured.commands) {
      const injected = INJECTED_MS[Number.parseInt(command.name.slice(4), 16)]!;
      console.log(
        `${command.name}: ${injected} ms injected, ${command.beyondConstantMs.toFixed(3)} recovered`,
      );
      if (injected > 0) expect(Math.abs(command.beyondConstantMs - injected) / injected).toBeLessThan(0.05);
      expect(command.ms.low).toBeLessThanOrEqual(command.ms.median);
      expect(command.ms.high).toBeGreaterThanOrEqual(command.ms.median);
      expect(command.sw).toBe(0x9000);
    }
    const hiccups = measured.commands.flatMap(({ samplesMs, ms }) =>
      samplesMs.filter((sample) => sample > ms.median + 30),
    );
    expect(hiccups.length).toBeGreaterThan(0);
    expect(measured.commands.reduce((sum, { outliers }) => sum + outliers, 0)).toBeGreaterThanOrEqual(
      hiccups.length,
    );
  });

  it('takes an echo for the wire, and writes samples that calibrate reads', async () => {
    const { connection, nowMs } = slowCard();
    const [echo, ...script] = SCRIPT;
    const options = { rounds: 5, seed: 1, nowMs, echo: { ...echo!, name: 'echo, short' } };
    const measured = await measureCommands(connection, script, options);
    expect(measured.commands).toHaveLength(script.length);
    const rows = parseMeasurements(measurementCsv(measured), 'times.csv');
    expect(rows).toHaveLength(1 + 5 * script.length);
    expect(rows[0]).toMatchObject({ operation: 'host', length: 0 });
  });
});
