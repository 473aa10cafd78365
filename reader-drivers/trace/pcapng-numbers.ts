/** Numbers of pcapng (draft-ietf-opsawg-pcapng, clauses 4 and 11.1). */

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

export const BLOCK = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;

export const OPTION = { end: 0, comment: 1, application: 4, interfaceName: 2, timeResolution: 9 } as const;
