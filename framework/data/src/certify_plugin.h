// `runner plugins certify` for the kinds that this library calls.
#pragma once

#include "assay/certify.h"

namespace assay::data {

std::vector<PluginCheck> augmentation_checks(const TestedPlugin& plugin);
std::vector<PluginCheck> sampler_checks(const TestedPlugin& plugin);

/// The checks of an augmentation or a sampler, told to sink. Throws InvalidInput for another kind.
void certify(const CertifyRequest& request, const CertifySink& sink);

}  // namespace assay::data
