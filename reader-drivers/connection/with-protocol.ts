import { type AtrInterfaceBytes, buildAtr, parseAtr } from '../../apdu/index.js';
import type { Edc } from '../t1/block.js';
import type { CardDevice } from './card-device.js';

/**
 * The same card with an ATR that offers one protocol, or both with the first as default; `edc`: how it detects errors
 * in blocks of T=1.
 */
export function withProtocols(
  device: CardDevice,
  protocols: readonly ('T=0' | 'T=1')[],
  edc: Edc = 'LRC',
): CardDevice {
  const rewrite = (bytes: Uint8Array): Uint8Array => {
    const atr = parseAtr(bytes);
    const { protocol: _, ...first } = atr.interfaceBytes[0] ?? {};
    const t1 = atr.interfaceBytes
      .slice(1)
      .filter(({ protocol }) => protocol === 1)
      // the announcement of the protocol first, then the group with its parameters (8.2.3, 11.4.4)
      .map((group, index) => (edc === 'CRC' && index === 1 ? { ...group, tc: 1 } : group));
    const groups: AtrInterfaceBytes[] = [first];
    if (protocols.includes('T=0')) groups.push({ protocol: 0 });
    if (protocols.includes('T=1')) {
      groups.push(...(groups.length > 1 ? [{ protocol: 1, ...parametersOf(t1) }] : t1Groups(t1)));
    }
    return buildAtr({ ...atr, interfaceBytes: groups });
  };
  return {
    powerOn: () => rewrite(device.powerOn()),
    reset: () => rewrite(device.reset()),
    powerOff: () => device.powerOff(),
    process: (command) => device.process(command),
  };
}

/** T=1 parameters stand in the first group after two announcements (ISO/IEC 7816-3:2006, 8.2.3). */
function t1Groups(groups: readonly AtrInterfaceBytes[]): readonly AtrInterfaceBytes[] {
  return groups.length > 0 ? groups : [{ protocol: 1 }];
}

function parametersOf(groups: readonly AtrInterfaceBytes[]): Omit<AtrInterfaceBytes, 'protocol'> {
  const { protocol: _, ...parameters } = groups.find(({ ta, tb, tc }) => ta ?? tb ?? tc) ?? {};
  return parameters;
}
