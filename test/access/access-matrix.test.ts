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
} from '../../apdu/index.js';
import type { Card } from '../../applet/index.js';
import { sampleBytes } from '../apdu/sample-values.js';
import { AGENT_PIN, delegate, personaliseAgent } from '../support/delegation.js';
import { AUTHORITY, PIN, personalisePatient, personaliseProfessional } from '../support/personalised-card.js';
import { ProfessionalPeer } from '../support/professional-peer.js';
import { channelInside, openChannel, type TestSecureChannel } from '../support/secure-channel.js';
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
});

/** A permitted command may still be refused for its sample data, but not for the security status. */
function isAnswer(expected: Answer, sw: number): boolean {
  if (expected === 'never') return sw === 0x6985;
  return (sw === 0x6982) === (expected === 'no');
}

/** Data bytes of a link of a chain. */
const LINK_BYTES = 255;

const cards = new Map<string, Card>();

/** A card in a state with a security status, made once; the caller gets a copy. */
function cardIn(
  application: Row['application'],
  state: LifeCycle,
  { pin, role, issuer, agent }: Status,
): Card {
  const key = `${application}/${state}/${pin}/${role}/${issuer}/${agent}`;
  const known = cards.get(key);
  if (known) return known.fork();
  const activate = state !== 'initialisation';
  const { card, transmit } =
    application === 'patient'
      ? personalisePatient({ activate })
      : personaliseProfessional('doctor', { activate });
  const application_ = APPLICATIONS[application];
  if (agent) delegate(transmit, personaliseAgent().transmit);
  transmit(fromHex(`00A4040C06${application_.aid}`));
  if (agent) proveAgent(transmit);
  if (issuer) openChannel(transmit);
  if (state === 'deactivated' || state === 'terminated') leave(card, application_, state);
  if (role !== 'none') new ProfessionalPeer(AUTHORITY, role as RoleName).authenticate(transmit);
  if (pin) {
    const verify = encodeRequest(application_.commands['verify']!, { p2: 'holder PIN', data: PIN } as never);
    expect(parseResponseApdu(transmit(encodeCommandApdu(verify)))?.sw).toBe(0x9000);
  }
  cards.set(key, card);
  return card.fork();
}

/** The agent PIN of the first slot. */
function proveAgent(transmit: (apdu: Uint8Array) => Uint8Array): void {
  const { verify } = APPLICATIONS.patient.commands;
  const apdu = encodeRequest(verify!, { p2: 'agent PIN of slot 1', data: AGENT_PIN } as never);
  expect(parseResponseApdu(transmit(encodeCommandApdu(apdu)))?.sw).toBe(0x9000);
}

/** As NHI, takes the application of a card out of use or ends it; what was proven is forgotten. */
function leave(card: Card, application: ApplicationSpec, state: 'deactivated' | 'terminated'): void {
  new ProfessionalPeer(AUTHORITY, 'nhi').authenticate((apdu) => card.process(apdu));
  expect(send(card, application.commands[state === 'deactivated' ? 'deactivate' : 'terminate']!)).toBe(
    0x9000,
  );
  const warning = parseResponseApdu(card.process(fromHex(`00A4040C06${application.aid}`)))?.sw;
  expect(warning).toBe(state === 'deactivated' ? 0x6283 : 0x6285);
}

/** What a card in the row's state, with that status, answers to the row's question. */
function ask(row: Row, status: Status): number {
  const card = cardIn(row.application, row.state, status);
  const application = APPLICATIONS[row.application];
  if (row.kind === 'command') {
    const command = application.commands[row.id]!;
    const throughChannel = status.issuer && needsSecureChannel(command.secureMessaging);
    return send(card, command, undefined, throughChannel ? channelInside(card)!.channel : undefined);
  }
  if (row.kind !== 'algorithm') return sendToFile(card, application, row.kind, row.id);
  const algorithm = application.algorithms[row.id]!;
  const reference = `800101`.replace(/01$/, algorithm.reference.toString(16).padStart(2, '0'));
  const template = algorithm.operation === 'sign-then-seal' ? 'B8' : 'B6';
  const set = parseResponseApdu(card.process(fromHex(`002241${template}03${reference}`)))!.sw;
  if (set === 0x6985) return set;
  expect(set).toBe(0x9000);
  const input = sampleBytes({ kind: 'template', template: algorithm.input }, 'shortest');
  return send(card, commandUsing(application, algorithm), input);
}

/** A command with the first permitted parameters and the shortest permitted data, in the clear or through a secure channel. */
function send(
  card: Card,
  command: CommandSpec,
  data = sampleBytes(command.data, 'shortest'),
  channel?: TestSecureChannel,
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
  const header = { ins, p1: parameter(command.p1), p2: parameter(command.p2) };
  const le = response.kind === 'none' ? {} : { le: 256 };
  let rest = data;
  for (; rest.length > LINK_BYTES; rest = rest.subarray(LINK_BYTES)) {
    const link = encodeCommandApdu({ ...header, cla: cla | 0x10, data: rest.subarray(0, LINK_BYTES) });
    expect(parseResponseApdu(card.process(link))?.sw, command.id).toBe(0x9000);
  }
  const apdu = channel
    ? protectedBy(channel, { ...header, cla, data: rest, ...le })
    : { ...header, cla, data: rest, ...le };
  return parseResponseApdu(card.process(encodeCommandApdu(apdu)))!.sw;
}

/** Reads, updates or appends to a file by its short identifier, in the clear. */
function sendToFile(
  card: Card,
  application: ApplicationSpec,
  kind: 'file' | 'update' | 'append',
  id: string,
): number {
  const file = application.files[id]!;
  const { cla, ins, p1, p2, data } = commandTo(application, kind, file)!;
  const place =
    p2.kind === 'short-file'
      ? { p1: p1.kind === 'range' ? 1 : 0, p2: (file.sfi << 3) | p2.mode }
      : { p1: 0x80 | file.sfi, p2: 0 };
  const content = data.kind === 'none' ? { le: 256 } : { data: sampleBytes(data, 'shortest') };
  return parseResponseApdu(card.process(encodeCommandApdu({ cla, ins, ...place, ...content })))!.sw;
}

function protectedBy(channel: TestSecureChannel, command: CommandApduFields): CommandApduFields {
  const { ins, p1, p2, data = new Uint8Array(0) } = command;
  const cla = command.cla | 0x04;
  return { ...command, cla, data: channel.protect(Uint8Array.of(cla, ins, p1, p2), data) };
}
