export type { CardConnection, TransportProtocol } from './connection/card-connection.js';
export type { CardDevice } from './connection/card-device.js';
export { withCommandChaining } from './connection/command-chaining.js';
export { type GetResponseLimits, withGetResponse } from './connection/get-response.js';
export { connectInProcess } from './connection/in-process.js';
export { connectPcsc, type PcscConnection, type PcscConnectOptions } from './pcsc/pcsc.js';
export type {
  PcscBinding,
  PcscBindingCard,
  PcscBindingContext,
  PcscBindingReader,
} from './pcsc/pcsc-binding.js';
export {
  listPcscReaders,
  type PcscReader,
  type PcscWaitOptions,
  waitForPcscCard,
  waitForPcscRemoval,
} from './pcsc/pcsc-readers.js';
export { type TraceEvent, withTracing } from './connection/tracing.js';
export { TransportError, type TransportErrorCode } from './connection/transport-error.js';
export {
  serveVpcd,
  VPCD_DEFAULT_PORT,
  VpcdCardEnd,
  type VpcdEvent,
  type VpcdOptions,
} from './vpcd/vpcd.js';
export { encodeVpcdFrame, VPCD_CONTROL, VPCD_MAX_PAYLOAD, VpcdFrameReader } from './vpcd/vpcd-frames.js';
export { VpcdSlot, type VpcdSlotEvent } from './vpcd/vpcd-slot.js';
