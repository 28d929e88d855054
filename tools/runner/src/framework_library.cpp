#include "framework_library.h"

#include <boost/dll/shared_library.hpp>
#include <stdlib.h>

#include "assay/error.h"
#include "libtorch.h"

namespace assay {
namespace {

/// Never closed: LibTorch's threads and destructors don't survive it.
boost::dll::shared_library& open_for_good(const std::filesystem::path& library) {
  namespace mode = boost::dll::load_mode;
  return *new boost::dll::shared_library(library, mode::rtld_now | mode::rtld_local);
}

/// What a machine lacks is the user's to mend.
[[noreturn]] void refuse(const std::filesystem::path& library, const std::string& reason) {
  const bool missing = reason.find("cannot open shared object file") != std::string::npos;
  if (missing && reason.find("libtorch") != std::string::npos) {
    throw InvalidInput("LibTorch " ASSAY_LIBTORCH_VERSION " isn't on this machine, and this command needs it. " +
                       how_to_get_libtorch());
  }
  if (missing && reason.find("libopencv") != std::string::npos) {
    throw InvalidInput("OpenCV isn't on this machine, or is another version than " + library.string() +
                       " was built with: " + reason +
                       "\nOn Debian and Ubuntu: apt-get install libopencv-core-dev libopencv-imgproc-dev "
                       "libopencv-imgcodecs-dev");
  }
  throw Failure(library.string() + " can't be opened: " + reason);
}

template <class Commands>
const Commands& open_library(const char* file, const char* symbol) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto library = program.parent_path().parent_path() / "lib" / file;
  try {
    return *open_for_good(library).get<const Commands*()>(symbol)();
  } catch (const boost::dll::fs::system_error& error) {
    refuse(library, error.what());
  }
}

const LearnCommands& open_learn() {
  // LibTorch's threads (libgomp) spin while they wait for each other. With other work on the processor, our own loader
  // threads say, each waits for one that has been put to sleep: cached training took up to thirty times as long.
  // libgomp reads this once, when it is loaded.
  ::setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/0);
  // The linker knows libraries by their names: libassay_learn.so is content with the libtorch.so that is open already.
  if (const auto libtorch = libtorch_to_open()) open_for_good(*libtorch);
  return open_library<LearnCommands>("libassay_learn.so", "assay_learn_commands");
}

}  // namespace

const LearnCommands& learn_library() {
  static const LearnCommands& commands = open_learn();
  return commands;
}

const DataCommands& data_library() {
  static const DataCommands& commands = open_library<DataCommands>("libassay_data.so", "assay_data_commands");
  return commands;
}

}  // namespace assay
