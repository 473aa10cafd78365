import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Applet from '../../applet/index.js';
import type { CountedFunction } from './counted-block.js';
import type { CallNode } from './counters.js';
import { meteredBuild } from './metered-build.js';

/** The card's code with counters in it. */
export type MeteredApplet = {
  /** The same as the plain one; its cards count. */
  readonly applet: typeof Applet;
  /** By number, as in {@link CallNode.fn}. */
  readonly functions: readonly CountedFunction[];
  /** The call tree of all such cards since the last call. */
  readonly take: () => CallNode;
};

/** Loads the instrumented card, building it first where the compiled code has changed. @throws MeteredBuildError */
export async function loadMeteredApplet(dist?: string): Promise<MeteredApplet> {
  const { folder, functions } = meteredBuild(dist);
  const load = (file: string): Promise<unknown> =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);
  const applet = (await load('applet/index.js')) as typeof Applet;
  const { take } = (await load('counters.js')) as { readonly take: () => CallNode };
  return { applet, functions, take };
}
