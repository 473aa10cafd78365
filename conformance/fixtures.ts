/** The cards that cases start with: made anew for each case where the target can, else the one there is. */

import { type ApplicationSpec, PATIENT_APPLICATION } from '../apdu/index.js';
import type { CardConnection, CardLine } from '../reader-drivers/index.js';
import type { ConformanceCase, Fixture } from './case.js';
import { personaliseByProcedure } from './generated/procedure-bench.js';
import { personalise } from './issuer/personalise.js';
import type { TestIssuer } from './issuer/test-issuer.js';
import type { ConformanceTarget, FreshCard } from './target.js';
import { type CardEvent, TestCard } from './test-card.js';
import { TriesGuard } from './tries-guard.js';

/** Personalisation did not succeed: every case that needs an operational card fails with this. */
export class PersonalisationFailure extends Error {
  constructor(
    readonly events: readonly CardEvent[],
    cause: unknown,
  ) {
    super(`personalisation failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'PersonalisationFailure';
  }
}

/** How to reach one card. */
type Access = {
  readonly connect: () => Promise<CardConnection>;
  readonly openLine?: (() => Promise<CardLine>) | undefined;
};

export class Fixtures {
  /** The personalised card that copies are made of. */
  private template: Promise<FreshCard> | undefined;

  constructor(
    private readonly target: ConformanceTarget,
    private readonly spec: ApplicationSpec,
    private readonly issuer: TestIssuer,
    private readonly answerTimeoutMs: number,
    /** Last tries may be spent. */
    private readonly allowDestructive = false,
  ) {}

  /** Why the target has no card for this case, or `undefined`. */
  missing({ fixture, features }: Pick<ConformanceCase, 'fixture' | 'features'>): string | undefined {
    const { freshCard, personalisedWithSeed } = this.target;
    if (freshCard) return undefined;
    if (fixture === 'blank') return 'needs a blank card, and this target can not make one';
    if (fixture === 'any' || personalisedWithSeed !== undefined) return undefined;
    const pinAlone = this.issuer.hasSecretPin && features.every((feature) => feature === 'pin');
    return pinAlone ? undefined : 'needs a card personalised by this suite';
  }

  /** Whether the target gives access to the card's contacts. */
  get hasLine(): boolean {
    return (this.target.freshCard?.() ?? this.target).openLine !== undefined;
  }

  /** The card for a case, not yet opened. */
  async testCard(one: Pick<ConformanceCase, 'fixture' | 'id' | 'line'>): Promise<TestCard> {
    const card = await this.provide(one.fixture);
    const first = one.line === 'any' ? undefined : one.line;
    return this.wrap({ connect: () => card.connect(), openLine: () => card.openLine!(first) }, one.id);
  }

  private async provide(fixture: Fixture): Promise<FreshCard> {
    const { target } = this;
    if (!target.freshCard) return target;
    return fixture === 'operational' ? this.operational() : target.freshCard();
  }

  /** Gives the one card of a target its tries back; for cards made anew there is nothing to do. */
  async restore(): Promise<void> {
    // how PINs of a vendor's card get their tries back, only its specification could say
    if (this.target.freshCard || this.spec.testProcedures) return;
    if (this.target.personalisedWithSeed === undefined && !this.issuer.hasSecretPin) return;
    const card = this.wrap(this.target, 'restore');
    try {
      await card.open();
      await card.select();
      await card.command(PATIENT_APPLICATION.commands.verify, { p2: 'holder PIN', data: this.issuer.pin });
    } finally {
      await card.close();
    }
  }

  private wrap(access: Access, caseId: string): TestCard {
    const { spec, issuer, answerTimeoutMs, target } = this;
    const guarded = !target.freshCard && !this.allowDestructive;
    const guard = guarded ? new TriesGuard([issuer.pin, issuer.puk]) : undefined;
    const connect = () => access.connect();
    const { openLine } = access;
    return new TestCard({
      guard,
      spec,
      connect,
      openLine,
      issuer,
      random: issuer.random(caseId),
      answerTimeoutMs,
    });
  }

  private async operational(): Promise<FreshCard> {
    const make = this.target.freshCard!;
    this.template ??= this.makeOperational(make());
    const template = await this.template;
    if (template.copy) return template.copy();
    const own = template;
    this.template = undefined;
    return own;
  }

  /** Personalises the card behind a connection. @throws {PersonalisationFailure} */
  async personalise(access: Access): Promise<void> {
    const card = this.wrap(access, 'personalisation');
    try {
      await card.open();
      await card.select();
      await (this.spec.testProcedures ? personaliseByProcedure(card) : personalise(card));
    } catch (error) {
      throw new PersonalisationFailure(card.events, error);
    } finally {
      await card.close().catch(() => undefined);
    }
  }

  private async makeOperational(fresh: FreshCard): Promise<FreshCard> {
    await this.personalise(fresh);
    return fresh;
  }
}
