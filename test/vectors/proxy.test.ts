import { expect, test } from 'vitest';
import { combineHalves } from '../../applet/index.js';
import { proxyKeyOf, verifyDelegationKeyProof, verifyProxySignature } from '../../host/index.js';
import { cardWith } from './given-random.js';
import { readVectors, runVectors, type TestVector } from './vector-files.js';

const card = cardWith(new Uint8Array(0));

const transcriptOf = (v: TestVector) => ({
  delegationKey: v.bytes('delegationKey'),
  agentDelegationKey: v.bytes('agentDelegationKey'),
  warrant: v.bytes('warrant'),
  patientCommitment: v.bytes('patientCommitment'),
  agentCommitment: v.bytes('agentCommitment'),
});

test('delegation and proxy signature: host and card', async () => {
  const counts = await runVectors(readVectors('proxy-p256.json'), {
    'prove-possession'(v: TestVector) {
      const binding = {
        nonce: v.bytes('nonce'),
        signingKey: v.bytes('signingKey'),
        delegationKey: v.bytes('delegationKey'),
      };
      expect(verifyDelegationKeyProof(binding, v.bytes('proof'))).toBe(v.result === 'ok');
    },
    delegate(v: TestVector) {
      const patient = { secretKey: v.bytes('patientSecretKey'), nonce: v.bytes('patientNonce') };
      const pair = combineHalves(card, patient, transcriptOf(v), v.bytes('agentHalf'));
      if (v.result !== 'ok') return expect(pair).toBeUndefined();
      expect(pair).toEqual({ secretKey: v.bytes('proxySecretKey'), publicKey: v.bytes('proxyKey') });
      expect(proxyKeyOf(transcriptOf(v))).toEqual(v.bytes('proxyKey'));
    },
    'proxy-key'(v: TestVector) {
      expect(proxyKeyOf(transcriptOf(v))).toEqual(v.result === 'ok' ? v.bytes('proxyKey') : undefined);
    },
    'proxy-verify'(v: TestVector) {
      const transcript = {
        proxyKey: v.bytes('proxyKey'),
        warrantHash: v.bytes('warrantHash'),
        domain: v.text('domain'),
        statement: v.bytes('statement'),
      };
      expect(verifyProxySignature(transcript, v.bytes('signature'))).toBe(v.result === 'ok');
    },
  });
  expect(counts).toEqual({ 'prove-possession': 8, delegate: 8, 'proxy-key': 10, 'proxy-verify': 16 });
});
