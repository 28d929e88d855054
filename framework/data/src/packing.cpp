// Finding the pack of a data set, waiting for it, or making it.
#include <atomic>
#include <chrono>
#include <future>
#include <iomanip>
#include <limits>
#include <locale>
#include <map>
#include <sstream>
#include <thread>

#include "assay/cache_files.h"
#include "assay/error.h"
#include "assay/hash.h"
#include "assay/interrupt.h"
#include "packed_cache.h"
#include "parallel.h"
#include "pixel_decoder.h"
#include "prepared_picture.h"
#include "sample_file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using data::PreparedPicture;
using data::PreparingOptions;

/// The pack can't be written; what() says why.
struct NotKept : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What is packed, and how.
struct Packing {
  std::vector<const Sample*> samples;  ///< one of each content, by content
  PreparingOptions preparing;
  double pixel_limit = 0;
  std::int64_t threads = 0;
};

Packing packing_of(const Dataset& dataset, const Experiment& experiment) {
  Packing packing;
  std::map<std::string, const Sample*> by_content;
  for (const Sample& sample : dataset.samples) by_content.emplace(sample.content_hash, &sample);
  for (const auto& [content, sample] : by_content) packing.samples.push_back(sample);
  packing.preparing = {experiment.dataset.mask, experiment.pipeline.stored_size,
                       data::needs_foreground(experiment.preprocessing.crop)};
  packing.pixel_limit = experiment.dataset.pixel_limit;
  packing.threads = experiment.pipeline.threads;
  return packing;
}

/// All that the pixels depend on. The fixed crop isn't among it: packs hold whole pictures, and what crops ask of them.
std::string key_of(const Packing& packing) {
  Sha256 contents;
  for (const Sample* sample : packing.samples) contents.update(sample->content_hash + '\n');
  std::ostringstream key;
  key.imbue(std::locale::classic());
  key << std::setprecision(17) << "pack 1\ncontents " << contents.finish() << "\npixel_limit " << packing.pixel_limit
      << "\nforeground " << packing.preparing.finds_foreground << "\nstored_size "
      << packing.preparing.stored_size.value_or(0) << '\n';
  key << "decoders " << data::decoder_versions() << '\n';
  for (const MaskOptions& mask : packing.preparing.mask) {
    key << "mask " << mask.left << ' ' << mask.top << ' ' << mask.right << ' ' << mask.bottom << '\n';
  }
  return key.str();
}

std::int64_t expected_bytes(const Packing& packing) {
  std::int64_t bytes = 0;
  for (const Sample* sample : packing.samples) {
    const auto [width, height] = data::stored_sides(sample->width, sample->height, packing.preparing.stored_size);
    if (width > 0 && height > 0) bytes += packed_size(width, height);
  }
  return bytes;
}

/// The pixels of all levels, one behind the other, each with its slack.
void join_levels(const data::StoredPicture& stored, std::vector<std::uint8_t>& joined) {
  joined.clear();
  for (const data::StoredLevel& level : stored.levels) {
    joined.insert(joined.end(), level.rgb, level.rgb + level.width * level.height * 3);
    joined.resize(joined.size() + kPackSlack);  // zeros, so that equal pictures have equal bytes
  }
}

PackedPicture description_of(const PreparedPicture& picture, const std::string& content_hash) {
  const data::StoredPicture& stored = picture.levels.stored();
  const data::Box& foreground = picture.foreground;
  PackedPicture packed;
  packed.content = parse_content_hash(content_hash);
  packed.mean = stored.mean;
  packed.foreground = {foreground.left, foreground.top, foreground.width, foreground.height};
  packed.source_width = static_cast<std::int32_t>(picture.width);
  packed.source_height = static_cast<std::int32_t>(picture.height);
  packed.width = static_cast<std::int32_t>(stored.levels.front().width);
  packed.height = static_cast<std::int32_t>(stored.levels.front().height);
  packed.border = stored.border_median;
  return packed;
}

/// nullopt for a file that can't be decoded any more: rendering it says why.
std::optional<PreparedPicture> read_prepared(const Sample& sample, const Packing& packing) {
  thread_local std::vector<std::uint8_t> file;
  try {
    data::read_sample(sample, file);
    return data::prepare_picture(data::decode_picture(file, packing.pixel_limit), packing.preparing);
  } catch (const data::BadImage&) {
    return std::nullopt;
  }
}

/// Whether it is in the pack.
bool pack_one(const Sample& sample, const Packing& packing, PackWriter& writer) {
  thread_local std::vector<std::uint8_t> joined;
  std::optional<PreparedPicture> picture = read_prepared(sample, packing);
  if (!picture) return false;
  picture->levels.make_levels(std::numeric_limits<std::int64_t>::max());
  join_levels(picture->levels.stored(), joined);
  try {
    writer.add(description_of(*picture, sample.content_hash), joined);
  } catch (const Failure& failure) {
    throw NotKept(failure.what());
  }
  return true;
}

