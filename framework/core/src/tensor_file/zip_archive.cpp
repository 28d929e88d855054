#include "zip_archive.h"

#include <algorithm>
#include <array>

namespace assay::detail {
namespace {

constexpr std::uint64_t local_signature = 0x04034b50;
constexpr std::uint64_t central_signature = 0x02014b50;
constexpr std::uint64_t end_signature = 0x06054b50;
constexpr std::uint64_t wide_end_signature = 0x06064b50;
constexpr std::uint64_t wide_locator_signature = 0x07064b50;
constexpr std::size_t end_size = 22;
constexpr std::size_t wide_locator_size = 20;
constexpr std::size_t longest_comment = 0xffff;
constexpr std::uint64_t wide_16 = 0xffff;      // "look in the zip64 record"
constexpr std::uint64_t wide_32 = 0xffffffff;  // the same

/// Tables for eight bytes a step: one byte a step would take longer than all the rest of opening a file.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xedb88320U : 0U);
    tables[0][i] = value;
  }
  for (std::size_t table = 1; table < tables.size(); ++table) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[table - 1][i];
      tables[table][i] = (before >> 8U) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}

std::uint32_t crc32(Bytes bytes) {
  static constexpr CrcTables tables = make_crc_tables();
  std::uint32_t crc = 0xffffffffU;
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint32_t low = crc ^ (at(i) | at(i + 1) << 8U | at(i + 2) << 16U | at(i + 3) << 24U);
    crc = tables[7][low & 0xffU] ^ tables[6][(low >> 8U) & 0xffU] ^ tables[5][(low >> 16U) & 0xffU] ^
          tables[4][low >> 24U] ^ tables[3][at(i + 4)] ^ tables[2][at(i + 5)] ^ tables[1][at(i + 6)] ^
          tables[0][at(i + 7)];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8U) ^ tables[0][(crc ^ at(i)) & 0xffU];
  return ~crc;
}

}  // namespace

bool ZipArchive::is_zip(Bytes file) {
  return file.size() >= end_size && Cursor(file, "the zip archive").number(4) == local_signature;
}

ZipArchive::ZipArchive(Bytes file) : file_(file) {
  const Directory directory = find_directory();
  directory_offset_ = directory.offset;
  Cursor cursor(file_, "the zip directory");
  cursor.seek(directory.offset);
  for (std::uint64_t i = 0; i < directory.entries; ++i) read_entry(cursor);
  check_overlap();
}

ZipArchive::Directory ZipArchive::find_directory() const {
  // The end record is the last thing in the file but for a comment of unknown length.
  const std::size_t earliest = file_.size() - std::min(file_.size(), end_size + longest_comment);
  for (std::size_t at = file_.size() - end_size + 1; at-- > earliest;) {
    Cursor end(file_.subspan(at), "the zip's end record");
    if (end.number(4) != end_signature) continue;
    end.skip(6);
    const std::uint64_t entries = end.number(2);
    end.skip(4);
    const std::uint64_t offset = end.number(4);
    if (entries != wide_16 && offset != wide_32) return {offset, entries};
    if (at < wide_locator_size) break;
    Cursor locator(file_.subspan(at - wide_locator_size), "the zip's end record");
    if (locator.number(4) != wide_locator_signature) break;
    locator.skip(4);
    Cursor wide(file_, "the zip's end record");
    wide.seek(locator.number(8));
    if (wide.number(4) != wide_end_signature) break;
    wide.skip(28);
    const std::uint64_t wide_entries = wide.number(8);
    wide.skip(8);
    return {wide.number(8), wide_entries};
  }
  throw FormatError("it is a zip archive without its end; the file is truncated or damaged");
}

void ZipArchive::read_entry(Cursor& cursor) {
  if (cursor.number(4) != central_signature) throw FormatError("its zip directory is damaged");
  Entry entry;
  cursor.skip(4);
  entry.flags = static_cast<std::uint16_t>(cursor.number(2));
  entry.method = static_cast<std::uint16_t>(cursor.number(2));
  cursor.skip(4);
  entry.crc = static_cast<std::uint32_t>(cursor.number(4));
  entry.stored_size = cursor.number(4);
  entry.size = cursor.number(4);
  const std::uint64_t name_length = cursor.number(2);
  const std::uint64_t extra_length = cursor.number(2);
  const std::uint64_t comment_length = cursor.number(2);
  cursor.skip(8);
  entry.offset = cursor.number(4);
  std::string name = cursor.text(name_length);
  read_wide_sizes(Cursor(cursor.take(extra_length), "the zip directory"), entry);
  cursor.skip(comment_length);
  if (!entries_.emplace(name, entry).second) throw FormatError("its zip directory names " + name + " twice");
  names_.push_back(std::move(name));
}

void ZipArchive::read_wide_sizes(Cursor extra, Entry& entry) {
  constexpr std::uint64_t wide_field = 1;
  while (extra.left() >= 4) {
    const std::uint64_t id = extra.number(2);
    const std::uint64_t length = extra.number(2);
    Cursor field(extra.take(length), "the zip directory");
    if (id != wide_field) continue;
    // Only what didn't fit 32 bits is there, in this order.
    if (entry.size == wide_32) entry.size = field.number(8);
    if (entry.stored_size == wide_32) entry.stored_size = field.number(8);
    if (entry.offset == wide_32) entry.offset = field.number(8);
  }
}

void ZipArchive::check_overlap() const {
  // A thousand entries that all claim the whole file would take a thousand times its size to check.
  std::uint64_t left = file_.size();
  for (const auto& [name, entry] : entries_) {
    if (entry.size > left) throw FormatError("its zip entries overlap or reach beyond its end");
    left -= entry.size;
  }
}

std::optional<Bytes> ZipArchive::find(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  const bool encrypted = (entry.flags & 1U) != 0;
  if (entry.method != 0 || encrypted || entry.size != entry.stored_size) {
    throw FormatError("its entry " + name + " is compressed or encrypted; torch.save writes neither");
  }
  Cursor local(file_.first(std::min<std::uint64_t>(file_.size(), directory_offset_)), "the zip entry " + name);
  local.seek(entry.offset);
  if (local.number(4) != local_signature) throw FormatError("its entry " + name + " is not where its directory says");
  local.skip(22);
  const std::uint64_t name_length = local.number(2);
  const std::uint64_t extra_length = local.number(2);
  local.skip(name_length + extra_length);
  const Bytes bytes = local.take(entry.size);
  // torch.serialization.set_crc32_options(False) writes 0 for every CRC.
  if (entry.crc != 0 && crc32(bytes) != entry.crc) throw FormatError("its entry " + name + " is damaged (CRC)");
  return bytes;
}

}  // namespace assay::detail
