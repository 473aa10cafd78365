/** Defects of the command set: one entry of an application's declaration is another than it should be. */

import type { ApplicationSpec, CommandSpec, FileSpec, PinSpec } from '../index.js';
import type { DefectDescription, DefectTitle } from './defect.js';

export type SpecificationDefect = DefectDescription & {
  /** The declaration that such a card is built from. */
  readonly change: (application: ApplicationSpec) => ApplicationSpec;
};

/** One command is declared otherwise. */
export function inCommand(
  title: DefectTitle,
  id: string,
  change: (command: CommandSpec) => Partial<CommandSpec>,
): SpecificationDefect {
  return {
    ...title,
    seam: `declaration of the command ${id}`,
    change: (application) => {
      const command = application.commands[id];
      if (!command) throw new Error(`${application.id} has no command ${id}`);
      return {
        ...application,
        commands: { ...application.commands, [id]: { ...command, ...change(command) } },
      };
    },
  };
}

/** One file is declared otherwise. */
export function inFile(title: DefectTitle, id: string, change: Partial<FileSpec>): SpecificationDefect {
  return {
    ...title,
    seam: `declaration of the file ${id}`,
    change: (application) => {
      const file = application.files[id];
      if (!file) throw new Error(`${application.id} has no file ${id}`);
      return { ...application, files: { ...application.files, [id]: { ...file, ...change } } };
    },
  };
}

/** One algorithm may be used by others than it should be. */
export function inAlgorithm(
  title: DefectTitle,
  id: string,
  change: Partial<ApplicationSpec['algorithms'][string]>,
): SpecificationDefect {
  return {
    ...title,
    seam: `declaration of the algorithm ${id}`,
    change: (application) => {
      const algorithm = application.algorithms[id];
      if (!algorithm) throw new Error(`${application.id} has no algorithm ${id}`);
      return {
        ...application,
        algorithms: { ...application.algorithms, [id]: { ...algorithm, ...change } },
      };
    },
  };
}

/** One PIN is declared otherwise. */
export function inPin(title: DefectTitle, id: string, change: Partial<PinSpec>): SpecificationDefect {
  return {
    ...title,
    seam: `declaration of the PIN ${id}`,
    change: (application) => {
      const pin = application.pins[id];
      if (!pin) throw new Error(`${application.id} has no PIN ${id}`);
      return { ...application, pins: { ...application.pins, [id]: { ...pin, ...change } } };
    },
  };
}
