// A pack: decoded pictures in one file that is memory-mapped and shared by all runs that use it. What the pictures are
// made from, and when, is data's packed_cache.h; here are the format, its checks, and who may write, read and remove
// it.
//
// Format, numbers as they lie in memory, since a cache doesn't travel:
//
//     PackHeader                       64 bytes
//     key, a text                      all that the pixels depend on but the files' contents
//     pixels                           for each picture its levels, from the largest to 1 x 1, each 8-bit RGB by rows
//                                      and kPackSlack bytes that may be read
//     PackedPicture[]                  by content, each content once
//
// Level l + 1 has half the sides of level l, rounded up. The header holds a hash of itself, the key and the index; each
// index entry a hash of its pixels.
//
// Who has a pack mapped holds a shared flock on it; who writes or removes one, an exclusive flock. A pack is written
// under another name and then renamed; it is never changed and never cut in place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Bytes behind each level that may be read.
inline constexpr std::int64_t kPackSlack = 16;

/// XXH3, 128 bits: of a picture's file, as Sample::content_hash has it in hexadecimal digits.
using ContentHash = std::array<std::uint8_t, 16>;

/// From 32 hexadecimal digits; all zeros for anything else.
ContentHash parse_content_hash(std::string_view digits);

/// One picture of a pack: an entry of the index, as it lies in the file.
struct PackedPicture {
  ContentHash content{};                   ///< of the file it was decoded from
  std::uint64_t offset = 0;                ///< of level 0, from the file's beginning
  std::uint64_t pixels_hash = 0;           ///< XXH3, 64 bits, of all levels with their slack
  std::array<double, 3> mean{};            ///< of each channel
  std::array<double, 4> foreground{};      ///< left, top, width, height in source pixels; zeros where not looked for
  std::int32_t source_width = 0;           ///< of the decoded picture, upright
  std::int32_t source_height = 0;          ///< of the decoded picture, upright
  std::int32_t width = 0;                  ///< of level 0
  std::int32_t height = 0;                 ///< of level 0
  std::array<std::uint8_t, 3> border{};    ///< the border's median
  std::array<std::uint8_t, 5> reserved{};  ///< zeros
};
static_assert(sizeof(PackedPicture) == 112);

/// Bytes of all levels of a picture, slack included.
std::int64_t packed_size(std::int64_t width, std::int64_t height);

/// What can be told of a pack without mapping it.
struct PackSummary {
  std::int64_t pictures = 0;  ///< in it
  std::string key;            ///< as written
};

/// Reads the header. Throws InvalidInput when the file is no pack of this version, Failure when it can't be read.
PackSummary summary_of_pack(const std::filesystem::path& file);

/// What a pack is opened for.
enum class PackUse : std::uint8_t {
  pictures,  ///< it counts as used now
  check,     ///< looking at it is no use: its time of last use stays
};

/// An opened pack. Any thread.
class PackedFile {
 public:
  /// Maps a file and checks all but the pixels: O(pictures in it). Holds a shared flock while it lives, and sets the
  /// file's time of last use where it is opened for its pictures. Throws InvalidInput saying what is wrong with the
  /// file, Failure when it can't be read.
  explicit PackedFile(const std::filesystem::path& file, PackUse use = PackUse::pictures);
  ~PackedFile();
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;

  const std::filesystem::path& path() const { return path_; }            ///< as opened
  const std::string& key() const { return key_; }                        ///< as written
  std::span<const PackedPicture> pictures() const { return pictures_; }  ///< by content
  /// nullptr when there is none of that content.
  const PackedPicture* find(const ContentHash& content) const;
  /// Level 0; the others follow.
  const std::uint8_t* pixels(const PackedPicture& picture) const { return bytes_.data() + picture.offset; }

  /// Whether a picture's pixels have the hash they were written with. Reads all of them.
  bool is_intact(const PackedPicture& picture) const;
  /// Whether the file still is as long as it was: what somebody cut off can't be read from the mapping, it ends the
  /// process (SIGBUS). Asked before each picture, that takes a cut in the very moment.
  bool is_whole() const;
  /// Takes the file's name away, unless another pack has it by now: the next run makes a new one. Those who have it
  /// mapped keep it.
  void set_aside() const;

 private:
  void map();
  void check();

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::span<const std::uint8_t> bytes_;
  std::string key_;
  std::span<const PackedPicture> pictures_;
};

/// A pack in the making. Ended without commit(), however, it leaves no pack: at most a file under another name, whose
/// lock is free, and which the next writer or `runner cache clear` takes over.
class PackWriter {
 public:
  /// nullptr while another process is writing the same pack. What is written takes no room yet. Throws Failure naming
  /// the file when the folder can't be written to.
  static std::unique_ptr<PackWriter> begin(const std::filesystem::path& file, const std::string& key);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  /// Takes room for so many bytes of pixels, where the file system can: a disk without it is found out now, and not
  /// after minutes of decoding. Throws Failure naming the file: the disk is full, a quota or a limit on files exceeded.
  void reserve(std::int64_t bytes);

  /// Adds a picture whose content isn't in it yet; fills in offset and hash. levels: packed_size bytes. Any thread.
  /// Throws Failure when the disk is full.
  void add(PackedPicture picture, std::span<const std::uint8_t> levels);

  /// Writes the index and gives the pack its name; it is on the disk then. Call once, last. Throws Failure.
  void commit();

 private:
  PackWriter(std::filesystem::path file, std::filesystem::path draft, int descriptor, std::string key);
  void write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const;
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_;
  std::filesystem::path draft_;
  int descriptor_;
  std::string key_;
  std::mutex mutex_;
  std::vector<PackedPicture> pictures_;
  std::uint64_t end_;  ///< of what is written
};

/// The name under which a pack is written.
std::filesystem::path draft_of_pack(const std::filesystem::path& file);

}  // namespace assay
