/** Software that knows nothing of this project, unmodified and without configuration, at a card of ours in pcscd. */

import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { toHex } from '../../apdu/index.js';
import { PATIENT_CARD } from '../../applet/index.js';
import { readerConf, readerName, serveVisitedCard } from './gempc-readers.js';
import {
  PCSC_REQUIRED,
  type PcscdRun,
  type PcscdRunOptions,
  REPOSITORY,
  runBesidePcscd,
  scriptCommand,
  whyNoPcscd,
} from './private-pcscd.js';

const SCRIPT = 'test/reader-drivers/middleware-scenarios.ts';
const CLIENTS = ['opensc-tool', 'pkcs11-tool', 'pcsc_scan', 'yubico-piv-tool', 'gpgconf', 'openssl', 'socat'];
const PYTHON = '/usr/bin/python3';
/** Long enough for a busy machine; nothing here is timed. */
const TIMEOUT = 240_000;

/** What a public reader shows of a card that names nobody. */
const PSEUDONYMOUS = /^bytes: 57\nnumber: \d{12}\nname: -\nid: -\nbirth: 0000000\nsex: -\nissued: \d{7}\n$/;

type Ran = { readonly status: number; readonly out: string };
type Pkcs11 = Readonly<Record<'objects' | 'certificate' | 'signed', Ran>> & {
  readonly text: string;
  readonly verified: string;
};
type Ending = { readonly status: number; readonly stdout: string };

const done = async (command: readonly string[], options: PcscdRunOptions = {}): Promise<PcscdRun> => {
  const run = await runBesidePcscd(command, { timeoutMs: TIMEOUT, ...options });
  if (run.status !== 0) throw new Error(`status ${run.status}\n${run.stdout}${run.stderr}${run.pcscdLog}`);
  expect(run.leftProcesses).toEqual([]);
  expect(run.leftSockets).toEqual([]);
  return run;
};
const play = async <T>(name: string): Promise<T> =>
  JSON.parse((await done(scriptCommand(SCRIPT, name))).stdout) as T;

beforeAll(() => {
  const fault = inject('programFault');
  if (fault) throw new Error(fault);
});

const certificateLines = (text: string) => {
  expect(text).toMatch(/Issuer: O = IMIS hospital, CN = Hospital log-in CA/);
  expect(text).toMatch(/Subject: O = IMIS hospital, CN = Log-in [0-9a-f]{8}$/m);
  expect(text).toMatch(/NIST CURVE: P-256/);
  expect(text).toMatch(/TLS Web Client Authentication, Microsoft Smartcard Login/);
};

const signedOverPkcs11 = ({ objects, certificate, text, signed, verified }: Pkcs11) => {
  expect([objects.status, certificate.status, signed.status]).toEqual([0, 0, 0]);
  expect(objects.out).toMatch(/^Private Key Object; EC$/m);
  expect(objects.out).toMatch(/Access: +sensitive, always sensitive, never extractable, local/);
  expect(objects.out).toMatch(/^Certificate Object; type = X\.509 cert$/m);
  certificateLines(text);
  expect(signed.out).toMatch(/Using signature algorithm ECDSA-SHA256/);
  expect(verified).toBe('Verified OK');
};

/** The clients beyond pcscd, or why they can not be used here. */
function whyNoMiddleware(): string | undefined {
  const reason = whyNoPcscd(...CLIENTS);
  if (reason !== undefined) return reason;
  if (spawnSync(PYTHON, ['-c', 'import smartcard']).status === 0) return undefined;
  const missing = `${PYTHON} has no pyscard`;
  if (PCSC_REQUIRED) throw new Error(`required here (CI or IMIS_REQUIRE_PCSC is set), but ${missing}`);
  console.log(`skipped: ${missing}`);
  return missing;
}

