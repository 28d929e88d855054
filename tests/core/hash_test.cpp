#include "assay/hash.h"

#include <gtest/gtest.h>

#include <fstream>

#include "assay/error.h"

namespace assay {
namespace {

// FIPS 180-2, appendix B.1 and B.2.
TEST(Sha256, EqualsThePublishedExamples) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const auto file = std::filesystem::path(testing::TempDir()) / "sha256_of_file";
  std::ofstream(file) << "abc";
  EXPECT_EQ(sha256_of_file(file), sha256("abc"));
  EXPECT_THROW(sha256_of_file(file.string() + ".missing"), Failure);
}

}  // namespace
}  // namespace assay
