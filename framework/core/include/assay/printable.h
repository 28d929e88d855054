// Names as messages show them: a name may hold line breaks, and codes that make a terminal do things.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace assay {

/// The text on one line: line breaks and tabs as `\n`, `\r` and `\t`, other control characters, marks that turn the
/// direction of writing, and bytes that are no UTF-8 as `\x` and two hexadecimal digits a byte. Everything else, emoji
/// too, as it is.
std::string printable(std::string_view text);

/// "a, b, c": names in one sentence. Empty without a name.
std::string listed(std::span<const std::string> names);

}  // namespace assay
