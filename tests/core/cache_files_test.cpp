// What lies in the cache, what of it is whole, and what goes when there is too much.
#include "assay/cache_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "assay/error.h"
#include "assay/hash.h"
#include "assay/packed_file.h"
#include "assay/tensor_file.h"
#include "data/temporary_folder.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using test::flip_bit;
using test::TemporaryFolder;

class CacheFiles : public testing::Test {
 protected:
  ~CacheFiles() override { unsetenv("ASSAY_CACHE_LIMIT"); }

  /// A pack of pictures of 40 x 40.
  fs::path pack(const std::string& key, std::uint8_t pictures) {
    const fs::path file = folder_.path() / "packed" / (key + ".pack");
    const auto writer = PackWriter::begin(file, key);
    for (std::uint8_t i = 0; i < pictures; ++i) {
      PackedPicture picture;
      picture.content[0] = i;
      picture.width = picture.height = picture.source_width = picture.source_height = 40;
      writer->add(picture, std::vector<std::uint8_t>(static_cast<std::size_t>(packed_size(40, 40)), i));
    }
    writer->commit();
    return file;
  }

  fs::path features(const std::string& key, std::int64_t rows) {
    std::vector<float> numbers(static_cast<std::size_t>(rows * 300), 0.5F);
    const TensorView view{"features", DType::f32, {rows, 300}, std::as_bytes(std::span(numbers))};
    Sha256 hash;
    hash.update(view.bytes);
    const fs::path file = folder_.path() / "features" / (key + ".safetensors");
    fs::create_directories(file.parent_path());
    write_safetensors(file, std::span(&view, 1), {{"key", key}, {"sha256", hash.finish()}});
    return file;
  }

  static void used_hours_ago(const fs::path& file, int hours) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  }

  std::optional<CacheEntry> entry(const std::string& key) const {
    for (const CacheEntry& entry : list_cache(folder_.path())) {
      if (entry.key == key) return entry;
    }
    return std::nullopt;
  }

  void set_limit(const char* limit) { setenv("ASSAY_CACHE_LIMIT", limit, 1); }

  TemporaryFolder folder_;
};

TEST_F(CacheFiles, OfAFolderThatIsNotThereAreNone) { EXPECT_TRUE(list_cache(folder_.path() / "none").empty()); }

TEST_F(CacheFiles, AreListedByKindAndLastUse) {
  used_hours_ago(pack("old", 3), 5);
  pack("new", 2);
  features("rows", 7);
  folder_.write("scans/0123", "what a scan found");
  folder_.write("demo-abc/healthy/1.png", "a picture");
  folder_.write("demo-abc/malignant/2.png", "a picture");
  folder_.write("demo-abc.lock", "");
  folder_.write("weights/other.pth", "not ours");

  const std::vector<CacheEntry> entries = list_cache(folder_.path());
  ASSERT_EQ(entries.size(), 5U);
  const std::vector<std::string> keys{"new", "old", "rows", "0123", "abc"};
  const std::vector<CacheKind> kinds{CacheKind::packed, CacheKind::packed, CacheKind::features, CacheKind::scans,
                                     CacheKind::demo};
  const std::vector<std::optional<std::int64_t>> pictures{2, 3, 7, std::nullopt, 2};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].key, keys[i]);
    EXPECT_EQ(entries[i].kind, kinds[i]);
    EXPECT_EQ(pictures_of(entries[i]), pictures[i]) << keys[i];
    EXPECT_GT(entries[i].bytes, 0);
    EXPECT_FALSE(entries[i].is_in_use);
    EXPECT_FALSE(entries[i].is_left_over);
  }
}

