/** A small pure model of the patient card: what it remembers, in plain values, and what it answers to each action. */

import {
  type CommandSpec,
  type FileSpec,
  type LifeCycle,
  MASTER_FILE,
  PATIENT_APPLICATION,
  type RoleName,
} from '../../../apdu/index.js';
import type { Collection, Power, Sent, Visit } from './actions.js';
import { commandOf } from './command-of.js';

const { commands, files, pins } = PATIENT_APPLICATION;

type Role = Exclude<RoleName, 'none' | 'holder'>;

/** What a logical channel keeps. */
type Channel = {
  selected: boolean;
  pinVerified: boolean;
  currentFile: number;
  algorithm: number;
  /** Whether the issuer's secure channel is open. */
  issuer: boolean;
  challengeDrawn: boolean;
  /** Of the certificate that was verified last. */
  peerRole: Role | undefined;
  /** The role that was proven, and the session that goes with it. */
  role: Role | undefined;
  checksums: number;
  /** The doctor's half that the next prescription number was committed to. */
  half: number | undefined;
};

export type Prescription = { half: number; remaining: number; expiry: number; last: string | undefined };

const emptyChannel = (): Channel => ({
  selected: false,
  pinVerified: false,
  currentFile: 0,
  algorithm: 0,
  issuer: false,
  challengeDrawn: false,
  peerRole: undefined,
  role: undefined,
  checksums: 0,
  half: undefined,
});

const OK = 0x9000;
const REGISTRATION = PATIENT_APPLICATION.algorithms.registration.reference;
const VISIT_REQUEST = PATIENT_APPLICATION.algorithms.visitRequest.reference;

export const collectionKey = ({ half, nonce, time }: Collection): string => `${half}|${nonce}|${time}`;

export class CardModel {
  pin = 0;
  pinTries: number = pins.holder.tries;
  pukTries: number = pins.puk.tries;
  /** Newest first. */
  records: Visit[] = [];
  slots: (Prescription | undefined)[] = Array.from({ length: files.prescriptions.records }, () => undefined);
  channels: (Channel | undefined)[] = [emptyChannel(), undefined, undefined, undefined];

  constructor(public lifeCycle: LifeCycle) {}

  /** Role and number of checksums of the session on a channel, as the terminal knows them, too. */
  session(channel: number): { role: Role; checksums: number } | undefined {
    const { role, checksums } = this.channels[channel] ?? emptyChannel();
    return role && { role, checksums };
  }

  /** The status word that the card answers; the model changes as the card does. */
  answer(action: Power | Sent): number {
    if (action.kind === 'power') {
      this.channels = [emptyChannel(), undefined, undefined, undefined];
      return OK;
    }
    const on = this.channels[action.channel];
    if (!on) return 0x6881;
    if (action.kind === 'select') return this.select(action);
    if (action.kind === 'open') return this.open(action.wanted);
    if (action.kind === 'close') return this.close(action.which || action.channel);
    if (action.kind === 'select file') {
      const known = filesOf(on).some(({ fid }) => fid === action.fid);
      if (known) on.currentFile = action.fid;
      return known ? this.warning(on) : 0x6a82;
    }
    if (!on.selected && action.kind === 'read' && action.record === undefined) return this.read(on, action);
    if (!on.selected) return 0x6d00;
    const unprotected = protection(on, action);
    if (unprotected) return unprotected;
    const spec: CommandSpec = commands[commandOf(action)];
    if (!spec.states.includes(this.lifeCycle)) return 0x6985;
    switch (action.kind) {
      case 'verify':
        return this.verify(on, action.pin);
      case 'change':
        on.pinVerified = false;
        return this.checkPin(action.current, () => this.setPin(action.replacement));
      case 'unblock':
        return this.unblock(action.right, action.replacement);
      case 'challenge':
        on.challengeDrawn = true;
        return OK;
      case 'certificate':
        on.peerRole = undefined;
        if (action.role === 'holder' || action.expired) return 0x6984;
        on.peerRole = action.role;
        return OK;
      case 'authenticate':
        return authenticate(on, action.as);
      case 'read':
        return this.read(on, action);
      case 'environment': {
        const fits = action.seals ? action.algorithm === VISIT_REQUEST : action.algorithm === REGISTRATION;
        if (fits) on.algorithm = action.algorithm;
        return fits ? OK : 0x6a88;
      }
      case 'sign':
        return this.useKey(on, action.seals);
      case 'contribute':
        if (on.role !== 'doctor') return 0x6982;
        on.half = action.half;
        return OK;
      case 'visit':
        return this.visit(on, action);
      case 'collect':
        return this.collect(on, action);
      case 'issuer channel':
        on.issuer = true;
        return OK;
      case 'activate':
        return this.activate(on, action.through);
      case 'make keys':
        // All keys are there.
        return passesIssuer(on, action.through) ? 0x6985 : 0x6982;
      default:
        return this.serveNhi(on, action.kind);
    }
  }

