/** Serial ports and USB card readers as the Linux kernel lists them; elsewhere there is no such list. */

import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where the kernel's lists are; a test brings its own. */
export type DevicePlace = { readonly sys: string; readonly dev: string };
const HERE: DevicePlace = { sys: '/sys', dev: '/dev' };

export type SerialPortFound = {
  readonly path: string;
  /** Kernel driver, as `ftdi_sio`. */
  readonly driver?: string;
  /** Whether this user may read and write it. */
  readonly usable: boolean;
};

/** Ports behind which there is hardware: the kernel also has nodes for ports that nobody built in. */
export function serialPorts({ sys, dev }: DevicePlace = HERE): readonly SerialPortFound[] {
  const folder = join(sys, 'class', 'tty');
  return entriesOf(folder)
    .filter((name) => /^tty(S|USB|ACM|AMA)\d+$/.test(name) && existsSync(join(folder, name, 'device')))
    .filter((name) => !name.startsWith('ttyS') || textOf(join(folder, name, 'type')) !== '0')
    .map((name) => {
      const path = join(dev, name);
      const driver = driverIn(join(folder, name, 'device', 'uevent'));
      return { path, usable: mayUse(path), ...(driver === undefined ? {} : { driver }) };
    });
}

export type UsbReaderFound = {
  /** Vendor and product, four hexadecimal digits each. */
  readonly id: string;
  readonly name: string;
};

/** USB devices with a smart-card interface (class 0B), whether a driver speaks to them or not. */
export function usbReaders({ sys }: DevicePlace = HERE): readonly UsbReaderFound[] {
  const folder = join(sys, 'bus', 'usb', 'devices');
  const devices = entriesOf(folder)
    .filter((name) => name.includes(':') && textOf(join(folder, name, 'bInterfaceClass')) === '0b')
    .map((name) => name.split(':')[0]!);
  return [...new Set(devices)].map((device) => {
    const read = (name: string): string => textOf(join(folder, device, name)) ?? '';
    const name = `${read('manufacturer')} ${read('product')}`.trim();
    return { id: `${read('idVendor')}:${read('idProduct')}`, name: name === '' ? 'a card reader' : name };
  });
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function driverIn(uevent: string): string | undefined {
  return /^DRIVER=(.+)$/m.exec(textOf(uevent) ?? '')?.[1];
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Name of a port for a sentence. */
export function portName({ path, driver }: SerialPortFound): string {
  return driver === undefined ? basename(path) : `${basename(path)} (${driver})`;
}
