/** Traces as JSON lines: one message a line, for programs that read text. */

import { fromHex, toHex } from '../../apdu/index.js';
import type { TraceFileResult, TracePacket, TracePacketKind } from './trace-packet.js';

const KINDS: readonly TracePacketKind[] = ['answer-to-reset', 'command', 'response'];
const ISO_UTC = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\.(\d{6})Z$/;
const MICROSECONDS = 1_000_000;

/** One line with its end: time (ISO 8601, UTC, microseconds), card, kind, bytes in hexadecimal. */
export function traceLine({ card, kind, bytes, timeUs }: TracePacket): string {
  const seconds = Math.floor(timeUs / MICROSECONDS);
  const time = `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${String(timeUs % MICROSECONDS).padStart(6, '0')}Z`;
  return `${JSON.stringify({ time, card, kind, bytes: toHex(bytes).toUpperCase() })}\n`;
}

/** The messages of a file of such lines; empty lines count for nothing. */
export function parseTraceLines(text: string): TraceFileResult {
  const packets: TracePacket[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const packet = packetIn(line);
    if (typeof packet === 'string') return { ok: false, fault: `line ${index + 1} ${packet}` };
    packets.push(packet);
  }
  return { ok: true, packets, skipped: 0 };
}

/** The message of a line, or what is wrong with it. Never quotes the line: it may hold a secret. */
function packetIn(line: string): TracePacket | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'is no message of a trace';
  const { time, card, kind, bytes } = value as Readonly<Record<string, unknown>>;
  if (typeof card !== 'string') return 'names no card';
  if (!KINDS.includes(kind as TracePacketKind)) return `has no kind of ${KINDS.join(', ')}`;
  if (typeof bytes !== 'string' || !/^([0-9a-f]{2})*$/i.test(bytes)) return 'has no bytes in hexadecimal';
  const [, seconds, microseconds] = (typeof time === 'string' && ISO_UTC.exec(time)) || [];
  const milliseconds = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  if (Number.isNaN(milliseconds)) return 'has no time in UTC with six decimals';
  return {
    card,
    kind: kind as TracePacketKind,
    bytes: fromHex(bytes),
    timeUs: milliseconds * 1000 + Number(microseconds),
  };
}
