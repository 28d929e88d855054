// `runner plugins certify` for the kinds that this library calls.
#pragma once

#include "assay/certify.h"

namespace assay {

std::vector<PluginCheck> backbone_checks(const TestedPlugin& plugin);
std::vector<PluginCheck> head_checks(const TestedPlugin& plugin);

/// The checks of a backbone or a head, told to sink. Throws InvalidInput for another kind.
void certify_model_plugin(const CertifyRequest& request, const CertifySink& sink);

}  // namespace assay
