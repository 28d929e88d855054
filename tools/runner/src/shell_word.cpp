#include "shell_word.h"

namespace assay {

std::string shell_word(const std::string& path) {
  if (path.find_first_of(" \t\n'\"\\$&;|<>()*?[]#~`!") == std::string::npos) return path;
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace assay
