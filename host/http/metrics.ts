/** Counters of the service, in the text format that Prometheus reads. Nothing about anybody. */

import type { Workload } from './limits.js';

export class Metrics {
  private readonly statuses = new Map<number, number>();
  private readonly problems = new Map<string, number>();

  constructor(private readonly workload: Pick<Workload, 'size'>) {}

  count(status: number, problem: string | undefined): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (problem) this.problems.set(problem, (this.problems.get(problem) ?? 0) + 1);
  }

  text(): string {
    const lines = ['# TYPE imis_requests_total counter'];
    for (const [status, count] of this.statuses)
      lines.push(`imis_requests_total{status="${status}"} ${count}`);
    lines.push('# TYPE imis_problems_total counter');
    for (const [problem, count] of this.problems)
      lines.push(`imis_problems_total{type="${problem}"} ${count}`);
    lines.push('# TYPE imis_requests_in_work gauge', `imis_requests_in_work ${this.workload.size}`, '');
    return lines.join('\n');
  }
}