  /** What may be left of a command that the power ended: nothing of it, a part that is written ahead, or all. */
  afterCut(action: Sent): CardModel[] {
    const stage = (change: (model: CardModel) => void): CardModel => {
      const model = this.copy();
      change(model);
      model.answer({ kind: 'power', how: 'off and on' });
      return model;
    };
    const stages = [stage(() => undefined), stage((model) => model.answer(action))];
    if (action.kind === 'verify' || action.kind === 'change') {
      stages.push(stage((model) => model.pinTries--));
      if (action.kind === 'change' && action.current === this.pin) {
        stages.push(stage((model) => model.setPin(model.pin)));
      }
    }
    if (action.kind === 'unblock') {
      stages.push(stage((model) => model.pukTries--));
      if (action.right) {
        stages.push(
          stage((model) => {
            model.pukTries = pins.puk.tries;
          }),
        );
      }
    }
    return stages;
  }

  /** What is remembered without power, in a line. */
  get lasting(): string {
    const slots = this.slots.map((slot) => slot?.remaining ?? '-').join();
    const records = Math.min(this.records.length, files.records.records);
    return `${this.lifeCycle}, PIN ${this.pin} with ${this.pinTries} tries, PUK ${this.pukTries}, ${records} records, slots ${slots}`;
  }

  private copy(): CardModel {
    return Object.assign(new CardModel(this.lifeCycle), structuredClone({ ...this }));
  }

  /** What SELECT answers when it succeeds. */
  private warning({ selected }: Channel): number {
    if (!selected) return OK;
    return this.lifeCycle === 'deactivated' ? 0x6283 : this.lifeCycle === 'terminated' ? 0x6285 : OK;
  }

  private activate(on: Channel, through: boolean): number {
    if (this.lifeCycle === 'deactivated') {
      if (through || on.role !== 'nhi') return 0x6982;
    } else if (!passesIssuer(on, through)) return 0x6982;
    on.issuer = false;
    this.lifeCycle = 'operational';
    return OK;
  }

  private serveNhi(on: Channel, what: 'deactivate' | 'terminate' | 'restore tries'): number {
    if (on.role !== 'nhi') return 0x6982;
    if (what === 'restore tries') this.pinTries = pins.holder.tries;
    else if (what === 'terminate') {
      this.lifeCycle = 'terminated';
      on.role = undefined;
    } else {
      this.lifeCycle = 'deactivated';
      on.pinVerified = false;
    }
    return OK;
  }

  private select({ channel, name }: Extract<Sent, { kind: 'select' }>): number {
    if (name === 'another') return 0x6a82;
    const on = { ...emptyChannel(), selected: true };
    this.channels[channel] = on;
    return this.warning(on);
  }

  private open(wanted: number): number {
    const channel = wanted === 0 ? this.channels.indexOf(undefined) : wanted;
    if (channel < 0) return 0x6a81;
    if (this.channels[channel]) return 0x6a86;
    this.channels[channel] = emptyChannel();
    return OK;
  }

  private close(which: number): number {
    if (which === 0 || !this.channels[which]) return 0x6a86;
    this.channels[which] = undefined;
    return OK;
  }

  private verify(on: Channel, pin: number | undefined): number {
    if (pin === undefined) {
      if (on.pinVerified) return OK;
      return this.pinTries === 0 ? 0x6983 : 0x63c0 | this.pinTries;
    }
    on.pinVerified = false;
    return this.checkPin(pin, () => {
      on.pinVerified = true;
    });
  }

  private checkPin(pin: number, proven: () => void): number {
    if (this.pinTries === 0) return 0x6983;
    if (pin !== this.pin) return 0x63c0 | --this.pinTries;
    this.pinTries = pins.holder.tries;
    proven();
    return OK;
  }

  private setPin(pin: number): void {
    this.pin = pin;
    this.pinTries = pins.holder.tries;
  }

  private unblock(right: boolean, replacement: number): number {
    if (this.pukTries === 0) return 0x6983;
    if (!right) return 0x63c0 | --this.pukTries;
    this.pukTries = pins.puk.tries;
    this.setPin(replacement);
    return OK;
  }

