import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../apdu/index.js';
import {
  examinePcsc,
  type FoundReaders,
  readerReport,
  readersText,
  serialPorts,
  usbReaders,
} from '../../host/cli/index.js';
import { type PcscReader, TransportError } from '../../reader-drivers/index.js';
import { imis, WorkFolder } from './imis.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());

/** A file and the folders above it. */
function put(path: string, content = ''): void {
  const whole = join(folder.path, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
}

const CARD: PcscReader = {
  name: 'ACS ACR39U 00 00',
  cardPresent: true,
  cardMute: false,
  inUse: 'shared',
  atr: fromHex('3B8880014E6F6465436172641D'),
};
const EMPTY: PcscReader = { name: 'Virtual PCD 00 01', cardPresent: false, cardMute: false, inUse: 'no' };
const NOTHING: FoundReaders = { pcsc: { readers: [], findings: [] }, ports: [], usb: [] };
const SERVICE_OK = { name: 'PC/SC service', state: 'ok', detail: 'it answers' } as const;

describe('the PC/SC service', () => {
  const said = {
    'no-binding': 'the PC/SC library x does not load: install it (Debian: apt-get install libpcsclite1)',
    'no-service': 'PC/SC: no PC/SC service runs: start pcscd',
  };
  const place = (code: keyof typeof said | undefined, socket: string, folders: string[]) => ({
    socket: join(folder.path, socket),
    folders: folders.map((name) => join(folder.path, name)),
    list: async () => {
      if (code) throw new TransportError(code, said[code]);
      return [CARD];
    },
  });

  it.each([
    ['is not installed', 'no-service', [], /^pcscd is not installed/, /apt-get install pcscd libccid/],
    ['does not run', 'no-service', ['sbin'], /^pcscd is installed and does not run/, /start pcscd/],
    ['can not be asked without the binding', 'no-binding', [], /library x does not load;/, /libpcsclite1/],
  ] as const)('%s: said with what mends it', async (_, code, folders, detail, mend) => {
    put('sbin/pcscd');
    const { readers, findings } = await examinePcsc(place(code, 'none', [...folders]));
    expect(readers).toEqual([]);
    expect(findings.at(-1)).toMatchObject({ state: 'absent', detail: expect.stringMatching(detail) });
    expect(findings.at(-1)!.mend).toMatch(mend);
  });

  it('answers', async () => {
    const { readers, findings } = await examinePcsc(place(undefined, 'none', []));
    expect(readers).toEqual([CARD]);
    expect(findings.map(({ state }) => state)).toEqual(['ok', 'ok']);
  });
});

describe('the lists of the kernel', () => {
  it('hold ports with hardware behind them, and USB devices with a smart-card interface', () => {
    put('sys/class/tty/ttyS0/type', '4\n');
    put('sys/class/tty/ttyS0/device/uevent', 'DRIVER=serial8250\n');
    put('sys/class/tty/ttyS1/type', '0\n');
    put('sys/class/tty/ttyS1/device/uevent', '');
    put('sys/class/tty/ttyUSB3/device/uevent', 'DRIVER=ftdi_sio\n');
    put('sys/class/tty/tty7/dev', '');
    put('dev/ttyUSB3');
    const place = { sys: join(folder.path, 'sys'), dev: join(folder.path, 'dev') };
    expect(serialPorts(place)).toEqual([
      { path: join(folder.path, 'dev/ttyS0'), driver: 'serial8250', usable: false },
      { path: join(folder.path, 'dev/ttyUSB3'), driver: 'ftdi_sio', usable: true },
    ]);
    put('sys/bus/usb/devices/1-2/idVendor', '072f\n');
    put('sys/bus/usb/devices/1-2/idProduct', 'b100\n');
    put('sys/bus/usb/devices/1-2/product', 'ACR39U\n');
    put('sys/bus/usb/devices/1-2:1.0/bInterfaceClass', '0b\n');
    put('sys/bus/usb/devices/1-3:1.0/bInterfaceClass', '03\n');
    expect(usbReaders(place)).toEqual([{ id: '072f:b100', name: 'ACR39U' }]);
    const nowhere = { sys: join(folder.path, 'none'), dev: '/' };
    expect([serialPorts(nowhere), usbReaders(nowhere)]).toEqual([[], []]);
  });
});

describe('imis readers', () => {
  it('tells of readers, cards and ports, each with its target', () => {
    const ports = [{ path: '/dev/ttyUSB0', driver: 'ftdi_sio', usable: false }];
    const report = readerReport({
      ...NOTHING,
      pcsc: { readers: [CARD, EMPTY], findings: [SERVICE_OK] },
      ports,
    });
    expect(report.readers).toEqual([
      {
        name: CARD.name,
        target: 'pcsc:ACS ACR39U 00 00',
        card: 'present',
        inUse: 'shared',
        atr: '3B8880014E6F6465436172641D',
        protocols: ['T=0', 'T=1'],
      },
      { name: EMPTY.name, target: 'pcsc:Virtual PCD 00 01', card: 'none', inUse: 'no' },
    ]);
    expect(report.missing).toMatchObject([
      { name: 'serial port', mend: expect.stringMatching(/usermod -aG dialout/) },
    ]);
    expect(readersText(report)).toBe(
      [
        'ACS ACR39U 00 00: a card, in use',
        '   ATR 3B8880014E6F6465436172641D (T=0, T=1)',
        '   target: pcsc:ACS ACR39U 00 00',
        'Virtual PCD 00 01: no card',
        '   target: pcsc:Virtual PCD 00 01',
        '/dev/ttyUSB0: a serial port (ftdi_sio)',
        '   target: serial:/dev/ttyUSB0',
        '-- serial port: this user may not use ttyUSB0 (ftdi_sio).',
        '   To mend it: sudo usermod -aG dialout $USER, then log in again',
        '',
      ].join('\n'),
    );
  });

  it('names a reader on the bus that has no driver, or says that there is none', () => {
    const pcsc = { readers: [], findings: [SERVICE_OK] };
    const usb = [{ id: '072f:b100', name: 'ACR39U' }];
    expect(readerReport({ ...NOTHING, pcsc, usb }).missing).toMatchObject(
      [
        { detail: 'ACR39U (USB 072f:b100) is plugged in, and pcscd has no driver for it', mend: /libccid/ },
      ].map((finding) => ({ ...finding, mend: expect.stringMatching(finding.mend) })),
    );
    expect(readerReport({ ...NOTHING, pcsc }).missing).toMatchObject([
      { detail: expect.stringMatching(/has no reader/) },
    ]);
    expect(
      readerReport({ ...NOTHING, pcsc: { readers: [EMPTY], findings: [SERVICE_OK] }, usb }).missing,
    ).toEqual([]);
  });

  it('is JSON in a pipe and text when asked for', async () => {
    const [piped, text] = await Promise.all([imis(['readers']), imis(['readers', '--text'])]);
    expect([0, 3]).toContain(piped.status);
    expect(Object.keys(JSON.parse(piped.stdout) as object)).toEqual(['readers', 'serialPorts', 'missing']);
    expect(text.stdout).toMatch(/^(No reader in PC\/SC\.|.+: (no|a) card)/);
  });
});
