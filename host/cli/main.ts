#!/usr/bin/env node
/** The command-line program `imis` as a process. */

import { EXIT } from './cli-error.js';
import { runProgram } from './program.js';

// A reader that went away, as in `imis visit | head -1`, ends the program: the rest would be for nobody.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(EXIT.failed));
process.exitCode = await runProgram(process.argv.slice(2));
