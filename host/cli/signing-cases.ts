/** Bench cases: the on-card signing operations, as whole commands to cards that went through a visit. */

import {
  type CommandSpec,
  encodeCommandApdu,
  encodeRequest,
  encodeTemplate,
  PATIENT_APPLICATION,
  PROFESSIONAL_APPLICATION,
  parseResponseApdu,
  SW,
} from '../../apdu/index.js';
import type { Card, CommandFigures } from '../../applet/index.js';
import { type BenchCase, type CardProfile, commandCost, type Platform } from '../../perf/index.js';
import { CapturedCommand } from './captured-command.js';
import { DEFAULT_INPUT, visitInputFrom } from './commands/visit.js';
import { codeOf, meteredApplet } from './profiling/profiled-run.js';
import { mergeFigures, Recorder } from './visit/recorder.js';
import { runVisit, type VisitRun } from './visit/run-visit.js';

const SEED = 1;
const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

/** Eq. 6 (ECDSA, then HPKE), eq. 17 (ECDSA) and 18 (proxy) on a patient's card; the group signatures of eq. 7, 9 and 10 on the doctor's. */
export async function signingCases(
  profile: CardProfile,
  platform: Platform = 'javacard',
): Promise<readonly BenchCase[]> {
  const input = await visitInputFrom(DEFAULT_INPUT);
  const visit = { input, scenario: 'outpatient', profile, seed: SEED };
  const cards = await runVisit(visit, new Recorder());
  // Twins with counters in their code: what they count is what the plain ones are predicted from.
  const metered = await meteredApplet();
  const twins = await runVisit({ ...visit, applet: metered.applet }, new Recorder());
  const priced = (counted: readonly Counted[]): number | null => {
    const figures = mergeFigures(counted.map((each) => each.figures));
    const code = codeOf(
      counted.map(({ tree }) => tree),
      metered.functions,
    );
    return commandCost(profile, figures, code, { platform }).total.ms;
  };
  const predicted = (twin: Card, apdus: readonly Uint8Array[]) => priced(countedOn(twin, apdus, metered));
  const { algorithms: holder, commands: patient } = PATIENT_APPLICATION;
  const { algorithms: doctor, commands: professional } = PROFESSIONAL_APPLICATION;
  const once = { input, profile, seed: SEED };
  const hospitalId = input.hospital.id;
  const pharmacyId = input.pharmacy.id;
  const time = input.visit.startedAt;
  const pid = bytes(16, 1);

  const groupCase = (id: keyof typeof doctor, name: string, fields: Uint8Array): BenchCase => {
    const algorithm = { algorithm: Uint8Array.of(doctor[id].reference) };
    return cardCase(name, cards.doctor, (apdus) => predicted(twins.doctor, apdus), [
      encodeRequest(professional.manageSecurityEnvironment, { p2: 'digital signature', data: algorithm }),
      encodeRequest(professional.computeSignature, { data: fields }),
    ]);
  };

  return [
    cardCase(
      'eq. 6: ECDSA P-256, then HPKE to NHI',
      cards.patient,
      (apdus) => predicted(twins.patient, apdus),
      [
        encodeRequest(patient.manageSecurityEnvironment, {
          p2: 'confidentiality',
          data: { algorithm: Uint8Array.of(holder.visitRequest.reference) },
        }),
        encodeRequest(patient.encipher, {
          data: encodeTemplate(holder.visitRequest.input, {
            challenge: bytes(16, 2),
            hospitalId,
            purpose: 1,
            time,
          }),
        }),
      ],
    ),
    groupCase(
      'visitConfirmation',
      'eq. 7: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.visitConfirmation.input, {
        envelopeHash: bytes(32, 3),
        challenge: bytes(16, 2),
        hospitalId,
        replyKey: bytes(33, 2),
      }),
    ),
    groupCase(
      'newRecord',
      'eq. 9: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.newRecord.input, {
        messageId: bytes(16, 4),
        recordHash: bytes(32, 5),
        pid,
        visitId: bytes(16, 6),
        hospitalId,
        time,
      }),
    ),
    groupCase(
      'prescription',
      'eq. 10: PS-G1 group signature, BLS12-381',
      encodeTemplate(doctor.prescription.input, {
        messageId: bytes(16, 4),
        prescriptionHash: bytes(32, 5),
        prescriptionId: bytes(16, 7),
        pid,
        pharmacyId,
        day: time,
        expiry: time,
        repeats: 0,
      }),
    ),
    await oneTimeCase(
      'eq. 17: ECDSA signature of a collection',
      { scenario: 'outpatient', command: patient.collect },
      once,
      metered,
      priced,
    ),
    await oneTimeCase(
      'eq. 18: proxy signature of a collection',
      { scenario: 'agent', command: patient.collectAsAgent },
      once,
      metered,
      priced,
    ),
  ];
}

/**
 * A command of a scenario on the patient's card that does its work once: every run goes back to the card as it was
 * before, which takes a few microseconds of its own.
 */
async function oneTimeCase(
  name: string,
  { scenario, command }: { readonly scenario: string; readonly command: CommandSpec },
  visit: Omit<VisitRun, 'scenario'>,
  metered: MeteredApplet,
  priced: (counted: readonly Counted[]) => number | null,
): Promise<BenchCase> {
  const captureIn = async (run: VisitRun): Promise<CapturedCommand> => {
    const captured = new CapturedCommand('patient', command);
    await runVisit(run, new Recorder(captured));
    return captured;
  };
  const captured = await captureIn({ ...visit, scenario });
  const twin = await captureIn({ ...visit, scenario, applet: metered.applet });
  const run = (): void => {
    const card = captured.cardBefore();
    for (const apdu of captured.apdus) expectDone(name, card.process(apdu));
  };
  run();
  const card = twin.cardBefore();
  return { name, run, predictedCardMs: priced(countedOn(card, twin.apdus, metered)) };
}

/** A case that sends the commands in order; each must succeed, or the bench would time refusals. */
function cardCase(
  name: string,
  card: Card,
  predict: (apdus: readonly Uint8Array[]) => number | null,
  requests: readonly Parameters<typeof encodeCommandApdu>[0][],
): BenchCase {
  const apdus = requests.map((request) => encodeCommandApdu(request));
  const run = (): void => {
    for (const apdu of apdus) expectDone(name, card.process(apdu));
  };
  run();
  return { name, run, predictedCardMs: predict(apdus) };
}

function expectDone(name: string, response: Uint8Array): void {
  const sw = parseResponseApdu(response)?.sw ?? 0;
  const done = sw === SW.ok.sw || (sw & SW.bytesAvailable.mask) === SW.bytesAvailable.sw;
  if (!done) throw new Error(`${name}: the card answered ${sw.toString(16)}`);
}

type MeteredApplet = Awaited<ReturnType<typeof meteredApplet>>;
type Counted = { readonly figures: CommandFigures; readonly tree: ReturnType<MeteredApplet['take']> };

/** What a card with counters in its code counts for each of the APDUs. */
function countedOn(card: Card, apdus: readonly Uint8Array[], metered: MeteredApplet): readonly Counted[] {
  return apdus.map((apdu) => {
    metered.take();
    card.process(apdu);
    return { figures: card.figures, tree: metered.take() };
  });
}
