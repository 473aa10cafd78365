/** A run as one JSON document. */

import type { RunReport } from '../result.js';

/** Version of the document's shape; it changes when a member changes its meaning or goes. */
export const REPORT_VERSION = 1;

/** The report as indented JSON with a final line feed. It holds no secret: exchanges are the decoded ones. */
export function reportToJson(report: RunReport): string {
  return `${JSON.stringify({ reportVersion: REPORT_VERSION, suite: 'imis conformance', ...report }, undefined, 2)}\n`;
}
