// What is kept between runs, below one folder: packs of decoded pictures, features of frozen backbones, what scans
// found, and drawn demo sets. All of it can be made again. This file knows where each kind lies, what is in use, and
// what goes when there is too much; what is in the files, others know (packed_file.h, tensor_file.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Where all of it lies: ASSAY_CACHE, else $XDG_CACHE_HOME/assay, else ~/.cache/assay. Throws InvalidInput when none of
/// these is set.
std::filesystem::path cache_folder();

/// Kinds of things that are kept.
enum class CacheKind : std::uint8_t {
  packed,    ///< packed/KEY.pack: pictures of a data set
  features,  ///< features/KEY.safetensors: of some pictures in one view
  scans,     ///< scans/KEY: what looking at a folder's images found
  demo,      ///< demo-KEY/: a drawn demo set
};

/// "packed", "features", "scans" or "demo".
std::string_view to_text(CacheKind kind);

/// One thing that is kept: a file, or a folder of a demo set.
struct CacheEntry {
  CacheKind kind = CacheKind::packed;  ///< what it is
  std::filesystem::path path;          ///< of it
  std::string key;                     ///< the part of its name that tells it from others of its kind
  std::int64_t bytes = 0;              ///< on disk
  std::int64_t last_used_ms = 0;       ///< since 1970
  bool is_in_use = false;              ///< some process holds a lock on it, or writes it
  bool is_draft = false;               ///< half written, by a run that is at it or one that was killed
  bool is_left_over = false;           ///< a draft that nobody writes any more
};

/// All that is kept in a folder, the kinds in order, last used first. A folder that doesn't exist holds nothing.
std::vector<CacheEntry> list_cache(const std::filesystem::path& folder);

/// How many pictures an entry is of; nullopt where its kind doesn't say. Reads headers only. Throws InvalidInput when
/// it is damaged, Failure when it can't be read.
std::optional<std::int64_t> pictures_of(const CacheEntry& entry);

/// What is wrong with a pack or a file of features, to follow its path; empty when every byte has the hash it was
/// written with. Other kinds are not looked at: scans are checked when they are read, demo sets like any image; nor
/// are drafts. Looking is no use: the time of last use stays. Throws Failure naming it when it can't be read, and
/// Interrupted between pictures after Ctrl-C (interrupt.h).
std::string damage_of(const CacheEntry& entry);

/// Removes an entry; false when it is in use. Throws Failure when it can't be removed.
bool remove_if_unused(const CacheEntry& entry);

/// Bytes that packs and features may take together: ASSAY_CACHE_LIMIT, as "50G", "800M" or "1.5T" (powers of 1000) or
/// plain bytes; 50 GB when it is not set. Throws InvalidInput for anything else.
std::int64_t cache_limit();

/// Removes the packs and features that were not used for longest, until there is room for so many bytes more below
/// cache_limit(). What is in use stays, and so does the one used last. What can't be removed stays, too. Returns the
/// bytes that were freed.
std::int64_t make_room(const std::filesystem::path& folder, std::int64_t bytes = 0);

}  // namespace assay
