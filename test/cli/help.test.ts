import { describe, expect, it } from 'vitest';
import { imis, ROOT } from './imis.js';

type Entry = { readonly terms: string; readonly description: string };

/** Entries of a section of a help text: term and description, which may go on in further lines. */
function entriesOf(help: string, section: string): Entry[] {
  const [, body = ''] = new RegExp(`^${section}:\\n((?: +.*\\n)*)`, 'm').exec(help) ?? [];
  const found: { terms: string; description: string }[] = [];
  for (const line of body.trimEnd().split('\n')) {
    const start = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line);
    if (start) found.push({ terms: start[1]!, description: start[2] ?? '' });
    else if (found.length > 0) found.at(-1)!.description += ` ${line.trim()}`;
  }
  return found;
}

describe('--help', () => {
  it('of every command describes every option and every command below it', async () => {
    let options = 0;
    const seen: string[] = [];
    let examples = 0;
    const visit = async (path: readonly string[]): Promise<void> => {
      const run = await imis([...path, '--help']);
      const name = ['imis', ...path].join(' ');
      seen.push(name);
      if (/^(?:Examples?:|Then try:)/m.test(run.stdout)) examples++;
      expect([run.status, run.stderr], name).toEqual([0, '']);
      expect(run.stdout, name).toMatch(new RegExp(`^Usage: ${name}\\b`));
      expect(run.stdout, name).not.toContain(ROOT);
      for (const { terms, description } of entriesOf(run.stdout, 'Options')) {
        options++;
        expect(description, `${name} ${terms}`).toMatch(/\w{2,}.*\w/);
      }
      const below = entriesOf(run.stdout, 'Commands').filter(({ terms }) => !terms.startsWith('help '));
      for (const { terms, description } of below) expect(description, `${name} ${terms}`).toMatch(/\w+ \w+/);
      await Promise.all(below.map(({ terms }) => visit([...path, terms.split(' ')[0]!])));
    };
    await visit([]);
    console.log(
      `${seen.length} commands, ${options} options described, ${examples} with examples: ${seen.sort().join(', ')}`,
    );
    for (const name of [
      'visit',
      'apdu',
      'spec docs',
      'spec export',
      'perf card',
      'perf bench',
      'card serve',
    ]) {
      expect(seen).toContain(`imis ${name}`);
    }
    expect(options).toBeGreaterThan(30);
    expect(examples).toBeGreaterThanOrEqual(4);
  });

  it('is where no command is given', async () => {
    const run = await imis([]);
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(/^Usage: imis /);
    expect((await imis(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
