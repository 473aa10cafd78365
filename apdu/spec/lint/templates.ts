/** Every list of data objects of an application with its place. */

import type { Template } from '../../template.js';
import { jsonPointer } from '../document/json-reader.js';
import type { ApplicationView } from './application-view.js';

export type PlacedTemplate = { readonly template: Template; readonly path: string; readonly what: string };

export function placedTemplates({ application, path, commands }: ApplicationView): readonly PlacedTemplate[] {
  const ofCommands = commands.flatMap(({ command, path: at }) =>
    (['data', 'response'] as const).flatMap((member): readonly PlacedTemplate[] => {
      const field = command[member];
      if (field.kind !== 'template') return [];
      const what = `the ${member} of ${command.name}`;
      return [{ template: field.template, path: at + jsonPointer(member, 'objects'), what }];
    }),
  );
  const ofFiles = Object.values(application.files).flatMap(
    ({ name, content }, i): readonly PlacedTemplate[] =>
      content ? [{ template: content, path: path + jsonPointer('files', i, 'objects'), what: name }] : [],
  );
  const ofAlgorithms = Object.values(application.algorithms).map(
    ({ id, input }, i): PlacedTemplate => ({
      template: input,
      path: path + jsonPointer('algorithms', i, 'objects'),
      what: `the algorithm ${id}`,
    }),
  );
  return [...ofCommands, ...ofFiles, ...ofAlgorithms];
}
