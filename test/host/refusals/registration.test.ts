/** Refusals at registration: patients (eq. 1, 2) and doctors (eq. 3, 4). */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NHI_NAME, STATEMENT } from '../../../apdu/index.js';
import type { Card } from '../../../applet/index.js';
import {
  type DoctorRegistration,
  type EcKeyPair,
  generateEcKeyPair,
  IdentityAuthority,
  type JoinOffer,
  newMessageId,
  ProfessionalCard,
  REGISTRATION_MESSAGE,
  type Result,
  SCENARIO_PINS,
  type SealedMessage,
  sealMessage,
  seededRng,
  signStatement,
} from '../../../host/index.js';
import { proveDelegationKey } from '../../support/proxy-signer.js';
import { Scenario } from '../../support/scenario.js';
import { nhiSnapshot } from '../stored-bytes.js';
import { type Expected, expectRefusal, refusalsChecked } from './refused.js';
import { TAMPERINGS } from './tampering.js';

const SEED = 11;
const YEAR = 365 * 86_400;
const OTHER_AUTHORITY = new IdentityAuthority(seededRng(SEED, 'authority of another country'));
const rng = seededRng(SEED, 'people');
let scenario: Scenario;

beforeAll(async () => {
  scenario = await Scenario.make({ seed: SEED });
});
afterAll(() => {
  console.log(`registration: ${refusalsChecked()} refusals checked (seed ${SEED})`);
});

/** The services remember nothing of a refused request but that its nonce is used. */
async function refused(expected: Pick<Expected, 'code' | 'reason'>, attempt: () => Promise<Result<object>>) {
  const before = await nhiSnapshot(scenario.world);
  expectRefusal(await attempt(), expected);
  expect((await nhiSnapshot(scenario.world)) === before).toBe(true);
}

type Keys = Record<'signing' | 'decryption' | 'delegation' | 'identity', EcKeyPair>;
type PatientRequest = {
  readonly nationalId?: string;
  readonly keys?: Keys;
  readonly nonce?: Uint8Array;
  readonly authority?: IdentityAuthority;
  readonly expirationDate?: number;
  /** Signs instead of the card or the identity key. */
  readonly cardKey?: EcKeyPair;
  readonly identityKey?: EcKeyPair;
  /** Stands under the signatures instead of the identifier outside. */
  readonly signedMessageId?: Uint8Array;
  readonly decryptionKey?: Uint8Array;
  readonly delegationKey?: Uint8Array;
  /** Proves possession instead of the delegation key. */
  readonly delegationSecret?: Uint8Array;
};

function freshKeys(): Keys {
  const pair = () => generateEcKeyPair(rng);
  return { signing: pair(), decryption: pair(), delegation: pair(), identity: pair() };
}

/** A sealed request for registration, made by keys of the test instead of a card. */
async function patientRequest(request: PatientRequest = {}): Promise<SealedMessage> {
  const { nhi, clock, citizenAuthority } = scenario.world;
  const keys = request.keys ?? freshKeys();
  const messageId = newMessageId(rng);
  const certificate = (request.authority ?? citizenAuthority).certify({
    subject: request.nationalId ?? 'T100000000',
    name: 'Somebody',
    identityKey: keys.identity.publicKey,
    expirationDate: request.expirationDate ?? clock.now() + YEAR,
  });
  const statement = {
    nonce: request.nonce ?? (await nhi.patients.openRegistration()),
    messageId: request.signedMessageId ?? messageId,
    signingKey: keys.signing.publicKey,
    decryptionKey: request.decryptionKey ?? keys.decryption.publicKey,
    delegationKey: request.delegationKey ?? keys.delegation.publicKey,
  };
  const sign = (pair: EcKeyPair) => signStatement(pair.secretKey, STATEMENT.registration, statement);
  const values = {
    statement,
    signature: sign(request.cardKey ?? keys.signing),
    delegationKeyProof: proveDelegationKey(
      request.delegationSecret ?? keys.delegation.secretKey,
      statement,
      rng,
    ),
    identity: { signature: sign(request.identityKey ?? keys.identity), certificate },
  };
  const route = { equation: 1, sender: 'patient', recipient: NHI_NAME } as const;
  return sealMessage(REGISTRATION_MESSAGE, values, { route, key: nhi.publicKeys.sealingKey, messageId }, rng);
}

