/** What NHI does to a card in use: life cycle, tries of a blocked PIN, renewal of the patient certificate. */

import {
  decodePatientCertificate,
  decodeTlv,
  encodePatientCertificate,
  encodeTemplate,
  FIELD,
  PATIENT_APPLICATION,
  PATIENT_CERTIFICATE_BODY,
  type PatientCertificate,
  STATEMENT,
  SW,
} from '../../apdu/index.js';
import { caseFamily, PATIENT } from '../case.js';
import {
  CheckFailure,
  checkStatus,
  expectBytes,
  expectOk,
  expectRefusal,
  expectStatus,
  expectThat,
} from '../checks.js';
import type { P256Keys } from '../issuer/p256.js';
import { authenticate } from '../issuer/professional-peer.js';
import { signStatement, TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { putVisit, readFile, verifyPin, visit } from './steps.js';

const ACTIVATE_CLAUSE = 'ISO/IEC 7816-9:2017, 9.4';
const DEACTIVATE_CLAUSE = 'ISO/IEC 7816-9:2017, 9.5';
const TERMINATE_CLAUSE = 'ISO/IEC 7816-9:2017, 9.7';
const OUT_OF_USE = 'takes the application out of use';
const ENDS = 'ends the application for good';
const { commands } = PATIENT_APPLICATION;

/** Selects by the application identifier and answers the life-cycle status byte. */
async function selectedStatus(
  card: TestCard,
  warning: typeof SW.fileDeactivated | typeof SW.terminated | typeof SW.ok,
) {
  const { data } = await expectStatus(card, `00a4040006${card.spec.aid}00`, warning);
  const members = decodeTlv(data).value;
  const at = members.indexOf(0x8a);
  if (at < 0) throw new CheckFailure('data object 8a', 'none');
  return members[at + 2]!;
}

async function blockPin(card: TestCard): Promise<void> {
  const { tries } = card.spec.pins.holder!;
  for (let left = tries - 1; left >= 0; left--) {
    const wrong = { p2: 'holder PIN', data: card.issuer.wrongPin } as const;
    await expectRefusal(card, commands.verify, wrong, 0x63c0 | left, SW.authenticationMethodBlocked);
  }
  const right = { p2: 'holder PIN', data: card.issuer.pin } as const;
  await expectRefusal(card, commands.verify, right, SW.authenticationMethodBlocked);
}

/** The certificate on the card with some fields changed, signed anew. Needs PIN or the role of a doctor. */
async function renewed(
  card: TestCard,
  changes: Partial<PatientCertificate['body']> = {},
  signer?: P256Keys,
): Promise<PatientCertificate> {
  await verifyPin(card);
  const old = decodePatientCertificate(await readFile(card, 1)).body;
  const body = {
    ...old,
    paidUntil: TestIssuer.daysAfterToday(700),
    effectiveDate: TestIssuer.daysAfterToday(1),
    expirationDate: TestIssuer.daysAfterToday(10 * 365),
    ...changes,
  };
  const fields = encodeTemplate(PATIENT_CERTIFICATE_BODY, body);
  const signature = signStatement(signer ?? card.issuer.keys, STATEMENT.patientCertificate, fields);
  return { body, signature };
}

export const LIFE_CYCLE_ISSUER_CASES = caseFamily(
  {
    category: 'life-cycle',
    applications: PATIENT,
    fixture: 'operational',
    features: ['card-authentication'],
    clause: DEACTIVATE_CLAUSE,
  },
  [
    {
      name: 'deactivated-once',
      title: 'an application that is out of use is not taken out of use again',
      clause: 'project specification, states of DEACTIVATE FILE',
      destroys: 'deactivates the application',
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        await card.select().catch(() => undefined);
        const session = await authenticate(card, 'nhi');
        const again = await session.refusalOf(card, commands.deactivate, {});
        checkStatus(again, SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'deactivated',
      title: 'a deactivated application is selected with a warning and does nothing but authenticate',
      clause: `${DEACTIVATE_CLAUSE}; ISO/IEC 7816-4:2020, 7.4.10; 5.6 (6283, 6985)`,
      destroys: OUT_OF_USE,
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        const status = await selectedStatus(card, SW.fileDeactivated);
        expectThat((status & 0xfd) === 0x04, 'status operational, deactivated', status.toString(16));
        const pin = { p2: 'holder PIN', data: card.issuer.pin } as const;
        await expectRefusal(card, commands.verify, pin, SW.conditionsNotSatisfied);
        await authenticate(card, 'doctor');
        await expectStatus(card, '00b0840000', SW.conditionsNotSatisfied);
        await expectStatus(card, '00b2011400', SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'deactivation-outlives-power',
      title: 'without power a deactivated application stays so',
      destroys: OUT_OF_USE,
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        await card.powerCycle();
        await selectedStatus(card, SW.fileDeactivated);
      },
    },
    {
      name: 'reactivated',
      title: 'NHI brings a deactivated application back with everything in it',
      clause: `${ACTIVATE_CLAUSE}; ${DEACTIVATE_CLAUSE}`,
      destroys: 'writes a visit to the card',
      async run(card) {
        await putVisit(card, await authenticate(card, 'doctor'), visit(1));
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        await expectOk(card, commands.activate, {});
        await selectedStatus(card, SW.ok);
        await verifyPin(card);
        expectThat((await readFile(card, 1)).length > 0, 'the patient certificate', 'nothing');
        await authenticate(card, 'doctor');
        checkStatus(await card.sendInSession('00b2011400'), SW.ok);
      },
    },
    {
      name: 'reactivated-only-by-nhi',
      title: 'a deactivated application comes back for nobody but NHI',
      clause: `${ACTIVATE_CLAUSE}; ISO/IEC 7816-4:2020, 9.3`,
      destroys: OUT_OF_USE,
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        for (const role of ['doctor', 'staff', 'pharmacy'] as const) {
          await authenticate(card, role);
          await expectRefusal(card, commands.activate, {}, SW.securityStatusNotSatisfied);
        }
        await selectedStatus(card, SW.fileDeactivated);
        await expectRefusal(card, commands.activate, {}, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'pin-counts-no-more-after-reactivation',
      title: 'a PIN proven before deactivation counts no more when the application is back',
      clause: `${DEACTIVATE_CLAUSE}; project specification, DEACTIVATE FILE`,
      async run(card) {
        await verifyPin(card);
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        await expectOk(card, commands.activate, {});
        await expectStatus(card, '00200081', SW.counter);
      },
    },
    {
      name: 'out-of-use-only-by-nhi',
      title: 'nobody but NHI deactivates or terminates',
      clause: `${DEACTIVATE_CLAUSE}; ${TERMINATE_CLAUSE}; ISO/IEC 7816-4:2020, 9.3`,
      async run(card) {
        await verifyPin(card);
        for (const role of ['doctor', 'staff', 'pharmacy'] as const) {
          await authenticate(card, role);
          await expectRefusal(card, commands.deactivate, {}, SW.securityStatusNotSatisfied);
          await expectRefusal(card, commands.terminate, {}, SW.securityStatusNotSatisfied);
        }
        await selectedStatus(card, SW.ok);
      },
    },
    {
      name: 'terminated',
      title: 'a terminated application is selected with a warning and does nothing, not even for NHI',
      clause: `${TERMINATE_CLAUSE}; ISO/IEC 7816-4:2020, 7.4.10; 5.6 (6285, 6985)`,
      destroys: ENDS,
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.terminate, {});
        for (const command of ['00440000', '00040000', '00b0810000', '0084000000', '002c0381']) {
          await expectStatus(card, command, SW.conditionsNotSatisfied);
        }
        await card.powerCycle();
        const status = await selectedStatus(card, SW.terminated);
        expectThat((status & 0xfc) === 0x0c, 'termination state', status.toString(16));
        await expectStatus(card, '0084000000', SW.conditionsNotSatisfied);
      },
    },
    {
      name: 'terminated-from-deactivated',
      title: 'a deactivated application can be terminated',
      clause: TERMINATE_CLAUSE,
      destroys: ENDS,
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.deactivate, {});
        await expectOk(card, commands.terminate, {});
        await selectedStatus(card, SW.terminated);
      },
    },
  ],
);

