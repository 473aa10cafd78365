/*
 * Scalars and the groups G1 and G2. A point crosses the border as the bytes of its projective coordinates
 * (144 and 288 bytes), a scalar as 32 bytes big-endian; results are written into the first argument. Only the
 * module that loads this one makes such bytes; whatever they are, nothing is read or written beyond them.
 */
#include "engine.h"

/* What decoding finds; the loading module has the same list. */
enum { DECODED = 0, BAD_ENCODING = 1, INFINITE = 2, OUTSIDE_SUBGROUP = 3 };

#define GROUP(G, P, IN_SUBGROUP, ENCODED)                                                                       \
  /* (out, encoded): canonical encoding, on the curve, not O, in the subgroup; what fails first. */            \
  static napi_value G##_decode(napi_env env, napi_callback_info info) {                                       \
    span a[2];                                                                                                 \
    if (!read_spans(env, info, a, 2) || !has_length(env, &a[0], sizeof(P))) return NULL;                      \
    if (a[1].length != ENCODED) return number(env, BAD_ENCODING);                                             \
    P##_affine affine;                                                                                         \
    byte again[ENCODED];                                                                                       \
    BLST_ERROR fault = P##_uncompress(&affine, a[1].data);                                                    \
    /* not in the group: x = 0, which blst tells at once; the point is there all the same */                  \
    if (fault != BLST_SUCCESS && fault != BLST_POINT_NOT_IN_GROUP) return number(env, BAD_ENCODING);          \
    if (P##_affine_is_inf(&affine)) return number(env, INFINITE);                                             \
    if (!P##_affine_##IN_SUBGROUP(&affine)) return number(env, OUTSIDE_SUBGROUP);                             \
    P##_affine_compress(again, &affine);                                                                       \
    if (memcmp(again, a[1].data, ENCODED) != 0) return number(env, BAD_ENCODING);                             \
    P point;                                                                                                   \
    P##_from_affine(&point, &affine);                                                                          \
    memcpy(a[0].data, &point, sizeof point);                                                                   \
    return number(env, DECODED);                                                                               \
  }                                                                                                            \
  /* (out, point) */                                                                                           \
  static napi_value G##_encode(napi_env env, napi_callback_info info) {                                       \
    span a[2];                                                                                                 \
    P point;                                                                                                   \
    if (!read_spans(env, info, a, 2) || !has_length(env, &a[0], ENCODED)) return NULL;                        \
    if (!has_length(env, &a[1], sizeof point)) return NULL;                                                   \
    memcpy(&point, a[1].data, sizeof point);                                                                   \
    P##_compress(a[0].data, &point);                                                                           \
    return NULL;                                                                                               \
  }                                                                                                            \
  /* (out, point, point) */                                                                                    \
  static napi_value G##_add(napi_env env, napi_callback_info info) {                                          \
    span a[3];                                                                                                 \
    P points[2];                                                                                               \
    if (!read_spans(env, info, a, 3)) return NULL;                                                            \
    for (int i = 0; i < 3; i++)                                                                                \
      if (!has_length(env, &a[i], sizeof(P))) return NULL;                                                    \
    for (int i = 0; i < 2; i++) memcpy(&points[i], a[i + 1].data, sizeof(P));                                 \
    P##_add_or_double(&points[0], &points[0], &points[1]);                                                    \
    memcpy(a[0].data, &points[0], sizeof(P));                                                                  \
    return NULL;                                                                                               \
  }                                                                                                            \
  /* (out, point) */                                                                                           \
  static napi_value G##_negate(napi_env env, napi_callback_info info) {                                       \
    span a[2];                                                                                                 \
    P point;                                                                                                   \
    if (!read_spans(env, info, a, 2)) return NULL;                                                            \
    if (!has_length(env, &a[0], sizeof point) || !has_length(env, &a[1], sizeof point)) return NULL;          \
    memcpy(&point, a[1].data, sizeof point);                                                                   \
    P##_cneg(&point, true);                                                                                    \
    memcpy(a[0].data, &point, sizeof point);                                                                   \
    return NULL;                                                                                               \
  }                                                                                                            \
  /* (out, point, scalar): in constant time, for scalars may be secret */                                     \
  static napi_value G##_multiply(napi_env env, napi_callback_info info) {                                     \
    span a[3];                                                                                                 \
    P point;                                                                                                   \
    blst_scalar scalar;                                                                                        \
    if (!read_spans(env, info, a, 3)) return NULL;                                                            \
    if (!has_length(env, &a[0], sizeof point) || !has_length(env, &a[1], sizeof point)) return NULL;          \
    if (!read_scalar(env, &a[2], &scalar)) return NULL;                                                       \
    memcpy(&point, a[1].data, sizeof point);                                                                   \
    P##_mult(&point, &point, scalar.b, 255);                                                                   \
    memcpy(a[0].data, &point, sizeof point);                                                                   \
    wipe(&scalar, sizeof scalar);                                                                              \
    wipe(&point, sizeof point);                                                                                \
    return NULL;                                                                                               \
  }                                                                                                            \
  /* (point, point) */                                                                                         \
  static napi_value G##_is_equal(napi_env env, napi_callback_info info) {                                     \
    span a[2];                                                                                                 \
    P points[2];                                                                                               \
    if (!read_spans(env, info, a, 2)) return NULL;                                                            \
    for (int i = 0; i < 2; i++) {                                                                              \
      if (!has_length(env, &a[i], sizeof(P))) return NULL;                                                    \
      memcpy(&points[i], a[i].data, sizeof(P));                                                                \
    }                                                                                                          \
    return boolean(env, P##_is_equal(&points[0], &points[1]));                                                \
  }                                                                                                            \
  /* (point) */                                                                                                \
  static napi_value G##_is_infinite(napi_env env, napi_callback_info info) {                                  \
    span a[1];                                                                                                 \
    P point;                                                                                                   \
    if (!read_spans(env, info, a, 1) || !has_length(env, &a[0], sizeof point)) return NULL;                   \
    memcpy(&point, a[0].data, sizeof point);                                                                   \
    return boolean(env, P##_is_inf(&point));                                                                  \
  }

