// Exports the right symbol with something else in it.
#include "../fault.h"

extern "C" __attribute__((visibility("default"))) const assay::PluginHandshake assay_plugin;
const assay::PluginHandshake assay_plugin = {0x12345678, assay::plugin_api, "sampler", "wrong_magic", "1.0.0",
                                             "",         nullptr,           nullptr};
