/** The PC/SC service of this machine: what it has, and if nothing, why. */

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPcscReaders, type PcscReader, TransportError } from '../../../reader-drivers/index.js';
import type { Finding } from '../doctor/finding.js';

export type PcscService = { readonly readers: readonly PcscReader[]; readonly findings: readonly Finding[] };

/** What is looked at; a test brings its own. */
export type PcscPlace = {
  /** Where the service listens. */
  readonly socket: string;
  /** Folders where its program may be. */
  readonly folders: readonly string[];
  readonly list: () => Promise<readonly PcscReader[]>;
};

const HERE: PcscPlace = {
  socket: '/run/pcscd/pcscd.comm',
  folders: [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'],
  list: () => listPcscReaders(),
};
const BINDING = 'PC/SC binding';
const SERVICE = 'PC/SC service';

/** Readers and findings. Anything but what a user can mend is thrown on. */
export async function examinePcsc(place: PcscPlace = HERE): Promise<PcscService> {
  const binding: Finding = {
    name: BINDING,
    state: 'ok',
    detail: 'the optional package koffi and the PC/SC library load',
  };
  try {
    const readers = await place.list();
    const names = readers.map(({ name }) => name).join(', ');
    const detail = readers.length > 0 ? `it answers; readers: ${names}` : 'it answers; no reader';
    return { readers, findings: [binding, { name: SERVICE, state: 'ok', detail }] };
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    if (error.code === 'no-binding') return { readers: [], findings: [noBinding(error)] };
    return { readers: [], findings: [binding, noService(error, place)] };
  }
}

/** The package or the operating system's library: the error's sentence ends with what mends it. */
function noBinding({ message }: TransportError): Finding {
  const [, detail = message, mend] = /^(.*?): (.*)$/s.exec(message) ?? [];
  return {
    name: BINDING,
    state: 'absent',
    detail: `${detail}; only real and virtual readers of PC/SC need it`,
    ...(mend !== undefined && { mend }),
  };
}

/** The binding says the same for a service that is not installed, does not run, or may not be spoken to. */
function noService(error: TransportError, { socket, folders }: PcscPlace): Finding {
  const finding = { name: SERVICE, state: 'absent' } as const;
  if (existsSync(socket) && !mayUse(socket)) {
    const detail = `pcscd runs, but this user may not use its socket ${socket}`;
    return {
      ...finding,
      detail,
      mend: `ls -l ${socket} shows who may: join that group, or ask who runs pcscd`,
    };
  }
  if (folders.some((folder) => folder !== '' && existsSync(join(folder, 'pcscd')))) {
    const detail = `pcscd is installed and does not run (${error.message.replace(/^PC\/SC: /, '')})`;
    return {
      ...finding,
      detail,
      mend: 'systemctl start pcscd.socket, or without a service manager: mkdir -p /run/pcscd; pcscd',
    };
  }
  const detail = 'pcscd is not installed; only real and virtual readers of PC/SC need it';
  return { ...finding, detail, mend: 'Debian: apt-get install pcscd libccid' };
}

function mayUse(socket: string): boolean {
  try {
    accessSync(socket, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
