import { describe, expect, it } from 'vitest';
import { measure, rateOf } from './measure.js';
import { measureInProcess } from './paths.js';

describe('the measurement of ways to a card', () => {
  it('counts what it says: rate over the whole, half and 99 of 100 latencies', () => {
    const latencies = Float64Array.from({ length: 200 }, (_, i) => 200 - i);
    expect(rateOf(latencies, 2)).toEqual({ perSecond: 100, p50Us: 101, p99Us: 199, commands: 200 });
  });

  it('sends every command to the card and refuses an answer that is none of the two', async () => {
    let sent = 0;
    await measure(async () => {
      sent++;
      return Uint8Array.of(0x90, 0x00);
    }, 10);
    expect(sent).toBe(210);
    await expect(measure(async () => Uint8Array.of(0x6f, 0x00), 10)).rejects.toThrow('the card answers 6f00');
  });

  it('reaches both cards', async () => {
    const { echo, simulated } = await measureInProcess(20);
    expect([echo.commands, simulated.commands]).toEqual([20, 20]);
  });
});
