/** JSON that carries byte strings: each as an object with one member, base64. */

const BYTES = '$bytes';

/** @throws {TypeError} for what JSON can not hold. */
export function toByteJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null) return member;
    // a Buffer has turned itself into something else before it comes here
    return member instanceof Uint8Array ? { [BYTES]: Buffer.from(member).toString('base64') } : member;
  });
}

/** What {@link toByteJson} wrote. @throws {SyntaxError} for what is no JSON. */
export function fromByteJson(text: string): unknown {
  return JSON.parse(text, (_key, member: unknown) => {
    const held = typeof member === 'object' && member !== null ? (member as Record<string, unknown>) : {};
    const bytes = held[BYTES];
    return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : member;
  });
}
