import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../apdu/index.js';
import { PIN, personalisePatient } from '../../support/personalised-card.js';

const PATIENT = 'F0494D495301';

/** A personalised patient card, freshly powered, and a way to send hexadecimal. */
function start() {
  const { card } = personalisePatient();
  card.powerOn();
  return { card, send: (hex: string) => toHex(card.process(fromHex(hex))) };
}
/** VERIFY's length and value. */
const PIN_FIELD = `${toHex(Uint8Array.of(PIN.length))}${toHex(PIN)}`;

describe('logical channels (ISO/IEC 7816-4:2020, 11.1.2)', () => {
  it('are opened by the card or by number, closed, and refused when there is none', () => {
    const { send } = start();
    expect(send('0070000001')).toBe('019000');
    expect(send('00700003')).toBe('9000');
    expect(send('0070000001')).toBe('029000');
    expect(send('0070000001')).toBe('6a81');
    expect(send('00700001')).toBe('6a86');
    expect(send('00708001')).toBe('9000');
    expect(send('00708001')).toBe('6a86');
    expect(send('00708000')).toBe('6a86');
    expect(send('0070000001')).toBe('019000');
    expect(send('00700000')).toBe('6a81');
    expect(send('03708000')).toBe('9000');
    expect(send('03A4040C06F0494D495301')).toBe('6881');
  });

  it('have a selection and a security status of their own', () => {
    const { send } = start();
    expect(send(`00A4040C06${PATIENT}`)).toBe('9000');
    expect(send('0070000001')).toBe('019000');
    expect(send('0184000010'), 'nothing is selected on the new channel').toBe('6d00');
    expect(send(`01A4040C06${PATIENT}`)).toBe('9000');
    const tries = send('01200081');
    expect(send(`01200081${PIN_FIELD}`), `tries left: ${tries}`).toBe('9000');
    expect(send('01B0810001').slice(-4)).not.toBe('6982');
    expect(send('00B0810001'), 'the basic channel verified nothing').toBe('6982');
    expect(send(`01A4040C06${PATIENT}`)).toBe('9000');
    expect(send('01B0810001'), 'selection clears the channel').toBe('6982');
  });

  it('forget everything when closed, at reset and without power', () => {
    const { card, send } = start();
    const open = () => {
      expect(send('0070000001')).toBe('019000');
      expect(send(`01A4040C06${PATIENT}`)).toBe('9000');
      expect(send(`01200081${PIN_FIELD}`)).toBe('9000');
    };
    open();
    expect(send('00708001')).toBe('9000');
    expect(send('0070000001')).toBe('019000');
    expect(send('0184000010'), 'reopened, it is new').toBe('6d00');
    expect(send('00708001')).toBe('9000');
    open();
    card.reset();
    expect(send('01B0810001')).toBe('6881');
    open();
    card.powerOff();
    card.powerOn();
    expect(send('01B0810001')).toBe('6881');
  });

  it('do not fetch the response of another one, and interrupt its chain', () => {
    const { send } = start();
    expect(send('0070000001')).toBe('019000');
    expect(send(`00A4040006${PATIENT}`)).toBe('6115');
    expect(send('01C0000015')).toBe('6985');
    expect(send(`00A4040006${PATIENT}`)).toBe('6115');
    expect(send('00C0000015').slice(-4)).toBe('9000');
    expect(send(`01A4040C06${PATIENT}`)).toBe('9000');
    expect(send('10DB3FFF0100').slice(-4)).toBe('9000');
    expect(send('0184000010')).toBe('6883');
  });

  it('leave no byte of a closed channel in RAM', () => {
    const { card, send } = start();
    expect(send('0070000001')).toBe('019000');
    expect(send(`01A4040C06${PATIENT}`)).toBe('9000');
    const challenge = send('0184000010').slice(0, 32);
    const holds = () => toHex(card.image().ram).includes(challenge);
    expect(holds()).toBe(true);
    expect(send('00708001')).toBe('9000');
    expect(holds()).toBe(false);
  });
});
