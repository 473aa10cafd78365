/** Loads the card's program, or the line's, with one place changed, beside the one that runs. */

import { register } from 'node:module';
import type { DrawnSite } from '../../../conformance/index.js';
import { QUERY } from './module-hooks.js';
import { type ChangedFolder, fileUrl } from './program-files.js';

let registered = false;

/** The door of the folder that the site is in, of a copy of that folder in which the site is changed. */
export async function loadChanged(site: DrawnSite): Promise<unknown> {
  if (!registered) register('./module-hooks.js', import.meta.url);
  registered = true;
  const folder = folderOf(site);
  const query = new URLSearchParams({
    [QUERY.folder]: fileUrl(`${folder}/`),
    [QUERY.file]: fileUrl(`${site.path}.js`),
    [QUERY.start]: String(site.start),
    [QUERY.end]: String(site.end),
    [QUERY.text]: site.replacement,
  });
  const copy = `${fileUrl(`${folder}/index.js`)}?${query}`;
  return import(copy);
}

export function folderOf({ path }: DrawnSite): ChangedFolder {
  return path.startsWith('applet/') ? 'applet' : 'reader-drivers';
}
