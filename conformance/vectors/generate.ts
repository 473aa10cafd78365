/** Writes the test vectors beside this file: npx tsx conformance/vectors/generate.ts */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderTestVectors } from './render.js';

for (const { name, text, vectors } of await renderTestVectors()) {
  writeFileSync(fileURLToPath(new URL(name, import.meta.url)), text);
  process.stdout.write(`${name}: ${vectors} vectors\n`);
}
