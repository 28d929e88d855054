#include "elf_check.h"

#include <cxxabi.h>
#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

namespace assay {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kOwnMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kOwnMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kOwnMachine = EM_RISCV;
#else
constexpr std::uint16_t kOwnMachine = EM_NONE;  // not checked; the dynamic linker does
#endif

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "32-bit x86";
    case EM_AARCH64:
      return "AArch64";
    case EM_ARM:
      return "32-bit ARM";
    case EM_PPC64:
      return "POWER";
    case EM_RISCV:
      return "RISC-V";
    default:
      return "processor number " + std::to_string(machine) + " of elf(5)";
  }
}

template <class Part>
bool read_at(std::ifstream& stream, std::uint64_t offset, Part& part) {
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(stream.read(reinterpret_cast<char*>(&part), sizeof(part)));
}

/// The byte behind the last one that the headers speak of.
std::uint64_t end_of(std::ifstream& stream, const Elf64_Ehdr& header) {
  std::uint64_t end = header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    const std::uint64_t place = header.e_phoff + i * sizeof(segment);
    if (!read_at(stream, place, segment)) return place + sizeof(segment);
    end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 ? text.get() : symbol;
}

/// The word behind a phrase; empty when the phrase isn't there.
std::string word_after(const std::string& text, const std::string& phrase) {
  const std::size_t at = text.find(phrase);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + phrase.size();
  return text.substr(begin, text.find_first_of(" ,()\n", begin) - begin);
}

/// The dynamic linker's own words, without what Boost wraps around them.
std::string linker_words(const std::string& message) {
  const std::string front = "(dlerror system message: ";
  const std::size_t begin = message.find(front);
  const std::size_t end = message.rfind("): ");
  if (begin == std::string::npos || end == std::string::npos) return message;
  return message.substr(begin + front.size(), end - begin - front.size());
}

}  // namespace

std::string why_no_library(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return "isn't there: build it, or take its .plugin.toml away";
  if (!std::filesystem::is_regular_file(file, error)) return "is no file";
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return "can't be read; see its permissions";
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (size == 0) return "is empty: it was not linked to its end; build it again";
  Elf64_Ehdr header{};
  stream.read(reinterpret_cast<char*>(&header), sizeof(header));
  const auto read = static_cast<std::size_t>(stream.gcount());
  if (read < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "is no library: it doesn't begin as one (ELF); give the plugin's .so";
  }
  if (read > EI_CLASS && header.e_ident[EI_CLASS] == ELFCLASS32) return "is for a 32-bit program; build it for 64 bits";
  if (read < sizeof(header)) return "is cut short at " + std::to_string(size) + " bytes; build or copy it again";
  if (kOwnMachine != EM_NONE && header.e_machine != kOwnMachine) {
    return "is for " + machine_name(header.e_machine) + ", this program for " + machine_name(kOwnMachine) +
           "; build it on this machine";
  }
  if (header.e_type != ET_DYN) return "is no shared library but another kind of ELF file; give the plugin's .so";
  const std::uint64_t end = end_of(stream, header);
  if (end > size) {
    return "is cut short: it has " + std::to_string(size) + " of " + std::to_string(end) +
           " bytes; build or copy it again";
  }
  return "";
}

std::string explain_open_failure(const std::string& failure) {
  const std::string message = linker_words(failure);
  std::string sentence;
  if (const std::string symbol = word_after(message, "undefined symbol: "); !symbol.empty()) {
    sentence = "needs " + demangled(symbol) +
               ", which no library has: a source file is missing from its SOURCES, or it was built with the headers of "
               "another version";
  } else if (message.find("cannot open shared object file") != std::string::npos) {
    sentence = "needs another library that isn't found (ldd shows which)";
  } else {
    return "can't be opened: " + message;
  }
  return "can't be opened: it " + sentence + " [" + message + "]";
}

}  // namespace assay
