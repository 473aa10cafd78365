export type { CardConnection, TransportProtocol } from './card-connection.js';
export type { CardDevice } from './card-device.js';
export { withCommandChaining } from './command-chaining.js';
export { type GetResponseLimits, withGetResponse } from './get-response.js';
export { connectInProcess } from './in-process.js';
export { connectPcsc, type PcscConnection, type PcscConnectOptions } from './pcsc.js';
export type {
  PcscBinding,
  PcscBindingCard,
  PcscBindingContext,
  PcscBindingReader,
} from './pcsc-binding.js';
export {
  listPcscReaders,
  type PcscReader,
  type PcscWaitOptions,
  waitForPcscCard,
  waitForPcscRemoval,
} from './pcsc-readers.js';
export { type TraceEvent, withTracing } from './tracing.js';
export { TransportError, type TransportErrorCode } from './transport-error.js';
export {
  serveVpcd,
  VPCD_DEFAULT_PORT,
  VpcdCardEnd,
  type VpcdEvent,
  type VpcdOptions,
} from './vpcd.js';
export { encodeVpcdFrame, VPCD_CONTROL, VPCD_MAX_PAYLOAD, VpcdFrameReader } from './vpcd-frames.js';
export { VpcdSlot, type VpcdSlotEvent } from './vpcd-slot.js';
