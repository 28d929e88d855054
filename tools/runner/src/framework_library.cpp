#include "framework_library.h"

#include <boost/dll/shared_library.hpp>
#include <stdlib.h>

#include "assay/error.h"

namespace assay {
namespace {

template <class Commands>
const Commands& open_library(const char* file, const char* symbol) {
  namespace mode = boost::dll::load_mode;
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto library = program.parent_path().parent_path() / "lib" / file;
  try {
    // Never closed: LibTorch's threads and destructors don't survive it.
    auto* handle = new boost::dll::shared_library(library, mode::rtld_now | mode::rtld_local);
    return *handle->get<const Commands*()>(symbol)();
  } catch (const boost::dll::fs::system_error& error) {
    throw Failure(library.string() + " can't be opened: " + error.what());
  }
}

}  // namespace

const LearnCommands& learn_library() {
  // LibTorch's threads (libgomp) spin while they wait for each other. With other work on the processor, our own loader
  // threads say, each waits for one that has been put to sleep: cached training took up to thirty times as long.
  // libgomp reads this once, when it is loaded.
  ::setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/0);
  static const LearnCommands& commands = open_library<LearnCommands>("libassay_learn.so", "assay_learn_commands");
  return commands;
}

const DataCommands& data_library() {
  static const DataCommands& commands = open_library<DataCommands>("libassay_data.so", "assay_data_commands");
  return commands;
}

}  // namespace assay
