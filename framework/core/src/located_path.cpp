#include "located_path.h"

#include <filesystem>

namespace assay {

std::string absolute_path(const std::string& text, const Location& where) {
  const std::filesystem::path folder = where.line > 0 ? std::filesystem::path(where.file).parent_path() : "";
  return std::filesystem::absolute(folder / text).lexically_normal().string();
}

}  // namespace assay
