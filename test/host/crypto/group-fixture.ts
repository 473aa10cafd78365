/** A group of one epoch with a member whose key lives on a (metered) card. Everything follows from the seed. */

import {
  type CurveName,
  type GroupSuite,
  groupSuiteOf,
  joinPsCredential,
  type PsCredentialParts,
  splitPsCredential,
  utf8ToBytes,
} from '../../../apdu/index.js';
import {
  acceptCredential,
  type Coprocessor,
  type CryptoEngine,
  type GroupMemberKey,
  type MembershipRequest,
  requestMembership,
} from '../../../applet/index.js';
import {
  deriveHintKey,
  generateIssuerKeys,
  type IssuingRegister,
  loadGroupVerifier,
  loadMclCurve,
  makeGroupIssuer,
  psVerifier,
  seededRng,
  sha256,
} from '../../../host/index.js';
import { meteredCoprocessor } from '../../applet/crypto/metered-coprocessor.js';

export const EPOCH = 7;
export const NONCE = new Uint8Array(16).fill(5);
export const DOCTOR_ID = utf8ToBytes('D-0815');
export const SIGNED = { domain: 'IMIS-v1/gs/eq9', statement: utf8ToBytes('statement of a test') } as const;

/** A register in memory, as the issuing service's database would keep it. */
export function memoryRegister(): IssuingRegister & { readonly members: Set<string> } {
  const members = new Set<string>();
  const claimed = new Set<string>();
  let counter = 0;
  return {
    members,
    hasMember: (key) => members.has(key.join()),
    nextCounter: () => ++counter,
    claimUnique(value) {
      const fresh = !claimed.has(value.join());
      claimed.add(value.join());
      return fresh;
    },
  };
}

export async function group(name: CurveName, seed: number) {
  const suite = groupSuiteOf('ps-g1', name);
  const curve = await loadMclCurve(name);
  const rng = seededRng(seed, 'nhi');
  const keys = generateIssuerKeys(curve, suite, EPOCH, rng);
  const register = memoryRegister();
  const issuer = makeGroupIssuer(curve, keys, register, rng);
  const loaded = loadGroupVerifier(curve, keys.published);
  if (!loaded.ok) throw new Error(loaded.reason);
  const groupKeyHash = sha256(keys.published.publicKey);
  return { suite, curve, rng, keys, register, issuer, verifier: psVerifier(loaded.verifier), groupKeyHash };
}
export type Group = Awaited<ReturnType<typeof group>>;

export function memberRequest(to: Group, seed: number, engine?: CryptoEngine): MembershipRequest {
  const { coprocessor } = meteredCoprocessor(seed, engine);
  const inputs = { nonce: NONCE, doctorId: DOCTOR_ID, groupKeyHash: to.groupKeyHash, counter: 1 };
  return requestMembership(coprocessor, to.suite, inputs);
}

/** Issues on a request, or fails the test. */
export async function issued(to: Group, request: MembershipRequest): Promise<PsCredentialParts> {
  const result = await to.issuer.issue({ ...request, nonce: NONCE, doctorId: DOCTOR_ID });
  if (!result.ok) throw new Error(result.reason);
  return splitPsCredential(to.suite, result.credential)!;
}

/** What the card is offered, in parts. */
export function offerOf(to: Group, request: MembershipRequest, credential: PsCredentialParts) {
  const { membershipKey } = request;
  return { freshness: NONCE, groupKeyHash: to.groupKeyHash, membershipKey, ...credential };
}

export type OfferParts = ReturnType<typeof offerOf>;

/** The card's answer to an offer. */
export function accept(coprocessor: Coprocessor, suite: GroupSuite, parts: OfferParts) {
  return acceptCredential(coprocessor, suite, { ...parts, credential: joinPsCredential(parts) });
}

/** A card that has joined. */
export async function member(to: Group, seed: number, engine?: CryptoEngine) {
  const metered = meteredCoprocessor(seed, engine);
  const request = memberRequest(to, seed, engine);
  const credential = await issued(to, request);
  const accepted = accept(metered.coprocessor, to.suite, offerOf(to, request, credential));
  if (!accepted.ok) throw new Error(accepted.reason);
  const hintKey = deriveHintKey(new Uint8Array(32).fill(9), {
    epoch: EPOCH,
    doctorId: 'D-0815',
    cardSerial: new Uint8Array(8).fill(seed),
    joinCounter: 1,
  });
  const key: GroupMemberKey = {
    secretKey: request.secretKey,
    credential: accepted.credential,
    hintKey,
    groupKeyHash: to.groupKeyHash,
    epoch: EPOCH,
  };
  return { key, suite: to.suite, request, credential, ...metered };
}
