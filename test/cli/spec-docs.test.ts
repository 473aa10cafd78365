import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALL_APPLICATIONS } from '../../apdu/index.js';
import { addSpecCommand } from '../../host/cli/index.js';
import { sentenceOf, WorkFolder } from './imis.js';
import { runInProcess } from './run-in-process.js';
import { docs } from './specification-files.js';

const folder = new WorkFolder();
afterAll(() => folder.remove());
const VENDOR = 'examples/transport-card/specification.json';
const spec = (...args: string[]) => runInProcess(addSpecCommand, ['spec', 'docs', ...args]);

const COMMANDS = ALL_APPLICATIONS.flatMap(({ id, commands }) =>
  Object.values(commands).map((command) => ({ anchor: `${id}-${command.id}`, command })),
);

describe('imis spec docs', () => {
  it('is one Markdown document, for a file as for the specification within', async () => {
    const own = await spec();
    expect(own.stdout).toBe(docs('apdu-reference.md'));
    const vendor = await spec(VENDOR);
    expect(vendor.stdout).toContain('## city transport card');
    expect(vendor.stdout).not.toContain('What is signed');
    expect(vendor.status).toBe(0);
  });

  it('is one HTML page that loads nothing, with a page for each command', async () => {
    const { stdout, status } = await spec('--html');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<!DOCTYPE html>/);
    expect(stdout).not.toMatch(/<(?:script|link|img|iframe)\b|\bsrc=|https?:\/\/|url\(/);
    for (const { anchor, command } of COMMANDS) {
      const [, page] = stdout.split(`<section class="command" id="${anchor}">`);
      expect(page, anchor).toBeDefined();
      const own = page!.split('</section>')[0]!;
      expect(own).toContain('<td>INS</td>');
      expect(own).toContain('permitted: ');
      expect(stdout).toContain(`<a href="#${anchor}">`);
      if (command.status.length > 0) expect(own).toContain('ISO/IEC 7816-4:2020, 5.6');
    }
    // whatever is opened is closed
    for (const tag of ['section', 'table', 'tr', 'td', 'th', 'ul', 'li', 'pre', 'p', 'main', 'nav']) {
      const count = (pattern: string) => stdout.match(new RegExp(pattern, 'g'))?.length ?? 0;
      expect(count(`<${tag}[ >]`), tag).toBe(count(`</${tag}>`));
    }
  });

  it('does not let a specification write HTML', async () => {
    const text = readFileSync(VENDOR, 'utf8').replace('Adds an amount', '<img src=x onerror=y> & adds');
    const { stdout } = await spec(folder.file('html.json', text), '--html');
    expect(stdout).toContain('&lt;img src=x onerror=y&gt; &amp; adds');
    expect(stdout).not.toContain('<img');
  });

  it('is a folder with a page for each command, each with an example unless it would show a secret', async () => {
    const out = join(folder.path, 'pages');
    const run = await spec(VENDOR, '--directory', out);
    expect(run.stdout).toBe(`11 pages in ${out}\n`);
    expect(readdirSync(out).sort()).toContain('transport-ride.md');
    const page = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(page('README.md')).toContain('[RIDE](transport-ride.md)');
    expect(page('transport-ride.md')).toContain('  > DF23 fare in cents: 280');
    expect(page('transport-load.md')).toContain('Example: the shortest values that are permitted.');
    expect(page('transport-verify.md')).not.toContain('Example');
    expect(sentenceOf(await spec('--html', '--directory', out), 2)).toContain('does not go with');
  });
});
