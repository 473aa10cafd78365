/*
 * Sums of multiples of points of G1, in variable time: scalars and points are public wherever a signature is
 * verified. Few points share their doublings (Straus, with the endomorphism of Gallant, Lambert and Vanstone);
 * many go into blst's buckets (Pippenger).
 */
#include "engine.h"

/* From here on buckets are faster. */
#define MANY_POINTS 32
#define WINDOW 5
#define TABLE (1 << (WINDOW - 2))
/* A half of a scalar has 128 bits; its signed digits may be one more. */
#define DIGITS 130

/* A cube root of 1 in the field, for which (beta * x, y) = -z^2 * (x, y) on the subgroup; big-endian. */
static const byte BETA[48] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x5f, 0x19, 0x67, 0x2f, 0xdf, 0x76, 0xce, 0x51,
    0xba, 0x69, 0xc6, 0x07, 0x6a, 0x0f, 0x77, 0xea, 0xdd, 0xb3, 0xa9, 0x3b, 0xe6, 0xf8, 0x96, 0x88,
    0xde, 0x17, 0xd8, 0x13, 0x62, 0x0a, 0x00, 0x02, 0x2e, 0x01, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xfe};

typedef unsigned __int128 wide;
/* z^2, the square of the curve's parameter. */
static const wide Z_SQUARED = ((wide)0xac45a4010001a402u << 64) | 0x0000000100000000u;

/* scalar = low + high * z^2, both below 2^128; the scalar is below the order, that is z^4 - z^2 + 1. */
static void split(wide halves[2], const blst_scalar *scalar) {
  wide rest = 0, quotient = 0;
  for (int bit = 255; bit >= 0; bit--) {
    bool carry = (rest >> 127) != 0;
    rest = (rest << 1) | ((scalar->b[bit / 8] >> (bit % 8)) & 1);
    quotient <<= 1;
    if (carry || rest >= Z_SQUARED) {
      rest -= Z_SQUARED;
      quotient |= 1;
    }
  }
  halves[0] = rest;
  halves[1] = quotient;
}

/* Signed digits, odd or 0, below 2^(WINDOW-1) in size, lowest first; how many there are. */
static int signed_digits(signed char digits[DIGITS], wide value) {
  int length = 0, carry = 0;
  memset(digits, 0, DIGITS);
  for (int bit = 0; bit < DIGITS && (value != 0 || carry != 0);) {
    if (((int)(value & 1) ^ carry) == 0) {
      value >>= 1;
      bit++;
      continue;
    }
    int digit = (int)(value & ((1 << WINDOW) - 1)) + carry;
    carry = digit >> (WINDOW - 1) & 1;
    digits[bit] = (signed char)(digit - (carry << WINDOW));
    length = bit + 1;
    value >>= WINDOW;
    bit += WINDOW;
  }
  return length;
}

typedef struct {
  blst_p1_affine plain[TABLE], turned[TABLE];
  signed char digits[2][DIGITS];
} term;

/* Odd multiples of every point, in affine form, and their images under the endomorphism. */
static void fill_tables(term *terms, const blst_p1 *points, size_t count) {
  blst_p1 multiples[MANY_POINTS * TABLE];
  blst_p1_affine flat[MANY_POINTS * TABLE];
  const blst_p1 *from[2] = {multiples, NULL};
  blst_fp beta;
  blst_fp_from_bendian(&beta, BETA);
  for (size_t i = 0; i < count; i++) {
    blst_p1 *row = multiples + i * TABLE, twice;
    row[0] = points[i];
    blst_p1_double(&twice, &points[i]);
    for (int j = 1; j < TABLE; j++) blst_p1_add_or_double(&row[j], &row[j - 1], &twice);
  }
  blst_p1s_to_affine(flat, from, count * TABLE);
  for (size_t i = 0; i < count * TABLE; i++) {
    term *it = &terms[i / TABLE];
    it->plain[i % TABLE] = flat[i];
    it->turned[i % TABLE] = flat[i];
    blst_fp_mul(&it->turned[i % TABLE].x, &flat[i].x, &beta);
    /* z^2 * P is minus the image */
    blst_fp_cneg(&it->turned[i % TABLE].y, &flat[i].y, true);
  }
}

