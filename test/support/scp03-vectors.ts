/**
 * SCP03 sessions recorded with AES-128 keys and i = 70, as pySim's unit tests have them
 * (osmocom/pysim, tests/unittests/test_globalplatform.py): values only. The commands are wrapped one
 * after the other in one session: GET EID with its answer, then ISO cases 1 to 4.
 */

import { fromHex } from '../../apdu/index.js';

export const SESSION_KEYS = {
  encryption: fromHex('000102030405060708090a0b0c0d0e0f'),
  mac: fromHex('101112131415161718191a1b1c1d1e1f'),
};

/** AID of the security domain (ISD-R) that those cards derived their challenges for. */
export const SECURITY_DOMAIN = fromHex('A0000005591010FFFFFFFF8900000100');

export type RecordedSession = {
  readonly level: number;
  readonly initializeUpdate: string;
  readonly answer: string;
  readonly externalAuthenticate: string;
  /** Plain command, and as sent. */
  readonly commands: readonly (readonly [plain: string, sent: string])[];
  /** Answer to the first of them, without its status word 9000. */
  readonly response: string;
};

/** The answer to the first command in the clear. */
export const PLAIN_RESPONSE = 'bf3e125a1089882119900000000000000000000005';

const PLAIN = [
  '80e2910006bf3e035c015a00',
  '80f22002',
  '80ca006600',
  '80f220020a4f0212345c054f9f70c5',
  '80f28002024f0000',
] as const;

const recorded = (
  level: number,
  [initializeUpdate, answer, externalAuthenticate]: readonly [string, string, string],
  sent: readonly string[],
  response: string,
): RecordedSession => ({
  level,
  initializeUpdate,
  answer,
  externalAuthenticate,
  commands: PLAIN.map((plain, i) => [plain, sent[i]!] as const),
  response,
});

export const RECORDED_SESSIONS: readonly RecordedSession[] = [
  recorded(
    0x11,
    [
      '8050300008b13e5f938fc108c400',
      '000000000000000000003003703eb51047495b249f66c484c1d2ef1948000002',
      '84821100107d5f5826a993ebc89eea24957fa0b3ce',
    ],
    [
      '84e291000ebf3e035c015a558d036518a2829700',
      '84f220020863a63f8959827fb2',
      '84ca006608a0c6a4a74166f7ce00',
      '84f22002124f0212345c054f9f70c52249b50272656536',
      '84f280020a4f00e91443f6dce6b8ed00',
    ],
    'bf3e125a1089882119900000000000000000000005971be68992dbbdfa',
  ),
  recorded(
    0x03,
    [
      '80503000088e1552d0513c60f300',
      '0000000000000000000030037030760cd2c47c1dd395065fe5ead8a9d7000001',
      '8482030010fd4721a14d9b07003c451d2f8ae6bb21',
    ],
    [
      '84e2910018ca9c00f6713d79bc8baa642bdff51c3f6a4082d3bd9ad26c00',
      '84f2200208c9811b11f1264cf1',
      '84ca006608e10ab60b3054798800',
      '84f22002184e2908bdb48b2315a55482e9e936ca122d6ecfae7d17416e',
      '84f28002180dd10a6b6193e5340b9e77d32d5a179cd710ac2773aefb2800',
    ],
    'bf3e125a1089882119900000000000000000000005',
  ),
  recorded(
    0x33,
    [
      '8050300008fdf38259a1e0de4400',
      '000000000000000000003003703b1aca81e821f219081cdc01c26b372d000003',
      '84823300108c36f96bcc00724a4e13ad591d7da3f0',
    ],
    [
      '84e2910018267a85dfe4a98fca6fb0527e0dfecce4914e40401433c87f00',
      '84f2200208ac6a59024bed84cc',
      '84ca006608409912ad8fb7aed000',
      '84f22002185f3dafc3ac14c381536a488bf44e06d056df9d74dbd21e5a',
      '84f280021865165105be3373347d0424d4400af2ac393f569ec779389e00',
    ],
    'f3ba2b1013aa6224f5e1c138d71805c569e5439b47576260b75fc021b25097cb2e68f8a0144975b9',
  ),
];
