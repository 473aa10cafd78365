import { describe, expect, it } from 'vitest';
import {
  calibrate,
  loadBytecodeBenchmarks,
  loadProfile,
  MeasurementsError,
  parseMeasurements,
  priceOperation,
} from '../../perf/index.js';

const about = {
  id: 'our-card',
  title: 'Our card',
  base: loadProfile('default'),
  source: 'our laboratory',
  licence: 'MIT',
};
const profileOf = (csv: string) =>
  calibrate(parseMeasurements(`operation,length,ms\n${csv}`, 'a.csv'), about);

describe('a profile from measurements', () => {
  it('takes medians, fits lengths and derives engine and bytecodes', () => {
    const { swalgs_aes_block: aes, swalgs_xor16: xor } = loadBytecodeBenchmarks();
    // a card of 5 µs for a local and 20 µs for a memory bytecode; a call is four and two of them
    const ms = ({ local, memory, invoke }: typeof aes) =>
      (5 * (local + 4 * invoke) + 20 * (memory + 2 * invoke)) / 1000;
    const { profile, unused } = profileOf(
      [
        'ecdh_256,32,40',
        'ecdh_256,32,42',
        'ecdh_256,32,400',
        'sha256,64,3',
        'sha256,128,5',
        'sha256,256,9',
        'rsa512_priv,64,6.95',
        'rsa512_pub,64,2',
        `swalgs_aes_block,16,${ms(aes).toFixed(6)}`,
        `swalgs_xor16,16,${ms(xor).toFixed(6)}`,
        'changed_field_write,0,2.5',
        'host,0,9',
        'our_own_thing,0,1',
      ].join('\n'),
    );
    const timing = profile.timing!;
    expect(timing.primitives.ecdh_256).toMatchObject({ ms: 42, lengthBytes: 32, label: 'measured' });
    expect(timing.series.sha256!.fit).toEqual({ fixedMs: 1, msPerUnit: 2, unitBytes: 64 });
    expect(timing.modularExponentiation['512']!.msPerExponentBit).toBeCloseTo(0.01, 9);
    expect(timing.bytecode!.localUs).toBeCloseTo(5, 3);
    expect(timing.bytecode!.memoryUs).toBeCloseTo(20, 3);
    expect(timing).toMatchObject({ changedFieldWriteMs: 2.5, host: { ms: 9 } });
    expect(unused).toEqual(['our_own_thing']);
    expect(priceOperation(timing, { name: 'sha256', length: 64, count: 1 }).ms).toBeCloseTo(1 + 2 * 2, 9);
    expect(profile.provenance).toMatchObject({ source: 'our laboratory', licence: 'MIT' });
  });

  it.each([
    ['operation,ms\n', 'line 1'],
    ['operation,length,ms\n', 'line 2'],
    ['operation,length,ms\necdh_256,32,40\necdh_256,many,40\n', 'line 3'],
  ])('says where a file is wrong: %j', (csv, place) => {
    expect(() => parseMeasurements(csv, 'a.csv')).toThrow(MeasurementsError);
    expect(() => parseMeasurements(csv, 'a.csv')).toThrow(place);
  });
});
