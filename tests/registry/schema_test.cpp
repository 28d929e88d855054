// The tables as others use them: by SQL of their own.
#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "assay/registry/external_evaluation.h"
#include "registry_fixture.h"

namespace assay::test {
namespace {

using Schema = RegistryTest;

std::vector<std::string> sql_blocks(const std::filesystem::path& markdown) {
  std::ifstream stream(markdown);
  std::stringstream text;
  text << stream.rdbuf();
  std::vector<std::string> blocks;
  const std::string all = text.str();
  for (std::size_t at = all.find("```sql\n"); at != std::string::npos; at = all.find("```sql\n", at)) {
    at += 7;
    blocks.push_back(all.substr(at, all.find("```", at) - at));
  }
  return blocks;
}

void execute_with_foreign_keys(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(SQLITE_OK, sqlite3_open(file.c_str(), &connection));
  EXPECT_EQ(SQLITE_OK,
            sqlite3_exec(connection, ("PRAGMA foreign_keys = ON; " + sql).c_str(), nullptr, nullptr, nullptr))
      << sqlite3_errmsg(connection);
  sqlite3_close(connection);
}

TEST_F(Schema, AnswersTheQueriesOfTheReadme) {
  RunStart start = example_run();
  Node optimizer;
  optimizer.set("learning_rate", Node{1e-3, {}});
  start.parameters.find("training")->set("optimizer", optimizer);
  RunWriter writer = RunWriter::start(writable(), start, quick());
  writer.metric("validation", "auroc", 1, 1, 0.5);
  writer.metric("validation", "loss", 1, 1, 0.5);
  writer.predictions("test", 1, example_predictions());
  writer.finish(RunState::completed);
  ExternalEvaluation external;
  external.name = "cnmc";
  external.dataset_fingerprint = "other";
  external.samples = {{"a.bmp", "hash-a", "H1", "", 1, "cnmc", {{"site", "Delhi"}}}};
  external.predictions = {1, {0.75F}, {1}, {0}, {0}};
  external.threshold = 0.5;
  external.figures = {{"auroc", {0.9, 0.8, 1.0, 0.95, 2, 4, 100, 0}}};
  record_external_evaluation(writable(), 1, external);
  const std::vector<std::string> blocks = sql_blocks(ASSAY_SOURCE_DIR "/registry/README.md");
  EXPECT_EQ(6U, blocks.size());
  for (const std::string& sql : blocks) {
    EXPECT_NE("", query(file(), sql)) << sql;
  }
}

TEST_F(Schema, IsMarkedAsOursAndNumbered) {
  writable();
  EXPECT_EQ(std::to_string(0x41737379), query(file(), "PRAGMA application_id"));
  EXPECT_EQ("2", query(file(), "PRAGMA user_version"));
}

TEST_F(Schema, KeepsItsTypes) {
  record(example_run());
  EXPECT_EQ("", query(file(),
                      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 "
                      "AND name NOT LIKE 'sqlite_%'"));
}

TEST_F(Schema, DeletesEverythingOfARunWithIt) {
  RunWriter writer = RunWriter::start(writable(), example_run(), quick());
  writer.metric("validation", "auroc", 1, 1, 0.5);
  writer.predictions("test", 1, example_predictions());
  writer.finish(RunState::completed);
  ExternalEvaluation external;
  external.name = "cnmc";
  record_external_evaluation(writable(), 1, external);
  execute_with_foreign_keys(file(), "DELETE FROM runs");
  for (const std::string table :
       {"parameters", "metric_points", "best_metric", "predictions", "plugins", "classes", "external_evaluations"}) {
    EXPECT_EQ("0", query(file(), "SELECT count(*) FROM " + table)) << table;
  }
}

TEST_F(Schema, NeverGivesANumberTwice) {
  record(example_run());
  record(example_run());
  query(file(), "DELETE FROM runs WHERE number = 2");
  EXPECT_EQ(3, record(example_run()));
}

}  // namespace
}  // namespace assay::test
