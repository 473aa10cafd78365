/** {@link PcscBinding} over the operating system's PC/SC library. Every call that may wait runs on a thread. */

import type { PcscBinding, PcscBindingCard, PcscBindingContext, PcscBindingReader } from './pcsc-binding.js';
import { SCARD } from './pcsc-binding.js';
import { failedWith, PcscFailure, SCARD_ERROR } from './pcsc-error.js';
import {
  loadWinscard,
  type Out,
  type ScardHandle,
  type ScardReaderState,
  type Winscard,
} from './winscard-functions.js';

/** Scope "system" of SCardEstablishContext. */
const SCOPE_SYSTEM = 2;
/** Room for the names of all readers, in bytes: more than pcsclite's 16 readers of 128 characters need. */
const NAMES_BYTES = 65_536;
/** Longest response APDU: 65,536 data bytes and the status word. */
const RESPONSE_BYTES = 65_538;

let loaded: PcscBinding | undefined;

/**
 * The service of this machine; loaded at the first use of PC/SC and not before: everything else runs without it.
 * @throws {TransportError} `no-binding` with what mends it.
 */
export function loadPcscBinding(): PcscBinding {
  loaded ??= bindingOver(loadWinscard());
  return loaded;
}

function bindingOver(winscard: Winscard): PcscBinding {
  return {
    async establishContext() {
      const context: Out<ScardHandle> = [0];
      await call(winscard.functions.establishContext, SCOPE_SYSTEM, null, null, context);
      return new Context(winscard, context[0]);
    },
  };
}

/** A function of the library on a thread of Node.js's pool. @throws {PcscFailure} */
function call<A extends unknown[]>(
  called: { async(...parameters: [...A, (error: unknown, result: number) => void]): void },
  ...parameters: A
): Promise<void> {
  return new Promise((resolve, reject) => {
    called.async(...parameters, (error, result) => {
      if (error !== null && error !== undefined) reject(error);
      else if (result !== 0) reject(new PcscFailure(result >>> 0));
      else resolve();
    });
  });
}

class Context implements PcscBindingContext {
  readonly #winscard: Winscard;
  readonly #handle: ScardHandle;

  constructor(winscard: Winscard, handle: ScardHandle) {
    this.#winscard = winscard;
    this.#handle = handle;
  }

  async listReaders(): Promise<readonly PcscBindingReader[]> {
    for (;;) {
      const states = (await this.#names()).map((name) => this.#stateOf(name, SCARD.stateUnaware));
      if (states.length === 0) return [];
      try {
        await call(this.#winscard.functions.getStatusChange, this.#handle, 0, states, states.length);
      } catch (cause) {
        // Unplugged since it was listed.
        if (failedWith(cause, SCARD_ERROR.unknownReader)) continue;
        throw cause;
      }
      return states.map(({ szReader, dwEventState, cbAtr, rgbAtr }) => ({
        name: szReader,
        state: dwEventState,
        atr: rgbAtr.slice(0, cbAtr),
      }));
    }
  }

  async #names(): Promise<readonly string[]> {
    const { encoding, unit } = this.#winscard.text;
    const names = Buffer.alloc(NAMES_BYTES);
    const length: Out<number> = [NAMES_BYTES / unit];
    try {
      await call(this.#winscard.functions.listReaders, this.#handle, null, names, length);
    } catch (cause) {
      if (failedWith(cause, SCARD_ERROR.noReadersAvailable)) return [];
      throw cause;
    }
    return names
      .toString(encoding, 0, length[0] * unit)
      .split('\0')
      .filter((name) => name !== '');
  }

  async waitForChange(
    readers: readonly { readonly name: string; readonly state: number }[],
    timeoutMs: number,
  ): Promise<void> {
    const states = readers.map(({ name, state }) => this.#stateOf(name, state));
    try {
      await call(this.#winscard.functions.getStatusChange, this.#handle, timeoutMs, states, states.length);
    } catch (cause) {
      const { timeout, cancelled, unknownReader } = SCARD_ERROR;
      if (![timeout, cancelled, unknownReader].some((code) => failedWith(cause, code))) throw cause;
    }
  }

  #stateOf(name: string, state: number): ScardReaderState {
    return {
      szReader: name,
      pvUserData: null,
      dwCurrentState: state,
      dwEventState: 0,
      cbAtr: 0,
      rgbAtr: new Uint8Array(this.#winscard.atrBytes),
    };
  }

  cancel(): void {
    this.#winscard.functions.cancel(this.#handle);
  }

  async connect(reader: string, shareMode: number, protocols: number): Promise<PcscBindingCard> {
    const handle: Out<ScardHandle> = [0];
    const protocol: Out<number> = [0];
    await call(
      this.#winscard.functions.connect,
      this.#handle,
      reader,
      shareMode,
      protocols,
      handle,
      protocol,
    );
    const card = new Card(this.#winscard, handle[0], protocol[0]);
    try {
      await card.readAtr();
    } catch (cause) {
      await card.disconnect(SCARD.leaveCard).catch(() => undefined);
      throw cause;
    }
    return card;
  }

  release(): Promise<void> {
    return call(this.#winscard.functions.releaseContext, this.#handle);
  }
}

class Card implements PcscBindingCard {
  readonly #winscard: Winscard;
  readonly #handle: ScardHandle;
  /** One for all commands: clearing 64 KiB for each would cost more than the exchange. */
  readonly #response = Buffer.alloc(RESPONSE_BYTES);
  #protocol: number;
  #atr: Uint8Array = new Uint8Array();

  constructor(winscard: Winscard, handle: ScardHandle, protocol: number) {
    this.#winscard = winscard;
    this.#handle = handle;
    this.#protocol = protocol;
  }

  get protocol(): number {
    return this.#protocol;
  }

  get atr(): Uint8Array {
    return this.#atr;
  }

  async readAtr(): Promise<void> {
    const atr = new Uint8Array(this.#winscard.atrBytes);
    const length: Out<number> = [atr.length];
    await call(this.#winscard.functions.status, this.#handle, null, null, null, null, atr, length);
    this.#atr = atr.slice(0, length[0]);
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    const { functions, ioRequestBytes } = this.#winscard;
    const length: Out<number> = [RESPONSE_BYTES];
    const request = { dwProtocol: this.#protocol, cbPciLength: ioRequestBytes };
    await call(
      functions.transmit,
      this.#handle,
      request,
      command,
      command.length,
      null,
      this.#response,
      length,
    );
    const response = Uint8Array.from(this.#response.subarray(0, length[0]));
    this.#response.fill(0, 0, length[0]);
    return response;
  }

  async reconnect(shareMode: number, protocols: number, initialization: number): Promise<void> {
    const protocol: Out<number> = [0];
    await call(
      this.#winscard.functions.reconnect,
      this.#handle,
      shareMode,
      protocols,
      initialization,
      protocol,
    );
    this.#protocol = protocol[0];
    await this.readAtr();
  }

  beginTransaction(): Promise<void> {
    return call(this.#winscard.functions.beginTransaction, this.#handle);
  }

  endTransaction(disposition: number): Promise<void> {
    return call(this.#winscard.functions.endTransaction, this.#handle, disposition);
  }

  disconnect(disposition: number): Promise<void> {
    return call(this.#winscard.functions.disconnect, this.#handle, disposition);
  }
}
