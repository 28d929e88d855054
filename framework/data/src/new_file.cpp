#include "new_file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "assay/error.h"

namespace assay::data {

void write_new_file(const std::filesystem::path& file, std::string_view bytes) {
  const auto reason = [](int error) { return std::generic_category().message(error); };
  std::FILE* stream = std::fopen(file.c_str(), "wbx");  // x: fails when somebody was faster
  if (stream == nullptr && errno == EEXIST) {
    throw InvalidInput(file.string() + " exists already; remove it, or give another name");
  }
  if (stream == nullptr) throw Failure(file.string() + " can't be written: " + reason(errno));
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
  const int error = errno;
  if (std::fclose(stream) == 0 && written) return;
  const int last_error = written ? errno : error;
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  throw Failure(file.string() + " can't be written: " + reason(last_error));
}

}  // namespace assay::data
