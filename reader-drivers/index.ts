export type { AnswerTime } from './connection/answer-time.js';
export type { CardConnection, TransportProtocol } from './connection/card-connection.js';
export type { CardDevice } from './connection/card-device.js';
export { connectInProcess } from './connection/in-process.js';
export { ReplayConnection, type ReplayOptions } from './connection/replay.js';
export { type TraceEvent, withDeviceTracing, withTracing } from './connection/tracing.js';
export { TransportError, type TransportErrorCode } from './connection/transport-error.js';
export { withProtocols } from './connection/with-protocol.js';
export { type GemPcOptions, GemPcReaderEnd, serveGemPc } from './gempc/gempc.js';
export { connectGemPc, connectGemPcOverLine, type GemPcConnectOptions } from './gempc/gempc-connection.js';
export type { CardLine } from './line/card-line.js';
export {
  CharacterReceiver,
  type CharacterReception,
  CharacterSender,
  REPETITIONS,
} from './line/character-repetition.js';
export { conventionOfTs, convert } from './line/convention.js';
export { LINE_ENGINES, type LineEngines } from './line/line-engines.js';
export {
  baudRate,
  CHARACTER_ETU,
  etuMilliseconds,
  INITIAL_SPEED,
  INITIAL_WAITING_ETU,
  type LineSpeed,
  RESET_TO_ATR_CYCLES,
  type T0Timing,
  type T1Timing,
  t0Timing,
  t1Timing,
} from './line/timing.js';
export { connectPcsc, type PcscConnection, type PcscConnectOptions } from './pcsc/pcsc.js';
export type {
  PcscBinding,
  PcscBindingCard,
  PcscBindingContext,
  PcscBindingReader,
} from './pcsc/pcsc-binding.js';
export { PcscFailure } from './pcsc/pcsc-error.js';
export { type PcscEvent, type PcscEventOptions, pcscEvents } from './pcsc/pcsc-events.js';
export {
  listPcscReaders,
  type PcscReader,
  type PcscWaitOptions,
  waitForPcscCard,
  waitForPcscRemoval,
} from './pcsc/pcsc-readers.js';
export { type BareLineOptions, connectLine } from './serial/bare-line.js';
export { DEFAULT_CLOCK_HZ, SerialCardEnd, type SerialCardOptions, serveSerial } from './serial/card-end.js';
export {
  type CardReset,
  listenForReset,
  type ResetListener,
  type ResetTarget,
  resetByModemLine,
  resetBySocket,
} from './serial/card-reset.js';
export { IN_PROCESS_CLOCK_HZ, lineInProcess } from './serial/line-in-process.js';
export { connectOverLine, connectSerial, type SerialConnectOptions } from './serial/serial-connection.js';
export {
  loadSerialBinding,
  openSerialLine,
  type SerialLine,
  type SerialSettings,
} from './serial/serial-line.js';
export { T0Card, type T0CardOptions, type T0CardStep } from './t0/card.js';
export { takesDataBy } from './t0/direction.js';
export { type T0Failure, T0Reader, type T0ReaderStep } from './t0/reader.js';
export { isStatusByte, NULL_BYTE, type T0Command, t0CommandOf } from './t0/tpdu.js';
export {
  type BlockFault,
  type Edc,
  edcBytes,
  encodeBlock,
  MAX_INF,
  type SequenceNumber,
  type SupervisoryFunction,
  type T1Block,
} from './t1/block.js';
export { BlockReceiver, type Reception } from './t1/block-receiver.js';
export { T1Card, type T1CardStep } from './t1/card.js';
export { type T1Failure, T1Reader, type T1ReaderStep } from './t1/reader.js';
export { ATTEMPTS, type Heard } from './t1/reception.js';
export { parseTraceLines, traceLine } from './trace/json-lines.js';
export { isPcapng, parsePcapng } from './trace/pcapng-reader.js';
export { encodePcapng, PcapngWriter } from './trace/pcapng-writer.js';
export type { TraceFileResult, TracePacket, TracePacketKind } from './trace/trace-packet.js';
export {
  serveVpcd,
  VPCD_DEFAULT_PORT,
  VpcdCardEnd,
  type VpcdEvent,
  type VpcdOptions,
} from './vpcd/vpcd.js';
export { encodeVpcdFrame, VPCD_CONTROL, VPCD_MAX_PAYLOAD, VpcdFrameReader } from './vpcd/vpcd-frames.js';
export { VpcdSlot, type VpcdSlotEvent } from './vpcd/vpcd-slot.js';
