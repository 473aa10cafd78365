export { MOST_BODY_BYTES } from './limits.js';
export type { LogEntry } from './nhi-api.js';
export { type Answered, type ClientOptions, LineError, NhiClient } from './nhi-client.js';
export { type NhiServerOptions, type RunningServer, startNhiServer } from './nhi-server.js';
export { openApiDocument } from './openapi.js';
export { OPERATIONS, type Operation, pathOf, SERVICE_ROLES, type ServiceRole } from './operations.js';
export type { Problem } from './problem.js';
export {
  issueServiceCertificate,
  makeServiceAuthority,
  type PemPair,
  type ServiceName,
} from './service-certificates.js';
export { type ServiceStatus, startStatusServer } from './status-server.js';
