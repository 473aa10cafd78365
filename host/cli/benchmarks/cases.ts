/** The operations that are measured one by one, each on a card that is ready for it. */

import { encodeTemplate, PATIENT_APPLICATION, TEST_CARD_BATCH } from '../../../apdu/index.js';
import {
  Card,
  type CardLimits,
  type CryptoEngine,
  NvmString,
  nobleEngine,
  PATIENT_CARD,
} from '../../../applet/index.js';
import { loadProfile, memoryBudget } from '../../../perf/index.js';
import { transportKeysOf } from '../../index.js';
import { nativeEngine } from '../engine/native-engine.js';
import { apdusOf, call, selectApplication, send } from './exchange.js';
import { BenchIssuer, TODAY } from './issuer.js';
import type { RateCase } from './measure.js';
import {
  authenticate,
  beginPersonalisation,
  generateKeys,
  makePeer,
  PIN,
  personaliseHolder,
  type Surroundings,
  storeVisits,
} from './patient-steps.js';
import { randomStream } from './random-stream.js';
import { apdusInSession } from './session.js';

const { commands, algorithms } = PATIENT_APPLICATION;
const MICROSECONDS = 1e6;

/** Seeded surroundings on an engine. */
export function surroundings(seed: number, engine: CryptoEngine): Surroundings {
  const random = randomStream(seed, 'surroundings');
  return { engine, random, issuer: new BenchIssuer(engine, random) };
}

/** A blank patient card; errors inside it end the benchmark. */
export function blankCard(seed: number, engine: CryptoEngine, limits?: CardLimits): Card {
  const card = new Card(PATIENT_CARD, {
    limits: limits ?? memoryBudget(loadProfile('default')),
    engine,
    random: randomStream(seed, 'chip'),
    onFault(error) {
      throw error;
    },
  });
  const transportKeys = randomStream(seed, 'transport keys');
  return card.manufacture(transportKeysOf(TEST_CARD_BATCH, { bytes: transportKeys }));
}

/** A card after personalisation and a visit, its session with the doctor's card open. */
export function visitedCard(seed: number, around: Surroundings, limits?: CardLimits, repeats = 0) {
  const card = blankCard(seed, around.engine, limits);
  const { pid } = personaliseHolder(card, beginPersonalisation(card, around), around);
  const session = authenticate(card, makePeer(around, 'doctor'), around);
  const prescriptionId = storeVisits(card, session, around, repeats);
  return { card, pid, prescriptionId };
}

/** READ BINARY of 256 bytes by short file identifier, answered 9000 with all of them. */
function readBinary(seed: number): RateCase {
  const { card } = visitedCard(seed, surroundings(seed, nativeEngine));
  const owner = card.owners.nvm.find(({ name }) => name.startsWith('EF.PCert'))!;
  // A certificate of today is shorter; the file is filled up to what it may hold.
  new NvmString(card.nvm, owner).write(randomStream(seed, 'file')(320));
  call(card, commands.verify, { p2: 'holder PIN', data: PIN });
  const command = Uint8Array.of(0x00, 0xb0, 0x81, 64, 0x00);
  const response = send(card, [command]);
  if (response.length !== 256) throw new Error(`READ BINARY answers ${response.length} bytes`);
  return {
    name: 'READ BINARY of 256 bytes',
    targetUs: MICROSECONDS / 120_000,
    run(times) {
      for (let i = 0; i < times; i++) card.process(command);
    },
  };
}

/** Snapshot, restore and fork of a card with 64 KiB of flash. */
function copies(seed: number): RateCase[] {
  const limits = { ...memoryBudget(loadProfile('default')), nvmBytes: 65_536 };
  const { card } = visitedCard(seed, surroundings(seed, nativeEngine), limits);
  const snapshot = card.snapshot();
  const body = card.fork();
  const repeated = (work: () => unknown) => (times: number) => {
    for (let i = 0; i < times; i++) work();
  };
  return [
    { name: 'snapshot of a 64 KiB card', targetUs: 100, run: repeated(() => card.snapshot()) },
    { name: 'restore of a snapshot', targetUs: 100, run: repeated(() => body.restore(snapshot)) },
    { name: 'fork of a 64 KiB card', targetUs: 100, run: repeated(() => card.fork()) },
  ];
}

/** The engine alone, on digests that differ. */
function engineSignature(seed: number, name: string, engine: CryptoEngine, targetUs?: number): RateCase {
  const random = randomStream(seed, name);
  const key = random(32);
  const digest = random(32);
  return {
    name: `ECDSA P-256, ${name} engine alone`,
    ...(targetUs === undefined ? {} : { targetUs }),
    run(times) {
      for (let i = 0; i < times; i++) {
        digest[i & 31]!++;
        engine.p256EcdsaSign(key, digest);
      }
    },
  };
}

/** PSO: COMPUTE DIGITAL SIGNATURE with the holder's key, read from the flash at every command. */
function signCommand(seed: number, name: string, engine: CryptoEngine, targetUs?: number): RateCase {
  const around = surroundings(seed, engine);
  const card = blankCard(seed, engine);
  generateKeys(card, beginPersonalisation(card, around));
  call(card, commands.manageSecurityEnvironment, {
    p2: 'digital signature',
    data: { algorithm: Uint8Array.of(algorithms.registration.reference) },
  });
  const fields = encodeTemplate(algorithms.registration.input, {
    nonce: around.random(16),
    messageId: around.random(16),
  });
  const [command] = apdusOf(commands.computeSignature, { data: fields });
  const lastByte = command!.length - 2;
  send(card, [command!]);
  return {
    name: `PSO: COMPUTE DIGITAL SIGNATURE, ${name} engine`,
    ...(targetUs === undefined ? {} : { targetUs }),
    run(times) {
      for (let i = 0; i < times; i++) {
        command![lastByte]!++;
        card.process(command!);
        if (card.figures.operations.every(({ name: operation }) => operation !== 'p256-ecdsa-sign')) {
          throw new Error('the card did not sign');
        }
      }
    },
  };
}

/** COLLECT PRESCRIPTION: state, counter and signature change in one transaction. */
function collectCommand(seed: number): RateCase {
  const around = surroundings(seed, nativeEngine);
  const repeats = 200;
  const { card, prescriptionId } = visitedCard(seed, around, undefined, repeats);
  selectApplication(card, PATIENT_APPLICATION.aid);
  const session = authenticate(card, makePeer(around, 'pharmacy'), around);
  call(card, commands.verify, { p2: 'holder PIN', data: PIN });
  const ready = card.snapshot();
  const apdus = Array.from({ length: repeats }, () => {
    const data = { prescriptionId, pharmacyId: 'PH-0007', nonce: around.random(16), time: TODAY + 3_600 };
    return apdusInSession(session, nativeEngine, commands.collect, { data })[0]!;
  });
  return {
    name: 'COLLECT PRESCRIPTION, native engine',
    run(times) {
      for (let i = 0; i < times; i++) {
        if (i % repeats === 0) card.restore(ready);
        send(card, [apdus[i % repeats]!]);
      }
    },
  };
}

/** All of them. */
export function rateCases(seed: number): readonly RateCase[] {
  return [
    readBinary(seed),
    ...copies(seed),
    engineSignature(seed, 'native', nativeEngine, MICROSECONDS / 10_000),
    signCommand(seed, 'native', nativeEngine, MICROSECONDS / 10_000),
    collectCommand(seed),
    engineSignature(seed, 'reference', nobleEngine),
    signCommand(seed, 'reference', nobleEngine),
  ];
}
