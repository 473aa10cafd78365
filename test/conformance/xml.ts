/** A strict reader of the XML that the suite writes: elements, attributes, text, the five entities. */

export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plainText(text: string): string {
  if (/[<]/.test(text)) throw new Error(`bare < in ${text}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? ENTITIES[name] : undefined;
    if (character === undefined) throw new Error(`no such entity: ${whole}`);
    return character;
  });
}

/** The root element. @throws {Error} when the document is not well-formed. */
export function parseXml(document: string): XmlElement {
  const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(document);
  if (!declaration) throw new Error('no XML declaration');
  let at = declaration[0].length;

  const element = (): XmlElement => {
    const open = /^<([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>/.exec(document.slice(at));
    if (!open) throw new Error(`no element at ${document.slice(at, at + 40)}`);
    at += open[0].length;
    const attributes: Record<string, string> = {};
    for (const [, name, value] of open[2]!.matchAll(/\s+([a-z]+)="([^"]*)"/g)) {
      if (name! in attributes) throw new Error(`attribute ${name} twice`);
      attributes[name!] = plainText(value!);
    }
    const children: XmlElement[] = [];
    let text = '';
    while (open[3] === '') {
      const next = document.indexOf('<', at);
      if (next < 0) throw new Error(`${open[1]} not closed`);
      text += plainText(document.slice(at, next));
      at = next;
      const close = `</${open[1]}>`;
      if (document.startsWith(close, at)) {
        at += close.length;
        break;
      }
      children.push(element());
    }
    return { name: open[1]!, attributes, children, text };
  };

  const root = element();
  if (document.slice(at).trim() !== '') throw new Error('something after the root element');
  return root;
}
