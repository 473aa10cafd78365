/**
 * The functions of the operating system's PC/SC library, declared as its headers declare them: pcsclite on Linux and
 * the BSDs (`winscard.h`, its integers are C longs), PCSC.framework on macOS (32-bit integers, packed structures),
 * winscard.dll on Windows (32-bit integers, UTF-16 text). Only Linux is tested.
 */

import { createRequire } from 'node:module';
import type { IKoffiCType, KoffiFunc } from 'koffi';
import { TransportError } from '../connection/transport-error.js';

/** An opaque number of the library; it may be wider than a double holds. */
export type ScardHandle = number | bigint;
/** SCARD_READERSTATE: what is known, what is so, and the ATR in a buffer of fixed length. */
export type ScardReaderState = {
  szReader: string;
  pvUserData: null;
  dwCurrentState: number;
  dwEventState: number;
  cbAtr: number;
  rgbAtr: Uint8Array;
};
/** SCARD_IO_REQUEST. */
export type ScardIoRequest = { readonly dwProtocol: number; readonly cbPciLength: number };
/** A parameter that the library writes into. */
export type Out<T> = [T];

/** The library's functions that the driver calls; each gives an error number, 0 for success. */
export type WinscardFunctions = {
  readonly establishContext: KoffiFunc<
    (scope: number, reserved1: null, reserved2: null, context: Out<ScardHandle>) => number
  >;
  readonly releaseContext: KoffiFunc<(context: ScardHandle) => number>;
  readonly listReaders: KoffiFunc<
    (context: ScardHandle, groups: null, names: Uint8Array, length: Out<number>) => number
  >;
  readonly getStatusChange: KoffiFunc<
    (context: ScardHandle, timeoutMs: number, states: ScardReaderState[], count: number) => number
  >;
  readonly cancel: KoffiFunc<(context: ScardHandle) => number>;
  readonly connect: KoffiFunc<
    (
      context: ScardHandle,
      reader: string,
      shareMode: number,
      protocols: number,
      card: Out<ScardHandle>,
      protocol: Out<number>,
    ) => number
  >;
  readonly reconnect: KoffiFunc<
    (
      card: ScardHandle,
      shareMode: number,
      protocols: number,
      initialization: number,
      protocol: Out<number>,
    ) => number
  >;
  readonly disconnect: KoffiFunc<(card: ScardHandle, disposition: number) => number>;
  readonly beginTransaction: KoffiFunc<(card: ScardHandle) => number>;
  readonly endTransaction: KoffiFunc<(card: ScardHandle, disposition: number) => number>;
  readonly status: KoffiFunc<
    (
      card: ScardHandle,
      names: null,
      namesLength: null,
      state: null,
      protocol: null,
      atr: Uint8Array,
      atrLength: Out<number>,
    ) => number
  >;
  readonly transmit: KoffiFunc<
    (
      card: ScardHandle,
      sent: ScardIoRequest,
      command: Uint8Array,
      commandLength: number,
      received: null,
      response: Uint8Array,
      responseLength: Out<number>,
    ) => number
  >;
};

/** How one operating system's library differs from the others'. */
type Dialect = {
  readonly library: string;
  /** C types of DWORD and LONG, and of SCARDCONTEXT and SCARDHANDLE. */
  readonly dword: string;
  readonly long: string;
  readonly handle: string;
  readonly text: 'str' | 'str16';
  readonly packed: boolean;
  readonly atrBytes: number;
};

const PCSCLITE: Dialect = {
  library: 'libpcsclite.so.1',
  dword: 'ulong',
  long: 'long',
  handle: 'long',
  text: 'str',
  packed: false,
  atrBytes: 33,
};
const MACOS: Dialect = {
  library: '/System/Library/Frameworks/PCSC.framework/PCSC',
  dword: 'uint32',
  long: 'int32',
  handle: 'int32',
  text: 'str',
  packed: true,
  atrBytes: 33,
};
const WINDOWS: Dialect = {
  library: 'winscard.dll',
  dword: 'uint32',
  long: 'int32',
  handle: 'uintptr',
  text: 'str16',
  packed: false,
  atrBytes: 36,
};

