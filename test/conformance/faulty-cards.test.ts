import { describe, expect, it } from 'vitest';
import { type ApplicationName, reportToLines, runConformance } from '../../conformance/index.js';
import * as faults from './faults.js';
import { CARD_SEED, type Fault, simulatedTarget } from './simulated-target.js';

type Faulty = readonly [what: string, application: ApplicationName, fault: Fault, caughtBy: string];

const { answering, flipping, receiving, sameAnswer, statusInsteadOf, sw, OK } = faults;

const FAULTY: readonly Faulty[] = [
  [
    'PIN tries that never run out',
    'patient',
    answering((r) => (r.at(-2) === 0x63 ? Uint8Array.of(0x63, 0xc3) : r)),
    'pin.wrong-pin-spends-a-try',
  ],
  [
    'one try more than declared',
    'professional',
    answering((r) => (r.at(-2) === 0x63 ? Uint8Array.of(0x63, r.at(-1)! + 1) : r)),
    'pin.empty-verify-tells-tries',
  ],
  ['a beginning of the PIN taken for it', 'patient', faults.prefixAccepted, 'pin.prefix-is-wrong'],
  [
    'tries given back by the power',
    'professional',
    faults.triesBackWithPower,
    'pin.tries-survive-power-cycle',
  ],
  ['a reset that is not noticed', 'patient', faults.deafToReset, 'pin.status-lost-on-reset'],
  ['a chain that survives a reset', 'patient', faults.deafToReset, 'chaining.lost-by-reset'],
  [
    'another status word for an unknown name',
    'patient',
    statusInsteadOf('6a82', Uint8Array.of(0x6a, 0x88)),
    'selection.unknown-name',
  ],
  [
    'personalisation in the clear',
    'patient',
    statusInsteadOf('6982', OK, 0xe2),
    'secure-channel.store-data-in-the-clear',
  ],
  [
    'a wrong checksum of personalisation taken',
    'professional',
    statusInsteadOf('6982', OK, 0xe2),
    'secure-channel.wrong-mac',
  ],
  [
    'another status word for a wrong host cryptogram',
    'patient',
    statusInsteadOf('6300', Uint8Array.of(0x69, 0x88)),
    'secure-channel.wrong-cryptogram',
  ],
  ['a wrong card cryptogram', 'professional', flipping(7, 0x50), 'secure-channel.card-authenticates'],
  [
    'a sequence counter that is not the one used',
    'patient',
    flipping(1, 0x50),
    'secure-channel.pseudo-random-challenge',
  ],
  ['a wrong R-MAC', 'patient', flipping(1, 0x47), 'secure-channel.counted-without-data'],
  [
    'a secure channel to operational cards',
    'professional',
    statusInsteadOf('6985', OK, 0x50),
    'secure-channel.closed-after-activation',
  ],
  ['every name selects', 'professional', statusInsteadOf('6a82', OK, 0xa4), 'selection.name-with-more'],
  ['a wrong name in the control information', 'patient', flipping(4, 0xa4), 'selection.fci'],
  [
    'classes of other channels taken',
    'patient',
    receiving((c) => Uint8Array.of(c[0]! & 0xfc, ...c.subarray(1))),
    'class.logical-channels',
  ],
  [
    'reserved classes taken',
    'professional',
    receiving((c) => Uint8Array.of(c[0]! & 0xdf, ...c.subarray(1))),
    'class.reserved',
  ],
  [
    'another status word for an unknown instruction',
    'patient',
    statusInsteadOf('6d00', Uint8Array.of(0x6f, 0x00)),
    'class.unknown-instruction',
  ],
  ['lengths not checked', 'patient', statusInsteadOf('6700', OK), 'apdu.lc-beyond-body'],
  [
    'data without Le',
    'patient',
    answering((r, c) => (c[1] === 0xa4 && r.at(-2) === 0x61 ? Uint8Array.of(0x6f, 0x00, ...OK) : r)),
    'apdu.case-3-answer-not-asked-for',
  ],
  [
    'one byte less announced than waits',
    'patient',
    answering((r) => (r.at(-2) === 0x61 ? Uint8Array.of(...r.subarray(0, -1), r.at(-1)! - 1) : r)),
    'response.whole',
  ],
  [
    'an answer lost by GET RESPONSE',
    'professional',
    answering((r) => r.subarray(-2), 0xc0),
    'response.in-parts',
  ],
  ['chains forgotten without a word', 'patient', faults.forgivingChains, 'chaining.interrupted'],
  ['chains taken everywhere', 'professional', faults.forgivingChains, 'chaining.not-declared'],
  [
    'READ BINARY from one byte too far',
    'professional',
    receiving((c) =>
      c[1] === 0xb0 && c[3]! < 0xff ? Uint8Array.of(c[0]!, c[1]!, c[2]!, c[3]! + 1, ...c.subarray(4)) : c,
    ),
    'file.offset-with-short-identifier',
  ],
  [
    'READ BINARY that loses its last byte',
    'patient',
    answering((r) => (r.length > 2 ? Uint8Array.of(...r.subarray(0, -3), ...r.subarray(-2)) : r), 0xb0),
    'file.at-an-offset',
  ],
  [
    'data beside an error',
    'patient',
    answering((r) => (sw(r) === '6982' ? Uint8Array.of(1, 2, 3, ...r) : r)),
    'file.not-without-pin',
  ],
  [
    'access not checked, as far as the status word tells',
    'patient',
    statusInsteadOf('6982', OK),
    'file.not-without-pin',
  ],
  [
    'records 1 and 2 of a cyclic file in each other’s place',
    'patient',
    receiving((c) =>
      c[1] === 0xb2 && (c[2] === 1 || c[2] === 2)
        ? Uint8Array.of(c[0]!, c[1]!, 3 - c[2], ...c.subarray(3))
        : c,
    ),
    'record.newest-first',
  ],
  [
    'missing records answered as empty',
    'patient',
    statusInsteadOf('6a83', OK, 0xb2),
    'record.next-to-the-end',
  ],
  ['a serial without the PIN', 'patient', statusInsteadOf('6982', OK, 0xca), 'file.data-serial-after-pin'],
  ['tries that are not counted', 'professional', sameAnswer(0xca, 0xbf), 'file.data-pin-status'],
  ['unknown data objects empty', 'professional', statusInsteadOf('6a88', OK, 0xca), 'file.data-unknown-tag'],
  [
    'a PIN that stays verified',
    'professional',
    receiving((c) => (c[1] === 0x20 && c[2] === 0xff ? Uint8Array.of(c[0]!, 0x20, 0x00, c[3]!) : c)),
    'pin.verification-reset',
  ],
  ['no warning of the end of a file', 'patient', statusInsteadOf('6282', OK, 0xb0), 'file.warned-of-the-end'],
  ['writing in the clear taken', 'patient', statusInsteadOf('6982', OK, 0xd6), 'file.update-in-the-clear'],
  [
    'appending in the clear taken',
    'patient',
    statusInsteadOf('6982', OK, 0xe2),
    'record.append-in-the-clear',
  ],
  ['the next record always the first', 'patient', faults.recordMode(2, 0), 'record.next-to-the-end'],
  ['the last record always the first', 'patient', faults.recordMode(1, 0), 'record.first-and-last'],
  ['one record instead of several', 'patient', faults.recordMode(5, 4), 'record.several'],
  [
    'a record pointer that a short identifier does not reset',
    'patient',
    receiving((c) =>
      c[1] === 0xb2 && (c[3]! & 7) === 2 ? Uint8Array.of(...c.subarray(0, 3), 2, ...c.subarray(4)) : c,
    ),
    'record.short-identifier-begins-anew',
  ],
  [
    'every certificate believed',
    'patient',
    statusInsteadOf('6984', OK, 0x2a),
    'role-certificate.of-a-stranger',
  ],
  [
    'every reference taken for that of a known key',
    'patient',
    statusInsteadOf('6a88', OK, 0x22),
    'role-certificate.unknown-key',
  ],
  [
    'a chain that may end anywhere',
    'patient',
    statusInsteadOf('6984', OK, 0x2a),
    'role-certificate.chain-too-short',
  ],
  ['the same challenge each time', 'patient', sameAnswer(0x84), 'authentication.challenges-differ'],
  ['a wrong proof of the patient card', 'patient', flipping(200, 0x82), 'authentication.doctor'],
  ['a wrong checksum in the answer', 'patient', flipping(0, 0xdb, 0x0c), 'secure-messaging.good'],
  [
    'the same protected answer each time',
    'patient',
    sameAnswer(0xdb),
    'secure-messaging.many-in-one-session',
  ],
  [
    'a refused checksum answered as success',
    'patient',
    statusInsteadOf('6988', OK),
    'secure-messaging.replayed',
  ],
  [
    'answers in the clear to protected commands',
    'patient',
    answering((r, c) => ((c[0]! & 0x0c) === 0x0c && sw(r) === '9000' ? OK : r)),
    'secure-messaging.refusal-protected',
  ],
  ['a wrong signature of the collection', 'patient', flipping(0, 0x5c), 'collection.signed'],
  ['a collection answered once more with a signature', 'patient', sameAnswer(0x5c), 'collection.not-twice'],
  ['an envelope that does not open', 'patient', flipping(0, 0xc0), 'envelope.opens'],
  ['the same envelope each time', 'patient', sameAnswer(0x2a, 0x84), 'envelope.never-the-same'],
  ['the same group signature each time', 'professional', sameAnswer(0x2a, 0x9e), 'membership.unlinkable'],
  ['a coupon spent again and again', 'professional', sameAnswer(0x2a, 0x9e), 'membership.coupon-spent-once'],
  ['coupons without end', 'professional', statusInsteadOf('6a84', OK, 0x56), 'membership.coupon-slots-bound'],
  ['a wrong count of coupons', 'professional', flipping(5, 0xca), 'membership.coupon-spent-once'],
  ['a half that is not of the key', 'professional', flipping(67, 0x54), 'membership.split-halves'],
  [
    'both halves in one session',
    'professional',
    statusInsteadOf('6985', OK, 0x54),
    'membership.split-not-in-one-session',
  ],
  ['a half given again', 'professional', statusInsteadOf('6985', OK, 0x54), 'membership.split-once'],
  [
    'an older epoch taken',
    'professional',
    statusInsteadOf('6985', OK, 0x58),
    'membership.renewal-higher-epoch',
  ],
  [
    'a torsion credential taken with a new epoch',
    'professional',
    statusInsteadOf('6a80', OK, 0x58),
    'membership.renewal-torsion',
  ],
  [
    "a member key of NHI's that is not the one in D",
    'professional',
    statusInsteadOf('6a80', OK, 0x58),
    'membership.issuer-made-other-key',
  ],
  [
    'a wrong proof of membership',
    'professional',
    answering((r, c) => {
      if (c[2] !== 0 || r.length < 100) return r;
      const x = r.slice();
      x[60]! ^= 1;
      return x;
    }, 0x58),
    'membership.request-ps-g1-bls12381',
  ],
  [
    'a bad credential taken',
    'professional',
    statusInsteadOf('6a80', OK, 0x58),
    'membership.bbs-own-issuing-key',
  ],
  ['the same proof of the role each time', 'professional', sameAnswer(0x88), 'professional.proof-is-fresh'],
  [
    'a wrong checksum for the terminal',
    'professional',
    answering((r, c) => {
      if (c[2] !== 0x7d || r.length < 10) return r;
      const x = r.slice();
      x[5]! ^= 1;
      return x;
    }, 0x2a),
    'professional.session',
  ],
  ['a commitment to another half', 'professional', sameAnswer(0x5a, 0x00), 'professional.commitments-differ'],
  ['a wrong proxy signature', 'patient', flipping(0, 0x5c), 'agent-collection.signed'],
  [
    'a collection by an agent answered once more with a signature',
    'patient',
    sameAnswer(0x5c, 0x01),
    'agent-collection.not-twice',
  ],
  ['a nonce used for two halves', 'patient', sameAnswer(0x5e, 0x01), 'delegation.agent-half'],
  ['a wrong half of the agent', 'patient', flipping(0, 0x5e), 'delegation.agent-half'],
  [
    "a wrong half of the agent's taken",
    'patient',
    statusInsteadOf('6a80', OK, 0x5e),
    'delegation.wrong-half',
  ],
  [
    'a delegation that outlives the power',
    'patient',
    statusInsteadOf('6985', OK, 0x5e),
    'delegation.power-forgets',
  ],
  [
    'an agent whom nobody certified',
    'patient',
    statusInsteadOf('6984', OK, 0x5e),
    'delegation.uncertified-agent',
  ],
  [
    'an agent slot that survives wrong tries',
    'patient',
    statusInsteadOf('6a88', Uint8Array.of(0x69, 0x83)),
    'delegation.agent-pin-exhausted',
  ],
  [
    'an agent served without a pharmacy',
    'patient',
    statusInsteadOf('6982', OK, 0x5c),
    'agent-collection.not-without-pharmacy',
  ],
  [
    'an undeclared value of P1 taken',
    'patient',
    statusInsteadOf('6a86', OK),
    'declaration.patient-collect-wrong-p1',
  ],
  [
    'malformed data taken',
    'professional',
    statusInsteadOf('6a80', OK),
    'declaration.professional-internal-authenticate-df7b-short',
  ],
];

