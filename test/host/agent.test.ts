/** An agent collects (eq. 5, 18, 19): the scenario, and what NHI and pharmacy refuse of warrants and collections. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type PatientCertificate, toHex, type Warrant, type WarrantCertificate } from '../../apdu/index.js';
import {
  type AgentCollection,
  agentPhases,
  checkAgentCollection,
  type DelegationEvidence,
  type Phase,
  type Result,
  SCENARIO_PINS,
  type World,
} from '../../host/index.js';
import { agentWorld } from '../support/agent-world.js';

const SEED = 20250712;

/** Plays the phases up to and with the one named. */
async function playTo(world: World, phases: readonly Phase[], last: string): Promise<void> {
  for (const phase of phases) {
    const result = await phase.run(world);
    expect(result.ok, `${phase.name}: ${'reason' in result ? result.reason : ''}`).toBe(true);
    if (phase.name === last) return;
  }
  throw new Error(`no phase "${last}"`);
}

function codeOf(result: Result<object> | { readonly code: string } | undefined): string {
  if (result === undefined) return 'ok';
  return 'code' in result ? result.code : 'ok';
}

let world: World;
let before: PatientCertificate;
/** PCert on the patient's card, after the desk. */
let onCard: PatientCertificate;
let collection: AgentCollection;
let evidence: DelegationEvidence;

/** At the counter: the patient's card in the agent's hand. */
async function collect(): Promise<Result<{ readonly collection: AgentCollection }>> {
  const { patientCard, pharmacyCard, pharmacy } = world;
  await pharmacyCard.verifyPin(SCENARIO_PINS.pharmacy.pin);
  await patientCard.select();
  await patientCard.verifyAgentPin('slot 1', '907143');
  return pharmacy.handOverToAgent(patientCard, pharmacyCard, pharmacy.verifiedPrescriptions[0]!);
}

beforeAll(async () => {
  world = await agentWorld(SEED);
  const phases = agentPhases();
  await playTo(world, phases, 'delegate');
  const pid = (await certificateOfPatient()).body.pid;
  before = (await world.nhi.patients.certificateOf(pid))!;
  const rest = phases.slice(phases.findIndex(({ name }) => name === 'countersign the warrant'));
  await playTo(world, rest, 'verify prescription');
  onCard = await certificateOfPatient();
  const collected = await collect();
  if (!collected.ok) throw new Error(collected.reason);
  ({ collection } = collected);
  const found = await world.nhi.warrants.evidence(collection.warrant.warrant);
  if (!found.ok) throw new Error(found.reason);
  ({ evidence } = found);
});

async function certificateOfPatient(): Promise<PatientCertificate> {
  const read = await world.patientCard.readOwnCertificate();
  if (!read.ok) throw new Error(read.reason);
  return read.certificate;
}

