#include "write_lock.h"

#include <string>

#include "assay/console.h"
#include "assay/error.h"

namespace assay {

WriteLock::WriteLock(const std::filesystem::path& registry, std::chrono::milliseconds patience)
    : lock_(registry.string() + ".lock", patience) {
  if (!lock_.held()) {
    throw Failure("registry " + registry.string() + " is locked: another process has been writing for " +
                  duration_text(patience) + " (it holds " + registry.string() + ".lock; `fuser` names it)");
  }
}

}  // namespace assay
