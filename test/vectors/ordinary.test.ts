import { expect, test } from 'vitest';
import { encodeHpkeInfo, type SenderRole, signatureInput } from '../../apdu/index.js';
import { openEnvelope } from '../../applet/index.js';
import { openHpke, sha256, verifyEcdsa } from '../../host/index.js';
import { cardWith } from './given-random.js';
import { readVectors, runVectors, type TestVector } from './vector-files.js';

const card = cardWith(new Uint8Array(0));
const NO_AAD = new Uint8Array(0);

test('ECDSA over a statement: host and card', async () => {
  const counts = await runVectors(readVectors('ecdsa.json'), {
    'ecdsa-verify'(v: TestVector) {
      const input = signatureInput(v.text('domain'), v.bytes('statement'));
      const [publicKey, signature] = [v.bytes('publicKey'), v.bytes('signature')];
      const onCard = card.p256EcdsaVerify(publicKey, sha256(input), signature);
      expect([verifyEcdsa(publicKey, input, signature), onCard]).toEqual([
        v.result === 'ok',
        v.result === 'ok',
      ]);
    },
  });
  expect(counts['ecdsa-verify']).toBe(15);
});

test('sealed envelopes and their info: host and card', async () => {
  const counts = await runVectors(readVectors('hpke.json'), {
    'hpke-info'(v: TestVector) {
      const info = encodeHpkeInfo({
        equation: v.number('equation'),
        sender: v.text('sender') as SenderRole,
        recipient: new TextEncoder().encode(v.text('recipient')),
        messageId: v.bytes('messageId'),
      });
      expect(info).toEqual(v.bytes('info'));
    },
    async 'hpke-open'(v: TestVector) {
      const keys = { secretKey: v.bytes('secretKey'), publicKey: v.bytes('publicKey') };
      const [envelope, info] = [v.bytes('envelope'), v.bytes('info')];
      const plaintext = v.result === 'ok' ? v.bytes('plaintext') : undefined;
      expect(await openHpke(keys.secretKey, envelope, { info, aad: NO_AAD })).toEqual(plaintext);
      expect(openEnvelope(card, keys, envelope, info, NO_AAD)).toEqual(plaintext);
    },
  });
  expect(counts).toEqual({ 'hpke-info': 3, 'hpke-open': 14 });
});
