// Built, so it says, by another compiler for another LibTorch.
#include "../fault.h"

namespace {
void* create(const assay::Node&) { return nullptr; }
}  // namespace

extern "C" __attribute__((visibility("default"))) const assay::PluginHandshake assay_plugin;
const assay::PluginHandshake assay_plugin = {assay::plugin_magic,
                                             assay::plugin_api,
                                             "sampler",
                                             "other_build",
                                             "1.0.0",
                                             "compiler=g++ 9;debug=on;torch=2.11.0",
                                             &assay::detail::describe_plugin<assay::FaultOptions>,
                                             &create};
