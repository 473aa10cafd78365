/** `imis card`: the simulated card, looked into, saved, replayed, and in a reader that other programs use. */

import type { Command } from 'commander';
import type { ExitStatus } from '../cli-error.js';
import { addCardImageCommand } from './card-image.js';
import { addCardMemoryCommand } from './card-memory.js';
import { addCardReplayCommand } from './card-replay.js';
import { addCardServeCommand } from './card-serve.js';

export function addCardCommand(program: Command, done: (status: ExitStatus) => void): void {
  const card = program
    .command('card')
    .description('the simulated card: its memory, its image, its sessions; the card for other programs');
  addCardMemoryCommand(card, done);
  addCardImageCommand(card, done);
  addCardReplayCommand(card, done);
  addCardServeCommand(card, done);
}
