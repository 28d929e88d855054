#include "certify_plugin.h"

#include "assay/learn/backbone.h"
#include "assay/learn/head.h"
#include "job.h"

namespace assay {

void certify_model_plugin(const CertifyRequest& request, const CertifySink& sink) {
  prepare_process(/*compute_threads=*/0);
  const std::string& kind = request.plugin.kind;
  if (kind == Backbone::plugin_kind) {
    run_checks(backbone_checks(request.plugin), request.skip, sink);
  } else if (kind == Head::plugin_kind) {
    run_checks(head_checks(request.plugin), request.skip, sink);
  } else {
    throw InvalidInput("a plugin of kind '" + kind + "' is not the model's part");
  }
}

}  // namespace assay
