// Which commit a folder's files are of. Asked of git itself: whether a tree is changed is for git to say.
#pragma once

#include <filesystem>
#include <string>

namespace assay {

struct GitState {
  std::string commit;  ///< 40 hexadecimal digits; empty outside a repository or without git
  bool dirty = false;  ///< tracked files differ from the commit
};

/// Never throws.
GitState git_state(const std::filesystem::path& folder);

}  // namespace assay
