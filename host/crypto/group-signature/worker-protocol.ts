/** Messages between the verifier pool and its worker threads; a thread has one job at a time, so none needs a number. */

import type { CurveName } from '../../../apdu/index.js';
import type { BatchItem, BatchResult } from './batch.js';
import type {
  GroupKeyFault,
  GroupSignatureVerdict,
  PublishedGroupKey,
  SignedStatement,
} from './group-verifier.js';

/** What a worker is started with. */
export type WorkerSettings = { readonly curve: CurveName; readonly key: PublishedGroupKey };

export type WorkerJob =
  | { readonly kind: 'verify'; readonly signed: SignedStatement }
  | {
      readonly kind: 'batch';
      readonly items: readonly BatchItem[];
      readonly productsPerSender: number | undefined;
    };

export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly reason: GroupKeyFault }
  | { readonly kind: 'done'; readonly result: GroupSignatureVerdict | BatchResult };
