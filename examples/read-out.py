#!/usr/bin/env python3
"""Reads what a health-insurance card shows to public readers, with pyscard and nothing of this project.

Without an argument it takes the first reader that has a card in it; otherwise the one whose name contains the argument.
On Debian: apt-get install python3-pyscard, then /usr/bin/python3 read-out.py
"""

import sys

from smartcard.Exceptions import NoCardException
from smartcard.System import readers

APPLICATION = bytes.fromhex("D1580000010000000000000000001100")
SELECT = [0x00, 0xA4, 0x04, 0x00, len(APPLICATION), *APPLICATION]
GET_DATA = [0x00, 0xCA, 0x11, 0x00, 0x02, 0x00, 0x00]
LAYOUT = [("number", 12), ("name", 20), ("id", 10), ("birth", 7), ("sex", 1), ("issued", 7)]


def connect(wanted):
    for reader in readers():
        if wanted in str(reader):
            connection = reader.createConnection()
            try:
                connection.connect()
            except NoCardException:
                continue
            return connection
    sys.exit("No reader with a card.")


def transmit(connection, apdu):
    data, sw1, sw2 = connection.transmit(apdu)
    if sw1 == 0x61:  # T=0 only: the answer waits
        data, sw1, sw2 = connection.transmit([0x00, 0xC0, 0x00, 0x00, sw2])
    return bytes(data), sw1 << 8 | sw2


def main():
    connection = connect(sys.argv[1] if len(sys.argv) > 1 else "")
    _, status = transmit(connection, SELECT)
    if status != 0x9000:
        sys.exit(f"This card has nothing to show ({status:04X}).")
    data, status = transmit(connection, GET_DATA)
    if status != 0x9000:
        sys.exit(f"The card refused to show it ({status:04X}).")
    print("bytes:", len(data))
    for field, length in LAYOUT:
        value, data = data[:length], data[length:]
        print(f"{field}:", value.rstrip(b"\0").decode("big5").strip() or "-")


main()
