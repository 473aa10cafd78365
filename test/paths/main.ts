/** `npm run bench:paths`: how many commands a second each way to a card carries. */

import { loadavg } from 'node:os';
import { Command } from 'commander';
import { naturalOption } from '../../host/cli/index.js';
import { formatTable, type TableColumn } from '../../perf/index.js';
import { whyNoPcscd } from '../reader-drivers/private-pcscd.js';
import { whyNoSerialPair } from '../reader-drivers/pty.js';
import { type MeasuredPath, measureGemPc, measureInProcess, measureLine, measureVpcd } from './paths.js';

const { commands: count, json } = new Command('npm run bench:paths --')
  .description('Measures how many commands a second each way to a card carries, one after the other.')
  .addOption(naturalOption('--commands <n>', 'commands for each path and card').default(5_000))
  .option('--json', 'figures as JSON')
  .parse()
  .opts<{ readonly commands: number; readonly json?: true }>();

const COLUMNS: readonly TableColumn[] = [
  { title: 'path', align: 'left' },
  { title: 'echo/s', align: 'right' },
  { title: 'TPDU/s', align: 'right' },
  { title: 'p50 µs', align: 'right' },
  { title: 'p99 µs', align: 'right' },
  { title: 'card/s', align: 'right' },
  { title: 'p50 µs', align: 'right' },
  { title: 'p99 µs', align: 'right' },
  { title: "card's share", align: 'right' },
  { title: 'target', align: 'right' },
  { title: 'reached', align: 'left' },
];

const loadBefore = loadavg()[0]!;
const paths: MeasuredPath[] = [await measureInProcess(count)];
if (whyNoSerialPair() === undefined) {
  for (const protocol of ['T=0', 'T=1'] as const) paths.push(await measureLine('serial', protocol, count));
  paths.push(await measureLine('serial', 'T=0', count, true));
  for (const protocol of ['T=0', 'T=1'] as const) paths.push(await measureLine('gempc', protocol, count));
}
if (whyNoPcscd('socat') === undefined) {
  paths.push(...(await measureVpcd(count)));
  for (const protocol of ['T=0', 'T=1'] as const) paths.push(await measureGemPc(protocol, count));
}
const load = [loadBefore, loadavg()[0]!];
if (json) console.log(JSON.stringify({ load, paths }, null, 2));
else {
  console.log(formatTable(COLUMNS, paths.map(row)));
  console.log(
    `\n${count} commands a path and card, one after the other; load ${load.map((each) => each.toFixed(1)).join(' before, ')} after.`,
  );
}

function row({ path, echo, simulated, tpdus, target }: MeasuredPath): readonly string[] {
  const numbers = [echo, simulated].map(({ perSecond, p50Us, p99Us }) =>
    [perSecond, p50Us, p99Us].map(String),
  );
  const perSecond = echo.perSecond * (tpdus ?? 1);
  const reached = target === undefined ? '' : perSecond >= target ? 'yes' : 'no';
  const [ofEcho, ofCard] = numbers;
  const counted = [
    ofEcho![0]!,
    tpdus === undefined ? '' : String(perSecond),
    ...ofEcho!.slice(1),
    ...ofCard!,
  ];
  return [path, ...counted, share(echo.p50Us, simulated.p50Us), String(target ?? ''), reached];
}

/** How much of a command's time is the simulated card's own: what it takes more than the echo card on the same path. */
function share(echo: number, simulated: number): string {
  return `${Math.max(0, Math.round((100 * (simulated - echo)) / simulated))} %`;
}
