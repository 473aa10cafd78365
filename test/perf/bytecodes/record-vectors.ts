/**
 * Renews vectors.json: compiles the Java twins with `javac` and counts the bytecodes that a JVM executes,
 * single-stepped under the debugger interface (CountBytecodes.java). Needs a JDK (Debian: openjdk-17-jdk-headless).
 *
 *   npx tsx test/perf/bytecodes/record-vectors.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const classes = mkdtempSync(join(tmpdir(), 'imis-bytecodes-'));
try {
  const sources = readdirSync(folder).filter((file) => file.endsWith('.java'));
  // Class files of Java 8: the oldest that the compiler still makes, nearest to what a card's converter takes.
  execFileSync('javac', ['--release', '8', '-Xlint:-options', '-d', classes, 'RoutineCases.java'], {
    cwd: folder,
  });
  execFileSync('javac', ['-d', classes, 'CountBytecodes.java'], { cwd: folder });
  const routines: unknown = JSON.parse(
    execFileSync('java', ['-cp', classes, 'CountBytecodes', classes], { encoding: 'utf8' }),
  );
  const compiler = execFileSync('javac', ['-version'], { encoding: 'utf8' }).trim();
  const recorded = `${compiler} --release 8, single-stepped in its own JVM by CountBytecodes.java`;
  writeFileSync(join(folder, 'vectors.json'), `${JSON.stringify({ recorded, routines }, null, 2)}\n`);
  console.log(`${sources.length} sources, ${Object.keys(routines as object).length} routines`);
} finally {
  rmSync(classes, { recursive: true });
}