describe.skipIf(whyNoMiddleware() !== undefined)('unmodified middleware', () => {
  it('uses the professional card as it is given out', { timeout: TIMEOUT }, async () => {
    const outputs = await play<Record<string, never>>('professional');
    const { scan, atr, name, dump, pkcs11, wrongPin, yubico, scdaemon, ending } = outputs as unknown as {
      scan: string;
      pkcs11: Pkcs11;
      yubico: Readonly<Record<'status' | 'verified' | 'wrong' | 'read' | 'signature', Ran>> & {
        text: string;
      };
      scdaemon: {
        status: readonly string[];
        ends: readonly string[];
        point: string;
        certificatePoint: string;
        verified: string;
      };
      ending: Ending;
    } & Record<'atr' | 'name' | 'dump' | 'wrongPin', Ran>;
    const expected = toHex(PATIENT_CARD.atr);

    expect(scan).toMatch(/Reader 0: Virtual PCD 00 00[\s\S]*Card inserted/);
    expect(scan.replaceAll(' ', '').toLowerCase()).toContain(`atr:${expected}`);
    expect(atr.out.replaceAll(':', '')).toContain(expected);
    expect(name.out).toMatch(/^Personal Identity Verification Card$/m);

    expect(dump.status).toBe(0);
    expect(dump.out).toMatch(/^PKCS#15 Card \[Log-in [0-9a-f]{8}\]:$/m);
    expect(dump.out).toMatch(/^Private EC Key \[PIV AUTH key\]$/m);
    expect(dump.out).toMatch(/^X\.509 Certificate \[Certificate for PIV Authentication\]$/m);
    signedOverPkcs11(pkcs11);
    expect(wrongPin.out).toMatch(/CKR_PIN_INCORRECT/);

    expect(yubico.status.out).toMatch(/^CHUID:\t3019d4e7[0-9a-f]+fe00$/m);
    expect(yubico.status.out).toMatch(
      /Slot 9a:\s+Algorithm:\tECCP256\s+Subject DN:\tO=IMIS hospital, CN=Log-in /,
    );
    expect(yubico.status.out).toMatch(/^PIN tries left:\t[123]$/m);
    expect(yubico.verified).toEqual({ status: 0, out: 'Successfully verified PIN.\n' });
    expect(yubico.wrong.out).toMatch(/^Pin verification failed, 2 tries left/);
    expect(yubico.read.status).toBe(0);
    certificateLines(yubico.text);
    expect(yubico.signature.out).toMatch(/^Successful ECDSA verification\.$/m);

    expect(scdaemon.status.join('\n')).toMatch(/^APPTYPE p15$/m);
    expect(scdaemon.status.join('\n')).toMatch(/^KEYPAIRINFO [0-9A-F]{40} P15\.01 sca \d+ nistp256$/m);
    expect(scdaemon.ends).toEqual(['OK', 'OK', 'OK']);
    expect(scdaemon.point).toBe(scdaemon.certificatePoint);
    expect(scdaemon.verified).toBe('Verified OK');
    expect(ending).toMatchObject({ status: 0, stdout: '' });
  });

  it('uses a patient card that was opened to it', { timeout: TIMEOUT }, async () => {
    const { readOut, pkcs11, files, ending } = await play<{
      readOut: Ran;
      pkcs11: Pkcs11;
      files: Readonly<Record<'dump' | 'certificate' | 'applications', Ran>>;
      ending: Ending;
    }>('patient');
    expect(readOut.out).toMatch(PSEUDONYMOUS);
    signedOverPkcs11(pkcs11);
    expect(files.dump.out).toMatch(/^PKCS#15 Card \[Hospital log-in\]:$/m);
    expect(files.dump.out).toMatch(/Flags +: Read-only, Login required/);
    expect(files.dump.out).toMatch(
      /PIN \[log-in PIN\][\s\S]*min_len:6, max_len:8, stored_len:8[\s\S]*Reference +: 128/,
    );
    expect(files.dump.out).toMatch(
      /Private EC Key \[log-in key\][\s\S]*FieldLength +: 256[\s\S]*Path +: 3f0050154b01/,
    );
    expect(files.dump.out).toMatch(/X\.509 Certificate \[log-in certificate\][\s\S]*Path +: 3f0050154331/);
    expect(files.certificate.out).toMatch(/^-----BEGIN CERTIFICATE-----/);
    for (const aid of ['F0494D495301', 'A000000063504B43532D3135', 'A000000308000010000100'])
      expect(files.applications.out).toContain(`AID: ${aid}`);
    expect(ending).toMatchObject({ status: 0, stdout: '' });
  });

  it('reads a card over T=0 with 61xx and GET RESPONSE', { timeout: TIMEOUT }, async () => {
    const options = {
      before: serveVisitedCard('--protocol', 't0', '--interoperability'),
      readerConf: readerConf(1),
    };
    const script = `${REPOSITORY}/examples/read-out.py`;
    const { stdout } = await done([PYTHON, script, readerName(0)], options);
    expect(stdout).toMatch(PSEUDONYMOUS);
  });
});
