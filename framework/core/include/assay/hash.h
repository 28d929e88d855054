// Content hashes, as lower-case hexadecimal text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace assay {

/// SHA-256 (FIPS 180-4) of data that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::byte> bytes);                                  ///< appends
  void update(std::string_view text) { update(std::as_bytes(std::span(text))); }  ///< appends
  /// 64 hexadecimal digits. Call once, last.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a text.
std::string sha256(std::string_view text);

/// SHA-256 of a file's bytes. Throws Failure when it can't be read, naming the file.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace assay
