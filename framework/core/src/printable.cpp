#include "assay/printable.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace assay {
namespace {

/// A character of UTF-8 at the start of a text: its bytes and its number. No bytes: there is none.
struct Character {
  std::size_t size = 0;
  std::uint32_t number = 0;
};

/// RFC 3629: no more bytes than needed, no surrogates, nothing above U+10FFFF.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  std::uint32_t number = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    number = number << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (number < kSmallest[size] || is_surrogate || number > 0x10FFFF) return {};
  return {size, number};
}

/// Control characters, line and paragraph separators, and what turns the direction of the text behind it.
bool is_dangerous(std::uint32_t number) {
  return number < 0x20 || (number >= 0x7F && number < 0xA0) || number == 0x2028 || number == 0x2029 ||
         number == 0x200E || number == 0x200F || (number >= 0x202A && number <= 0x202E) ||
         (number >= 0x2066 && number <= 0x2069);
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (bytes == "\n") {
    out += "\\n";
  } else if (bytes == "\r") {
    out += "\\r";
  } else if (bytes == "\t") {
    out += "\\t";
  } else {
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character character = first_of(text);
    const std::size_t size = character.size == 0 ? 1 : character.size;
    if (character.size == 0 || is_dangerous(character.number)) {
      append_escaped(out, text.substr(0, size));
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text;
}

}  // namespace assay
