import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuthorityCertificate,
  CERTIFICATE_PROFILE,
  decodeChainCertificate,
  decodePatientCertificate,
  decodeRoleCertificate,
  encodeAuthorityCertificate,
  encodePatientCertificate,
  encodeRoleCertificate,
  PATIENT_APPLICATION,
  type PatientCertificate,
  PROFESSIONAL_APPLICATION,
  ROLE,
  type RoleCertificate,
  TlvError,
  toHex,
} from '../../apdu/index.js';
import { seedProperties } from './seed.js';

seedProperties();

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const time = fc.nat(0xffffffff);
const key = bytes(33);

const patient: fc.Arbitrary<PatientCertificate> = fc.record({
  body: fc.record(
    {
      profile: fc.nat(255),
      issuerReference: bytes(8),
      serial: bytes(8),
      pid: bytes(16),
      paidUntil: time,
      signingKey: key,
      decryptionKey: key,
      delegationKey: key,
      agentKey: key,
      effectiveDate: time,
      expirationDate: time,
    },
    {
      requiredKeys: [
        'profile',
        'issuerReference',
        'serial',
        'pid',
        'paidUntil',
        'signingKey',
        'decryptionKey',
        'delegationKey',
        'effectiveDate',
        'expirationDate',
      ],
    },
  ),
  signature: bytes(64),
});

const role: fc.Arbitrary<RoleCertificate> = fc.record({
  body: fc.record({
    profile: fc.nat(255),
    issuerReference: bytes(8),
    role: fc.constantFrom(...Object.values(ROLE)),
    publicPoint: key,
    effectiveDate: time,
    expirationDate: time,
  }),
  signature: bytes(64),
});

const authority: fc.Arbitrary<AuthorityCertificate> = fc.record({
  body: fc.record({
    profile: fc.nat(255),
    issuerReference: bytes(8),
    publicPoint: key,
    holderReference: bytes(8),
    effectiveDate: time,
    expirationDate: time,
  }),
  signature: bytes(64),
});

describe('certificates of the chain that proves a role', () => {
  it('tell by their profile which kind they are', () => {
    fc.assert(
      fc.property(authority, role, (ca, leaf) => {
        const certified = { ...ca, body: { ...ca.body, profile: CERTIFICATE_PROFILE.authority } };
        const encoded = encodeAuthorityCertificate(certified);
        expect(decodeChainCertificate(encoded)).toEqual({ kind: 'authority', ...certified });
        expect(encoded.length).toBeLessThanOrEqual(PATIENT_APPLICATION.files.authorityCertificate.size);
        const given = { ...leaf, body: { ...leaf.body, profile: CERTIFICATE_PROFILE.role } };
        expect(decodeChainCertificate(encodeRoleCertificate(given))).toEqual({ kind: 'role', ...given });
      }),
    );
  });

  it('are none with the profile of another kind', () => {
    fc.assert(
      fc.property(authority, role, patient, (ca, leaf, holder) => {
        fc.pre(ca.body.profile !== CERTIFICATE_PROFILE.authority);
        fc.pre(leaf.body.profile !== CERTIFICATE_PROFILE.role);
        for (const encoded of [
          encodeAuthorityCertificate(ca),
          encodeRoleCertificate(leaf),
          encodePatientCertificate(holder),
        ]) {
          expect(() => decodeChainCertificate(encoded)).toThrow(TlvError);
        }
      }),
    );
  });
});

describe('card-verifiable certificates', () => {
  it('give back what they encoded and fit where cards keep them', () => {
    fc.assert(
      fc.property(patient, (certificate) => {
        const encoded = encodePatientCertificate(certificate);
        expect(decodePatientCertificate(encoded)).toEqual(certificate);
        expect(encoded.length).toBeLessThanOrEqual(PATIENT_APPLICATION.files.certificate.size);
      }),
    );
    fc.assert(
      fc.property(role, (certificate) => {
        const encoded = encodeRoleCertificate(certificate);
        expect(decodeRoleCertificate(encoded)).toEqual(certificate);
        expect(encoded.length).toBeLessThanOrEqual(PROFESSIONAL_APPLICATION.files.roleCertificate.size);
      }),
    );
  });

  it('are not taken for one another', () => {
    fc.assert(
      fc.property(patient, role, (one, other) => {
        expect(() => decodeRoleCertificate(encodePatientCertificate(one))).toThrow(TlvError);
        expect(() => decodePatientCertificate(encodeRoleCertificate(other))).toThrow(TlvError);
      }),
    );
  });

  it('with a byte changed, cut or added are refused or another certificate', () => {
    fc.assert(
      fc.property(role, fc.nat(), fc.integer({ min: 1, max: 255 }), (certificate, at, change) => {
        const encoded = encodeRoleCertificate(certificate);
        const index = at % encoded.length;
        const changed = encoded.with(index, encoded[index]! ^ change);
        for (const bad of [
          encoded.subarray(0, index),
          new Uint8Array([...encoded, change]),
          encoded.subarray(4),
        ]) {
          expect(() => decodeRoleCertificate(bad)).toThrow(TlvError);
        }
        try {
          expect(toHex(encodeRoleCertificate(decodeRoleCertificate(changed)))).toBe(toHex(changed));
        } catch (error) {
          expect(error).toBeInstanceOf(TlvError);
        }
      }),
    );
  });
});
