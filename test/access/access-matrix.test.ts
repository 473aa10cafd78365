import { describe, expect, it } from 'vitest';
import {
  type ApplicationSpec,
  type CommandApduFields,
  type CommandSpec,
  encodeCommandApdu,
  encodeRequest,
  fromHex,
  type LifeCycle,
  needsSecureChannel,
  parseResponseApdu,
  type RoleName,
  SECURE_MESSAGING_CLASS_BITS,
  takesSession,
} from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import { sampleBytes } from '../apdu/sample-values.js';
import { AGENT_PIN, delegate, personaliseAgent } from '../support/delegation.js';
import { LOG_IN_PIN } from '../support/log-in.js';
import { AUTHORITY, PIN, personalisePatient, personaliseProfessional } from '../support/personalised-card.js';
import { type PeerSession, ProfessionalPeer } from '../support/professional-peer.js';
import { channelInside, openChannel, type TestSecureChannel } from '../support/secure-channel.js';
import { exchange, linksOf } from '../support/transmit.js';
import {
  type Answer,
  APPLICATIONS,
  commandTo,
  commandUsing,
  declaredKeys,
  disagreements,
  flipEveryLeaf,
  type Row,
  readAccessMatrix,
  type Status,
  statusOf,
} from './access-matrix.js';

const matrix = readAccessMatrix();
/** The states that an application's declarations can lead to. */
const STATES: Readonly<Record<Row['application'], readonly LifeCycle[]>> = {
  patient: ['initialisation', 'operational', 'deactivated', 'terminated'],
  professional: ['initialisation', 'operational'],
  // they come into being with ACTIVATE FILE, and share the life of the card's own application
  pkcs15: ['operational', 'deactivated', 'terminated'],
  piv: ['operational', 'deactivated', 'terminated'],
  readout: ['operational', 'deactivated', 'terminated'],
};

describe('the access matrix (test/access-matrix.csv, written by hand)', () => {
  it('has a row for everything declared, and for nothing else', () => {
    const rows = matrix.rows.map(
      ({ application, kind, id, state }) => `${application},${kind},${id},${state}`,
    );
    expect(new Set(rows).size).toBe(rows.length);
    expect([...rows].sort()).toEqual([...declaredKeys(APPLICATIONS, STATES)].sort());
  });

  it('answers for an agent too, wherever a card is in use', () => {
    const inUse = matrix.rows.filter(
      ({ application, state }) => application === 'patient' && state === 'operational',
    );
    const silent = inUse.filter(({ answers }) => !answers.has('agent') || !answers.has('agent+pharmacy'));
    expect(silent.map(({ kind, id }) => `${kind} ${id}`)).toEqual([]);
  });

  it('says what the specification says', () => {
    expect(disagreements(matrix, APPLICATIONS)).toEqual([]);
  });

  it('turns red for every leaf of an access rule that is flipped', () => {
    let leaves = 0;
    for (const { where, applications } of flipEveryLeaf(APPLICATIONS)) {
      leaves++;
      expect(disagreements(matrix, applications), where).not.toEqual([]);
    }
    console.log(`access leaves flipped: ${leaves}, each noticed`);
    expect(leaves).toBeGreaterThan(50);
  });

  it('says what the cards do', () => {
    let answers = 0;
    const wrong: string[] = [];
    for (const row of matrix.rows) {
      for (const [column, expected] of row.answers) {
        answers++;
        const sw = ask(row, statusOf(column));
        if (!isAnswer(expected, sw)) {
          wrong.push(
            `${row.application} ${row.kind} ${row.id}, ${row.state}, ${column}: ${expected}, card ${sw.toString(16)}`,
          );
        }
      }
    }
    console.log(`access matrix: ${answers} answers of cards in ${matrix.rows.length} rows`);
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(300);
  });

  it('counts a role only inside its session: beside it the card answers as without the role', () => {
    let answers = 0;
    const wrong: string[] = [];
    for (const row of matrix.rows) {
      for (const [column] of row.answers) {
        const status = statusOf(column);
        const without = row.answers.get(status.pin ? 'pin' : 'none');
        if (status.role === 'none' || without === undefined) continue;
        answers++;
        const sw = ask(row, status, false);
        if (!isAnswer(without, sw)) wrong.push(`${row.id}, ${row.state}, ${column}: card ${sw.toString(16)}`);
      }
    }
    console.log(`beside the session: ${answers} answers`);
    expect(wrong).toEqual([]);
    expect(answers).toBeGreaterThan(150);
  });
});

