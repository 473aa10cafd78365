/** A run as one JSON document. */

import type { RunReport } from '../result.js';

/** Version of the document's shape; it changes when a member changes its meaning or goes. */
export const REPORT_VERSION = 2;

/** The document: plain data that survives JSON. */
export type ReportDocument = RunReport & { readonly reportVersion: number; readonly suite: string };

/** The report as a document to write out. It holds no secret: exchanges are the decoded ones. */
export function reportToJson(report: RunReport): ReportDocument {
  return { reportVersion: REPORT_VERSION, suite: 'imis conformance', ...report };
}
