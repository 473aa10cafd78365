/** A patient card opened to other software, recorded: its personalisation, and what is done to the log-in PIN and PUK. */

import { PATIENT_APPLICATION, PIV_APPLICATION, PKCS15_APPLICATION } from '../../apdu/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import { LOG_IN_PIN, LOG_IN_PUK, WRONG_LOG_IN_PIN } from '../support/log-in.js';
import { cardOf, personalisePatientOver } from '../support/personalised-card.js';
import { seededBytes } from '../support/seeded-random.js';
import { apdusOf, selectApplication, type Transmit } from '../support/transmit.js';
import { RecordedRun, type RunOptions } from './recorded-run.js';

const { commands } = PIV_APPLICATION;
const PIN = { p2: 'log-in PIN' } as const;
const PUK = { p2: 'log-in PUK' } as const;
const two = (first: Uint8Array, second: Uint8Array) => Uint8Array.of(...first, ...second);

export async function recordInteroperability(seed: number, watch?: RunOptions): Promise<RecordedRun> {
  const { nvm } = cardOf(PATIENT_CARD).image();
  const blank = { nvm, random: seededBytes(seed, 'card') };
  const run = new RecordedRun(`a card opened to other software, seed ${seed}`, { patient: blank }, watch);
  const transmit: Transmit = (apdu) => run.transmit('patient', apdu);
  const options = { seed, interoperability: true };
  personalisePatientOver(run.chips.patient!, transmit, PATIENT_APPLICATION.commands, options);
  const challenge = seededBytes(seed, 'challenge')(32);
  for (const aid of [PIV_APPLICATION.aid, PKCS15_APPLICATION.aid]) {
    for (const apdus of [
      apdusOf(commands.verify, { ...PIN, data: WRONG_LOG_IN_PIN }),
      apdusOf(commands.changeReferenceData, { ...PIN, data: two(WRONG_LOG_IN_PIN, LOG_IN_PIN) }),
      apdusOf(commands.changeReferenceData, { ...PIN, data: two(LOG_IN_PIN, WRONG_LOG_IN_PIN) }),
      apdusOf(commands.changeReferenceData, { ...PUK, data: two(LOG_IN_PUK, LOG_IN_PUK) }),
      apdusOf(commands.resetRetryCounter, { ...PIN, data: two(WRONG_LOG_IN_PIN, LOG_IN_PIN) }),
      apdusOf(commands.resetRetryCounter, { ...PIN, data: two(LOG_IN_PUK, LOG_IN_PIN) }),
      apdusOf(commands.verify, { ...PIN, data: LOG_IN_PIN }),
    ]) {
      // each on its own, so that repeating what came before does not spend tries
      selectApplication(transmit, aid);
      for (const apdu of apdus) transmit(apdu);
    }
    const signing =
      aid === PIV_APPLICATION.aid
        ? apdusOf(commands.generalAuthenticate, {
            p1: 'ECC P-256',
            p2: 'PIV authentication',
            data: { authentication: { wanted: new Uint8Array(0), challenge } },
          })
        : apdusOf(PKCS15_APPLICATION.commands.computeSignature, { data: challenge });
    for (const apdu of signing) transmit(apdu);
  }
  return run;
}
