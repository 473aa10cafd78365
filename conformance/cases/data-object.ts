/** GET DATA and PUT DATA: objects by their tags, who may, what is shown before the PIN (ISO/IEC 7816-4, 11.6). */

import {
  DECISION,
  encodeTemplate,
  HOLDER_DECLARATION,
  PATIENT_APPLICATION,
  parseAtr,
  SW,
} from '../../apdu/index.js';
import { BOTH, caseFamily, PATIENT } from '../case.js';
import { checkStatus, expectBytes, expectOk, expectRefusal, expectStatus, expectThat } from '../checks.js';
import { authenticate } from '../issuer/professional-peer.js';
import { TestIssuer } from '../issuer/test-issuer.js';
import type { TestCard } from '../test-card.js';
import { verifyPin } from './steps.js';

const GET_DATA = 'ISO/IEC 7816-4:2020, 11.6.3';
const PUT_DATA = 'ISO/IEC 7816-4:2020, 11.6.4';
const RULES = 'project specification, access rules of the commands';
const HISTORICAL = '00ca5f5200';
const PIN_STATUS = '00cabf2a00';
const SERIAL = '00cadf2500';
const DECLARATION = '00cabf2b00';
const { getPinStatus, putHolderDeclaration, verify } = PATIENT_APPLICATION.commands;

const declaration = (organDonation: number) => ({
  data: { time: TestIssuer.daysAfterToday(1), organDonation },
});

async function declare(card: TestCard, decision: number): Promise<Uint8Array> {
  await verifyPin(card);
  await expectOk(card, putHolderDeclaration, declaration(decision));
  return encodeTemplate(HOLDER_DECLARATION, declaration(decision).data);
}

export const DATA_OBJECT_CASES = caseFamily(
  { category: 'file', applications: BOTH, fixture: 'operational', features: ['files'], clause: GET_DATA },
  [
    {
      name: 'data-historical-bytes',
      title: 'GET DATA 5F52 gives the historical bytes of the answer to reset, selected or not',
      clause: `${GET_DATA}; 12.1.1`,
      fixture: 'any',
      async run(card) {
        const { historicalBytes } = parseAtr(card.atr);
        const selected = await expectStatus(card, HISTORICAL, SW.ok);
        expectBytes(selected.data, historicalBytes, 'the historical bytes');
        await card.reset();
        const unselected = await expectStatus(card, HISTORICAL, SW.ok);
        expectBytes(unselected.data, historicalBytes, 'the historical bytes');
      },
    },
    {
      name: 'data-unknown-tag',
      title: 'a tag that the card does not know is an object not found',
      clause: `${GET_DATA}; 5.6 (6A88)`,
      async run(card) {
        await verifyPin(card);
        for (const tag of ['0101', '005a', '7f21', 'df7e']) {
          await expectStatus(card, `00ca${tag}00`, SW.referenceDataNotFound, SW.incorrectP1P2);
        }
      },
    },
    {
      name: 'data-pin-status',
      title: 'GET DATA tells the tries of each PIN and spends none',
      async run(card) {
        const before = await expectOk(card, getPinStatus, {});
        const wrong = { p2: 'holder PIN', data: Uint8Array.of(0x30, 0x30, 0x30, 0x30) } as const;
        await expectRefusal(card, verify, wrong, SW.counter);
        for (let time = 0; time < 2; time++) {
          const { holder, puk } = await expectOk(card, getPinStatus, {});
          const counted = holder === before.holder - 1 && puk === before.puk;
          expectThat(counted, `${before.holder - 1} and ${before.puk} tries`, `${holder} and ${puk}`);
        }
        await verifyPin(card);
        const { holder } = await expectOk(card, getPinStatus, {});
        expectThat(holder === card.spec.pins.holder!.tries, 'all tries after the right PIN', `${holder}`);
      },
    },
    {
      name: 'data-serial-after-pin',
      title: 'the card serial is shown after the PIN and not before',
      clause: RULES,
      async run(card) {
        await expectStatus(card, SERIAL, SW.securityStatusNotSatisfied);
        await verifyPin(card);
        const { data } = await expectStatus(card, SERIAL, SW.ok);
        expectThat(data.length === 8, '8 bytes', `${data.length} bytes`);
        await card.select();
        await expectStatus(card, SERIAL, SW.securityStatusNotSatisfied);
      },
    },
    {
      name: 'data-serial-not-for-roles',
      title: 'no role learns the card serial',
      clause: RULES,
      applications: PATIENT,
      features: ['files', 'card-authentication'],
      async run(card) {
        for (const role of ['doctor', 'staff', 'pharmacy', 'nhi'] as const) {
          await authenticate(card, role);
          await expectStatus(card, SERIAL, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'data-nothing-declared',
      title: 'before the holder declared anything there is no declaration',
      clause: `${GET_DATA}; 5.6 (6A88)`,
      applications: PATIENT,
      async run(card) {
        await expectStatus(card, DECLARATION, SW.securityStatusNotSatisfied);
        await verifyPin(card);
        await expectStatus(card, DECLARATION, SW.referenceDataNotFound);
      },
    },
    {
      name: 'data-declared',
      title: 'what the holder declared is kept, also without power, until the holder declares anew',
      clause: PUT_DATA,
      applications: PATIENT,
      destroys: "writes the holder's declaration",
      async run(card) {
        const first = await declare(card, DECISION.agreed);
        await card.powerCycle();
        await card.select();
        await verifyPin(card);
        expectBytes((await expectStatus(card, DECLARATION, SW.ok)).data, first, 'the declaration');
        const second = await declare(card, DECISION.declined);
        expectBytes((await expectStatus(card, DECLARATION, SW.ok)).data, second, 'the declaration');
      },
    },
    {
      name: 'data-declared-by-holder-alone',
      title: 'nobody declares for the holder',
      clause: `${RULES}; ${PUT_DATA}`,
      applications: PATIENT,
      features: ['files', 'card-authentication'],
      async run(card) {
        for (const role of ['doctor', 'nhi'] as const) {
          await authenticate(card, role);
          const wish = declaration(DECISION.agreed);
          await expectRefusal(card, putHolderDeclaration, wish, SW.securityStatusNotSatisfied);
        }
      },
    },
    {
      name: 'data-no-decision',
      title: 'a decision that is none is refused and the one before stays',
      clause: `${PUT_DATA}; 5.6 (6A80)`,
      applications: PATIENT,
      destroys: "writes the holder's declaration",
      async run(card) {
        const before = await declare(card, DECISION.agreed);
        for (const odd of [0, 3, 255]) {
          await expectRefusal(card, putHolderDeclaration, declaration(odd), SW.incorrectData);
        }
        const { data } = checkStatus(await card.send(DECLARATION), SW.ok);
        expectBytes(data, before, 'the declaration');
      },
    },
    {
      name: 'data-without-le',
      title: 'GET DATA without Le is refused or announces what waits',
      clause: `${GET_DATA}; 5.3.4`,
      async run(card) {
        checkStatus(await card.send(PIN_STATUS.slice(0, 8)), SW.bytesAvailable, SW.wrongLength, SW.wrongLe);
      },
    },
  ],
);
