/** `imis card`: any card looked into; the simulated card saved, replayed, and in a reader that other programs use. */

import type { Command } from 'commander';
import type { ExitStatus } from '../cli-error.js';
import { addCardImageCommand } from './card-image.js';
import { addCardInfoCommand } from './card-info.js';
import { addCardMemoryCommand } from './card-memory.js';
import { addCardReplayCommand } from './card-replay.js';
import { addCardServeCommand } from './card-serve.js';

export function addCardCommand(program: Command, done: (status: ExitStatus) => void): void {
  const card = program
    .command('card')
    .description(
      'a card in any reader looked into; the simulated card: its memory, its image, its sessions, for other programs',
    );
  addCardInfoCommand(card, done);
  addCardMemoryCommand(card, done);
  addCardImageCommand(card, done);
  addCardReplayCommand(card, done);
  addCardServeCommand(card, done);
}
