/** Group signatures of PS-G1 on BLS12-381: verified and opened on each engine, and signed by the card with a coupon. */

import { createHmac } from 'node:crypto';
import {
  challengeOf,
  challengeScalar,
  encodeCommandApdu,
  encodeRequest,
  encodeTemplate,
  GROUP_SUITES,
  HINT_BYTES,
  joinPsSignature,
  PROFESSIONAL_APPLICATION,
  psChallengeInput,
} from '../../../apdu/index.js';
import { loadProfile } from '../../../perf/index.js';
import {
  generateIssuerKeys,
  type HostCurve,
  loadGroupVerifier,
  loadMclCurve,
  loadNativeModule,
  type MclGroupVerifier,
  makeGroupOpener,
  NativeCurve,
  type OpenableMember,
  type SignedStatement,
  seededRng,
  sha256,
  systemRng,
  verifyBatch,
} from '../../index.js';
import { DEFAULT_INPUT, visitInputFrom } from '../commands/visit.js';
import { Recorder } from '../visit/recorder.js';
import { runVisit } from '../visit/run-visit.js';
import { send } from './exchange.js';
import type { RateCase } from './measure.js';

const EPOCH = 1;
const BATCH = 128;
const DOCTORS = 100_000;
const SIGNED = { domain: 'IMIS-v1/gs/eq9', statement: new Uint8Array(120).fill(7) } as const;

/** Engines that this machine has, with their targets in microseconds. */
type Engine = {
  readonly name: string;
  readonly curve: HostCurve;
  readonly one: number;
  readonly many: number;
};

async function engines(): Promise<Engine[]> {
  const native = loadNativeModule();
  const accelerated = { name: 'accelerated engine', one: 1800, many: 400 };
  return [
    { name: 'mcl-wasm', curve: await loadMclCurve('bls12381'), one: 7000, many: 1500 },
    ...(native.ok ? [{ ...accelerated, curve: new NativeCurve(native.module) }] : []),
  ];
}

/** A group with one member, who signs as a card does; everything follows from the seed. */
async function makeSigner(seed: number) {
  const curve = await loadMclCurve('bls12381');
  const suite = GROUP_SUITES['ps-g1-bls12381'];
  const rng = seededRng(seed, 'group signatures');
  const keys = generateIssuerKeys(curve, suite, EPOCH, rng);
  const { lib, g1, g2 } = curve;
  const scalar = () => curve.scalar(rng.bytes(32).fill(0, 0, 1));
  const [x, y] = [0, 32].map((at) => curve.scalar(keys.secretKey.subarray(at, at + 32)));
  const sk = scalar();
  const hintKey = rng.bytes(32);
  const groupKeyHash = sha256(keys.published.publicKey);
  const sign = (): SignedStatement => {
    const k = scalar();
    const s1 = lib.mul(g1, scalar());
    const s2 = lib.mul(s1, lib.add(x!, lib.mul(y!, sk)));
    const [encoded, s2Encoded, commitment] = [s1, s2, lib.mul(s1, k)].map((point) => curve.encodeG1(point));
    const hint = hintOf(hintKey, encoded!);
    const points = { s1: encoded!, s2: s2Encoded!, commitment: commitment!, hint };
    const challenge = challengeOf(
      sha256(psChallengeInput({ ...points, ...SIGNED, groupKeyHash, epoch: EPOCH })),
    );
    const response = curve.encodeScalar(lib.add(k, lib.mul(curve.scalar(challengeScalar(challenge)), sk)));
    return { ...SIGNED, signature: joinPsSignature(suite, { ...points, response }) };
  };
  const member: OpenableMember = {
    doctorId: 'the signer',
    membershipKey: curve.encodeG1(lib.mul(g1, sk)),
    openingKey: curve.encodeG2(lib.mul(g2, sk)),
    hintKey,
  };
  return { keys, member, signatures: Array.from({ length: BATCH }, sign) };
}

function hintOf(hintKey: Uint8Array, s1: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', hintKey).update(s1).digest().subarray(0, HINT_BYTES));
}

type Signer = Awaited<ReturnType<typeof makeSigner>>;