static void add_digit(blst_p1 *sum, const blst_p1_affine *table, int digit) {
  if (digit == 0) return;
  blst_p1_affine entry = table[(digit < 0 ? -digit : digit) / 2];
  if (digit < 0) blst_fp_cneg(&entry.y, &entry.y, true);
  /* the plain addition gives O for equal points too; only then is the slower one asked */
  blst_p1 before = *sum;
  blst_p1_add_affine(sum, &before, &entry);
  if (blst_p1_is_inf(sum)) blst_p1_add_or_double_affine(sum, &before, &entry);
}

static bool few(blst_p1 *sum, const blst_p1 *points, const blst_scalar *scalars, size_t count) {
  term *terms = malloc(count * sizeof *terms);
  int length = 0;
  if (!terms) return false;
  fill_tables(terms, points, count);
  for (size_t i = 0; i < count; i++) {
    wide halves[2];
    split(halves, &scalars[i]);
    for (int half = 0; half < 2; half++) {
      int digits = signed_digits(terms[i].digits[half], halves[half]);
      if (digits > length) length = digits;
    }
  }
  memset(sum, 0, sizeof *sum);
  for (int bit = length - 1; bit >= 0; bit--) {
    blst_p1_double(sum, sum);
    for (size_t i = 0; i < count; i++) {
      add_digit(sum, terms[i].plain, terms[i].digits[0][bit]);
      add_digit(sum, terms[i].turned, terms[i].digits[1][bit]);
    }
  }
  free(terms);
  return true;
}

/* Bytes of the longest scalar; the exponents of a batch have half the length of others. */
static size_t longest(const blst_scalar *scalars, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t at = 32; at > length; at--)
      if (scalars[i].b[at - 1] != 0) length = at;
  return length;
}

static bool many(blst_p1 *sum, const blst_p1 *points, const blst_scalar *scalars, size_t count) {
  size_t length = longest(scalars, count);
  blst_p1_affine *flat = malloc(count * sizeof *flat);
  byte *packed = malloc(count * (length + 1));
  limb_t *scratch = malloc(blst_p1s_mult_pippenger_scratch_sizeof(count));
  bool done = flat && packed && scratch;
  memset(sum, 0, sizeof *sum);
  if (done && length > 0) {
    const blst_p1 *from[2] = {points, NULL};
    const blst_p1_affine *flat_at[2] = {flat, NULL};
    const byte *packed_at[2] = {packed, NULL};
    for (size_t i = 0; i < count; i++) memcpy(packed + i * length, scalars[i].b, length);
    blst_p1s_to_affine(flat, from, count);
    blst_p1s_mult_pippenger(sum, flat_at, count, packed_at, length == 32 ? 255 : 8 * length, scratch);
  }
  free(flat);
  free(packed);
  free(scratch);
  return done;
}

bool sum_of_multiples(blst_p1 *sum, const blst_p1 *points, const blst_scalar *scalars, size_t count) {
  /* O has no affine form and adds nothing */
  for (size_t i = 0; i < count; i++) {
    if (!blst_p1_is_inf(&points[i])) continue;
    blst_p1 *finite = malloc(count * sizeof *finite);
    blst_scalar *factors = malloc(count * sizeof *factors);
    size_t left = 0;
    bool done = finite && factors;
    for (size_t j = 0; done && j < count; j++) {
      if (blst_p1_is_inf(&points[j])) continue;
      finite[left] = points[j];
      factors[left++] = scalars[j];
    }
    if (done && left > 0) done = sum_of_multiples(sum, finite, factors, left);
    else if (done) memset(sum, 0, sizeof *sum);
    free(finite);
    free(factors);
    return done;
  }
  return count < MANY_POINTS ? few(sum, points, scalars, count) : many(sum, points, scalars, count);
}
