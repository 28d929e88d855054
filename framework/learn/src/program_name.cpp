#include "program_name.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace assay {
namespace {

namespace fs = std::filesystem;

bool path_finds(const fs::path& program) {
  const char* variable = std::getenv("PATH");
  std::istringstream folders(variable == nullptr ? "" : variable);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::error_code error;
    const fs::path candidate = fs::path(folder) / program.filename();
    if (fs::exists(candidate, error)) return fs::equivalent(candidate, program, error);  // the first one is what runs
  }
  return false;
}

}  // namespace

std::string program_name() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return "runner";
  if (path_finds(program)) return program.filename().string();
  const fs::path from_here = program.lexically_relative(fs::current_path(error));
  return from_here.empty() || *from_here.begin() == ".." ? program.string() : from_here.string();
}

}  // namespace assay