describe('cards that are wrong in one way each', () => {
  it.each(FAULTY)('%s (%s card) is caught by name', async (_what, application, fault, caughtBy) => {
    const report = await runConformance([simulatedTarget(application, fault)], { filter: caughtBy });
    expect(report.results.map((result) => [result.case.id, result.verdict])).toEqual([[caughtBy, 'failed']]);
    expect(report.exitStatus).toBe(1);
    const text = reportToLines(report).join('\n');
    expect(text).toContain('clause');
    expect(text).toContain(`imis conformance run --target sim --filter ${caughtBy}`);
  });

  it('counts them', () => {
    console.log(`seed ${CARD_SEED}, faulty cards: ${FAULTY.length}`);
    expect(new Set(FAULTY.map(([what]) => what)).size).toBe(FAULTY.length);
    expect(FAULTY.length).toBeGreaterThanOrEqual(12);
  });
});

describe('cards that do not answer', () => {
  const filter = 'pin.right-pin-verifies,apdu.case-3-data-alone';

  it('is a verdict when a card is mute', async () => {
    const report = await runConformance([simulatedTarget('patient', faults.mute(2))], {
      filter: 'apdu.case-3-data-alone',
      answerTimeoutMs: 50,
    });
    expect(report.results).toMatchObject([{ verdict: 'failed', failure: { expected: 'an answer' } }]);
  });

  it('is a verdict when a card is pulled out', async () => {
    const report = await runConformance([simulatedTarget('patient', faults.pulledOut(3))], { filter });
    const reasons = report.results.map((r) => (r.verdict === 'failed' ? r.failure.reason : r.verdict));
    // the second case needs a personalised card and does not get that far
    expect(reasons).toEqual(['passed', 'personalisation failed: the card was taken out']);
    expect(report.exitStatus).toBe(1);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0x90)],
    ['rubbish', Uint8Array.of(1, 2, 3, 4, 5, 6, 7)],
  ])('is a verdict when a card answers %s', async (_what, rubbish) => {
    const fault = answering(() => rubbish);
    const report = await runConformance([simulatedTarget('professional', fault)], { filter: 'membership' });
    expect(report.summary.passed).toBe(0);
    expect(report.summary.failed).toBeGreaterThan(10);
    expect(report.exitStatus).toBe(1);
  });

  it('says so when there is no card', async () => {
    const target = simulatedTarget('patient');
    const report = await runConformance(
      [{ ...target, connect: () => Promise.reject(new Error('the reader is empty')) }],
      { filter },
    );
    expect(report.exitStatus).toBe(3);
    expect(report.targets).toMatchObject([{ unreachable: 'the reader is empty' }]);
    expect(reportToLines(report).join('\n')).toContain('could not be reached: the reader is empty');
  });
});
