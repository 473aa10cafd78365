/** Defects of a card: one of the classes, handlers or ports that it is built of is another than it should be. */

import type { DefectDescription, DefectTitle, SpecificationDefect } from '../../apdu/defects/index.js';
import type {
  PATIENT_APPLICATION,
  PIV_APPLICATION,
  PKCS15_APPLICATION,
  PROFESSIONAL_APPLICATION,
  READ_OUT_APPLICATION,
} from '../../apdu/index.js';
import type { CardKind } from '../os/card.js';
import type { Application, CardOs, Handler } from '../os/card-os.js';
import type { CardParts } from '../os/card-parts.js';
import type { HandlersOf } from '../os/handlers.js';
import type { CryptoEngine } from '../runtime/crypto-engine.js';

/** What a card is built from; the memories' limits are no part of it. */
export type CardBuild = {
  readonly kind: CardKind;
  readonly parts: CardParts;
  readonly engine: CryptoEngine;
  readonly random: (length: number) => Uint8Array;
};

export type CardDefect = DefectDescription & {
  /** The build of such a card from that of a good one. */
  readonly build: (good: CardBuild) => CardBuild;
};

/** One class is replaced, mostly by one that extends it. */
export function inPart<Name extends keyof CardParts>(
  title: DefectTitle,
  name: Name,
  make: (good: CardParts[Name]) => CardParts[Name],
): CardDefect {
  return {
    ...title,
    seam: `class ${name}`,
    build: (good) => ({ ...good, parts: { ...good.parts, [name]: make(good.parts[name]) } }),
  };
}

type PatientHandlers = HandlersOf<typeof PATIENT_APPLICATION>;
type ProfessionalHandlers = HandlersOf<typeof PROFESSIONAL_APPLICATION>;

/** The application that the card's kind makes is changed; `seam` says where. */
function applicationDefect(
  title: DefectTitle,
  seam: string,
  change: (good: Application, os: CardOs) => Application,
): CardDefect {
  return {
    ...title,
    seam,
    build: ({ kind, ...rest }) => ({
      ...rest,
      kind: { ...kind, makeApplication: (os, spec) => change(kind.makeApplication(os, spec), os) },
    }),
  };
}

/** The same application with one handler replaced. */
function withHandler(
  good: Application,
  id: string,
  os: CardOs,
  make: (good: Handler, os: CardOs) => Handler,
): Application {
  const handlers = { ...good.handlers, [id]: make(good.handlers[id]!, os) };
  return Object.create(good, { handlers: { value: handlers } }) as Application;
}

function handlerDefect(
  title: DefectTitle,
  id: string,
  make: (good: Handler, os: CardOs) => Handler,
): CardDefect {
  return applicationDefect(title, `handler ${id}`, (good, os) => withHandler(good, id, os, make));
}

/** One handler of the patient card is replaced. */
export function inPatientHandler<Id extends keyof PatientHandlers & string>(
  title: DefectTitle,
  id: Id,
  make: (good: PatientHandlers[Id], os: CardOs) => PatientHandlers[Id],
): CardDefect {
  return handlerDefect(title, id, make as never);
}

/** One handler of the professional card is replaced. */
export function inProfessionalHandler<Id extends keyof ProfessionalHandlers & string>(
  title: DefectTitle,
  id: Id,
  make: (good: ProfessionalHandlers[Id], os: CardOs) => ProfessionalHandlers[Id],
): CardDefect {
  return handlerDefect(title, id, make as never);
}

type CompanionHandlers = HandlersOf<typeof PKCS15_APPLICATION> &
  HandlersOf<typeof PIV_APPLICATION> &
  HandlersOf<typeof READ_OUT_APPLICATION>;

/** One handler of the applications beside the card's own is replaced, in each of them that has it. */
export function inCompanionHandler<Id extends keyof CompanionHandlers & string>(
  title: DefectTitle,
  id: Id,
  make: (good: CompanionHandlers[Id], os: CardOs) => CompanionHandlers[Id],
): CardDefect {
  return applicationDefect(title, `handler ${id}`, (good, os) => {
    const companions = (good.companions ?? []).map((one) =>
      one.handlers[id] ? withHandler(one, id, os, make as never) : one,
    );
    return Object.create(good, { companions: { value: companions } }) as Application;
  });
}

/** Some operations of the engine behind the coprocessor are replaced. */
export function inEngine(
  title: DefectTitle,
  change: (good: CryptoEngine) => Partial<CryptoEngine>,
): CardDefect {
  return {
    ...title,
    seam: 'engine',
    build: (good) => ({ ...good, engine: { ...good.engine, ...change(good.engine) } }),
  };
}

/** The random number generator is replaced. */
export function inRandom(title: DefectTitle, change: (good: CardBuild['random']) => CardBuild['random']) {
  return {
    ...title,
    seam: 'random',
    build: (good: CardBuild) => ({ ...good, random: change(good.random) }),
  } satisfies CardDefect;
}

/** A card whose declaration is not the one it should be built from. */
export function ofSpecification({ change, ...description }: SpecificationDefect): CardDefect {
  return {
    ...description,
    build: (good) => ({ ...good, kind: { ...good.kind, spec: change(good.kind.spec) } }),
  };
}
