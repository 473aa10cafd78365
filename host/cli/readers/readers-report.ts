/** What `imis readers` tells: readers, cards, serial ports, and what stands in the way of more. */

import { parseAtr, toHex } from '../../../apdu/index.js';
import { loadSerialBinding, type PcscReader, TransportError } from '../../../reader-drivers/index.js';
import type { Finding } from '../doctor/finding.js';
import { portName, type SerialPortFound, serialPorts, type UsbReaderFound, usbReaders } from './devices.js';
import { examinePcsc, type PcscService } from './pcsc-service.js';

export type ReaderReport = {
  readonly readers: readonly ReportedReader[];
  readonly serialPorts: readonly ReportedPort[];
  /** What is missing or broken, each with what mends it. */
  readonly missing: readonly Finding[];
};

export type ReportedReader = {
  readonly name: string;
  /** What --target takes. */
  readonly target: string;
  readonly card: 'none' | 'present' | 'mute';
  readonly inUse: PcscReader['inUse'];
  /** Hexadecimal. */
  readonly atr?: string;
  /** Protocols that the ATR offers. */
  readonly protocols?: readonly string[];
};

export type ReportedPort = SerialPortFound & { readonly target: string };

/** What was found on a machine, before it is told. */
export type FoundReaders = {
  readonly pcsc: PcscService;
  readonly ports: readonly SerialPortFound[];
  readonly usb: readonly UsbReaderFound[];
  /** Why serial ports can not be used, if so. */
  readonly serialProblem?: string;
};

export async function findReaders(): Promise<FoundReaders> {
  const problem = serialProblem();
  return {
    pcsc: await examinePcsc(),
    ports: serialPorts(),
    usb: usbReaders(),
    ...(problem === undefined ? {} : { serialProblem: problem }),
  };
}

export function readerReport({ pcsc, ports, usb, serialProblem: problem }: FoundReaders): ReaderReport {
  return {
    readers: pcsc.readers.map(reported),
    serialPorts: ports.map((port) => ({ ...port, target: `serial:${port.path}` })),
    missing: [
      ...pcsc.findings.filter(({ state }) => state !== 'ok'),
      ...driverFindings(pcsc, usb),
      ...ports.filter(({ usable }) => !usable).map(noPermission),
      ...(problem === undefined ? [] : [noSerialBinding(problem)]),
    ],
  };
}

function reported(reader: PcscReader): ReportedReader {
  const { name, cardPresent, cardMute, inUse, atr } = reader;
  return {
    name,
    target: `pcsc:${name}`,
    card: cardMute ? 'mute' : cardPresent ? 'present' : 'none',
    inUse,
    ...(atr === undefined ? {} : { atr: toHex(atr).toUpperCase(), protocols: protocolsIn(atr) }),
  };
}

function protocolsIn(atr: Uint8Array): readonly string[] {
  try {
    return parseAtr(atr).protocols.map((protocol) => `T=${protocol}`);
  } catch {
    return [];
  }
}

/** A reader on the bus that the service does not list has no driver; names differ too much to say which. */
function driverFindings(
  { readers, findings }: PcscService,
  usb: readonly UsbReaderFound[],
): readonly Finding[] {
  const answers = findings.some(({ name, state }) => name === 'PC/SC service' && state === 'ok');
  if (!answers || readers.length > 0) return [];
  if (usb.length === 0) {
    const detail = 'the PC/SC service has no reader, and no card reader is plugged into USB';
    const mend =
      'plug one in; or a virtual one, Debian: apt-get install vsmartcard-vpcd, then start pcscd again';
    return [{ name: 'reader', state: 'absent', detail, mend }];
  }
  return usb.map(({ id, name }) => ({
    name: 'reader driver',
    state: 'absent',
    detail: `${name} (USB ${id}) is plugged in, and pcscd has no driver for it`,
    mend: 'Debian: apt-get install libccid, then start pcscd again',
  }));
}

function noPermission(port: SerialPortFound): Finding {
  const detail = `this user may not use ${portName(port)}`;
  return {
    name: 'serial port',
    state: 'absent',
    detail,
    mend: 'sudo usermod -aG dialout $USER, then log in again',
  };
}

function noSerialBinding(detail: string): Finding {
  return { name: 'serial binding', state: 'absent', detail, mend: 'npm ci' };
}

function serialProblem(): string | undefined {
  try {
    loadSerialBinding();
    return undefined;
  } catch (error) {
    if (error instanceof TransportError) return 'the optional package serialport does not load';
    throw error;
  }
}
