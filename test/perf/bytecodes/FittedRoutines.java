/** Twins of fitted-routines.ts, as they are written for a card: short numbers, signed bytes. */
final class FittedRoutines {
  static void xorBlock(byte[] a, byte[] b, byte[] out) {
    for (short i = 0; i < 16; i++) out[i] = (byte) (a[i] ^ b[i]);
  }

  static short findTlv(byte[] bytes, byte tag) {
    short at = 0;
    while (at < bytes.length) {
      byte found = bytes[at];
      short length = (short) (bytes[(short) (at + 1)] & 0xff);
      at += 2;
      if (length == 0x81) {
        length = (short) (bytes[at] & 0xff);
        at += 1;
      }
      if (found == tag) return at;
      at += length;
    }
    return -1;
  }

  static short addBytes(byte[] a, byte[] b) {
    short carry = 0;
    for (short i = (short) (a.length - 1); i >= 0; i--) {
      carry += (short) ((a[i] & 0xff) + (b[i] & 0xff));
      a[i] = (byte) carry;
      carry >>= 8;
    }
    return carry;
  }

  static short crc16(byte[] bytes) {
    short crc = (short) 0xffff;
    for (short i = 0; i < bytes.length; i++) {
      crc ^= (short) (bytes[i] & 0xff);
      for (short bit = 0; bit < 8; bit++) {
        if ((crc & 1) != 0) crc = (short) (((crc >> 1) & 0x7fff) ^ 0x8408);
        else crc = (short) ((crc >> 1) & 0x7fff);
      }
    }
    return crc;
  }

  static void substitute(byte[] table, byte[] bytes) {
    for (short i = 0; i < bytes.length; i++) bytes[i] = table[(short) (bytes[i] & 0xff)];
  }

  static final class HeldPin {
    private final byte[] value;
    private short length;
    byte tries;

    HeldPin(byte[] value, short length) {
      this.value = value;
      this.length = length;
      this.tries = 3;
    }

    boolean check(byte[] candidate, short length) {
      if (tries == 0) return false;
      tries--;
      short difference = (short) (length ^ this.length);
      for (short i = 0; i < value.length; i++) difference |= (short) (candidate[i] ^ value[i]);
      if (difference != 0) return false;
      tries = 3;
      return true;
    }
  }
}
