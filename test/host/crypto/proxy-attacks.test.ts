/**
 * Attacks on delegation and proxy signatures (eq. 5, 18, 19) with keys of the attackers' own: each is
 * mounted, shown to work where the check that stops it is left out, and refused where it is not.
 */

import { describe, expect, it } from 'vitest';
import {
  type DelegationTranscript,
  delegationChallengeInput,
  encodeTemplate,
  hashInput,
  STATEMENT,
  signatureInput,
  toHex,
  WARRANT,
} from '../../../apdu/index.js';
import {
  proxyKeyOf,
  seededRng,
  sha256,
  signEcdsa,
  verifyDelegationKeyProof,
  verifyEcdsa,
  verifyProxySignature,
} from '../../../host/index.js';
import {
  challengeNumber,
  drawScalar,
  halfOf,
  ORDER,
  P256,
  point,
  proveDelegationKey,
  publicOf,
  signAsProxy,
  toNumber,
  toScalar,
} from '../../support/proxy-signer.js';

const SEED = 20250711;
const rng = seededRng(SEED, 'proxy attacks');
const scalar = () => drawScalar(rng);
const OFF_CURVE = Uint8Array.from([0x02, ...new Uint8Array(31), 0x07]);
const IDENTITY = new Uint8Array(33);

const x = { patient: scalar(), agent: scalar() };
const keys = { patient: publicOf(x.patient), agent: publicOf(x.agent) };

function warrantOf(delegationKey: Uint8Array, agentDelegationKey: Uint8Array): Uint8Array {
  return encodeTemplate(WARRANT, {
    pid: new Uint8Array(16).fill(1),
    delegationKey,
    agentPid: new Uint8Array(16).fill(2),
    agentDelegationKey,
    notBefore: 1_750_000_000,
    notAfter: 1_752_000_000,
    serial: new Uint8Array(8).fill(3),
  });
}

/** A transcript with commitments to two nonces. */
function transcriptOf(yP: bigint, yA: bigint): DelegationTranscript {
  return {
    delegationKey: keys.patient,
    agentDelegationKey: keys.agent,
    warrant: warrantOf(keys.patient, keys.agent),
    patientCommitment: publicOf(yP),
    agentCommitment: publicOf(yA),
  };
}

/** What is signed with a proxy key. */
function proxyTranscript(proxyKey: Uint8Array, warrant: Uint8Array, nonce = 7) {
  const { domain, fields } = STATEMENT.agentCollection;
  const statement = encodeTemplate(fields, {
    prescriptionId: new Uint8Array(16).fill(5),
    pid: new Uint8Array(16).fill(1),
    pharmacyId: 'PH-1',
    nonce: new Uint8Array(16).fill(nonce),
    time: 1_751_000_000,
    prescriptionHash: new Uint8Array(32).fill(6),
  });
  return { domain, proxyKey, warrantHash: sha256(warrant), statement };
}

const challengeOf = (half: 'patient' | 'agent', transcript: DelegationTranscript) =>
  challengeNumber(delegationChallengeInput(half, transcript));

describe('an honest delegation', () => {
  it('gives a key pair that signs, and F_A gives its public key', () => {
    const [yP, yA] = [scalar(), scalar()];
    const transcript = transcriptOf(yP, yA);
    const secret =
      (halfOf('patient', x.patient, yP, transcript) + halfOf('agent', x.agent, yA, transcript)) % ORDER;
    const proxyKey = proxyKeyOf(transcript)!;
    expect(toHex(proxyKey)).toBe(toHex(publicOf(secret)));
    const statement = proxyTranscript(proxyKey, transcript.warrant);
    const signature = signAsProxy(secret, scalar(), statement);
    expect(verifyProxySignature(statement, signature)).toBe(true);
    const altered = [
      { ...statement, domain: STATEMENT.collection.domain },
      { ...statement, warrantHash: sha256(statement.warrantHash) },
      { ...statement, statement: statement.statement.map((byte, i) => (i === 5 ? byte ^ 1 : byte)) },
      { ...statement, proxyKey: keys.agent },
    ];
    for (const other of altered) expect(verifyProxySignature(other, signature)).toBe(false);
  });
});

