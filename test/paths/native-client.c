/* Sends one command many times through PC/SC; prints how long each took, in nanoseconds.
   native-client READER COMMAND-IN-HEXADECIMAL COUNT */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#define WARM_UP 200
#define MAX_COMMAND 261

static void must(LONG result, const char *what)
{
    if (result == SCARD_S_SUCCESS) return;
    fprintf(stderr, "%s: %s\n", what, pcsc_stringify_error(result));
    exit(1);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    BYTE command[MAX_COMMAND], answer[258];
    if (argc != 4 || strlen(argv[2]) > 2 * MAX_COMMAND) return 2;
    DWORD length = strlen(argv[2]) / 2;
    for (DWORD i = 0; i < length; i++) {
        unsigned int byte;
        if (sscanf(argv[2] + 2 * i, "%2x", &byte) != 1) return 2;
        command[i] = (BYTE)byte;
    }
    long count = atol(argv[3]);
    must(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), "service");
    must(SCardConnect(context, argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol),
         "card");
    const SCARD_IO_REQUEST *request = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    for (long i = -WARM_UP; i < count; i++) {
        DWORD room = sizeof answer;
        long long start = now();
        must(SCardTransmit(card, request, command, length, NULL, answer, &room), "command");
        long long end = now();
        if (i >= 0) printf("%lld\n", end - start);
    }
    SCardDisconnect(card, SCARD_RESET_CARD);
    SCardReleaseContext(context);
    return 0;
}
