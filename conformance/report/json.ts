/** A run as one JSON document. */

import type { DifferentialReport } from '../differential.js';
import type { RunReport } from '../result.js';

/** Version of the document's shape; it changes when a member changes its meaning or goes. */
export const REPORT_VERSION = 2;

/** The document: plain data that survives JSON. */
export type ReportDocument = RunReport & { readonly reportVersion: number; readonly suite: string };

/** The report as a document to write out. It holds no secret: exchanges are the decoded ones. */
export function reportToJson(report: RunReport): ReportDocument {
  return { reportVersion: REPORT_VERSION, suite: 'imis conformance', ...report };
}

export const DIFFERENCE_VERSION = 1;

/** A comparison as one document; `names` are those of the two cards. It holds no secret, as the report. */
export function differencesToJson({ compared, divergences }: DifferentialReport, names: readonly string[]) {
  return {
    diffVersion: DIFFERENCE_VERSION,
    suite: 'imis conformance',
    targets: names,
    compared,
    divergences: divergences.map((one) => ({ ...one, exchanges: one.exchanges.map((side) => side ?? null) })),
  };
}