describe('the agent alone forging consent', () => {
  /** F_A of a scheme whose patient's challenge leaves out Y_A. */
  const weakChallenge = ({
    delegationKey,
    agentDelegationKey,
    warrant,
    patientCommitment,
  }: DelegationTranscript) =>
    challengeNumber(
      hashInput('IMIS-v1/del/P', [delegationKey, agentDelegationKey, warrant, patientCommitment]),
    );
  const weakProxyKey = (transcript: DelegationTranscript) =>
    point(transcript.patientCommitment)
      .add(point(transcript.delegationKey).multiply(weakChallenge(transcript)))
      .add(point(transcript.agentCommitment))
      .add(point(transcript.agentDelegationKey).multiply(challengeOf('agent', transcript)))
      .toBytes(true);

  /** Y_A = ρ·G − Y_P − c_P·PK_P; nobody asked the patient, whose Y_P the agent made up. */
  function forge(patientChallenge: (open: DelegationTranscript) => bigint) {
    const rho = scalar();
    const open = transcriptOf(scalar(), scalar());
    const cancelled = point(open.patientCommitment).add(point(keys.patient).multiply(patientChallenge(open)));
    const agentCommitment = P256.BASE.multiply(rho).subtract(cancelled).toBytes(true);
    const transcript = { ...open, agentCommitment };
    return { transcript, secret: (rho + challengeOf('agent', transcript) * x.agent) % ORDER };
  }

  it('succeeds where c_P leaves out Y_A', () => {
    const { transcript, secret } = forge(weakChallenge);
    const forged = weakProxyKey(transcript);
    expect(toHex(forged)).toBe(toHex(publicOf(secret)));
    const statement = proxyTranscript(forged, transcript.warrant);
    expect(verifyProxySignature(statement, signAsProxy(secret, scalar(), statement))).toBe(true);
  });

  it('fails here: c_P changes with the Y_A that was to cancel it', () => {
    for (let attempt = 0; attempt < 8; attempt++) {
      const { transcript, secret } = forge((open) => challengeOf('patient', open));
      const proxyKey = proxyKeyOf(transcript)!;
      expect(toHex(proxyKey)).not.toBe(toHex(publicOf(secret)));
      const statement = proxyTranscript(proxyKey, transcript.warrant);
      expect(verifyProxySignature(statement, signAsProxy(secret, scalar(), statement))).toBe(false);
    }
  });
});

describe('a rogue agent key', () => {
  // PK_A = ρ·G − PK_P: in a scheme with one challenge for both keys the sum of the keys is ρ·G.
  const rho = scalar();
  const rogue = P256.BASE.multiply(rho).subtract(point(keys.patient)).toBytes(true);

  it('cancels the patient where one challenge covers both keys and nobody proves possession', () => {
    const commitment = scalar();
    const challenge = challengeNumber(
      hashInput('one challenge', [keys.patient, rogue, publicOf(commitment)]),
    );
    const both = point(keys.patient).add(point(rogue));
    const naive = P256.BASE.multiply(commitment).add(both.multiply(challenge)).toBytes(true);
    expect(toHex(naive)).toBe(toHex(publicOf((commitment + challenge * rho) % ORDER)));
  });

  it('gives nothing here even without a proof: c_P and c_A differ', () => {
    const open = {
      ...transcriptOf(scalar(), scalar()),
      agentDelegationKey: rogue,
      warrant: warrantOf(keys.patient, rogue),
    };
    const difference = (challengeOf('patient', open) - challengeOf('agent', open) + ORDER) % ORDER;
    expect(difference).not.toBe(0n);
    const proxyKey = proxyKeyOf(open)!;
    // What the attacker does not know is (c_P − c_A)·x_P.
    const known = point(open.patientCommitment)
      .add(point(open.agentCommitment))
      .add(P256.BASE.multiply((challengeOf('agent', open) * rho) % ORDER));
    expect(toHex(point(proxyKey).subtract(known).toBytes(true))).toBe(
      toHex(point(keys.patient).multiply(difference).toBytes(true)),
    );
  });

  it('is not certified: whoever made it can not prove possession', () => {
    const binding = { nonce: rng.bytes(16), signingKey: publicOf(scalar()), delegationKey: rogue };
    expect(verifyDelegationKeyProof(binding, proveDelegationKey(toScalar(rho), binding, rng))).toBe(false);
    const honest = { ...binding, delegationKey: keys.agent };
    const proof = proveDelegationKey(toScalar(x.agent), honest, rng);
    expect(verifyDelegationKeyProof(honest, proof)).toBe(true);
    for (const replay of [
      { ...honest, nonce: rng.bytes(16) },
      { ...honest, signingKey: publicOf(scalar()) },
      { ...honest, delegationKey: keys.patient },
      { ...honest, delegationKey: OFF_CURVE },
      { ...honest, delegationKey: IDENTITY },
    ]) {
      expect(verifyDelegationKeyProof(replay, proof)).toBe(false);
    }
  });
});

describe("the patient cancelling the agent's key", () => {
  it('needs Y_P before Y_A, and Y_A changes both challenges', () => {
    // The patient would be the proxy alone with Y_P = ρ·G − Y_A − c_A·PK_A.
    const rho = scalar();
    for (let attempt = 0; attempt < 8; attempt++) {
      const open = transcriptOf(scalar(), scalar());
      const cancelled = point(open.agentCommitment).add(
        point(keys.agent).multiply(challengeOf('agent', open)),
      );
      const patientCommitment = P256.BASE.multiply(rho).subtract(cancelled).toBytes(true);
      const transcript = { ...open, patientCommitment };
      const secret = (rho + challengeOf('patient', transcript) * x.patient) % ORDER;
      expect(toHex(proxyKeyOf(transcript)!)).not.toBe(toHex(publicOf(secret)));
    }
  });
});