GROUP(g1, blst_p1, in_g1, 48)
GROUP(g2, blst_p2, in_g2, 96)

/* (out, points, scalars): sum of scalar * point over concatenated arrays, in variable time. */
static napi_value g1_sum_of_multiples(napi_env env, napi_callback_info info) {
  span a[3];
  if (!read_spans(env, info, a, 3) || !has_length(env, &a[0], sizeof(blst_p1))) return NULL;
  size_t count = a[2].length / 32;
  if (count == 0 || count > MAX_POINTS) return throw_range(env, "a sum takes from 1 to 2048 points");
  if (!has_length(env, &a[1], count * sizeof(blst_p1)) || !has_length(env, &a[2], count * 32)) return NULL;
  blst_p1 *points = malloc(count * sizeof *points);
  blst_scalar *scalars = malloc(count * sizeof *scalars);
  blst_p1 sum;
  bool done = points && scalars;
  if (done) memcpy(points, a[1].data, a[1].length);
  for (size_t i = 0; done && i < count; i++) {
    span scalar = {a[2].data + 32 * i, 32};
    done = read_scalar(env, &scalar, &scalars[i]);
  }
  bool read = done;
  if (done) done = sum_of_multiples(&sum, points, scalars, count);
  if (done) memcpy(a[0].data, &sum, sizeof sum);
  free(points);
  free(scalars);
  bool thrown = false;
  napi_is_exception_pending(env, &thrown);
  if (!done && (read || !thrown)) napi_throw_error(env, NULL, "out of memory");
  return NULL;
}

enum { ADD, SUBTRACT, MULTIPLY, INVERT };

static napi_value scalar_operation(napi_env env, napi_callback_info info, int operation) {
  span a[3];
  blst_scalar scalars[2];
  blst_fr x, y;
  size_t operands = operation == INVERT ? 1 : 2;
  if (!read_spans(env, info, a, operands + 1) || !has_length(env, &a[0], 32)) return NULL;
  for (size_t i = 0; i < operands; i++)
    if (!read_scalar(env, &a[i + 1], &scalars[i])) return NULL;
  blst_fr_from_scalar(&x, &scalars[0]);
  if (operands == 2) blst_fr_from_scalar(&y, &scalars[1]);
  if (operation == ADD) blst_fr_add(&x, &x, &y);
  else if (operation == SUBTRACT) blst_fr_sub(&x, &x, &y);
  else if (operation == MULTIPLY) blst_fr_mul(&x, &x, &y);
  else blst_fr_inverse(&x, &x);
  blst_scalar_from_fr(&scalars[0], &x);
  blst_bendian_from_scalar(a[0].data, &scalars[0]);
  wipe(scalars, sizeof scalars);
  wipe(&x, sizeof x);
  wipe(&y, sizeof y);
  return NULL;
}

#define SCALAR(name, operation)                                                \
  static napi_value name(napi_env env, napi_callback_info info) {              \
    return scalar_operation(env, info, operation);                             \
  }

SCALAR(scalar_add, ADD)
SCALAR(scalar_subtract, SUBTRACT)
SCALAR(scalar_multiply, MULTIPLY)
SCALAR(scalar_invert, INVERT)

#define GROUP_TABLE(G)                                                                                    \
  FUNCTION(#G "Decode", G##_decode), FUNCTION(#G "Encode", G##_encode), FUNCTION(#G "Add", G##_add),      \
      FUNCTION(#G "Negate", G##_negate), FUNCTION(#G "Multiply", G##_multiply),                           \
      FUNCTION(#G "IsEqual", G##_is_equal), FUNCTION(#G "IsInfinite", G##_is_infinite)

const napi_property_descriptor GROUP_FUNCTIONS[] = {
    GROUP_TABLE(g1),
    GROUP_TABLE(g2),
    FUNCTION("g1SumOfMultiples", g1_sum_of_multiples),
    FUNCTION("scalarAdd", scalar_add),
    FUNCTION("scalarSubtract", scalar_subtract),
    FUNCTION("scalarMultiply", scalar_multiply),
    FUNCTION("scalarInvert", scalar_invert),
};
const size_t GROUP_FUNCTION_COUNT = sizeof GROUP_FUNCTIONS / sizeof *GROUP_FUNCTIONS;
