/**
 * The opening service: who signed. By the signature's hint, or, where the hint lies, by a scan of the
 * whole register. It needs neither x nor y.
 */

import { createHmac } from 'node:crypto';
import { equalBytes, HINT_BYTES, splitPsSignature } from '../../../../apdu/index.js';
import {
  type GroupOpener,
  logged,
  type OpenableMember,
  type OpeningNonce,
  type OpeningPorts,
  type OpeningResult,
  type OpeningToProve,
} from '../group-opener.js';
import type { SignedStatement } from '../group-verifier.js';
import { provePsOpening } from './opening-proof.js';
import { SignerTest } from './signer-test.js';
import type { PsVerifier } from './verifier.js';

/** Opens signatures of one epoch. */
export class PsOpener implements GroupOpener {
  constructor(
    private readonly verifier: PsVerifier,
    private readonly ports: OpeningPorts,
  ) {}

  open(signed: SignedStatement): OpeningResult {
    return logged(this.verifier, this.ports.log, signed, () => this.find(signed));
  }

  prove(opening: OpeningToProve, nonce: OpeningNonce): Uint8Array | undefined {
    for (const known of this.ports.register.members()) {
      if (!equalBytes(known.membershipKey, opening.member.membershipKey)) continue;
      const { doctorId, membershipKey } = opening.member;
      const member = { doctorId, membershipKey, openingKey: known.openingKey };
      return provePsOpening(this.verifier, { ...opening, member }, nonce);
    }
    return undefined;
  }

  private find(signed: SignedStatement): OpeningResult {
    const checked = this.verifier.check(signed);
    if (!checked.ok) return checked;
    if (!this.verifier.equationHolds(checked.points)) return { ok: false, reason: 'equation' };
    const { s1, hint } = splitPsSignature(this.verifier.suite, signed.signature)!;
    const signer = new SignerTest(this.verifier, checked.points);
    const hinted = new Set<OpenableMember>();
    for (const member of this.ports.register.members()) {
      if (!equalBytes(hintOf(member, s1), hint)) continue;
      if (signer.is(member)) return { ok: true, member, foundBy: 'hint' };
      hinted.add(member);
    }
    for (const member of this.ports.register.members()) {
      if (!hinted.has(member) && signer.is(member)) return { ok: true, member, foundBy: 'scan' };
    }
    return { ok: false, reason: 'unknown-signer' };
  }
}

function hintOf({ hintKey }: OpenableMember, s1: Uint8Array): Uint8Array {
  return createHmac('sha256', hintKey).update(s1).digest().subarray(0, HINT_BYTES);
}