async function register(request?: PatientRequest) {
  return scenario.world.nhi.patients.register(await patientRequest(request));
}

describe('registration of a patient (eq. 1, 2)', () => {
  it('is done once for one person, with a nonce that serves once', async () => {
    const { nhi } = scenario.world;
    const nonce = await nhi.patients.openRegistration();
    expect((await register({ nationalId: 'A100000001', nonce })).ok).toBe(true);
    await refused({ code: 'nonce-unknown' }, () => register({ nationalId: 'A100000002', nonce }));
    await refused({ code: 'already-registered' }, () => register({ nationalId: 'A100000001' }));
    const sealed = await patientRequest({ nationalId: 'A100000003' });
    expect((await nhi.patients.register(sealed)).ok).toBe(true);
    await refused({ code: 'nonce-unknown' }, () => nhi.patients.register(sealed));
  });

  it('needs a nonce of NHI that is not older than an hour', async () => {
    await refused({ code: 'nonce-unknown' }, () => register({ nonce: rng.bytes(16) }));
    const nonce = await scenario.world.nhi.patients.openRegistration();
    scenario.world.clock.advance(3601);
    await refused({ code: 'nonce-unknown' }, () => register({ nonce }));
  });

  it.each(TAMPERINGS)('is refused when %s was changed on the way', async (_what, tamper) => {
    const sealed = await patientRequest();
    await refused({ code: 'envelope-unreadable' }, () =>
      scenario.world.nhi.patients.register(tamper(sealed)),
    );
  });

  it('needs an identity certificate of the citizen authority, within its date', async () => {
    await refused({ code: 'identity-certificate-invalid' }, () => register({ authority: OTHER_AUTHORITY }));
    await refused({ code: 'identity-certificate-invalid' }, () =>
      register({ authority: scenario.world.professionAuthority }),
    );
    const expirationDate = scenario.world.clock.now() - 1;
    await refused({ code: 'identity-certificate-invalid' }, () => register({ expirationDate }));
  });

  it('refuses a Cert_P that certifies PK_P, which would undo the pseudonym', async () => {
    const keys = freshKeys();
    const same = { ...keys, identity: keys.signing };
    await refused({ code: 'identity-mismatch' }, () => register({ keys: same }));
  });

  it('needs both signatures, over the message that they came with', async () => {
    const another = generateEcKeyPair(rng);
    await refused({ code: 'signature-invalid' }, () => register({ cardKey: another }));
    await refused({ code: 'signature-invalid' }, () => register({ identityKey: another }));
    await refused({ code: 'message-malformed' }, () => register({ signedMessageId: rng.bytes(16) }));
  });

  it('refuses keys that are no points of the curve', async () => {
    const decryptionKey = Uint8Array.from([2, ...new Uint8Array(32).fill(0xff)]);
    await refused({ code: 'message-malformed', reason: /public key/ }, () => register({ decryptionKey }));
  });
});

/** A doctor's card with its keys, ready to join. */
async function doctorCard(doctorId: string) {
  const { nhi, professionAuthority, clock } = scenario.world;
  const chip = scenario.fork('doctor');
  const card = cardOn(chip);
  await card.select();
  await card.initialise(nhi.issueCard('doctor'), SCENARIO_PINS.doctor, doctorId);
  const made = await card.generateKeys();
  if (!made.ok) throw new Error(made.reason);
  const { identityKey, decryptionKey } = made.keys;
  const expirationDate = clock.now() + YEAR;
  const certificate = professionAuthority.certify({
    subject: doctorId,
    name: 'A Doctor',
    identityKey,
    expirationDate,
  });
  const requestOf = async (asked: ProfessionalCard, offer: JoinOffer): Promise<DoctorRegistration> => {
    const answer = await asked.requestMembership(offer);
    if (!answer.ok) throw new Error(answer.reason);
    const { membershipKey, membershipProof, signature } = answer.data;
    const { nonce, groupKeyHash } = offer;
    const statement = { doctorId, nonce, groupKeyHash, membershipKey, membershipProof, decryptionKey };
    return { statement, signature, certificate };
  };
  return { chip, certificate, request: (offer: JoinOffer) => requestOf(card, offer), requestOf };
}

