/**
 * The classes that a card is built of, by name: the seams at which a card can be built otherwise. A card
 * that is wrong on purpose (`applet/defects/`) replaces one of them; every other card has {@link CARD_PARTS}.
 */

import { Coprocessor } from '../runtime/coprocessor.js';
import { Nvm } from '../runtime/nvm.js';
import { CardSession } from './card-session.js';
import { CertificateChain } from './certificate-chain.js';
import { CommandProcessor } from './command-processor.js';
import { FileSystem } from './file-system.js';
import { LogicalChannels } from './logical-channels.js';
import { MessageBuffer } from './message-buffer.js';
import { Pin } from './pin.js';
import { Scp03Channel } from './scp03-channel.js';
import { SecurityStatus } from './security-status.js';
import { Selection } from './selection.js';
import { TransportKeys } from './transport-keys.js';

export const CARD_PARTS = {
  CardSession,
  CertificateChain,
  CommandProcessor,
  Coprocessor,
  FileSystem,
  LogicalChannels,
  MessageBuffer,
  Nvm,
  Pin,
  Scp03Channel,
  SecurityStatus,
  Selection,
  TransportKeys,
} as const;

export type CardParts = typeof CARD_PARTS;
