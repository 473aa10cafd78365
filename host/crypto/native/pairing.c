/*
 * Pairings. An element of GT crosses the border as 576 bytes, a point's line coefficients as 19,584; Miller loops of
 * one product share their squarings, and final exponentiations are apart, so that one serves a whole product.
 */
#include "engine.h"

/* (out, point of G2): what a Miller loop needs of it, for points that are used again. */
static napi_value g2_lines(napi_env env, napi_callback_info info) {
  span a[2];
  blst_p2 point;
  blst_p2_affine affine;
  if (!read_spans(env, info, a, 2) || !has_length(env, &a[0], sizeof(lines))) return NULL;
  if (!has_length(env, &a[1], sizeof point)) return NULL;
  memcpy(&point, a[1].data, sizeof point);
  if (blst_p2_is_inf(&point)) return throw_range(env, "O has no lines");
  lines *made = malloc(sizeof *made);
  if (!made) return throw_range(env, "out of memory");
  blst_p2_to_affine(&affine, &point);
  blst_precompute_lines(made->line, &affine);
  memcpy(a[0].data, made, sizeof *made);
  free(made);
  return NULL;
}

/* The argument of a line in G1, in the form that blst's lines want: (-2x, 2y). */
static void line_argument(blst_p1_affine *argument, const blst_p1_affine *point) {
  blst_fp_add(&argument->x, &point->x, &point->x);
  blst_fp_cneg(&argument->x, &argument->x, true);
  blst_fp_add(&argument->y, &point->y, &point->y);
}

static void multiply_by_line(blst_fp12 *product, const blst_fp6 *line, const blst_p1_affine *at) {
  blst_fp6 value = *line;
  for (int i = 0; i < 2; i++) {
    blst_fp_mul(&value.fp2[1].fp[i], &line->fp2[1].fp[i], &at->x);
    blst_fp_mul(&value.fp2[2].fp[i], &line->fp2[2].fp[i], &at->y);
  }
  blst_fp12_mul_by_xy00z0(product, product, &value);
}

/* The loop over the curve's parameter 0xd201000000010000, which is negative: hence the conjugate. */
static void miller_loop(blst_fp12 *product, const blst_p1_affine *points, lines *const *of, size_t count) {
  static const unsigned char DOUBLINGS[] = {2, 3, 9, 32, 16};
  size_t at = 0;
  *product = *blst_fp12_one();
  for (size_t i = 0; i < count; i++) multiply_by_line(product, &of[i]->line[at], &points[i]);
  at++;
  for (size_t part = 0; part < sizeof DOUBLINGS; part++) {
    for (size_t i = 0; i < count; i++) multiply_by_line(product, &of[i]->line[at], &points[i]);
    at++;
    for (int j = 0; j < DOUBLINGS[part]; j++, at++) {
      blst_fp12_sqr(product, product);
      for (size_t i = 0; i < count; i++) multiply_by_line(product, &of[i]->line[at], &points[i]);
    }
  }
  blst_fp12_conjugate(product);
}

/* Reads one pair, a point of G1 and a point or the lines of G2; `used` is false when one of them is O. */
static bool read_pair(napi_env env, const span *pair, blst_p1_affine *argument, lines *of, bool *used) {
  blst_p1 point;
  blst_p2 other;
  if (!has_length(env, &pair[0], sizeof point)) return false;
  memcpy(&point, pair[0].data, sizeof point);
  *used = !blst_p1_is_inf(&point);
  if (pair[1].length == sizeof *of) {
    memcpy(of, pair[1].data, sizeof *of);
  } else {
    if (!has_length(env, &pair[1], sizeof other)) return false;
    memcpy(&other, pair[1].data, sizeof other);
    *used = *used && !blst_p2_is_inf(&other);
    blst_p2_affine affine;
    if (*used) {
      blst_p2_to_affine(&affine, &other);
      blst_precompute_lines(of->line, &affine);
    }
  }
  if (*used) {
    blst_p1_affine affine;
    blst_p1_to_affine(&affine, &point);
    line_argument(argument, &affine);
  }
  return true;
}

