#include "feature_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <numeric>

#include "assay/error.h"
#include "tiny_training.h"

namespace assay {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

constexpr std::int64_t kWidth = 1024;

std::vector<float> counted(std::int64_t rows) {
  std::vector<float> numbers(static_cast<std::size_t>(rows * kWidth));
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  return numbers;
}

void write_rows(const fs::path& file, std::int64_t rows) {
  const std::vector<float> numbers = counted(rows);
  write_feature_file(file, "key", {"", DType::f32, {rows, kWidth}, std::as_bytes(std::span(numbers))});
}

std::string refusal(const fs::path& file, const FeatureFileContents& wanted) {
  try {
    open_feature_file(file, wanted);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

/// Kilobytes of this process that are no file's.
std::int64_t own_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoll(line.substr(8));
  }
  return -1;
}

bool may_be_removed(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY);
  const bool free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return free;
}

TEST(FeatureFile, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  write_rows(folder.path() / "rows", 3);
  const FeatureRows rows = open_feature_file(folder.path() / "rows", {"key", 3, DType::f32});
  std::vector<float> row(kWidth);
  rows.gather(std::vector<std::int64_t>{2}, row.data());
  EXPECT_EQ(row.front(), 2.0F * kWidth);
  EXPECT_EQ(row.back(), 3.0F * kWidth - 1.0F);
}

TEST(FeatureFile, ItsRowsTakeNoMemoryOfTheProcess) {
  const TemporaryFolder folder;
  constexpr std::int64_t kRows = 8192;  // 32 MiB
  write_rows(folder.path() / "rows", kRows);
  const std::int64_t before = own_memory();
  const FeatureRows rows = open_feature_file(folder.path() / "rows", {"key", kRows, DType::f32});
  std::vector<float> row(kWidth);
  for (std::int64_t i = 0; i < kRows; ++i) rows.gather(std::vector{i}, row.data());
  EXPECT_LT(own_memory() - before, 4096) << "kilobytes";
}

TEST(FeatureFile, ThatHoldsOtherFeaturesIsRefused) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "rows";
  write_rows(file, 3);
  EXPECT_NE(refusal(file, {"another key", 3, DType::f32}).find("other features"), std::string::npos);
  EXPECT_NE(refusal(file, {"key", 4, DType::f32}).find("other features"), std::string::npos);
  EXPECT_NE(refusal(file, {"key", 3, DType::bf16}).find("other features"), std::string::npos);
}

TEST(FeatureFile, ThatIsDamagedIsRefused) {
  const TemporaryFolder folder;
  const fs::path flipped = folder.path() / "flipped";
  write_rows(flipped, 3);
  std::fstream stream(flipped, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(-5, std::ios::end);
  stream.put('\x7f');
  stream.close();
  EXPECT_NE(refusal(flipped, {"key", 3, DType::f32}).find("is damaged"), std::string::npos);
  const fs::path cut = folder.path() / "cut";
  write_rows(cut, 3);
  fs::resize_file(cut, fs::file_size(cut) / 2);
  EXPECT_NE(refusal(cut, {"key", 3, DType::f32}), "");
  fs::resize_file(cut, 0);
  EXPECT_NE(refusal(cut, {"key", 3, DType::f32}), "");
}

TEST(FeatureFile, IsInUseAsLongAsItsRows) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "rows";
  write_rows(file, 3);
  {
    FeatureRows all;
    all.append(open_feature_file(file, {"key", 3, DType::f32}));
    EXPECT_FALSE(may_be_removed(file));
  }
  EXPECT_TRUE(may_be_removed(file));
}

TEST(FeatureFile, RemembersWhenItWasUsedLast) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "rows";
  write_rows(file, 3);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1000);
  fs::last_write_time(file, long_ago);
  open_feature_file(file, {"key", 3, DType::f32});
  EXPECT_GT(fs::last_write_time(file), long_ago + std::chrono::hours(999));
}

// Reading on would end the process by SIGBUS.
TEST(FeatureFile, ThatIsCutShortWhileInUseEndsTheRunWithItsName) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "rows";
  write_rows(file, 3);
  FeatureRows all;
  all.append(open_feature_file(file, {"key", 3, DType::f32}));
  fs::resize_file(file, 0);
  std::vector<float> row(kWidth);
  try {
    all.gather(std::vector<std::int64_t>{1}, row.data());
    FAIL() << "it was read";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.what(), file.string() +
                                  " was cut short while it was in use; resume the run: its features are "
                                  "then computed again");
  }
}

TEST(FeatureFile, ThatIsRemovedWhileInUseStaysReadable) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "rows";
  write_rows(file, 3);
  const FeatureRows rows = open_feature_file(file, {"key", 3, DType::f32});
  fs::remove(file);
  std::vector<float> row(kWidth);
  rows.gather(std::vector<std::int64_t>{1}, row.data());
  EXPECT_EQ(row.front(), static_cast<float>(kWidth));
}

}  // namespace
}  // namespace assay