describe('a collection by an agent', () => {
  it('verifies for anybody with public values', () => {
    expect(codeOf(checkAgentCollection(collection, evidence))).toBe('ok');
  });

  it('came with a new certificate of the patient: same pseudonym and keys, PK_AP, another serial', async () => {
    const { body } = (await world.nhi.patients.certificateOf(before.body.pid))!;
    expect(toHex(body.agentKey!)).toBe(toHex(collection.warrant.proxyKey));
    expect(toHex(body.serial)).not.toBe(toHex(before.body.serial));
    expect(body.effectiveDate).toBeGreaterThan(before.body.effectiveDate);
    for (const field of ['pid', 'signingKey', 'decryptionKey', 'delegationKey'] as const) {
      expect(toHex(body[field])).toBe(toHex(before.body[field]));
    }
    expect(codeOf(await world.nhi.patients.check(before)), 'the old one is superseded').toBe(
      'certificate-revoked',
    );
  });

  it('comes with a card whose own PCert says so, because NHI’s desk put it there', async () => {
    const { body } = onCard;
    expect(toHex(body.agentKey!)).toBe(toHex(collection.warrant.proxyKey));
    expect(before.body.agentKey).toBeUndefined();
    expect(toHex(body.serial)).not.toBe(toHex(before.body.serial));
    for (const field of ['pid', 'signingKey', 'decryptionKey', 'delegationKey'] as const) {
      expect(toHex(body[field])).toBe(toHex(before.body[field]));
    }
    expect(codeOf(await world.nhi.patients.check(onCard))).toBe('ok');
  });

  it.each<[string, string, (w: Warrant) => Warrant]>([
    ['with a later end', 'warrant-invalid', (w) => ({ ...w, notAfter: w.notAfter + 86_400 })],
    ['for another scope', 'warrant-invalid', (w) => ({ ...w, scope: new Uint8Array(32) })],
    ['for another patient', 'warrant-invalid', (w) => ({ ...w, pid: w.agentPid })],
    [
      'with the roles swapped',
      'warrant-invalid',
      (w) => ({
        ...w,
        pid: w.agentPid,
        agentPid: w.pid,
        delegationKey: w.agentDelegationKey,
        agentDelegationKey: w.delegationKey,
      }),
    ],
  ])('is refused under the warrant %s', (_what, code, change) => {
    const warrant: WarrantCertificate = {
      ...collection.warrant,
      warrant: change(collection.warrant.warrant),
    };
    expect(codeOf(checkAgentCollection({ ...collection, warrant }, evidence))).toBe(code);
  });

  it('is refused with other people, at another time, after revocation, and for anything else', () => {
    const { patientCertificate, agentCertificate } = evidence;
    const verdict = (changes: Partial<DelegationEvidence>) =>
      codeOf(checkAgentCollection(collection, { ...evidence, ...changes }));
    expect(verdict({ agentCertificate: patientCertificate })).toBe('warrant-mismatch');
    expect(verdict({ patientCertificate: agentCertificate })).toBe('warrant-invalid');
    expect(verdict({ time: collection.warrant.warrant.notAfter + 1 })).toBe('warrant-out-of-term');
    expect(verdict({ revoked: true })).toBe('warrant-revoked');
    expect(verdict({ issuerKey: patientCertificate.body.signingKey })).toBe('certificate-invalid');
    const of = (changes: Partial<AgentCollection['statement']>) =>
      codeOf(
        checkAgentCollection({ ...collection, statement: { ...collection.statement, ...changes } }, evidence),
      );
    expect(of({ pharmacyId: 'PH-OTHER' })).toBe('proxy-signature-invalid');
    expect(of({ prescriptionId: new Uint8Array(16) })).toBe('proxy-signature-invalid');
    expect(of({ pid: agentCertificate.body.pid })).toBe('patient-mismatch');
    expect(of({ time: 1 })).toBe('warrant-out-of-term');
    const swapped = { ...collection.warrant, proxyKey: agentCertificate.body.delegationKey };
    expect(codeOf(checkAgentCollection({ ...collection, warrant: swapped }, evidence))).toBe(
      'warrant-invalid',
    );
  });

  it('happens once: neither agent nor patient gets the medicine again', async () => {
    expect(codeOf(await collect())).toBe('prescription-spent');
    const { patientCard, pharmacyCard, pharmacy } = world;
    await patientCard.select();
    await patientCard.verifyPin(SCENARIO_PINS.patient.pin);
    const again = await pharmacy.handOver(patientCard, pharmacyCard, pharmacy.verifiedPrescriptions[0]!);
    expect(codeOf(again)).toBe('prescription-spent');
  });
});

describe('NHI', () => {
  const request = () => {
    const { pid, agentPid, notBefore, notAfter } = collection.warrant.warrant;
    return { pid, agentPid, notBefore, notAfter };
  };

  it('confirms nobody as their own agent, nobody unknown, and no empty term', async () => {
    const { warrants } = world.nhi;
    const asked = request();
    expect(codeOf(await warrants.confirmAgent({ ...asked, agentPid: asked.pid }))).toBe('agent-is-patient');
    expect(codeOf(await warrants.confirmAgent({ ...asked, agentPid: new Uint8Array(16) }))).toBe(
      'certificate-revoked',
    );
    expect(codeOf(await warrants.confirmAgent({ ...asked, notAfter: asked.notBefore }))).toBe('term-invalid');
    expect(codeOf(await warrants.confirmAgent(asked))).toBe('ok');
  });

  it('countersigns what it confirmed and what both cards made, once', async () => {
    const { warrants } = world.nhi;
    const { signature, ...signed } = collection.warrant;
    const again = await warrants.countersign(signed);
    expect(again.ok && toHex(again.certificate.signature)).toBe(toHex(signature));
    const extended = { ...signed, warrant: { ...signed.warrant, notAfter: signed.warrant.notAfter + 1 } };
    expect(codeOf(await warrants.countersign(extended))).toBe('agent-unconfirmed');
    const unknown = { ...signed, warrant: { ...signed.warrant, serial: new Uint8Array(8) } };
    expect(codeOf(await warrants.countersign(unknown))).toBe('agent-unconfirmed');
    const fresh = await warrants.confirmAgent(request());
    if (!fresh.ok) throw new Error(fresh.reason);
    const renamed = { ...signed, warrant: { ...signed.warrant, serial: fresh.serial } };
    expect(codeOf(await warrants.countersign(renamed)), 'the patient did not sign that').toBe(
      'warrant-invalid',
    );
  });

  it('revokes: the card is not asked any more, and the patient’s certificate names no agent', async () => {
    const { warrants, patients } = world.nhi;
    const revoked = await warrants.revoke(collection.warrant.warrant.serial);
    expect(revoked.ok && revoked.patientCertificate.body.agentKey).toBeUndefined();
    expect(codeOf(await collect())).toBe('warrant-revoked');
    expect((await patients.certificateOf(before.body.pid))!.body.agentKey).toBeUndefined();
    expect(codeOf(await warrants.revoke(new Uint8Array(8)))).toBe('warrant-unknown');
    const { signature: _, ...signed } = collection.warrant;
    expect(codeOf(await warrants.countersign(signed))).toBe('warrant-revoked');
  });
});