function cardOn(chip: Card): ProfessionalCard {
  return new ProfessionalCard(async (command) => chip.process(command));
}

describe('registration of a doctor (eq. 3, 4)', () => {
  const ID = 'D-1001';
  const join = (request: DoctorRegistration) => scenario.world.nhi.doctors.register(request);

  it('answers a repeated request with the same credential, and nothing else with a used nonce', async () => {
    const { request } = await doctorCard(ID);
    const offer = await scenario.world.nhi.doctors.openJoin(ID);
    const first = await request(offer);
    const answer = await join(first);
    expect(answer.ok).toBe(true);
    expect(await join(first)).toEqual(answer);
    const second = await request(offer);
    await refused({ code: 'nonce-unknown' }, () => join(second));
  });

  it("refuses another doctor's certificate, and one of another authority", async () => {
    const mine = await doctorCard(ID);
    const other = await doctorCard('D-2002');
    const asked = await mine.request(await scenario.world.nhi.doctors.openJoin(ID));
    await refused({ code: 'identity-mismatch' }, () => join({ ...asked, certificate: other.certificate }));
    const body = { ...other.certificate.body, subject: ID };
    const renamed = { ...asked, certificate: scenario.world.professionAuthority.certify(body) };
    await refused({ code: 'signature-invalid' }, () => join(renamed));
    const foreign = { ...asked, certificate: OTHER_AUTHORITY.certify(mine.certificate.body) };
    await refused({ code: 'identity-certificate-invalid' }, () => join(foreign));
    const late = scenario.world.professionAuthority.certify({ ...mine.certificate.body, expirationDate: 1 });
    await refused({ code: 'identity-certificate-invalid' }, () => join({ ...asked, certificate: late }));
  });

  it('refuses a nonce issued to another doctor', async () => {
    const { request } = await doctorCard(ID);
    const asked = await request(await scenario.world.nhi.doctors.openJoin('D-2002'));
    await refused({ code: 'nonce-unknown' }, () => join(asked));
  });

  it('refuses a request that was changed under its signature, or made for another group key', async () => {
    const { request } = await doctorCard(ID);
    const offer = await scenario.world.nhi.doctors.openJoin(ID);
    const { request: another } = await doctorCard(ID);
    const asked = await request(offer);
    const { membershipKey } = (await another(offer)).statement;
    const swapped = { ...asked, statement: { ...asked.statement, membershipKey } };
    await refused({ code: 'signature-invalid' }, () => join(swapped));
    const stale = await request({ ...offer, groupKeyHash: rng.bytes(32) });
    await refused({ code: 'epoch-mismatch' }, () => join(stale));
  });

  it('refuses a D that is a member already, as a cloned chip with its random numbers would send', async () => {
    const { chip, requestOf } = await doctorCard(ID);
    const requests: DoctorRegistration[] = [];
    for (let i = 0; i < 2; i++) {
      const twin = scenario.fork('doctor', { image: chip.image(), label: 'twin' });
      const { nhi } = scenario.world;
      const card = cardOn(twin);
      await card.select();
      await card.initialise(nhi.issueCard('doctor'), SCENARIO_PINS.doctor, ID);
      requests.push(await requestOf(card, await nhi.doctors.openJoin(ID)));
    }
    expect(requests[0]!.statement.membershipKey).toEqual(requests[1]!.statement.membershipKey);
    expect((await join(requests[0]!)).ok).toBe(true);
    await refused({ code: 'membership-refused', reason: /known-member/ }, () => join(requests[1]!));
  });
});
