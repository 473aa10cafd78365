/** Runs every routine once on a fixed input. The debugger counts what happens from `begin` to `result`. */
final class RoutineCases {
  private static final byte[] BYTES = filled(32, 7, 13);

  public static void main(String[] arguments) {
    byte[] out = new byte[16];
    begin("xorBlock");
    FittedRoutines.xorBlock(filled(16, 3, 5), filled(16, 200, 11), out);
    result(out);

    byte[] tlv = new byte[2 + 3 + 2 + 8 + 3 + 130 + 2 + 16];
    int at = object(tlv, 0, 0x80, 3);
    at = object(tlv, at, 0x84, 8);
    at = object(tlv, at, 0x9e, 130);
    object(tlv, at, 0x8e, 16);
    begin("findTlv");
    short found = FittedRoutines.findTlv(tlv, (byte) 0x8e);
    result(found);

    byte[] sum = filled(32, 250, 91);
    begin("addBytes");
    FittedRoutines.addBytes(sum, filled(32, 99, 57));
    result(sum);

    begin("crc16");
    short crc = FittedRoutines.crc16(BYTES);
    result(crc);

    byte[] substituted = BYTES.clone();
    begin("substitute");
    FittedRoutines.substitute(filled(256, 0, 167), substituted);
    result(substituted);

    FittedRoutines.HeldPin pin = new FittedRoutines.HeldPin(filled(12, 49, 1), (short) 6);
    byte[] candidate = filled(12, 49, 1);
    begin("checkPin");
    boolean right = pin.check(candidate, (short) 6);
    result((short) (right ? 1 : 0));

    begin("compareDates");
    short days = HeldOutRoutines.compareDates(date(0x20, 0x21, 0x11, 0x30), date(0x20, 0x24, 0x02, 0x09));
    result(days);

    byte[] sorted = filled(24, 40, 149);
    begin("insertionSort");
    HeldOutRoutines.insertionSort(sorted);
    result(sorted);

    byte[] hex = new byte[64];
    begin("encodeHex");
    HeldOutRoutines.encodeHex(BYTES, hex);
    result(hex);

    byte[] records = new byte[20 * 24];
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 24; j++) records[i * 24 + j] = (byte) (j < 6 ? 17 : i + j);
      records[i * 24 + 6] = (byte) (100 + i);
    }
    HeldOutRoutines.RecordTable table = new HeldOutRoutines.RecordTable(records, (short) 24, (short) 20);
    byte[] key = { 17, 17, 17, 17, 17, 17, 113 };
    begin("searchRecord");
    short record = table.find(key);
    result(record);
  }

  static void begin(String routine) {}

  static void result(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte value : bytes) text.append(String.format("%02x", value));
    System.out.println(text);
  }

  static void result(short number) {
    System.out.println(number & 0xffff);
  }

  static byte[] filled(int length, int first, int step) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) bytes[i] = (byte) (first + step * i);
    return bytes;
  }

  private static byte[] date(int... digits) {
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) bytes[i] = (byte) digits[i];
    return bytes;
  }

  private static int object(byte[] target, int at, int tag, int length) {
    target[at++] = (byte) tag;
    if (length > 0x7f) target[at++] = (byte) 0x81;
    target[at++] = (byte) length;
    return at + length;
  }
}
