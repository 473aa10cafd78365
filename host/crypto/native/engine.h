/* What the parts of the accelerated engine share: sizes, argument checks, the two groups. */
#ifndef IMIS_ENGINE_H
#define IMIS_ENGINE_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

#include "blst.h"

/* Most points of one sum, as on the other engine. */
#define MAX_POINTS 2048
/* Most pairs of one product of Miller loops. */
#define MAX_PAIRS 8
/* Line coefficients of one G2 argument. */
#define LINES 68

typedef struct {
  blst_fp6 line[LINES];
} lines;

/* The bytes of an argument. */
typedef struct {
  byte *data;
  size_t length;
} span;

/*
 * Reads exactly `count` (at most 2 * MAX_PAIRS + 1) arguments, all Uint8Arrays; throws a TypeError that names the
 * argument by its place, never by its content, and returns false when one is missing, too many or of another type.
 */
bool read_spans(napi_env env, napi_callback_info info, span *spans, size_t count);
/* The same for any number of arguments up to `most`. */
bool read_some_spans(napi_env env, napi_callback_info info, span *spans, size_t most, size_t *count);
/* Whether the argument has that length; throws a RangeError otherwise. */
bool has_length(napi_env env, const span *argument, size_t length);
/* A scalar below the order from 32 bytes, big-endian; throws a RangeError otherwise. */
bool read_scalar(napi_env env, const span *argument, blst_scalar *scalar);
napi_value throw_range(napi_env env, const char *message);
napi_value number(napi_env env, uint32_t value);
napi_value boolean(napi_env env, bool value);
/* Overwrites a secret where the compiler may not leave it out. */
void wipe(void *secret, size_t length);

/* Sum of scalar * point, in variable time: for public values only. Scalars are little-endian and below the order. */
bool sum_of_multiples(blst_p1 *sum, const blst_p1 *points, const blst_scalar *scalars, size_t count);

extern const napi_property_descriptor GROUP_FUNCTIONS[];
extern const size_t GROUP_FUNCTION_COUNT;
extern const napi_property_descriptor PAIRING_FUNCTIONS[];
extern const size_t PAIRING_FUNCTION_COUNT;

#define FUNCTION(name, body) {name, NULL, body, NULL, NULL, NULL, napi_enumerable, NULL}

#endif
