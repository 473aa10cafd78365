/** Data objects, files, PINs, keys and algorithms: each can be told from the others. */

import type { Template } from '../../template.js';
import { encodeTag, isConstructed } from '../../tlv.js';
import { jsonPointer } from '../document/json-reader.js';
import { hex, tagText } from '../reference-tables.js';
import type { ApplicationView } from './application-view.js';
import type { Finding } from './finding.js';
import { type PlacedTemplate, placedTemplates } from './templates.js';

export function lintTags(view: ApplicationView): readonly Finding[] {
  return [...placedTemplates(view).flatMap(lintTemplate), ...lintIdentifiers(view)];
}

function lintTemplate({ template, path, what }: PlacedTemplate): readonly Finding[] {
  return [
    ...collisions(template, path, what),
    ...Object.values(template).flatMap((object, i) => {
      const at = path + jsonPointer(i);
      const inner = object.fields
        ? lintTemplate({ template: object.fields, path: at + jsonPointer('objects'), what: object.name })
        : [];
      return [...formOf(object, at), ...inner];
    }),
  ];
}

function collisions(template: Template, path: string, what: string): readonly Finding[] {
  const objects = Object.values(template);
  return objects.flatMap(({ tag, name }, i): readonly Finding[] => {
    const rival = objects.slice(0, i).find((other) => other.tag === tag);
    if (!rival) return [];
    return [
      {
        rule: 'colliding-tag',
        severity: 'error',
        path: path + jsonPointer(i, 'tag'),
        message: `In ${what} both "${rival.name}" and "${name}" have the tag ${tagText(tag)}.`,
        remedy: 'Give one of them another tag: within a template a data object is known by its tag alone.',
      },
    ];
  });
}

function formOf({ tag, name, format }: Template[string], path: string): readonly Finding[] {
  const finding = (message: string, remedy: string): Finding => ({
    rule: 'tag-form',
    severity: 'error',
    path: path + jsonPointer('tag'),
    message,
    remedy,
  });
  if (!isTag(tag)) {
    return [
      finding(
        `"${name}" has the tag ${tagText(tag)}, which is no tag of one or two bytes in BER-TLV.`,
        'Two-byte tags begin with a byte whose last five bits are ones, and end with a byte from 1F to 7F.',
      ),
    ];
  }
  if (isConstructed(tag) === (format === 'template')) return [];
  const [has, is] =
    format === 'template' ? ['primitive', 'holds data objects'] : ['constructed', 'holds none'];
  return [
    finding(
      `"${name}" ${is} and has the ${has} tag ${tagText(tag)}.`,
      'Bit 6 of the first byte of a tag says whether data objects are inside (ISO/IEC 8825-1, 8.1.2.5).',
    ),
  ];
}

function isTag(tag: number): boolean {
  try {
    encodeTag(tag);
    return true;
  } catch {
    return false;
  }
}

/** What P2, a short identifier or a SELECT must tell apart. */
function lintIdentifiers({ application, path }: ApplicationView): readonly Finding[] {
  const { files, pins, keys, algorithms } = application;
  const entries = <T>(
    list: string,
    member: string,
    of: { readonly [id: string]: T },
    code: (one: T) => number,
  ) => Object.values(of).map((one, i) => ({ code: code(one), path: path + jsonPointer(list, i, member) }));
  return [
    ...duplicates(
      'files',
      'file identifier',
      2,
      entries('files', 'fid', files, (file) => file.fid),
    ),
    ...duplicates(
      'files',
      'short identifier',
      1,
      // 0 is the absence of one
      entries('files', 'sfi', files, (file) => file.sfi).filter(({ code }) => code !== 0),
    ),
    ...duplicates(
      'PINs',
      'reference',
      1,
      entries('pins', 'reference', pins, (pin) => pin.reference),
    ),
    ...duplicates(
      'keys',
      'reference',
      1,
      entries('keys', 'reference', keys ?? {}, (key) => key.reference),
    ),
    ...duplicates(
      'algorithms',
      'reference',
      1,
      entries('algorithms', 'reference', algorithms, (algorithm) => algorithm.reference),
    ),
  ];
}

function duplicates(
  what: string,
  member: string,
  bytes: number,
  entries: readonly { readonly code: number; readonly path: string }[],
): readonly Finding[] {
  return entries.flatMap(({ code, path }, i): readonly Finding[] =>
    entries.slice(0, i).some((other) => other.code === code)
      ? [
          {
            rule: 'colliding-tag',
            severity: 'error',
            path,
            message: `Two ${what} have the ${member} ${hex(code, bytes)}.`,
            remedy: `Give each its own ${member}.`,
          },
        ]
      : [],
  );
}