export const PIN_ISSUER_CASES = caseFamily(
  {
    category: 'pin',
    applications: PATIENT,
    fixture: 'operational',
    features: ['pin', 'card-authentication'],
    clause: 'ISO/IEC 7816-4:2020, 11.5.10',
  },
  [
    {
      name: 'tries-restored-by-nhi',
      title: 'NHI gives a blocked PIN its tries back and does not change it',
      destroys: 'blocks the PIN, then unblocks it',
      async run(card) {
        await blockPin(card);
        await authenticate(card, 'nhi');
        await expectOk(card, commands.restoreTries, { p2: 'holder PIN' });
        await expectStatus(card, '00200081', 0x63c0 | card.spec.pins.holder!.tries);
        await verifyPin(card);
      },
    },
    {
      name: 'tries-restored-by-nobody-else',
      title: 'doctors, staff and pharmacies do not unblock a PIN',
      clause: 'ISO/IEC 7816-4:2020, 11.5.10; 9.3',
      async run(card) {
        for (const role of ['doctor', 'staff', 'pharmacy'] as const) {
          await authenticate(card, role);
          await expectRefusal(
            card,
            commands.restoreTries,
            { p2: 'holder PIN' },
            SW.securityStatusNotSatisfied,
          );
        }
      },
    },
    {
      name: 'tries-are-no-verification',
      title: 'tries given back prove no PIN',
      async run(card) {
        await authenticate(card, 'nhi');
        await expectOk(card, commands.restoreTries, { p2: 'holder PIN' });
        await expectStatus(card, '00b0810000', SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'tries-with-data',
      title: 'RESET RETRY COUNTER without reference data (P1 = 03) takes none',
      clause: 'ISO/IEC 7816-4:2020, 11.5.10; 5.6 (6700)',
      async run(card) {
        await authenticate(card, 'nhi');
        checkStatus(await card.sendInSession('002c03810431323334'), SW.wrongLength);
      },
    },
  ],
);

export const RENEWAL_CASES = caseFamily(
  {
    category: 'file',
    applications: PATIENT,
    fixture: 'operational',
    features: ['files', 'card-authentication'],
    clause: 'ISO/IEC 7816-4:2020, 11.6.4; project, PROTOCOL eq. 2',
  },
  [
    {
      name: 'renewal',
      title: 'NHI renews the patient certificate: same pseudonym and keys, later dates',
      destroys: 'replaces the patient certificate',
      async run(card) {
        const certificate = await renewed(card);
        await authenticate(card, 'nhi');
        await expectOk(card, commands.putCertificate, { data: certificate });
        await card.powerCycle();
        await card.select();
        await verifyPin(card);
        expectBytes(await readFile(card, 1), encodePatientCertificate(certificate), 'the new certificate');
      },
    },
    {
      name: 'renewal-not-backwards',
      title: 'a certificate that is not later than the one there is, is refused',
      async run(card) {
        for (const day of [-1, -2]) {
          const older = await renewed(card, { effectiveDate: TestIssuer.daysAfterToday(day) });
          await authenticate(card, 'nhi');
          await expectRefusal(card, commands.putCertificate, { data: older }, SW.incorrectData);
        }
      },
    },
    {
      name: 'renewal-of-another-card',
      title: 'a certificate with another pseudonym or other keys is refused',
      async run(card) {
        const strange = card.issuer.strangerKeys.publicKey;
        for (const changes of [
          { pid: card.random.bytes(FIELD.pid.max) },
          { signingKey: strange },
          { decryptionKey: strange },
          { delegationKey: strange },
        ]) {
          const data = await renewed(card, changes);
          await authenticate(card, 'nhi');
          await expectRefusal(card, commands.putCertificate, { data }, SW.incorrectData);
        }
      },
    },
    {
      name: 'renewal-not-signed-by-nhi',
      title: 'a certificate that NHI did not sign is refused and the old one stays',
      async run(card) {
        await verifyPin(card);
        const old = await readFile(card, 1);
        const forged = await renewed(card, {}, card.issuer.strangerKeys);
        await authenticate(card, 'nhi');
        await expectRefusal(card, commands.putCertificate, { data: forged }, SW.incorrectData);
        await verifyPin(card);
        expectBytes(await readFile(card, 1), old, 'the old certificate');
      },
    },
    {
      name: 'renewal-only-by-nhi',
      title: 'nobody else renews, not even with a certificate of NHI',
      clause: 'ISO/IEC 7816-4:2020, 9.3; project specification, PUT DATA',
      async run(card) {
        const data = await renewed(card);
        for (const role of ['doctor', 'staff', 'pharmacy'] as const) {
          await authenticate(card, role);
          await expectRefusal(card, commands.putCertificate, { data }, SW.securityStatusNotSatisfied);
        }
      },
    },
  ],
);
