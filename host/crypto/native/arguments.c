/* Arguments and results of the engine's functions. */
#include "engine.h"

static napi_value throw_type(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

napi_value throw_range(napi_env env, const char *message) {
  napi_throw_range_error(env, NULL, message);
  return NULL;
}

bool read_some_spans(napi_env env, napi_callback_info info, span *spans, size_t most, size_t *count) {
  napi_value values[2 * MAX_PAIRS + 2];
  size_t given = most + 1;
  if (most > 2 * MAX_PAIRS + 1 || napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok ||
      given > most) {
    throw_type(env, "too many arguments");
    return false;
  }
  for (size_t i = 0; i < given; i++) {
    napi_typedarray_type type;
    bool typed = false;
    void *data = NULL;
    if (napi_is_typedarray(env, values[i], &typed) != napi_ok || !typed ||
        napi_get_typedarray_info(env, values[i], &type, &spans[i].length, &data, NULL, NULL) != napi_ok ||
        type != napi_uint8_array) {
      throw_type(env, "every argument is a Uint8Array");
      return false;
    }
    spans[i].data = data;
  }
  *count = given;
  return true;
}

bool read_spans(napi_env env, napi_callback_info info, span *spans, size_t count) {
  size_t given = 0;
  if (!read_some_spans(env, info, spans, count, &given)) return false;
  if (given == count) return true;
  throw_type(env, "an argument is missing");
  return false;
}

bool has_length(napi_env env, const span *argument, size_t length) {
  if (argument->length == length) return true;
  throw_range(env, "an argument has the wrong length");
  return false;
}

bool read_scalar(napi_env env, const span *argument, blst_scalar *scalar) {
  if (!has_length(env, argument, 32)) return false;
  blst_scalar_from_bendian(scalar, argument->data);
  if (blst_scalar_fr_check(scalar)) return true;
  wipe(scalar, sizeof *scalar);
  throw_range(env, "a scalar is not below the order");
  return false;
}

napi_value number(napi_env env, uint32_t value) {
  napi_value result = NULL;
  napi_create_uint32(env, value, &result);
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result = NULL;
  napi_get_boolean(env, value, &result);
  return result;
}

void wipe(void *secret, size_t length) {
  volatile byte *at = secret;
  while (length--) *at++ = 0;
}
