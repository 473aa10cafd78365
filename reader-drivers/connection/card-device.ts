/**
 * A card end: what a driver serves to the world outside (a virtual reader, a serial line, a test).
 * The simulated card has this shape; so has any fake a test needs.
 *
 * The device is synchronous and pure: it neither waits nor knows who drives it.
 */
export interface CardDevice {
  /** Applies supply voltage and cold reset; returns the ATR (ISO/IEC 7816-3, 6.2.2 and 8). */
  powerOn(): Uint8Array;
  /** Warm reset of a powered card: volatile state dies; returns the ATR (ISO/IEC 7816-3, 6.2.3). */
  reset(): Uint8Array;
  /** Takes the supply away at any moment; harmless on a card that is off (ISO/IEC 7816-3, 6.4). */
  powerOff(): void;
  /** One command APDU in, one response APDU out (at least the two status bytes). The card must be powered. */
  process(command: Uint8Array): Uint8Array;
}
