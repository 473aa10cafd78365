/** Twins of held-out-routines.ts, as they are written for a card: short numbers, signed bytes. */
final class HeldOutRoutines {
  private static final byte[] DIGITS = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
  };

  static short compareDates(byte[] first, byte[] second) {
    return (short) (daysOf(second) - daysOf(first));
  }

  private static short daysOf(byte[] date) {
    short year = fromBcd(date[1]);
    short month = fromBcd(date[2]);
    return (short) ((short) ((short) (year * 12) + month) * 31 + fromBcd(date[3]));
  }

  private static short fromBcd(byte digits) {
    return (short) (((digits >> 4) & 0x0f) * 10 + (digits & 0x0f));
  }

  static void insertionSort(byte[] bytes) {
    for (short i = 1; i < bytes.length; i++) {
      short moved = (short) (bytes[i] & 0xff);
      short at = (short) (i - 1);
      while (at >= 0 && (short) (bytes[at] & 0xff) > moved) {
        bytes[(short) (at + 1)] = bytes[at];
        at--;
      }
      bytes[(short) (at + 1)] = (byte) moved;
    }
  }

  static short encodeHex(byte[] bytes, byte[] out) {
    short at = 0;
    for (short i = 0; i < bytes.length; i++) {
      byte value = bytes[i];
      out[at++] = DIGITS[(short) ((value >> 4) & 0x0f)];
      out[at++] = DIGITS[(short) (value & 0x0f)];
    }
    return at;
  }

  static final class RecordTable {
    private final byte[] records;
    private final short recordLength;
    private final short count;

    RecordTable(byte[] records, short recordLength, short count) {
      this.records = records;
      this.recordLength = recordLength;
      this.count = count;
    }

    short find(byte[] key) {
      for (short record = 0; record < count; record++) {
        if (startsWith((short) (record * recordLength), key)) return record;
      }
      return -1;
    }

    private boolean startsWith(short offset, byte[] key) {
      for (short i = 0; i < key.length; i++) {
        if (records[(short) (offset + i)] != key[i]) return false;
      }
      return true;
    }
  }
}