function verification({ name, curve, one, many }: Engine, signer: Signer, seed: number): RateCase[] {
  const loaded = loadGroupVerifier(curve, signer.keys.published);
  if (!loaded.ok) throw new Error(`the group key is refused: ${loaded.reason}`);
  const { verifier } = loaded;
  const { signatures } = signer;
  const factor = curve.scalar(seededRng(seed, 'factor').bytes(32).fill(0, 0, 1));
  return [
    {
      name: `multiplication in G1, ${name}`,
      run(times) {
        for (let i = 0; i < times; i++) curve.lib.mul(curve.g1, factor);
      },
    },
    {
      name: `group signature verified, ${name}`,
      targetUs: one,
      run(times) {
        for (let i = 0; i < times; i++) expect(verifier.verify(signatures[i % BATCH]!).ok);
      },
    },
    {
      name: `group signature in a batch of ${BATCH}, ${name}`,
      targetUs: many,
      operations: BATCH,
      run(times) {
        const items = signatures.map((signed) => ({ sender: 'hospital', signed }));
        for (let i = 0; i < times; i++) {
          expect(verifyBatch(verifier, items, { rng: systemRng }).verdicts.every(({ ok }) => ok));
        }
      },
    },
    opening(name, verifier, signer, seed),
  ];
}

/** The signer is the last of the register, so every hint is computed. */
function opening(name: string, verifier: MclGroupVerifier, signer: Signer, seed: number): RateCase {
  const rng = seededRng(seed, 'hint keys');
  const others = Array.from({ length: DOCTORS - 1 }, () => ({ ...signer.member, hintKey: rng.bytes(32) }));
  const members = [...others, signer.member];
  const opener = makeGroupOpener(verifier, {
    openingKey: signer.keys.openingKey,
    register: { members: () => members, memberWith: () => undefined },
    log: { record: () => undefined },
  });
  return {
    name: `opening by hint among ${DOCTORS.toLocaleString('en')} doctors, ${name}`,
    targetUs: 1_000_000,
    run(times) {
      for (let i = 0; i < times; i++) {
        const result = opener.open(signer.signatures[i % BATCH]!);
        expect(result.ok && result.foundBy === 'hint');
      }
    },
  };
}

/** PSO: COMPUTE DIGITAL SIGNATURE on a doctor's card after a visit, with coupons made ahead and with none. */
async function cardCases(seed: number): Promise<RateCase[]> {
  const input = await visitInputFrom(DEFAULT_INPUT);
  const profile = loadProfile('default');
  const { doctor } = await runVisit({ input, scenario: 'outpatient', profile, seed }, new Recorder());
  const { commands, algorithms } = PROFESSIONAL_APPLICATION;
  const algorithm = { algorithm: Uint8Array.of(algorithms.newRecord.reference) };
  const id = new Uint8Array(16).fill(4);
  const fields = encodeTemplate(algorithms.newRecord.input, {
    messageId: id,
    recordHash: new Uint8Array(32).fill(5),
    pid: id,
    visitId: id,
    hospitalId: input.hospital.id,
    time: input.visit.startedAt,
  });
  const apdu = (request: Parameters<typeof encodeCommandApdu>[0]) => encodeCommandApdu(request);
  const select = apdu(
    encodeRequest(commands.manageSecurityEnvironment, { p2: 'digital signature', data: algorithm }),
  );
  const sign = apdu(encodeRequest(commands.computeSignature, { data: fields }));
  const refill = apdu(encodeRequest(commands.makeCoupon, {}));
  const coupons = 16;
  send(doctor, [select]);
  const empty = doctor.snapshot();
  for (let i = 0; i < coupons; i++) send(doctor, [refill]);
  const full = doctor.snapshot();
  const multiplications = () =>
    doctor.figures.operations.filter(({ name }) => name.endsWith('g1-mul')).length;
  return [
    {
      name: 'card: group signature with a coupon, reference engine',
      targetUs: 1000,
      run(times) {
        for (let i = 0; i < times; i++) {
          if (i % coupons === 0) doctor.restore(full);
          send(doctor, [sign]);
          expect(multiplications() === 0);
        }
      },
    },
    {
      name: 'card: group signature without a coupon, reference engine',
      run(times) {
        for (let i = 0; i < times; i++) {
          doctor.restore(empty);
          send(doctor, [sign]);
        }
      },
    },
  ];
}

function expect(condition: boolean): void {
  if (!condition) throw new Error('a benchmark of group signatures does not do what it measures');
}

/** All of them; those of the accelerated engine where it has been built. */
export async function groupCases(seed: number): Promise<readonly RateCase[]> {
  const signer = await makeSigner(seed);
  const all = await engines();
  return [...all.flatMap((engine) => verification(engine, signer, seed)), ...(await cardCases(seed))];
}
