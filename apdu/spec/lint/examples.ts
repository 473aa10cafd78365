/** Examples and test procedures: commands that the declarations permit, and no secret in an example. */

import { fromHex } from '../../bytes.js';
import { parseCommandApdu } from '../../command-apdu.js';
import { matchCommand } from '../application.js';
import { splitClassByte } from '../class-byte.js';
import { fieldHasSecret } from '../decoded-object.js';
import { jsonPointer } from '../document/json-reader.js';
import { parseRequest } from '../request.js';
import type { ApplicationSpec, CommandSpec } from '../specification.js';
import type { ApplicationView } from './application-view.js';
import type { Finding } from './finding.js';

export function lintExamples(view: ApplicationView): readonly Finding[] {
  const { application, path, commands } = view;
  const ofCommands = commands.flatMap(({ command, path: at }) =>
    (command.examples ?? []).flatMap((example, i) => {
      const fault = faultOf(application, example.command, command);
      const secret = fieldHasSecret(command.data) ? 'it would show a secret' : undefined;
      return finding(
        at + jsonPointer('examples', i),
        `The example "${example.title}" of ${command.name}`,
        fault ?? secret,
      );
    }),
  );
  const ofProcedures = (application.testProcedures ?? []).flatMap((procedure, i) =>
    procedure.commands.flatMap((bytes, k) =>
      finding(
        path + jsonPointer('testProcedures', i, 'commands', k),
        'This command of a test procedure',
        faultOf(application, bytes),
      ),
    ),
  );
  return [...ofCommands, ...ofProcedures];
}

function finding(path: string, what: string, fault: string | undefined): readonly Finding[] {
  if (fault === undefined) return [];
  return [
    {
      rule: 'faulty-example',
      severity: 'error',
      path,
      message: `${what} can not stand: ${fault}.`,
      remedy: 'Write down a command that its declaration permits, without secrets.',
    },
  ];
}

/** Why bytes are no command of the application, or not the one given. */
function faultOf(application: ApplicationSpec, bytes: string, wanted?: CommandSpec): string | undefined {
  const apdu = parseCommandApdu(fromHex(bytes));
  if ('fault' in apdu) return apdu.fault;
  const match = matchCommand(application, splitClassByte(apdu.cla).base, apdu.ins, apdu.p1, apdu.p2);
  if (typeof match === 'string') return match;
  if (wanted && match !== wanted) return `it is a ${match.name}`;
  const request = parseRequest(match, apdu);
  if (typeof request === 'object') return undefined;
  return request === 'length' ? 'its length is not one that is declared' : 'its data are not those declared';
}
