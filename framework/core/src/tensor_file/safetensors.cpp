// The safetensors format: eight bytes with the header's length, the header (JSON: name -> dtype, shape, place), the
// data. https://github.com/huggingface/safetensors, "Format".
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <stdexcept>

#include "assay/tensor_file.h"
#include "sync_file.h"
#include "tensor_contents.h"

namespace assay {
namespace detail {
namespace {

using Json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
// A thousand tensors need 100 kB of header. The parsed header takes some twenty times its bytes.
constexpr std::uint64_t longest_header = 32U << 20U;

std::optional<DType> dtype_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(DType::f64); ++i) {
    const auto dtype = static_cast<DType>(i);
    if (name_of(dtype) == name) return dtype;
  }
  return std::nullopt;
}

/// Parses the header; refuses what JSON allows and the format doesn't: deep nesting and a key given twice.
Json parse_header(const std::string& text) {
  constexpr int deepest = 3;
  std::set<std::string> names;
  const auto check = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= deepest) throw FormatError("its header is nested too deeply");
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second) {
      throw FormatError("its header names " + parsed.get<std::string>() + " twice");
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw FormatError(std::string("its header is not valid JSON: ") + error.what());
  }
}

std::map<std::string, std::string> read_metadata(const Json& entries) {
  std::map<std::string, std::string> metadata;
  if (!entries.is_object()) throw FormatError("its __metadata__ is not a table");
  for (const auto& [key, value] : entries.items()) {
    if (!value.is_string()) throw FormatError("its __metadata__." + key + " is not a text");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

/// A list of whole numbers that are not negative.
std::vector<std::int64_t> read_numbers(const std::string& name, const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) throw FormatError("tensor " + name + " has no list " + key);
  std::vector<std::int64_t> numbers;
  for (const Json& item : *found) {
    // A larger unsigned number would turn negative when it is read as an int64.
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      throw FormatError("tensor " + name + ": " + key + " holds " + item.dump());
    }
    numbers.push_back(item.get<std::int64_t>());
  }
  return numbers;
}

TensorView read_tensor(const std::string& name, const Json& entry, Bytes data) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string()) {
    throw FormatError("tensor " + name + " has no dtype");
  }
  const auto dtype = dtype_named(entry["dtype"].get<std::string>());
  if (!dtype) throw FormatError("tensor " + name + " has the dtype " + entry["dtype"].dump() + ", unknown here");
  TensorView view{name, *dtype, read_numbers(name, entry, "shape"), {}};
  const auto place = read_numbers(name, entry, "data_offsets");
  if (place.size() != 2 || place[0] > place[1] || static_cast<std::uint64_t>(place[1]) > data.size()) {
    throw FormatError("tensor " + name + " lies outside of the file");
  }
  const auto begin = static_cast<std::size_t>(place[0]);
  const auto size = static_cast<std::size_t>(place[1] - place[0]);
  if (size != checked_bytes(name, *dtype, view.shape)) {
    throw FormatError("tensor " + name + ": " + std::to_string(size) + " bytes don't make " +
                      std::string(name_of(*dtype)) + " " + shape_text(view.shape));
  }
  view.bytes = data.subspan(begin, size);
  return view;
}

/// The format demands that the tensors cover the data without holes or overlaps; both would hide something.
void check_cover(const std::vector<TensorView>& tensors, Bytes data) {
  std::vector<Bytes> parts;
  for (const TensorView& view : tensors) {
    if (!view.bytes.empty()) parts.push_back(view.bytes);
  }
  std::ranges::sort(parts, {}, [](Bytes part) { return part.data(); });
  const std::byte* expected = data.data();
  for (const Bytes part : parts) {
    if (part.data() != expected) throw FormatError("its tensors overlap or leave gaps");
    expected = part.data() + part.size();
  }
  if (expected != data.data() + data.size()) throw FormatError("bytes are left over behind its last tensor");
}

}  // namespace

bool is_safetensors(Bytes file) {
  return file.size() > length_bytes && std::to_integer<char>(file[length_bytes]) == '{';
}

ReadTensors read_safetensors(Bytes file) {
  Cursor cursor(file, "the file");
  const std::uint64_t header_length = cursor.number(length_bytes);
  if (header_length > longest_header) {
    throw FormatError("its header claims " + std::to_string(header_length) + " bytes, more than " +
                      std::to_string(longest_header));
  }
  const Json header = parse_header(cursor.text(header_length));
  const Bytes data = cursor.take(cursor.left());
  ReadTensors result;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      result.metadata = read_metadata(entry);
    } else {
      result.tensors.push_back(read_tensor(name, entry, data));
    }
  }
  check_cover(result.tensors, data);
  std::ranges::stable_sort(result.tensors, {}, [](const TensorView& view) { return view.bytes.data(); });
  return result;
}

}  // namespace detail

namespace {

/// The header's text, padded with spaces so that the data begins at a multiple of eight bytes.
std::string header_of(std::span<const TensorView> tensors, const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView& view : tensors) {
    if (view.bytes.size() != detail::checked_bytes(view.name, view.dtype, view.shape)) {
      throw std::logic_error("tensor " + view.name + ": its bytes don't fit its shape");
    }
    if (header.contains(view.name)) throw std::logic_error("two tensors are called " + view.name);
    const std::uint64_t end = offset + view.bytes.size();
    header[view.name] = {{"dtype", name_of(view.dtype)}, {"shape", view.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string header = header_of(tensors, metadata);
  std::array<std::byte, detail::length_bytes> length{};
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<std::byte>(header.size() >> (8 * i));
  detail::SyncedFile out(file);
  out.write(length);
  out.write(std::as_bytes(std::span(header)));
  for (const TensorView& view : tensors) out.write(view.bytes);
  out.commit();
}

}  // namespace assay