  private read(on: Channel, { sfi, record }: Extract<Sent, { kind: 'read' }>): number {
    const file = filesOf(on).find((one) => (sfi === 0 ? one.fid === on.currentFile : one.sfi === sfi));
    if (!file) return sfi === 0 ? 0x6986 : 0x6a82;
    if (on.selected && !mayRead(on, file.name)) return 0x6982;
    on.currentFile = file.fid;
    if ((file.structure === 'transparent') !== (record === undefined)) return 0x6981;
    if (record === undefined) return OK;
    return this.hasRecord(file, record) ? OK : 0x6a83;
  }

  private hasRecord({ name, records }: FileSpec, record: number): boolean {
    if (name === files.prescriptions.name) return this.slots[record - 1] !== undefined;
    // No action writes into the booklet.
    if (name === files.programmes.name) return false;
    return this.recordOf(records, record) !== undefined;
  }

  /** Records and log entries come together and are kept as long as their cyclic file has room. */
  private recordOf(room: number, number: number): Visit | undefined {
    return number <= room ? this.records[number - 1] : undefined;
  }

  private useKey(on: Channel, seals: boolean): number {
    if (on.algorithm === 0) return 0x6985;
    const permitted = on.algorithm === REGISTRATION ? this.lifeCycle === 'initialisation' : on.pinVerified;
    if (!permitted) return 0x6982;
    return on.algorithm === (seals ? VISIT_REQUEST : REGISTRATION) ? OK : 0x6985;
  }

  private visit(on: Channel, action: Extract<Sent, { kind: 'visit' }>): number {
    if (on.role !== 'doctor' || action.protection === 'none') return 0x6982;
    const { prescription, time } = action.visit;
    if (prescription) {
      if (on.half === undefined) return 0x6985;
      if (on.half !== prescription.half) return 0x6a80;
      const slot = this.slots.findIndex((one) => !one || one.remaining === 0 || one.expiry < time);
      if (slot < 0) return 0x6a84;
      const { half, repeats, expiry } = prescription;
      this.slots[slot] = { half, remaining: repeats + 1, expiry, last: undefined };
    }
    this.records.unshift(action.visit);
    on.half = undefined;
    return OK;
  }

  private collect(on: Channel, { collection }: Extract<Sent, { kind: 'collect' }>): number {
    if (!on.pinVerified || on.role !== 'pharmacy') return 0x6982;
    const found = this.slots.find((slot) => slot?.half === collection.half);
    if (!found) return 0x6a88;
    const key = collectionKey(collection);
    if (found.last === key) return OK;
    if (found.remaining === 0 || collection.time > found.expiry) return 0x6985;
    found.remaining--;
    found.last = key;
    return OK;
  }
}

/** What a role may permit; the terminal sends it under secure messaging where a session is open. */
const ROLE_ACTIONS: readonly string[] = [
  'read',
  'contribute',
  'collect',
  'activate',
  'deactivate',
  'terminate',
  'restore tries',
];

/** Whether the terminal protects an action. */
export function isProtected(action: Sent): boolean {
  if (action.kind === 'visit') return action.protection !== 'none';
  if (action.kind === 'activate') return !action.through;
  return ROLE_ACTIONS.includes(action.kind);
}

/** Secure messaging comes first: two messages are counted, or the fault of the protection is answered. */
function protection(on: Channel, action: Sent): number | undefined {
  if (!isProtected(action)) return undefined;
  const forced = action.kind === 'visit';
  if (!on.role) return forced ? 0x6982 : undefined;
  if (forced && action.protection === 'wrong') {
    on.role = undefined;
    return 0x6988;
  }
  on.checksums += 2;
  return undefined;
}

/** Files of the DF that is selected. */
const filesOf = (on: Channel): readonly FileSpec[] => Object.values(on.selected ? files : MASTER_FILE.files);

/** Whether a command that needs the issuer's secure channel gets through; any other attempt closes it. */
function passesIssuer(on: Channel, through: boolean): boolean {
  on.issuer &&= through;
  return on.issuer;
}

/** Who may read which file, as the project's description of the card has it. */
function mayRead({ pinVerified, role }: Channel, file: string): boolean {
  switch (file) {
    case 'EF.PCert':
      return pinVerified || role === 'doctor';
    case 'EF.Prescriptions':
      return role === 'doctor' || role === 'pharmacy';
    case 'EF.Log':
      return pinVerified;
    case 'EF.CACert':
      return true;
    default:
      return role === 'doctor' || role === 'staff';
  }
}

function authenticate(on: Channel, as: Role): number {
  on.role = undefined;
  if (!on.challengeDrawn || !on.peerRole) return 0x6985;
  on.challengeDrawn = false;
  if (on.peerRole !== as) return 0x6982;
  on.role = as;
  on.checksums = 0;
  return OK;
}
