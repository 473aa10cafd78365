/** The handlers an application must have: one for each declared command, typed by its declaration. */

import type { ApplicationSpec, RequestOf, ResponseOf } from '../../apdu/index.js';

/** GET RESPONSE and MANAGE CHANNEL belong to the command processor. */
export type HandlersOf<A extends ApplicationSpec> = {
  readonly [Id in Exclude<keyof A['commands'], 'getResponse' | 'manageChannel'> & string]: (
    request: RequestOf<A['commands'][Id]>,
  ) => ResponseOf<A['commands'][Id]>;
};
