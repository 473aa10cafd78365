/** Every seeded defect with the way to its cards: those written by hand, and those drawn from the program. */

import { categoryOf, DEFECT_CATEGORIES } from '../../../apdu/defects/index.js';
import { CARD_DEFECTS, type CardDefect } from '../../../applet/defects/index.js';
import * as applet from '../../../applet/index.js';
import {
  type DefectTargets,
  type DrawnSite,
  drawSites,
  EQUIVALENT_CHANGES,
  type SeededDefect,
  sitesOf,
} from '../../../conformance/index.js';
import { LINE_DEFECTS, type LineDefect } from '../../../reader-drivers/defects/index.js';
import * as drivers from '../../../reader-drivers/index.js';
import type { CardKindName } from '../simulated-card.js';
import { type LineProgram, lineOf } from '../simulator-target.js';
import { folderOf, loadChanged } from './changed-program.js';
import { type CardProgram, defectiveTarget } from './defective-card.js';
import { sourceLine, subjectFiles } from './program-files.js';

export type CatalogueEntry = SeededDefect & {
  /** Builds the cards. @throws whatever a program that can not even be loaded throws. */
  readonly targets: () => Promise<DefectTargets>;
};

/** Seed and number of the mechanical defects that the committed results are about. */
export const DEFAULT_DRAW = { seed: 1, count: 90 } as const;

const BOTH: readonly CardKindName[] = ['patient', 'professional'];

export function catalogue(draw: {
  readonly seed: number;
  readonly count: number;
}): readonly CatalogueEntry[] {
  return [...CARD_DEFECTS.map(ofCard), ...LINE_DEFECTS.map(ofLine), ...mechanical(draw)];
}

function ofCard(defect: CardDefect): CatalogueEntry {
  const { id, title, seam, cards, build } = defect;
  const applications = cards === 'both' ? BOTH : [cards];
  return {
    id,
    group: 'hand-written',
    category: DEFECT_CATEGORIES[categoryOf(defect)],
    title,
    where: seam,
    changesTable: seam.startsWith('declaration of'),
    onLine: false,
    targets: async () => applications.map((name) => defectiveTarget(name, applet, build)),
  };
}

/** The machines are the same in both cards; what they say of error detection is not. */
function onLine(program: LineProgram, engines?: drivers.LineEngines): DefectTargets {
  return BOTH.map((name) => defectiveTarget(name, applet, undefined, lineOf(name, program, engines)));
}

function ofLine(defect: LineDefect): CatalogueEntry {
  const { id, title, seam, engines } = defect;
  return {
    id,
    group: 'hand-written',
    category: DEFECT_CATEGORIES[categoryOf(defect)],
    title,
    where: seam,
    changesTable: false,
    onLine: true,
    targets: async () => onLine(drivers, engines(drivers.LINE_ENGINES)),
  };
}

function mechanical({ seed, count }: { readonly seed: number; readonly count: number }): CatalogueEntry[] {
  const files = subjectFiles();
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const drawn = drawSites(sitesOf(files), seed, count, new Set(Object.keys(EQUIVALENT_CHANGES)));
  return drawn.map((site) => ({
    id: site.id,
    group: 'mechanical',
    category: site.operator,
    title: titleOf(site),
    where: sourceLine(site, texts.get(site.path)!),
    changesTable: false,
    onLine: folderOf(site) === 'reader-drivers',
    targets: async () => {
      const program = await loadChanged(site);
      if (folderOf(site) === 'reader-drivers') {
        return onLine(program as LineProgram);
      }
      return applicationsOf(site).map((name) => defectiveTarget(name, program as CardProgram));
    },
  }));
}

function titleOf({ operator, before, after }: DrawnSite): string {
  return after === ''
    ? `without: ${before}`
    : operator === 'reorder'
      ? `now: ${after}`
      : `${before}  →  ${after}`;
}

/** The cards in which a file runs. */
function applicationsOf({ path }: DrawnSite): readonly CardKindName[] {
  if (path.startsWith('applet/patient/')) return ['patient'];
  return path.startsWith('applet/professional/') ? ['professional'] : BOTH;
}
