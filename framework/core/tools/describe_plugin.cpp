// Writes a plugin's description beside it: what the build runs after linking a plugin.
//   assay_describe_plugin crop.so crop.plugin.toml
#include <exception>
#include <fstream>
#include <iostream>

#include "assay/plugin_host.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: assay_describe_plugin PLUGIN.so DESCRIPTION.plugin.toml\n";
    return 2;
  }
  try {
    const std::string text = assay::write_description(assay::describe_library(argv[1]));
    std::ofstream file(argv[2]);
    file << text;
    file.close();
    if (!file) throw assay::Failure(std::string("can't write ") + argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
