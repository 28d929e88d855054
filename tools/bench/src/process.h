// Times a whole process, as the person who waits for it does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::bench {

/// Seconds from start to end of runner with these arguments in a folder; its output is thrown away. Throws Failure when
/// its exit code isn't 0.
double seconds_of_runner(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

}  // namespace assay::bench