/* (out, point of G1, point or lines of G2, …): the product of the Miller loops of up to 8 pairs. */
static napi_value miller_product(napi_env env, napi_callback_info info) {
  span a[2 * MAX_PAIRS + 1];
  size_t given = 0, used = 0;
  blst_p1_affine arguments[MAX_PAIRS];
  lines *of[MAX_PAIRS] = {NULL};
  blst_fp12 product;
  if (!read_some_spans(env, info, a, 2 * MAX_PAIRS + 1, &given)) return NULL;
  if (given < 3 || given % 2 == 0) return throw_range(env, "a product takes points in pairs");
  if (!has_length(env, &a[0], sizeof product)) return NULL;
  bool good = true;
  for (size_t i = 1; good && i < given; i += 2) {
    bool counts = false;
    if (!of[used]) of[used] = malloc(sizeof(lines));
    if (!of[used]) throw_range(env, "out of memory");
    good = of[used] && read_pair(env, &a[i], &arguments[used], of[used], &counts);
    if (counts) used++;
  }
  if (good) {
    miller_loop(&product, arguments, of, used);
    memcpy(a[0].data, &product, sizeof product);
  }
  for (size_t i = 0; i < MAX_PAIRS; i++) free(of[i]);
  return NULL;
}

/* (out, element) */
static napi_value final_exponentiation(napi_env env, napi_callback_info info) {
  span a[2];
  blst_fp12 element;
  if (!read_spans(env, info, a, 2)) return NULL;
  if (!has_length(env, &a[0], sizeof element) || !has_length(env, &a[1], sizeof element)) return NULL;
  memcpy(&element, a[1].data, sizeof element);
  blst_final_exp(&element, &element);
  memcpy(a[0].data, &element, sizeof element);
  return NULL;
}

/* (out, element, element) */
static napi_value gt_multiply(napi_env env, napi_callback_info info) {
  span a[3];
  blst_fp12 elements[2];
  if (!read_spans(env, info, a, 3) || !has_length(env, &a[0], sizeof(blst_fp12))) return NULL;
  for (int i = 0; i < 2; i++) {
    if (!has_length(env, &a[i + 1], sizeof(blst_fp12))) return NULL;
    memcpy(&elements[i], a[i + 1].data, sizeof(blst_fp12));
  }
  blst_fp12_mul(&elements[0], &elements[0], &elements[1]);
  memcpy(a[0].data, &elements[0], sizeof(blst_fp12));
  return NULL;
}

/* (element) */
static napi_value gt_is_one(napi_env env, napi_callback_info info) {
  span a[1];
  blst_fp12 element;
  if (!read_spans(env, info, a, 1) || !has_length(env, &a[0], sizeof element)) return NULL;
  memcpy(&element, a[0].data, sizeof element);
  return boolean(env, blst_fp12_is_one(&element));
}

/* (out of 576 bytes, element): its twelve coefficients, lowest first, each big-endian. */
static napi_value gt_encode(napi_env env, napi_callback_info info) {
  span a[2];
  blst_fp12 element;
  if (!read_spans(env, info, a, 2) || !has_length(env, &a[0], 12 * 48)) return NULL;
  if (!has_length(env, &a[1], sizeof element)) return NULL;
  memcpy(&element, a[1].data, sizeof element);
  for (int i = 0; i < 12; i++)
    blst_bendian_from_fp(a[0].data + 48 * i, &element.fp6[i / 6].fp2[i / 2 % 3].fp[i % 2]);
  return NULL;
}

const napi_property_descriptor PAIRING_FUNCTIONS[] = {
    FUNCTION("g2Lines", g2_lines),
    FUNCTION("millerProduct", miller_product),
    FUNCTION("finalExponentiation", final_exponentiation),
    FUNCTION("gtMultiply", gt_multiply),
    FUNCTION("gtIsOne", gt_is_one),
    FUNCTION("gtEncode", gt_encode),
};
const size_t PAIRING_FUNCTION_COUNT = sizeof PAIRING_FUNCTIONS / sizeof *PAIRING_FUNCTIONS;
