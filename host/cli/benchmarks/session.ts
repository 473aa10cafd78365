/** A doctor's or pharmacy's half of a session with a patient card: commands protected, answers opened. */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  CHECKSUM_BYTES,
  type CommandSpec,
  commandMacInput,
  counterBlock,
  decodeData,
  encodeRequest,
  padBlocks,
  parseProtectedResponse,
  protectedCommandData,
  protectedCommandObjects,
  type RequestOf,
  type ResponseOf,
  SECURE_MESSAGING_CLASS_BITS,
  unpadBlocks,
} from '../../../apdu/index.js';
import type { Card, CryptoEngine } from '../../../applet/index.js';
import { linksOf, send } from './exchange.js';

export type SessionKeys = { readonly encryption: Uint8Array; readonly mac: Uint8Array; counter: number };

/** The APDUs of a protected request; the session counts them and their answer. */
export function apdusInSession<const C extends CommandSpec>(
  session: SessionKeys,
  engine: CryptoEngine,
  spec: C,
  request: RequestOf<C>,
): Uint8Array[] {
  const { cla, ins, p1, p2, data = new Uint8Array(0), le } = encodeRequest(spec, request);
  const header = Uint8Array.of(cla | SECURE_MESSAGING_CLASS_BITS, ins, p1, p2);
  session.counter++;
  const cipher = createCipheriv('aes-128-cbc', session.encryption, initialValue(session, engine));
  const cryptogram =
    data.length > 0 ? new Uint8Array(cipher.setAutoPadding(false).update(padBlocks(data))) : undefined;
  const input = commandMacInput(session.counter, header, protectedCommandObjects({ cryptogram, le }));
  const checksum = engine.aes128Cmac(session.mac, input).slice(0, CHECKSUM_BYTES);
  session.counter++;
  return linksOf({
    cla: header[0]!,
    ins,
    p1,
    p2,
    data: protectedCommandData({ cryptogram, le, checksum }),
    le: 256,
  });
}

/** The typed answer to a protected request; its checksum is not looked at. @throws {Error} unless it is 9000. */
export function callInSession<const C extends CommandSpec>(
  card: Card,
  session: SessionKeys,
  engine: CryptoEngine,
  spec: C,
  request: RequestOf<C>,
): ResponseOf<C> {
  const { cryptogram, sw } = parseProtectedResponse(
    send(card, apdusInSession(session, engine, spec, request)),
  );
  if (sw !== 0x9000) throw new Error(`${spec.name} is answered ${sw.toString(16)}`);
  const decipher = createDecipheriv('aes-128-cbc', session.encryption, initialValue(session, engine));
  const padded = cryptogram && new Uint8Array(decipher.setAutoPadding(false).update(cryptogram));
  const plain = padded ? unpadBlocks(padded) : new Uint8Array(0);
  if (!plain) throw new Error(`${spec.name}: the answer is badly padded`);
  return decodeData(spec.response, plain) as ResponseOf<C>;
}

function initialValue({ encryption, counter }: SessionKeys, engine: CryptoEngine): Uint8Array {
  return engine.aes128EcbEncrypt(encryption, counterBlock(counter));
}
