/* The accelerated engine as a module of Node-API: arithmetic of BLS12-381 by blst. It keeps no state. */
#include "engine.h"

/* What this module offers; one of another number is not loaded (native-module.ts has the same). */
#define INTERFACE 1

NAPI_MODULE_INIT() {
  napi_value interface = number(env, INTERFACE);
  if (napi_define_properties(env, exports, GROUP_FUNCTION_COUNT, GROUP_FUNCTIONS) != napi_ok ||
      napi_define_properties(env, exports, PAIRING_FUNCTION_COUNT, PAIRING_FUNCTIONS) != napi_ok ||
      napi_set_named_property(env, exports, "interface", interface) != napi_ok)
    return NULL;
  return exports;
}
