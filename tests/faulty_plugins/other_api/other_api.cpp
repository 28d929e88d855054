// Built with the headers of the first plugin API.
#include "../fault.h"

namespace {
void* create(const assay::Node&) { return nullptr; }
}  // namespace

extern "C" __attribute__((visibility("default"))) const assay::PluginHandshake assay_plugin;
const assay::PluginHandshake assay_plugin = {assay::plugin_magic,
                                             1,
                                             "sampler",
                                             "other_api",
                                             "1.0.0",
                                             "plugin API=1",
                                             &assay::detail::describe_plugin<assay::FaultOptions>,
                                             &create};
