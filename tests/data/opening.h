// Opening data sets in tests, and what is said of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "assay/data/dataset.h"
#include "assay/error.h"
#include "texts.h"

namespace assay::test {

/// A folder whose images begin with their patient: p1_0.png.
inline DatasetOptions options_for(const std::filesystem::path& folder) {
  DatasetOptions options;
  options.path = folder.string();
  options.group = GroupOptions{"p(\\d+)_", {}, {}, {}};
  return options;
}

/// Without a cache.
inline Dataset open(const DatasetOptions& options, DatasetUse use = DatasetUse::train) {
  return open_dataset(options, "", {}, use);
}

/// Why opening is refused.
inline std::string refusal(const DatasetOptions& options) {
  try {
    open(options);
  } catch (const InvalidInput& problem) {
    return problem.what();
  }
  return "nothing was refused";
}

inline void expect_refused(const DatasetOptions& options, const std::string& words) {
  const std::string text = refusal(options);
  EXPECT_TRUE(contains(text, words)) << text;
}

/// One of the sentences holds the words.
inline bool mentions(const std::vector<std::string>& sentences, const std::string& words) {
  return std::ranges::any_of(sentences, [&](const std::string& sentence) { return contains(sentence, words); });
}

}  // namespace assay::test