function dialectOf(platform: NodeJS.Platform): Dialect {
  return platform === 'win32' ? WINDOWS : platform === 'darwin' ? MACOS : PCSCLITE;
}

/** The library, loaded; with what differs between operating systems and shows in its data. */
export type Winscard = {
  readonly functions: WinscardFunctions;
  readonly atrBytes: number;
  /** Bytes of a SCARD_IO_REQUEST. */
  readonly ioRequestBytes: number;
  /** Encoding of names, and how many bytes its characters have. */
  readonly text: { readonly encoding: 'utf8' | 'utf16le'; readonly unit: 1 | 2 };
};

/**
 * Loads the optional package `koffi` and with it the library.
 * @throws {TransportError} `no-binding` with what mends it.
 */
export function loadWinscard(platform: NodeJS.Platform = process.platform): Winscard {
  const dialect = dialectOf(platform);
  const koffi = loadKoffi();
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load(dialect.library);
  } catch (cause) {
    const mend = dialect === PCSCLITE ? ': install it (Debian: apt-get install libpcsclite1)' : '';
    throw new TransportError('no-binding', `the PC/SC library ${dialect.library} does not load${mend}`, {
      cause,
    });
  }
  const { dword, long, handle, text } = dialect;
  const structure = dialect.packed ? koffi.pack : koffi.struct;
  const pointer = (type: string | IKoffiCType): IKoffiCType => koffi.pointer(type);
  const out = (type: string): IKoffiCType => koffi.out(koffi.pointer(type));
  const inOut = (type: string | IKoffiCType): IKoffiCType => koffi.inout(koffi.pointer(type));
  const ioRequest = structure({ dwProtocol: dword, cbPciLength: dword });
  const readerState = structure({
    szReader: text,
    pvUserData: 'void *',
    dwCurrentState: dword,
    dwEventState: dword,
    cbAtr: dword,
    rgbAtr: koffi.array('uint8', dialect.atrBytes, 'Typed'),
  });
  const suffix = text === 'str16' ? 'W' : '';
  const declare = (name: string, ...parameters: (string | IKoffiCType)[]) =>
    library.func(name, long, parameters);
  return {
    atrBytes: dialect.atrBytes,
    ioRequestBytes: koffi.sizeof(ioRequest),
    text: text === 'str16' ? { encoding: 'utf16le', unit: 2 } : { encoding: 'utf8', unit: 1 },
    functions: {
      establishContext: declare('SCardEstablishContext', dword, 'void *', 'void *', out(handle)),
      releaseContext: declare('SCardReleaseContext', handle),
      listReaders: declare(`SCardListReaders${suffix}`, handle, 'void *', 'void *', inOut(dword)),
      getStatusChange: declare(`SCardGetStatusChange${suffix}`, handle, dword, inOut(readerState), dword),
      cancel: declare('SCardCancel', handle),
      connect: declare(`SCardConnect${suffix}`, handle, text, dword, dword, out(handle), out(dword)),
      reconnect: declare('SCardReconnect', handle, dword, dword, dword, out(dword)),
      disconnect: declare('SCardDisconnect', handle, dword),
      beginTransaction: declare('SCardBeginTransaction', handle),
      endTransaction: declare('SCardEndTransaction', handle, dword),
      status: declare(
        `SCardStatus${suffix}`,
        handle,
        'void *',
        'void *',
        'void *',
        'void *',
        'void *',
        inOut(dword),
      ),
      transmit: declare(
        'SCardTransmit',
        handle,
        pointer(ioRequest),
        'void *',
        dword,
        'void *',
        'void *',
        inOut(dword),
      ),
    },
  };
}

function loadKoffi(): typeof import('koffi') {
  try {
    return createRequire(import.meta.url)('koffi') as typeof import('koffi');
  } catch (cause) {
    throw new TransportError(
      'no-binding',
      'the optional package "koffi" is not installed or does not load: run npm ci without --omit=optional',
      { cause },
    );
  }
}