TEST_F(CacheFiles, AreInUseWhileSomebodyHasThemMappedAndAreNotRemovedThen) {
  const fs::path file = pack("mapped", 1);
  {
    const PackedFile mapped(file);
    EXPECT_TRUE(entry("mapped")->is_in_use);
    EXPECT_FALSE(remove_if_unused(*entry("mapped")));
    EXPECT_TRUE(fs::exists(file));
  }
  EXPECT_FALSE(entry("mapped")->is_in_use);
  EXPECT_TRUE(remove_if_unused(*entry("mapped")));
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(CacheFiles, AreLeftOverWhenTheirWriterDied) {
  const fs::path file = folder_.path() / "packed" / "half.pack";
  {
    const auto writer = PackWriter::begin(file, "half");
    EXPECT_TRUE(entry("half")->is_in_use) << "its writer is alive";
    EXPECT_FALSE(entry("half")->is_left_over);
  }
  EXPECT_FALSE(entry("half")) << "a writer that gives up takes its draft along";
  folder_.write("packed/half.packing", "what a killed process left");
  EXPECT_TRUE(entry("half")->is_left_over);
  EXPECT_FALSE(entry("half")->is_in_use);
  EXPECT_TRUE(remove_if_unused(*entry("half")));
}

TEST_F(CacheFiles, AreMarkedAsUsedWhenTheyAreOpened) {
  const fs::path file = pack("touched", 1);
  used_hours_ago(file, 100);
  const std::int64_t before = entry("touched")->last_used_ms;
  { const PackedFile opened(file); }
  EXPECT_GT(entry("touched")->last_used_ms, before + 99 * 3600 * 1000);
}

TEST_F(CacheFiles, AreNotMarkedAsUsedWhenTheyAreListedOrVerified) {
  used_hours_ago(pack("idle", 2), 100);
  const std::int64_t before = entry("idle")->last_used_ms;
  EXPECT_EQ(damage_of(*entry("idle")), "");
  EXPECT_EQ(entry("idle")->last_used_ms, before);
}

TEST_F(CacheFiles, AreNotInUseWhileOthersListThem) {
  for (int i = 0; i < 20; ++i) pack("pack" + std::to_string(i), 1);
  std::atomic<int> in_use{0};
  const auto list = [&] {
    for (int i = 0; i < 200; ++i) {
      for (const CacheEntry& entry : list_cache(folder_.path())) in_use += entry.is_in_use ? 1 : 0;
    }
  };
  {
    std::vector<std::jthread> listings;
    for (int i = 0; i < 3; ++i) listings.emplace_back(list);
  }
  EXPECT_EQ(in_use, 0);
}

TEST_F(CacheFiles, OfFeaturesHalfWrittenAreLeftOverAfterAnHourWhereTheirWriterIsGone) {
  const std::string gone = "999999999";  // above any number that Linux gives a process
  const auto draft = [&](const std::string& key, const std::string& process, int hours) {
    used_hours_ago(folder_.write("features/" + key + ".safetensors.writing-" + process, "a part"), hours);
  };
  draft("young", gone, 0);  // of another container, perhaps
  draft("old", gone, 2);
  draft("ours", std::to_string(::getpid()), 2);
  draft("nameless", "", 2);
  for (const auto& [key, is_left_over] :
       {std::pair{"young", false}, {"old", true}, {"ours", false}, {"nameless", true}}) {
    ASSERT_TRUE(entry(key)) << key;
    EXPECT_TRUE(entry(key)->is_draft) << key;
    EXPECT_EQ(entry(key)->is_left_over, is_left_over) << key;
    EXPECT_EQ(entry(key)->is_in_use, !is_left_over) << key;
    EXPECT_EQ(pictures_of(*entry(key)), std::nullopt) << key;
  }
}

TEST_F(CacheFiles, GetNoPackThatNeedsMoreThanAFileMayHold) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{10'000, before.rlim_max};
  const fs::path file = folder_.path() / "packed" / "large.pack";
  const auto writer = PackWriter::begin(file, "large");
  setrlimit(RLIMIT_FSIZE, &small);
  std::string said;
  try {
    writer->reserve(1'000'000);
  } catch (const Failure& failure) {
    said = failure.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(said, file.string() + " can't be written: File too large");
}

TEST_F(CacheFiles, AreVerifiedToTheLastByte) {
  const fs::path packed = pack("p", 3);
  const fs::path rows = features("f", 4);
  EXPECT_EQ(damage_of(*entry("p")), "");
  EXPECT_EQ(damage_of(*entry("f")), "");
  flip_bit(packed, 64 * 2 + packed_size(40, 40) + 100);  // of the second picture
  flip_bit(rows, static_cast<std::int64_t>(fs::file_size(rows)) - 1);
  EXPECT_EQ(damage_of(*entry("p")), "is damaged: picture 2 of 3 doesn't have the hash it was written with");
  EXPECT_EQ(damage_of(*entry("f")), "is damaged: its features don't have the hash they were written with");
  const std::string size = std::to_string(fs::file_size(packed));
  fs::resize_file(packed, 1'000'000);
  EXPECT_EQ(damage_of(*entry("p")), "has grown since it was written: it has 1000000 bytes, not " + size);
  fs::resize_file(packed, 100);
  EXPECT_EQ(damage_of(*entry("p")), "is cut short: it has 100 bytes, not " + size);
}

TEST_F(CacheFiles, ThatWereNotUsedForLongestMakeRoom) {
  const fs::path oldest = pack("oldest", 10);
  const fs::path old = features("old", 50);
  const fs::path young = pack("young", 10);
  const fs::path newest = pack("newest", 10);
  used_hours_ago(oldest, 30);
  used_hours_ago(old, 20);
  used_hours_ago(young, 10);
  set_limit("150K");  // two packs of 65 kB
  EXPECT_GT(make_room(folder_.path()), 100'000);
  EXPECT_FALSE(fs::exists(oldest));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
  EXPECT_TRUE(fs::exists(newest));
  EXPECT_EQ(make_room(folder_.path()), 0);
  make_room(folder_.path(), 100'000);
  EXPECT_FALSE(fs::exists(young)) << "room for more was asked for";
}

TEST_F(CacheFiles, InUseAndTheLastUsedStayWhateverTheLimit) {
  const fs::path used = pack("used", 1);
  const fs::path idle = pack("idle", 1);
  const fs::path newest = pack("newest", 1);
  const PackedFile mapped(used);
  used_hours_ago(used, 20);
  used_hours_ago(idle, 10);
  set_limit("0");
  make_room(folder_.path());
  EXPECT_TRUE(fs::exists(used));
  EXPECT_FALSE(fs::exists(idle));
  EXPECT_TRUE(fs::exists(newest));
}

TEST_F(CacheFiles, TheLastUsedStaysThoughADraftIsYounger) {
  const fs::path newest = pack("newest", 1);
  used_hours_ago(newest, 1);
  const auto draft = PackWriter::begin(folder_.path() / "packed" / "draft.pack", "draft");
  folder_.write("packed/half.packing", "what a killed process left");
  set_limit("0");
  make_room(folder_.path());
  EXPECT_TRUE(fs::exists(newest));
  EXPECT_TRUE(entry("draft"));
  EXPECT_FALSE(entry("half"));
}

TEST_F(CacheFiles, HaveALimitInBytesOrWithALetter) {
  EXPECT_EQ(cache_limit(), 50'000'000'000);
  const std::vector<std::pair<const char*, std::int64_t>> texts{
      {"50G", 50'000'000'000}, {"800M", 800'000'000}, {"1.5T", 1'500'000'000'000}, {"12345", 12'345}, {"2K", 2'000}};
  for (const auto& [text, bytes] : texts) {
    set_limit(text);
    EXPECT_EQ(cache_limit(), bytes) << text;
  }
}

TEST_F(CacheFiles, RefuseALimitThatIsNone) {
  for (const char* text : {"much", "50 G", "50GB", "-1", "G", "nan", "1e300"}) {
    set_limit(text);
    try {
      cache_limit();
      ADD_FAILURE() << text << " was taken";
    } catch (const InvalidInput& problem) {
      EXPECT_NE(std::string(problem.what()).find("ASSAY_CACHE_LIMIT is '" + std::string(text) + "'"),
                std::string::npos);
    }
  }
}

}  // namespace
}  // namespace assay
