/**
 * Loads a second copy of a part of the program with one place of it changed: module hooks of Node. The change
 * stands in the query of the URL, which the copies of the changed folder hand on to one another; everything
 * else is shared with the program that runs.
 */

import type { LoadHook, ResolveHook } from 'node:module';

/** Parameters of the query: the folders that are copied, the file changed, where, and what stands there. */
export const QUERY = { folder: 'defect-in', file: 'file', start: 'start', end: 'end', text: 'text' } as const;

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const { searchParams, search } = new URL(context.parentURL ?? 'file:///');
  const folder = searchParams.get(QUERY.folder);
  if (folder === null || !resolved.url.startsWith(folder) || resolved.url.includes('?')) return resolved;
  return { ...resolved, url: resolved.url + search };
};

export const load: LoadHook = async (url, context, next) => {
  const { searchParams, href } = new URL(url);
  const loaded = await next(url, context);
  if (searchParams.get(QUERY.file) !== href.slice(0, href.indexOf('?'))) return loaded;
  const source = String(loaded.source);
  const at = (name: string) => Number(searchParams.get(name));
  const changed =
    source.slice(0, at(QUERY.start)) + searchParams.get(QUERY.text) + source.slice(at(QUERY.end));
  return { ...loaded, source: changed };
};