/// "1,234"
std::string count_text(std::int64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

/// Returns how many are in the pack.
std::int64_t pack_all(const Packing& packing, PackWriter& writer, Console& console) {
  const auto count = static_cast<std::int64_t>(packing.samples.size());
  const auto show = [&](std::int64_t done) {
    if (!console.progress_due() && done < count) return;
    console.progress("packing: " + count_text(done) + " of " + count_text(count) + " images");
  };
  std::atomic<std::int64_t> packed{0};
  const auto pack = [&](std::int64_t i) {
    packed += pack_one(*packing.samples[static_cast<std::size_t>(i)], packing, writer) ? 1 : 0;
  };
  // None of it in this thread, which lives as long as the run: what was last in use for a picture goes with its thread.
  std::async(std::launch::async, [&] { data::for_each_in_parallel(count, packing.threads, pack, show); }).get();
  console.end_progress();
  return packed;
}

/// One pack, found or made. One thread.
class PackOpener {
 public:
  PackOpener(const Packing& packing, const fs::path& cache, Console& console)
      : packing_(packing),
        cache_(cache),
        console_(console),
        key_(key_of(packing)),
        file_(cache / "packed" / (sha256(key_).substr(0, 32) + ".pack")) {}

  std::shared_ptr<const PackedCache> open() {
    for (bool is_waiting = false;; is_waiting = true) {
      if (auto kept = find()) return kept;
      refuse_above_limit();
      std::unique_ptr<PackWriter> writer = begin();
      if (!writer) {
        wait(is_waiting);
        continue;
      }
      // Another process may have finished it since.
      if (auto kept = find()) return kept;
      make(std::move(writer));
      return open_made();
    }
  }

 private:
  /// nullptr where there is none, or one that has to be made again.
  std::shared_ptr<const PackedCache> find() {
    std::error_code error;
    if (!fs::exists(file_, error)) return nullptr;
    if (fs::is_directory(file_, error)) throw NotKept(file_.string() + " is a directory; remove it");
    try {
      return std::make_shared<PackedCache>(file_, key_, console_);
    } catch (const InvalidInput& problem) {
      if (!is_told_) console_.warn(problem.problems().front().what + "; the pictures are packed again");
      is_told_ = true;
      return nullptr;
    } catch (const Failure& failure) {
      if (!fs::exists(file_, error)) return nullptr;  // removed since, to make room for another
      throw NotKept(failure.what());
    }
  }

  /// What was written a moment ago: making it once more would help no more.
  std::shared_ptr<const PackedCache> open_made() const {
    try {
      return std::make_shared<PackedCache>(file_, key_, console_);
    } catch (const InvalidInput& problem) {
      throw NotKept(problem.problems().front().what);
    } catch (const Failure& failure) {
      throw NotKept(failure.what());
    }
  }

  void refuse_above_limit() const {
    const std::int64_t bytes = expected_bytes(packing_);
    if (bytes <= cache_limit()) return;
    throw NotKept("they need " + bytes_text(static_cast<double>(bytes)) + ", more than the cache's limit of " +
                  bytes_text(static_cast<double>(cache_limit())) +
                  "; ASSAY_CACHE_LIMIT raises it, pipeline.stored_size makes pictures smaller");
  }

  /// nullptr while another run is packing.
  std::unique_ptr<PackWriter> begin() const {
    const std::int64_t bytes = expected_bytes(packing_);
    try {
      auto writer = PackWriter::begin(file_, key_);
      if (!writer) return nullptr;
      // Only now: what another run's draft of the same pack takes must not be asked for twice.
      make_room(cache_, bytes);
      writer->reserve(bytes);
      return writer;
    } catch (const Failure& failure) {
      throw NotKept(failure.what());
    }
  }

  void wait(bool is_waiting) const {
    constexpr std::chrono::milliseconds kPause(100);
    if (!is_waiting) console_.say("another run is packing the same pictures; waiting for it");
    std::this_thread::sleep_for(kPause);
    throw_if_interrupted();
  }

  void make(std::unique_ptr<PackWriter> writer) const {
    const std::int64_t images = pack_all(packing_, *writer, console_);
    try {
      writer->commit();
    } catch (const Failure& failure) {
      throw NotKept(failure.what());
    }
    std::error_code gone;
    const auto bytes = static_cast<double>(fs::file_size(file_, gone));
    console_.say("packed " + count_text(images) + " images for this run and others: " + bytes_text(bytes));
  }

  const Packing& packing_;
  const fs::path& cache_;
  Console& console_;
  const std::string key_;
  const fs::path file_;
  bool is_told_ = false;
};

}  // namespace

std::shared_ptr<const PackedCache> open_packed_cache(const Dataset& dataset, const Experiment& experiment,
                                                     const fs::path& cache, Console& console) {
  if (experiment.pipeline.cache == "off" || dataset.samples.empty()) return nullptr;
  const Packing packing = packing_of(dataset, experiment);
  try {
    auto pack = PackOpener(packing, cache, console).open();
    make_room(cache);
    return pack;
  } catch (const NotKept& problem) {
    console.end_progress();
    console.warn(std::string("decoded pictures aren't kept, but decoded each time: ") + problem.what());
    return nullptr;
  }
}

}  // namespace assay