describe('points and scalars that are none', () => {
  const good = transcriptOf(scalar(), scalar());
  it.each(['delegationKey', 'agentDelegationKey', 'patientCommitment', 'agentCommitment'] as const)(
    'are refused as %s',
    (field) => {
      for (const bad of [OFF_CURVE, IDENTITY, new Uint8Array(0), keys.agent.subarray(0, 32)]) {
        expect(proxyKeyOf({ ...good, [field]: bad })).toBeUndefined();
      }
    },
  );

  it('are refused where both keys are one', () => {
    expect(proxyKeyOf({ ...good, agentDelegationKey: good.delegationKey })).toBeUndefined();
  });

  it('are refused in a proxy signature', () => {
    const secret = scalar();
    const statement = proxyTranscript(publicOf(secret), good.warrant);
    const signature = signAsProxy(secret, scalar(), statement);
    const withParts = (commitment: Uint8Array, response: Uint8Array) =>
      Uint8Array.from([...commitment, ...response]);
    const [commitment, response] = [signature.slice(0, 33), signature.slice(33)];
    expect(verifyProxySignature(statement, signature)).toBe(true);
    const beyond = new Uint8Array(
      Buffer.from((toNumber(response) + ORDER).toString(16).padStart(64, '0').slice(-64), 'hex'),
    );
    for (const bad of [
      withParts(OFF_CURVE, response),
      withParts(IDENTITY, response),
      withParts(commitment, beyond),
      withParts(commitment, new Uint8Array(32)),
      withParts(point(commitment).negate().toBytes(true), response),
      signature.subarray(0, 64),
      Uint8Array.from([...signature, 0]),
    ]) {
      expect(verifyProxySignature(statement, bad)).toBe(false);
    }
    for (const proxyKey of [OFF_CURVE, IDENTITY]) {
      expect(verifyProxySignature({ ...statement, proxyKey }, signature)).toBe(false);
    }
  });
});

describe('one signature in the place of another', () => {
  const [yP, yA] = [scalar(), scalar()];
  const transcript = transcriptOf(yP, yA);
  const half = halfOf('agent', x.agent, yA, transcript);

  it('a half is no proxy signature of the agent key, and a proxy signature is no half', () => {
    const statement = proxyTranscript(keys.agent, transcript.warrant);
    const asSignature = Uint8Array.from([...transcript.agentCommitment, ...toScalar(half)]);
    expect(verifyProxySignature(statement, asSignature)).toBe(false);
    // The same key signing statements gives R ‖ s: as Y_A and s_A it is no half.
    const nonce = scalar();
    const signature = signAsProxy(x.agent, nonce, statement);
    const turned = { ...transcript, agentCommitment: signature.slice(0, 33) };
    const expected = point(turned.agentCommitment).add(
      point(keys.agent).multiply(challengeOf('agent', turned)),
    );
    expect(toHex(publicOf(toNumber(signature.slice(33))))).not.toBe(toHex(expected.toBytes(true)));
  });

  it('neither is an ordinary signature, nor the other way round', () => {
    const statement = proxyTranscript(keys.agent, transcript.warrant);
    const message = signatureInput(statement.domain, statement.statement);
    const ordinary = signEcdsa(toScalar(x.agent), message);
    expect(verifyProxySignature(statement, Uint8Array.from([0x02, ...ordinary]))).toBe(false);
    const proxy = signAsProxy(x.agent, scalar(), statement);
    expect(verifyEcdsa(keys.agent, message, proxy.slice(1))).toBe(false);
    expect(verifyEcdsa(keys.agent, message, ordinary)).toBe(true);
  });

  it('no two equations share a domain tag', () => {
    const domains = Object.values(STATEMENT).map(({ domain }) => domain);
    expect(new Set(domains).size).toBe(domains.length);
    for (const domain of domains.filter((one) => one !== STATEMENT.agentCollection.domain)) {
      const right = proxyTranscript(keys.agent, transcript.warrant);
      const signature = signAsProxy(x.agent, scalar(), { ...right, domain });
      expect(verifyProxySignature(right, signature)).toBe(false);
    }
  });
});

describe('a nonce used twice', () => {
  it('gives away the delegation key of an agent, and SK_AP', () => {
    const nonce = scalar();
    const [first, second] = [transcriptOf(scalar(), nonce), transcriptOf(scalar(), nonce)];
    const [s1, s2] = [first, second].map((transcript) => halfOf('agent', x.agent, nonce, transcript));
    const difference = (challengeOf('agent', first) - challengeOf('agent', second) + ORDER) % ORDER;
    expect((((s1! - s2! + ORDER) % ORDER) * invert(difference)) % ORDER).toBe(x.agent);
  });
});

function invert(value: bigint): bigint {
  return P256.Fn.inv(value);
}
