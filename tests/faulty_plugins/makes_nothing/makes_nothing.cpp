// Its factory returns null.
#include "../fault.h"

namespace {
void* create(const assay::Node&) { return nullptr; }
}  // namespace

extern "C" __attribute__((visibility("default"))) const assay::PluginHandshake assay_plugin;
const assay::PluginHandshake assay_plugin = {assay::plugin_magic,
                                             assay::plugin_api,
                                             "sampler",
                                             "makes_nothing",
                                             "1.0.0",
                                             ASSAY_BUILD_ID,
                                             &assay::detail::describe_plugin<assay::FaultOptions>,
                                             &create};