/** A permitted command may still be refused for its sample data, but not for the security status. */
function isAnswer(expected: Answer, sw: number): boolean {
  if (expected === 'never') return sw === 0x6985;
  return (sw === 0x6982) === (expected === 'no');
}

type Prepared = { readonly card: Card; readonly session: PeerSession | undefined };

const cards = new Map<string, Prepared>();

/** A card in a state with a security status, made once, and the session of its role; the caller gets a copy. */
function cardIn(
  application: Row['application'],
  state: LifeCycle,
  { pin, role, issuer, agent }: Status,
): Prepared {
  const key = `${application}/${state}/${pin}/${role}/${issuer}/${agent}`;
  const known = cards.get(key);
  if (known) return { card: known.card.fork(), session: known.session?.fork() };
  const activate = state !== 'initialisation';
  const isCompanion = application !== 'patient' && application !== 'professional';
  const { card, transmit } =
    application === 'professional'
      ? personaliseProfessional('doctor', { activate })
      : personalisePatient({ activate, interoperability: isCompanion });
  const application_ = APPLICATIONS[isCompanion ? 'patient' : application];
  if (agent) delegate(transmit, personaliseAgent().transmit);
  transmit(fromHex(`00A4040C06${application_.aid}`));
  if (agent) proveAgent(transmit);
  if (issuer) openChannel(transmit);
  if (state === 'deactivated' || state === 'terminated') leave(card, application_, state);
  if (isCompanion) return kept(key, companionOf(card, APPLICATIONS[application], pin));
  const session =
    role === 'none' ? undefined : new ProfessionalPeer(AUTHORITY, role as RoleName).authenticate(transmit);
  if (pin) {
    const verify = encodeRequest(application_.commands['verify']!, { p2: 'holder PIN', data: PIN } as never);
    expect(parseResponseApdu(transmit(encodeCommandApdu(verify)))?.sw).toBe(0x9000);
  }
  return kept(key, { card, session });
}

function kept(key: string, made: Prepared): Prepared {
  cards.set(key, made);
  return { card: made.card.fork(), session: made.session?.fork() };
}

/** The card with the other application selected, and its own PIN verified where that is asked for. */
function companionOf(card: Card, { aid, commands }: ApplicationSpec, pin: boolean): Prepared {
  card.process(fromHex(`00A4040C${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`));
  if (pin) {
    const verify = encodeRequest(commands['verify']!, { p2: 'log-in PIN', data: LOG_IN_PIN } as never);
    expect(parseResponseApdu(card.process(encodeCommandApdu(verify)))?.sw).toBe(0x9000);
  }
  return { card, session: undefined };
}

/** The agent PIN of the first slot. */
function proveAgent(transmit: (apdu: Uint8Array) => Uint8Array): void {
  const { verify } = APPLICATIONS.patient.commands;
  const apdu = encodeRequest(verify!, { p2: 'agent PIN of slot 1', data: AGENT_PIN } as never);
  expect(parseResponseApdu(transmit(encodeCommandApdu(apdu)))?.sw).toBe(0x9000);
}

/** As NHI, takes the application of a card out of use or ends it; what was proven is forgotten. */
function leave(card: Card, application: ApplicationSpec, state: 'deactivated' | 'terminated'): void {
  const nhi = new ProfessionalPeer(AUTHORITY, 'nhi').authenticate((apdu) => card.process(apdu));
  const command = application.commands[state === 'deactivated' ? 'deactivate' : 'terminate']!;
  expect(send(card, command, { session: nhi })).toBe(0x9000);
  const warning = parseResponseApdu(card.process(fromHex(`00A4040C06${application.aid}`)))?.sw;
  expect(warning).toBe(state === 'deactivated' ? 0x6283 : 0x6285);
}

