#include "assay/data/commands.h"

namespace assay {

extern "C" const DataCommands* assay_data_commands() {
  static const DataCommands commands{
      [](const DatasetOptions& options) { return open_dataset(options, cache_folder()); }};
  return &commands;
}

}  // namespace assay
