// How a person types the running program: what a message that ends in a command must begin with.
#pragma once

#include <string>

namespace assay {

/// "runner" when the PATH finds this very program under that name, else its path from the current folder where it lies
/// beneath it, else its whole path.
std::string program_name();

}  // namespace assay