/** How a command reaches the card: in the session of a role, through the issuer's channel, or in the clear. */
type Way = { readonly session?: PeerSession | undefined; readonly channel?: TestSecureChannel | undefined };

/** What a card in the row's state, with that status, answers to the row's question. */
function ask(row: Row, status: Status, inSession = true): number {
  const { card, session: proven } = cardIn(row.application, row.state, status);
  const session = inSession ? proven : undefined;
  const application = APPLICATIONS[row.application];
  if (row.kind === 'command') {
    const command = application.commands[row.id]!;
    const throughChannel = status.issuer && needsSecureChannel(command.secureMessaging);
    const channel = throughChannel ? channelInside(card)!.channel : undefined;
    return send(card, command, { channel, session: takesSession(command) ? session : undefined });
  }
  if (row.kind !== 'algorithm') return sendToFile(card, application, row.kind, row.id, session);
  const algorithm = application.algorithms[row.id]!;
  const reference = `800101`.replace(/01$/, algorithm.reference.toString(16).padStart(2, '0'));
  const template = algorithm.operation === 'sign-then-seal' ? 'B8' : 'B6';
  const set = parseResponseApdu(card.process(fromHex(`002241${template}03${reference}`)))!.sw;
  if (set === 0x6985) return set;
  expect(set).toBe(0x9000);
  const input = sampleBytes({ kind: 'template', template: algorithm.input }, 'shortest');
  return send(card, commandUsing(application, algorithm), {}, input);
}

/** A command with the first permitted parameters and the shortest permitted data. */
function send(
  card: Card,
  command: CommandSpec,
  way: Way = {},
  data = sampleBytes(command.data, 'shortest'),
): number {
  const parameter = (spec: CommandSpec['p1']): number => {
    switch (spec.kind) {
      case 'constant':
        return spec.value;
      case 'enum':
        return Object.values(spec.values)[0]!;
      case 'range':
        return spec.min;
      case 'short-file':
        return spec.mode;
    }
  };
  const { cla, ins, response } = command;
  const header = { cla, ins, p1: parameter(command.p1), p2: parameter(command.p2) };
  return answer(card, { ...header, data, ...(response.kind === 'none' ? {} : { le: 256 }) }, way);
}

/** Reads, updates or appends to a file by its short identifier. */
function sendToFile(
  card: Card,
  application: ApplicationSpec,
  kind: 'file' | 'update' | 'append',
  id: string,
  session: PeerSession | undefined,
): number {
  const file = application.files[id]!;
  const { cla, ins, p1, p2, data } = commandTo(application, kind, file)!;
  const place =
    p2.kind === 'short-file'
      ? { p1: p1.kind === 'range' ? 1 : 0, p2: (file.sfi << 3) | p2.mode }
      : { p1: 0x80 | file.sfi, p2: 0 };
  const content = data.kind === 'none' ? { le: 256 } : { data: sampleBytes(data, 'shortest') };
  return answer(card, { cla, ins, ...place, ...content }, { session });
}

/** The status word, inside the protection where there is one. */
function answer(card: Card, command: CommandApduFields, { session, channel }: Way): number {
  const transmit = (apdu: Uint8Array) => card.process(apdu);
  if (!session) return exchange(transmit, linksOf(channel ? protectedBy(channel, command) : command)).sw;
  const { ins, p1, p2, data = new Uint8Array(0) } = command;
  const cla = command.cla | SECURE_MESSAGING_CLASS_BITS;
  const whole = session.protect(Uint8Array.of(cla, ins, p1, p2), data, command.le);
  const { data: back, sw } = exchange(transmit, linksOf({ cla, ins, p1, p2, data: whole, le: 256 }));
  return sw === 0x9000 ? session.open(back).sw : sw;
}

function protectedBy(channel: TestSecureChannel, command: CommandApduFields): CommandApduFields {
  const { ins, p1, p2, data = new Uint8Array(0) } = command;
  const cla = command.cla | 0x04;
  return { ...command, cla, data: channel.protect(Uint8Array.of(cla, ins, p1, p2), data) };
}
