import { describe, expect, it } from 'vitest';
import { CliError, connectTarget, parseTarget } from '../../host/cli/index.js';

const SERIAL = {
  kind: 'serial',
  path: '/dev/ttyUSB0',
  reset: { by: 'line', line: 'rts', activeHigh: true },
  echo: false,
  slow: false,
};

describe('a target', () => {
  it.each([
    ['sim', { kind: 'sim' }],
    ['sim:nxp-jcop4-j3r180', { kind: 'sim', profile: 'nxp-jcop4-j3r180' }],
    ['sim:./my profile.json', { kind: 'sim', profile: './my profile.json' }],
    ['pcsc', { kind: 'pcsc' }],
    ['pcsc:Virtual PCD 00 00', { kind: 'pcsc', reader: 'Virtual PCD 00 00' }],
    ['pcsc:ACS, Inc. [CCID: 1] 00', { kind: 'pcsc', reader: 'ACS, Inc. [CCID: 1] 00' }],
    ['serial:/dev/ttyUSB0', SERIAL],
    ['serial:/dev/ttyUSB0,t1,echo', { ...SERIAL, protocol: 'T=1', echo: true }],
    [
      'serial:/dev/ttyUSB0,t0,slow,clock=4000000',
      { ...SERIAL, protocol: 'T=0', slow: true, clockHz: 4_000_000 },
    ],
    ['serial:/dev/ttyUSB0,reset=-dtr', { ...SERIAL, reset: { by: 'line', line: 'dtr', activeHigh: false } }],
    ['serial:/dev/ttyUSB0,reset=socket:/tmp/a', { ...SERIAL, reset: { by: 'socket', path: '/tmp/a' } }],
    ['gempc:/dev/ttyS0', { kind: 'gempc', path: '/dev/ttyS0' }],
    ['gempc:/dev/ttyS0,t0', { kind: 'gempc', path: '/dev/ttyS0', protocol: 'T=0' }],
  ])('is written %s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  it.each([
    ['', 'There is no target ""; known: sim'],
    ['usb:1', 'There is no target "usb:1"; known: sim[:PROFILE], pcsc[:NAME], serial:PATH[,OPTIONS]'],
    ['sim:', 'names nothing behind its colon'],
    ['serial', 'names no line; it is serial:PATH'],
    ['gempc:,t0', 'names no line; it is gempc:PATH'],
    ['serial:/dev/x,t2', 'unknown option "t2"'],
    ['serial:/dev/x,echo=1', 'unknown option "echo=1"'],
    ['serial:/dev/x,reset=cts', 'not "cts"'],
    ['serial:/dev/x,clock=1', 'a clock of 1000000 to 20000000 Hz, not "1"'],
    ['gempc:/dev/x,echo', 'unknown option "echo"; known: t0, t1'],
  ])('is not %j', (text, sentence) => {
    expect(() => parseTarget(text)).toThrow(CliError);
    expect(() => parseTarget(text)).toThrow(sentence);
  });

  it('that can not be reached is one sentence and exit status 3', async () => {
    for (const text of ['serial:/dev/no-such-line', 'gempc:/dev/no-such-line'] as const) {
      const target = parseTarget(text);
      if (target.kind === 'sim') throw new Error('a reader is meant');
      await expect(connectTarget(target)).rejects.toMatchObject({
        name: 'CliError',
        exitStatus: 3,
        message: expect.stringMatching(/^\/dev\/no-such-line can not be opened: [^\n]*\.$/),
      });
    }
  });
});
