#include "certify_plugin.h"

#include "assay/data/augmentation.h"
#include "assay/data/sampler.h"

namespace assay::data {

void certify(const CertifyRequest& request, const CertifySink& sink) {
  const std::string& kind = request.plugin.kind;
  if (kind == Augmentation::plugin_kind) {
    run_checks(augmentation_checks(request.plugin), request.skip, sink);
  } else if (kind == Sampler::plugin_kind) {
    run_checks(sampler_checks(request.plugin), request.skip, sink);
  } else {
    throw InvalidInput("there is no kind of plugin '" + kind + "'");
  }
}

}  // namespace assay::data
