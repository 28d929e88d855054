#include "assay/tensor_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <ranges>

#include "assay/error.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// tools/fixtures/weight_fixtures.py wrote these with torch 2.13 and safetensors 0.8, by the formulas repeated below.
const fs::path fixtures = fs::path(ASSAY_SOURCE_DIR) / "tests/core/fixtures";

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "assay-tensor-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

template <class T>
std::vector<T> values(const TensorFile& file, const std::string& name) {
  const TensorView* view = file.find(name);
  if (view == nullptr) return {};
  std::vector<T> result(view->bytes.size() / sizeof(T));
  std::memcpy(result.data(), view->bytes.data(), view->bytes.size());
  return result;
}

/// What TensorFile::open says about a file; empty when it opens it.
std::string complaint(const fs::path& file) {
  try {
    TensorFile::open(file);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

void expect_complaint(const fs::path& file, const std::string& part) {
  const std::string text = complaint(file);
  EXPECT_NE(text.find(part), std::string::npos) << file << " gave: " << (text.empty() ? "no complaint" : text);
  EXPECT_NE(text.find(file.filename().string()), std::string::npos) << text;
}

class EveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(EveryFormat, YieldsTheSameTensors) {
  const TensorFile file = TensorFile::open(fixtures / GetParam());
  EXPECT_EQ(file.tensors().size(), 11U);
  EXPECT_EQ(values<float>(file, "layer.weight"), (std::vector<float>{-1, -0.5, 0, 0.5, 1, 1.5}));
  EXPECT_EQ(file.find("layer.weight")->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(values<double>(file, "layer.bias"), (std::vector<double>{-1, -0.5, 0}));
  EXPECT_EQ(values<std::int64_t>(file, "count"), std::vector<std::int64_t>{7});
  EXPECT_TRUE(file.find("count")->shape.empty());
  EXPECT_EQ(values<std::int32_t>(file, "int"), (std::vector<std::int32_t>{-2, -1, 0, 1}));
  EXPECT_EQ(values<std::int16_t>(file, "short"), (std::vector<std::int16_t>{-2, -1, 0, 1}));
  EXPECT_EQ(values<std::int8_t>(file, "char"), (std::vector<std::int8_t>{-2, -1, 0, 1}));
  EXPECT_EQ(values<std::uint8_t>(file, "byte"), (std::vector<std::uint8_t>{0, 1, 2, 3}));
  EXPECT_EQ(values<std::uint8_t>(file, "flag"), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(file.find("flag")->dtype, DType::boolean);
  // -1 and 1 in IEEE half and in bfloat16.
  EXPECT_EQ(values<std::uint16_t>(file, "half")[0], 0xbc00);
  EXPECT_EQ(values<std::uint16_t>(file, "half")[4], 0x3c00);
  EXPECT_EQ(values<std::uint16_t>(file, "brain")[0], 0xbf80);
  EXPECT_EQ(values<std::uint16_t>(file, "brain")[4], 0x3f80);
  EXPECT_EQ(file.find("empty")->shape, (std::vector<std::int64_t>{0, 4}));
  EXPECT_EQ(file.find("nothing"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(TensorFile, EveryFormat,
                         testing::Values("zip.pth", "zip_protocol4.pth", "legacy.pth", "small.safetensors"));

TEST(TensorFile, KeepsMetadataOfSafetensors) {
  EXPECT_EQ(TensorFile::open(fixtures / "small.safetensors").metadata().at("made_by"), "weight_fixtures.py");
}

TEST(TensorFile, FindsTheStateDictInsideATrainingCheckpoint) {
  const TensorFile file = TensorFile::open(fixtures / "checkpoint.pth");
  EXPECT_EQ(values<float>(file, "weight"), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(values<float>(file, "bias"), (std::vector<float>{0, 1}));
  EXPECT_EQ(file.tensors().size(), 2U);
}

TEST(TensorFile, ReadsParametersLikeTensors) {
  EXPECT_EQ(values<float>(TensorFile::open(fixtures / "parameter.pth"), "weight"), (std::vector<float>{0, 1, 2, 3}));
}

TEST(TensorFile, MakesStridedTensorsContiguous) {
  const TensorFile file = TensorFile::open(fixtures / "views.pth");
  EXPECT_EQ(values<float>(file, "transposed"), (std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(values<float>(file, "part"), (std::vector<float>{4, 5, 6, 7}));
  EXPECT_EQ(values<float>(file, "expanded"), (std::vector<float>{0, 0, 0, 1, 1, 1}));
}

TEST(TensorFile, AcceptsAZipThatWasWrittenWithoutChecksums) {
  EXPECT_EQ(values<float>(TensorFile::open(fixtures / "without_crc.pth"), "a"), (std::vector<float>{0, 1, 2}));
}

TEST(TensorFile, OutlivesTheObjectThatOpenedItThroughACopy) {
  std::optional<TensorFile> copy;
  {
    const TensorFile file = TensorFile::open(fixtures / "views.pth");
    copy = file;
  }
  EXPECT_EQ(values<float>(*copy, "part"), (std::vector<float>{4, 5, 6, 7}));
}

TEST(HostileTensorFile, IsRefusedWhenATensorReachesOutsideOfItsStorage) {
  for (const char* name : {"hostile_offset.pth", "hostile_negative_offset.pth", "hostile_shape.pth",
                           "hostile_stride.pth", "hostile_negative_stride.pth", "hostile_stride_overflow.pth"}) {
    expect_complaint(fixtures / name, "reaches outside of its storage");
  }
}

TEST(HostileTensorFile, IsRefusedWhenAShapeIsImpossible) {
  expect_complaint(fixtures / "hostile_negative_shape.pth", "has the shape [-4]");
  for (const char* name : {"hostile_size_overflow.pth", "hostile_product_overflow.pth", "hostile_zero_side.pth"}) {
    expect_complaint(fixtures / name, "has the impossible shape");
  }
}

TEST(HostileTensorFile, IsRefusedWhenItWouldBlowUpAFewBytes) {
  expect_complaint(fixtures / "hostile_expansion.pth", "would take more bytes than the file has");
}

TEST(HostileTensorFile, IsRefusedWhenAStorageIsShortOrMissing) {
  expect_complaint(fixtures / "hostile_storage_count.pth", "fewer than the 1099511627776 elements");
  expect_complaint(fixtures / "hostile_storage_missing.pth", "the storage of tensor x is missing");
  expect_complaint(fixtures / "hostile_type.pth", "uses torch.Size as a storage");
}

TEST(HostileTensorFile, RunsNoCode) {
  fs::remove("/tmp/assay_was_here");
  expect_complaint(fixtures / "hostile_code.pth", "asks for the Python object os.system");
  EXPECT_FALSE(fs::exists("/tmp/assay_was_here"));
}

TEST(HostileTensorFile, MayReferToItselfWithoutEndlessWork) {
  expect_complaint(fixtures / "hostile_circle.pth", "holds no dict of tensors");
}

TEST(HostileTensorFile, IsRefusedWhenItsEntriesShareBytes) {
  expect_complaint(fixtures / "hostile_overlap.pth", "overlap");
}

/// A legacy file with a pickle of our own in place of its third, the description of the tensors.
std::string legacy_with(const std::string& pickle) {
  using namespace std::string_literals;
  return "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e"s + "\x80\x02M\xe9\x03."s +
         "\x80\x02}X\x0d\0\0\0little_endian\x88s."s + "\x80\x02"s + pickle;
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(HostileTensorFile, CannotMakeCopiesWithoutEnd) {
  using namespace std::string_literals;
  const TemporaryFolder folder;
  const std::string make_lists =
      "](K\x01K\x02"
      "eq\x02](" +
      repeated("h\x02", 20000) + "eq\x01"s;  // [[1, 2], [1, 2], ...]
  const std::string make_dict = "ccollections\nOrderedDict\nh\x01\x85R0"s;
  write_all(folder / "bomb.pth", legacy_with(make_lists + repeated(make_dict, 1000) + "."));
  expect_complaint(folder / "bomb.pth", "copies more than ten million values");
}

TEST(HostileTensorFile, CannotSendCommandsToATerminal) {
  const TemporaryFolder folder;
  write_all(folder / "bell.pth", legacy_with("cos\nsys\x1b[2Jtem\n."));
  expect_complaint(folder / "bell.pth", "os.sys?[2Jtem");
}

TEST(HostileTensorFile, EndsWithItsStackWhenAPickleTakesTooMuch) {
  const TemporaryFolder folder;
  for (const char* pickle : {"0.", ".", "t.", "R.", "a.", "s.", "u.", "(0.", "\x93.", "Q.", "h\x07.", "2.", "b."}) {
    write_all(folder / "stack.pth", legacy_with(pickle));
    EXPECT_NE(complaint(folder / "stack.pth"), "") << pickle;
  }
}

/// Equal tensors, or the damage was noticed: what must never happen is a tensor that silently differs.
void expect_same_or_refused(const fs::path& damaged, const TensorFile& original, std::size_t place) {
  try {
    const TensorFile file = TensorFile::open(damaged);
    for (const TensorView& view : file.tensors()) {
      const TensorView* before = original.find(view.name);
      if (before == nullptr || before->dtype != view.dtype || before->shape != view.shape)
        continue;  // strict loading sees it
      EXPECT_TRUE(std::ranges::equal(before->bytes, view.bytes)) << view.name << ", damaged byte " << place;
    }
  } catch (const InvalidInput&) {
  }
}

TEST(DamagedTensorFile, IsRefusedWhereverItIsCutOff) {
  const TemporaryFolder folder;
  for (const char* name : {"zip.pth", "legacy.pth", "small.safetensors"}) {
    const std::string bytes = read_all(fixtures / name);
    for (std::size_t length = 0; length < bytes.size(); length += length + 40 < bytes.size() ? 7 : 1) {
      write_all(folder / name, bytes.substr(0, length));
      EXPECT_NE(complaint(folder / name), "") << name << " cut off at " << length;
    }
  }
}

TEST(DamagedTensorFile, NeverYieldsOtherValuesOfAZip) {
  const TemporaryFolder folder;
  const std::string bytes = read_all(fixtures / "zip.pth");
  const TensorFile original = TensorFile::open(fixtures / "zip.pth");
  for (std::size_t place = 0; place < bytes.size(); place += 2) {
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << place % 8));
    write_all(folder / "damaged.pth", damaged);
    expect_same_or_refused(folder / "damaged.pth", original, place);
  }
}

TEST(DamagedTensorFile, IsReadOrRefusedButNeverCrashes) {
  const TemporaryFolder folder;
  for (const char* name : {"legacy.pth", "small.safetensors", "views.pth", "checkpoint.pth"}) {
    const std::string bytes = read_all(fixtures / name);
    for (std::size_t place = 0; place < bytes.size(); ++place) {
      std::string damaged = bytes;
      damaged[place] = std::array{'\0', '\x7f', '\xff', static_cast<char>(bytes[place] ^ 1)}[place % 4];
      write_all(folder / name, damaged);
      complaint(folder / name);
    }
  }
}

/// A safetensors file with a header of our choice.
fs::path craft(const TemporaryFolder& folder, const std::string& header, std::size_t data_bytes) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  write_all(folder / "crafted.safetensors", bytes + header + std::string(data_bytes, 'x'));
  return folder / "crafted.safetensors";
}

TEST(Safetensors, RefusesAHeaderThatDoesNotFitItsData) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& header, const std::string& part) {
    expect_complaint(craft(folder, header, 8), part);
  };
  refused(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", "8 bytes don't make F32 [3]");
  refused(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", "lies outside of the file");
  refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", "lies outside of the file");
  refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "left over behind its last tensor");
  refused(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
      "overlap or leave gaps");
  refused(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      "names a twice");
  refused(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", "shape holds -2");
  refused(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", "shape holds 1844");
  refused(R"({"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}})", "impossible shape");
  refused(R"({"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}})", "F8_E4M3");
  refused(R"({"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", "nested too deeply");
  refused(R"({"a":)", "not valid JSON");
  refused("{" + std::string(100000, '['), "header");
}

TEST(Safetensors, RefusesAHeaderOfAbsurdLength) {
  const TemporaryFolder folder;
  write_all(folder / "crafted.safetensors", std::string(7, '\xff') + '\x7f' + "{}");
  expect_complaint(folder / "crafted.safetensors", "its header claims");
}

TEST(TensorFile, SaysWhatAFileIsNot) {
  const TemporaryFolder folder;
  write_all(folder / "text.pth", "Not Found");
  expect_complaint(folder / "text.pth", "neither a safetensors file nor a PyTorch file");
  write_all(folder / "empty.pth", "");
  expect_complaint(folder / "empty.pth", "neither a safetensors file nor a PyTorch file");
  EXPECT_THROW(TensorFile::open(folder / "absent.pth"), Failure);
}

TensorView view_of(const std::string& name, const std::vector<float>& data, std::vector<std::int64_t> shape) {
  return {name, DType::f32, std::move(shape), std::as_bytes(std::span(data))};
}

TEST(WriteSafetensors, IsReadBackEqual) {
  const TemporaryFolder folder;
  const std::vector<float> a{1, 2, 3, 4, 5, 6};
  const std::vector<float> b{7};
  const std::vector<TensorView> views{view_of("a", a, {2, 3}), view_of("b \"quoted\" ü", b, {}),
                                      view_of("none", {}, {0})};
  write_safetensors(folder / "x.safetensors", views, {{"epoch", "3"}});
  const TensorFile file = TensorFile::open(folder / "x.safetensors");
  EXPECT_EQ(values<float>(file, "a"), a);
  EXPECT_EQ(file.find("a")->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(values<float>(file, "b \"quoted\" ü"), b);
  EXPECT_EQ(file.find("none")->shape, std::vector<std::int64_t>{0});
  EXPECT_EQ(file.metadata().at("epoch"), "3");
}

TEST(WriteSafetensors, GivesTheSameBytesForTheSameTensors) {
  const TemporaryFolder folder;
  const std::vector<float> a{1, 2};
  const std::vector<TensorView> views{view_of("a", a, {2})};
  write_safetensors(folder / "x", views, {{"k", "v"}, {"a", "b"}});
  write_safetensors(folder / "y", views, {{"a", "b"}, {"k", "v"}});
  EXPECT_EQ(read_all(folder / "x"), read_all(folder / "y"));
}

TEST(WriteSafetensors, RefusesTensorsThatContradictThemselves) {
  const TemporaryFolder folder;
  const std::vector<float> a{1, 2};
  EXPECT_THROW(write_safetensors(folder / "x", std::vector{view_of("a", a, {3})}), std::logic_error);
  EXPECT_THROW(write_safetensors(folder / "x", std::vector{view_of("a", a, {2}), view_of("a", a, {2})}),
               std::logic_error);
  EXPECT_FALSE(fs::exists(folder / "x"));
}

TEST(WriteSafetensors, LeavesTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  write_all(folder / "x", "old");
  const std::vector<float> big(100000);
  // A file size limit stands for a full disk: write() fails with EFBIG instead of ENOSPC, once its signal is ignored.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(write_safetensors(folder / "x", std::vector{view_of("a", big, {100000})}), Failure);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(read_all(folder / "x"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator((folder / "x").parent_path()), {}), 1) << "a temporary file is left";
}

TEST(WriteSafetensors, SaysThatAFolderIsMissing) { EXPECT_THROW(write_safetensors("/nonexistent/x", {}), Failure); }

}  // namespace
}  // namespace assay
