/** The reference documentation as one HTML page that needs nothing beside it: a page for each command within. */

import type { SpecificationDocument } from './document/specification-document.js';
import { renderReference } from './reference-docs.js';

const STYLE = `
:root{color-scheme:light dark;--line:#c8ccd4;--soft:#f3f5f8;--link:#0b57a4;--ink:#1c1f24}
@media (prefers-color-scheme:dark){:root{--line:#444b57;--soft:#23272e;--link:#7db7f5;--ink:#e6e8ec}body{background:#17191d}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--ink);display:grid;grid-template-columns:20rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;border-right:1px solid var(--line);background:var(--soft);font-size:13px}
nav ul{list-style:none;margin:.2rem 0 1rem;padding:0}nav li{padding:.1rem 0}nav strong{display:block;margin-top:.6rem}
main{padding:1.5rem 2.5rem;max-width:72rem}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
h1{margin-top:0}h2{border-bottom:2px solid var(--line);padding-bottom:.2rem}
section.command{margin:2rem 0;padding:1rem 1.5rem;border:1px solid var(--line);border-radius:6px}
section.command h3{margin-top:0}
table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}
th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left;vertical-align:top}th{background:var(--soft)}
code,pre,td:first-child{font-family:ui-monospace,monospace;font-size:.92em}
pre{background:var(--soft);padding:.7rem 1rem;border-radius:4px;overflow-x:auto}
main:has(section.command:target)>*:not(:target){display:none}
@media (max-width:60rem){body{display:block}nav{position:static;height:auto;border-right:0}main{padding:1rem}}
@media print{nav{display:none}body{display:block}section.command{break-before:page;border:0}}
`.trim();

/** Text of a whole HTML page. A command alone is shown at its address; "all" shows everything. */
export function renderReferenceHtml(document: SpecificationDocument, title = 'APDU reference'): string {
  const blocks = renderReference(document).trimEnd().split('\n\n');
  const body = sections(blocks).map(sectionToHtml).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<nav>
<a href="#">all</a>
${navigation(document)}
</nav>
<main>
${body}
</main>
</body>
</html>
`;
}

function navigation({ applications }: SpecificationDocument): string {
  return applications
    .map(({ id, name, commands }) => {
      const items = Object.values(commands).map(
        (command) => `<li><a href="#${id}-${command.id}">${escapeHtml(command.name)}</a></li>`,
      );
      return `<strong>${escapeHtml(name)}</strong>\n<ul>\n${items.join('\n')}\n</ul>`;
    })
    .join('\n');
}

/** Blocks that stand together; a command's have its anchor. */
type Section = { readonly anchor?: string; readonly blocks: string[] };

const ANCHOR = /^<a id="([\w-]+)"><\/a>$/;

function sections(blocks: readonly string[]): readonly Section[] {
  const found: Section[] = [{ blocks: [] }];
  for (const block of blocks) {
    const [, anchor] = ANCHOR.exec(block) ?? [];
    const last = found.at(-1)!;
    if (anchor !== undefined) found.push({ anchor, blocks: [] });
    else if (isHeading(block) && last.anchor !== undefined && last.blocks.length > 0) {
      found.push({ blocks: [block] });
    } else last.blocks.push(block);
  }
  return found;
}

function isHeading(block: string): boolean {
  return /^#{1,3} /.test(block);
}

function sectionToHtml({ anchor, blocks }: Section): string {
  const html = blocks.map(blockToHtml).join('\n');
  return anchor === undefined ? html : `<section class="command" id="${anchor}">\n${html}\n</section>`;
}

/** The blocks that the reference has: headings, tables, lists, listings, paragraphs. */
function blockToHtml(block: string): string {
  const [, marks, heading] = /^(#{1,3}) (.+)$/.exec(block) ?? [];
  if (marks !== undefined) return `<h${marks.length}>${inline(heading!)}</h${marks.length}>`;
  if (block.startsWith('|')) return tableToHtml(block.split('\n'));
  if (block.startsWith('- ')) {
    const items = block.split('\n').map((line) => `<li>${inline(line.slice(2))}</li>`);
    return `<ul>\n${items.join('\n')}\n</ul>`;
  }
  const [, listing] = /^```text\n([\s\S]*)\n```$/.exec(block) ?? [];
  return listing === undefined ? `<p>${inline(block)}</p>` : `<pre>${escapeHtml(listing)}</pre>`;
}

function tableToHtml([head, , ...rows]: readonly string[]): string {
  const row = (line: string, cell: 'th' | 'td') => {
    const cells = line.slice(2, -2).split(/ (?<!\\)\| /);
    return `<tr>${cells.map((text) => `<${cell}>${inline(text.replaceAll('\\|', '|'))}</${cell}>`).join('')}</tr>`;
  };
  return `<table>\n${row(head!, 'th')}\n${rows.map((line) => row(line, 'td')).join('\n')}\n</table>`;
}

function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\((#[\w-]+)\)/g, '<a href="$2">$1</a>');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
