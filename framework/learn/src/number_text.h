// Numbers as people read them in progress lines and summaries.
#pragma once

#include <cstdint>
#include <string>

namespace assay {

/// "1,204": groups of three digits.
std::string count_text(std::int64_t count);

/// A number with so many digits behind the point, in the C locale; "nan" and "inf" as they are.
std::string decimal_text(double value, int digits);

}  // namespace assay
