/**
 * What runs beside a private pcscd: `node --import tsx middleware-scenarios.ts NAME`. A card in the virtual reader,
 * served by `imis card serve` as a user starts it, and programs of others, as they are, that use it. What they print
 * goes to the test as it is; signatures are checked by openssl.
 */

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../apdu/index.js';
import { SCENARIO_LOG_IN_PINS } from '../../host/index.js';
import { VPCD_DEFAULT_PORT } from '../../reader-drivers/index.js';
import { REPOSITORY } from './private-pcscd.js';
import { Scdaemon } from './scdaemon-client.js';
import { ServedCard } from './simulated-card-process.js';

const SLOT = ['--vpcd', `127.0.0.1:${VPCD_DEFAULT_PORT}`] as const;
const READER = 'Virtual PCD 00 00';
const TIMEOUT_MS = 60_000;
const MESSAGE = 'what the log-in server sent';

type Ran = { readonly status: number | null; readonly out: string };

/** Runs a program to its end; what it prints on both outputs in one text. */
function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const options = { timeout: TIMEOUT_MS, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, out: stdout + stderr }),
    );
  });
}

/** Runs a program that never ends until it has printed what is looked for. */
function runUntil(program: string, args: readonly string[], wanted: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, args);
    let out = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (wanted.test(out)) child.kill('SIGKILL');
    });
    child.once('close', () => {
      clearTimeout(timer);
      resolve(out);
    });
  });
}

/** A folder that goes when `work` is done. */
async function inFolder<T>(work: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'imis-middleware-'));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The certificate as openssl reads it, and its public key for openssl to verify with. */
async function opened(certificate: string, publicKey: string): Promise<string> {
  await run('openssl', ['x509', '-in', certificate, '-noout', '-pubkey', '-out', publicKey]);
  return (await run('openssl', ['x509', '-in', certificate, '-noout', '-text'])).out;
}

async function verifies(publicKey: string, signature: string, message: string): Promise<string> {
  const args = ['dgst', '-sha256', '-verify', publicKey, '-signature', signature, message];
  return (await run('openssl', args)).out.trim();
}

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  /** The professional card as it is given out: OpenSC, yubico-piv-tool and GnuPG find the log-in key by themselves. */
  async professional() {
    const { pin } = SCENARIO_LOG_IN_PINS.doctor;
    const card = await ServedCard.program(...SLOT, '--card', 'professional').inserted();
    const outputs = await inFolder(async (path) => ({
      scan: await runUntil('pcsc_scan', ['-n'], /ATR: (?:[0-9A-F]{2} ){12}/),
      atr: await run('opensc-tool', ['-a']),
      name: await run('opensc-tool', ['-n']),
      dump: await run('pkcs15-tool', ['--dump']),
      pkcs11: await signWithPkcs11(path, pin),
      wrongPin: await run('pkcs11-tool', ['--login', '--pin', '000000', '--list-objects']),
      yubico: await useYubicoTool(path, pin),
      scdaemon: await useScdaemon(path, pin),
    }));
    return { ...outputs, ending: await card.stop() };
  },

  /** A patient card that was opened to other software. */
  async patient() {
    const { pin } = SCENARIO_LOG_IN_PINS.patient;
    const card = await ServedCard.program(...SLOT, '--card', 'patient', '--interoperability').inserted();
    const outputs = await inFolder(async (path) => ({
      readOut: await run('/usr/bin/python3', [join(REPOSITORY, 'examples', 'read-out.py'), READER]),
      pkcs11: await signWithPkcs11(path, pin),
      files: await readPkcs15(path),
    }));
    return { ...outputs, ending: await card.stop() };
  },
};

type Path = (name: string) => string;

async function signWithPkcs11(path: Path, pin: string) {
  writeFileSync(path('message'), MESSAGE);
  const login = ['--login', '--pin', pin];
  const objects = await run('pkcs11-tool', [...login, '--list-objects']);
  const certificate = await run('pkcs15-tool', ['--read-certificate', '01', '--output', path('certificate')]);
  const text = await opened(path('certificate'), path('key'));
  const files = ['--input-file', path('message'), '--output-file', path('signature')];
  const mechanism = ['--mechanism', 'ECDSA-SHA256', '--signature-format', 'openssl'];
  const signed = await run('pkcs11-tool', [...login, '--sign', '--id', '01', ...mechanism, ...files]);
  const verified = await verifies(path('key'), path('signature'), path('message'));
  return { objects, certificate, text, signed, verified };
}

async function useYubicoTool(path: Path, pin: string) {
  const tool = (...args: string[]) => run('yubico-piv-tool', ['-r', READER, ...args]);
  const read = await tool('-a', 'read-certificate', '-s', '9a', '-o', path('piv-certificate'));
  const test = ['-a', 'test-signature', '-s', '9a', '-i', path('piv-certificate')];
  return {
    status: await tool('-a', 'status'),
    verified: await tool('-a', 'verify-pin', '-P', pin),
    wrong: await tool('-a', 'verify-pin', '-P', '999999'),
    read,
    text: await opened(path('piv-certificate'), path('piv-key')),
    signature: await tool('-a', 'verify-pin', '-P', pin, ...test),
  };
}

async function useScdaemon(path: Path, pin: string) {
  const scdaemon = new Scdaemon(pin);
  await scdaemon.greeting();
  const learned = await scdaemon.send('LEARN --force');
  const key = /KEYPAIRINFO [0-9A-F]{40} (\S+)/.exec(learned.status.join('\n'))?.[1] ?? 'none';
  const readKey = await scdaemon.send(`READKEY ${key}`);
  const hash = createHash('sha256').update(MESSAGE).digest();
  await scdaemon.send(`SETDATA ${hash.toString('hex')}`);
  const signed = await scdaemon.send(`PKSIGN --hash=sha256 ${key}`);
  await scdaemon.close();
  const point = toHex(readKey.data).match(/04[0-9a-f]{128}/)?.[0] ?? '';
  await run('openssl', ['pkey', '-pubin', '-in', path('key'), '-outform', 'DER', '-out', path('spki')]);
  const certificatePoint = toHex(readFileSync(path('spki'))).slice(-130);
  writeFileSync(path('scd-signature'), signed.data);
  return {
    status: learned.status,
    ends: [learned.end, readKey.end, signed.end],
    point,
    certificatePoint,
    signatureBytes: signed.data.length,
    signature: toHex(signed.data),
    verified: await verifies(path('key'), path('scd-signature'), path('message')),
  };
}

/** The PKCS#15 files by OpenSC's own driver for them, which a configuration has to switch on. */
async function readPkcs15(path: Path) {
  writeFileSync(
    path('opensc.conf'),
    'app default {\n  card_drivers = "default";\n  enable_default_driver = true;\n}\n',
  );
  const env = { OPENSC_CONF: path('opensc.conf') };
  return {
    dump: await run('pkcs15-tool', ['--dump'], env),
    certificate: await run('pkcs15-tool', ['--read-certificate', '01'], env),
    applications: await run('pkcs15-tool', ['--list-applications'], env),
  };
}

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (scenario === undefined)
  throw new Error(`no scenario "${name}"; there are: ${Object.keys(scenarios).join(', ')}`);
console.log(JSON.stringify(await scenario()));
