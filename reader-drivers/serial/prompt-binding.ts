/**
 * The binding of a serial line, quicker: what the operating system can take or has got is written and read on the
 * spot. The package's own way goes through the thread pool for each, four times a round trip, which costs more than
 * the line itself where the line is a pseudo-terminal. Waiting and errors stay with the package.
 */

import { readSync, writeSync } from 'node:fs';

type ReadResult = { readonly buffer: Buffer; readonly bytesRead: number };

/** An open port of the package `serialport`; descriptor and poller are there on POSIX systems only. */
type Port = {
  readonly fd?: number | null;
  readonly poller?: { once(event: 'readable', told: (error: Error | null) => void): unknown };
  read(buffer: Buffer, offset: number, length: number): Promise<ReadResult>;
  write(buffer: Buffer): Promise<void>;
};

export type PortBinding = { open(options: unknown): Promise<Port> };

/** The same binding whose ports read and write on the spot. */
export function promptBinding(binding: PortBinding): PortBinding {
  return {
    ...binding,
    open: async (options) => prompt(await binding.open(options)),
  };
}

function prompt(port: Port): Port {
  const { poller } = port;
  if (typeof port.fd !== 'number' || poller === undefined) return port;
  const read = port.read.bind(port);
  const write = port.write.bind(port);
  const readable = (): Promise<void> =>
    new Promise((resolve, reject) => {
      poller.once('readable', (error) => (error ? reject(error) : resolve()));
    });
  return Object.assign(port, {
    async read(buffer: Buffer, offset: number, length: number): Promise<ReadResult> {
      await readable();
      const bytesRead = now(() => readSync(port.fd!, buffer, offset, length, null));
      return bytesRead > 0 ? { buffer, bytesRead } : read(buffer, offset, length);
    },
    async write(buffer: Buffer): Promise<void> {
      const done = now(() => writeSync(port.fd!, buffer));
      if (done < buffer.length) await write(buffer.subarray(done));
    },
  });
}

/** How many bytes a call moves at once; what stops it is met by the package, which does it once more. */
function now(call: () => number): number {
  try {
    return call();
  } catch {
    return 0;
  }
}
