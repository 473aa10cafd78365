import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeVpcdFrame, VpcdFrameReader } from '../../reader-drivers/index.js';

/** The reader end of the virtual reader's protocol on a port of its own, driven by a test step by step. */
export class FakeVirtualReader {
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  readonly #answers: Uint8Array[] = [];
  readonly #waiting: ((answer: Uint8Array) => void)[] = [];
  #port = 0;
  #socket: Socket | undefined;
  /** With this the reader polls for presence as soon as a card connects, as the real one does. */
  polls = true;

  /** Port that the reader listens on, the same after {@link listen} again. */
  get port(): number {
    return this.#port;
  }

  get answersLeft(): number {
    return this.#answers.length;
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Sends a message without waiting. */
  send(...message: number[]): void {
    this.#socket!.write(encodeVpcdFrame(Uint8Array.from(message)));
  }

  /** Sends a message and resolves to the next answer. */
  async ask(...message: number[]): Promise<Uint8Array> {
    this.send(...message);
    return this.#answer();
  }

  /** Sends bytes as they are, for broken frames. */
  sendRaw(bytes: Uint8Array): void {
    this.#socket!.write(bytes);
  }

  /** Resolves when the card is out. */
  async cardOut(): Promise<void> {
    if (this.#socket !== undefined && !this.#socket.closed) await once(this.#socket, 'close');
  }

  /** The reader goes away with everything. */
  async stop(): Promise<void> {
    this.#socket?.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(): Promise<Uint8Array> {
    const answer = this.#answers.shift();
    if (answer !== undefined) return Promise.resolve(answer);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #accept(socket: Socket): void {
    const frames = new VpcdFrameReader();
    this.#socket = socket;
    // An answer that the last card still owed never comes.
    this.#answers.length = 0;
    this.#waiting.length = 0;
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      for (const payload of frames.push(piece)) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#answers.push(payload);
        else waiting(payload);
      }
    });
    if (this.polls) {
      this.#waiting.push(() => undefined);
      this.send(4);
    }
  }
}
