import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imis, ROOT } from './imis.js';

describe('imis spec', () => {
  it.each([
    ['docs', 'apdu-reference.md'],
    ['export', 'apdu-specification.json'],
  ])('%s prints the committed docs/%s', async (command, name) => {
    const run = await imis(['spec', command]);
    expect([run.status, run.stderr]).toEqual([0, '']);
    const committed = readFileSync(join(ROOT, 'docs', name), 'utf8');
    console.log(`docs/${name}: ${committed.length} characters`);
    expect(run.stdout === committed, `stale; renew it with: npx imis spec ${command} > docs/${name}`).toBe(
      true,
    );
  });
});
