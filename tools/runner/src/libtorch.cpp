#include "libtorch.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <vector>

#include "assay/error.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

/// As the build knew them; both empty when it was made without LibTorch.
const std::string kVersion = ASSAY_LIBTORCH_VERSION;
const fs::path kBuiltWith = ASSAY_LIBTORCH_FOLDER;

fs::path library_in(const fs::path& folder) { return folder / "lib/libtorch.so"; }

/// "2.13.0" of "__version__ = '2.13.0+cpu'" (a wheel) or "2.13.0+cpu" (an unpacked LibTorch); empty when nothing tells.
std::string version_of(const fs::path& folder) {
  for (const char* file : {"version.py", "build-version"}) {
    std::ifstream stream(folder / file);
    for (std::string line; std::getline(stream, line);) {
      std::smatch found;
      if (std::regex_search(line, found, std::regex(R"(^(?:__version__ = ')?(\d+\.\d+\.\d+))"))) return found[1];
    }
  }
  return "";
}

fs::path private_environment() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = cache != nullptr && *cache != '\0' ? fs::path(cache) : fs::path(home ? home : "") / ".cache";
  return base / "assay" / ("torch-" + kVersion);
}

std::optional<fs::path> library_of_private_environment() {
  std::error_code error;
  for (const auto& python : fs::directory_iterator(private_environment() / "lib", error)) {
    const fs::path library = library_in(python.path() / "site-packages/torch");
    if (fs::exists(library, error)) return library;
  }
  return std::nullopt;
}

fs::path library_named_by_the_user(const fs::path& folder) {
  if (!fs::exists(library_in(folder))) {
    throw InvalidInput("ASSAY_LIBTORCH is " + folder.string() +
                       ", which holds no lib/libtorch.so. It names the torch folder of a Python environment "
                       "(.../site-packages/torch) or an unpacked LibTorch");
  }
  const std::string version = version_of(folder);
  if (!version.empty() && version != kVersion) {
    throw InvalidInput("ASSAY_LIBTORCH (" + folder.string() + ") holds LibTorch " + version +
                       ", and this program was built with " + kVersion + ", which alone fits it");
  }
  return library_in(folder);
}

}  // namespace

std::optional<fs::path> libtorch_to_open() {
  if (const char* folder = std::getenv("ASSAY_LIBTORCH"); folder != nullptr && *folder != '\0') {
    return library_named_by_the_user(fs::absolute(folder));
  }
  std::error_code error;
  if (fs::exists(library_in(kBuiltWith), error)) return std::nullopt;
  return library_of_private_environment();
}

std::string how_to_get_libtorch() {
  const std::string environment = private_environment().string();
  return "Looked in " + (kBuiltWith / "lib").string() + ", where this program was built, and in " + environment +
         ". Install it there, apart from the system's Python:\n\n  python3 -m venv " + environment + "\n  " +
         environment + "/bin/pip install torch==" + kVersion +
         "\n\nor let ASSAY_LIBTORCH name a folder that holds lib/libtorch.so of that version.";
}

}  // namespace assay
