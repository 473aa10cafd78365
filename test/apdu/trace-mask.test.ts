import { describe, expect, it } from 'vitest';
import { decodeTrace, fromHex, toHex, traceMasker } from '../../apdu/index.js';

const SELECT_PATIENT = ['00A4040C06F0494D495301', '9000'] as const;
const PIN = '313233343536';

/** The last of some exchanges, masked, as hexadecimal. */
function masked(...exchanges: (readonly [command: string, response: string])[]): string[] {
  const masker = traceMasker();
  const all = exchanges.map(([command, response]) =>
    masker.mask({ command: fromHex(command), response: fromHex(response) }),
  );
  const { command, response } = all.at(-1)!;
  return [toHex(command).toUpperCase(), toHex(response).toUpperCase()];
}

describe('a trace that is to be kept', () => {
  it.each([
    ['VERIFY', `0020008106${PIN}`, '0020008106000000000000', '63C2'],
    ['VERIFY with Le', `0020008106${PIN}00`, '002000810600000000000000', '63C2'],
    ['VERIFY in extended length', `00200081000006${PIN}`, '00200081000006000000000000', '9000'],
    ['VERIFY on channel 1', `0120008106${PIN}`, '0120008106000000000000', '6E00'],
    ['RESET RETRY COUNTER', `002C00810E3837363534333231${PIN}`, `002C00810E${'00'.repeat(14)}`, '9000'],
    ['one cut short', '00200081063132', '00200081000000', '6700'],
  ])('has zeros for the PIN of %s', (_, command, expected, status) => {
    expect(masked(SELECT_PATIENT, [command, status])).toEqual([expected, status]);
    expect(masked([command, status]), 'before any selection').toEqual([expected, status]);
  });

  it('has zeros for what a card answers to such a command, and for its rest', () => {
    const echo = [`0020008106${PIN}`, `${PIN}9000`] as const;
    expect(masked(SELECT_PATIENT, echo)[1]).toBe('0000000000009000');
    const more = [`0020008106${PIN}`, `${PIN}6106`] as const;
    expect(masked(SELECT_PATIENT, more, ['00C0000006', `${PIN}9000`])).toEqual([
      '00C0000006',
      '0000000000009000',
    ]);
    const other = ['00C0000002', 'ABCD9000'] as const;
    expect(masked(SELECT_PATIENT, more, ['0084000010', '6102'], other)).toEqual([...other]);
  });

  it('keeps what is no secret, a command without an answer, and what is no command', () => {
    for (const exchange of [
      SELECT_PATIENT,
      ['0084000008', '11223344556677889000'],
      ['0084000008', ''],
      ['00', '6700'],
    ] as const)
      expect(masked(SELECT_PATIENT, exchange)).toEqual([...exchange]);
  });

  it('forgets the selection at a reset', () => {
    const masker = traceMasker();
    const exchange = { command: fromHex('80E28000021122'), response: fromHex('9000') };
    masker.mask({ command: fromHex(SELECT_PATIENT[0]), response: fromHex('9000') });
    masker.reset();
    expect(toHex(masker.mask(exchange).command)).toBe('80e28000020000');
  });

  it('still decodes: the secret is left out, and what stands beside it is not damaged', () => {
    const [command, response] = masked(SELECT_PATIENT, [`0020008106${PIN}`, '9000']);
    const trace = [SELECT_PATIENT, [command!, response!]] as const;
    const decoded = decodeTrace(trace.map(([c, r]) => ({ command: fromHex(c), response: fromHex(r) })));
    expect(decoded[1]).toMatchObject({ name: 'VERIFY', sw: 0x9000, request: [{ length: 6, secret: true }] });
  });
});
