// A value from an experiment file, with the place it came from: the form in which options travel between the TOML
// reader, the checker (fields.h), plugins and the registry. Reading and writing TOML is toml_file.h's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "assay/error.h"

namespace assay {

/// What a parameter of a run can be once tables and lists are taken apart.
using Scalar = std::variant<bool, std::int64_t, double, std::string>;

/// A tree of options. Tables keep the order of the file. std::monostate means "not given".
struct Node {
  struct Entry;
  using List = std::vector<Node>;    ///< values in order
  using Table = std::vector<Entry>;  ///< keys in order

  /// Std::monostate: not given.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> value;
  Location where;  ///< place of the value

  bool is_set() const { return !std::holds_alternative<std::monostate>(value); }  ///< a value was given
  bool is_table() const { return std::holds_alternative<Table>(value); }          ///< holds a table
  bool is_list() const { return std::holds_alternative<List>(value); }            ///< holds a list
  const Table& table() const { return std::get<Table>(value); }  ///< throws std::bad_variant_access when it is none
  Table& table() { return std::get<Table>(value); }              ///< throws std::bad_variant_access when it is none
  const List& list() const { return std::get<List>(value); }     ///< throws std::bad_variant_access when it is none
  List& list() { return std::get<List>(value); }                 ///< throws std::bad_variant_access when it is none

  /// The entry called key of a table; nullptr when this is no table or has no such entry.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);  ///< the same, to change it

  /// Replaces or appends an entry; makes this a table when it is not set.
  Node& set(std::string key, Node node);
  void erase(std::string_view key);  ///< does nothing without such an entry

  /// Equal values; places are not compared.
  friend bool operator==(const Node& a, const Node& b);
};

/// One key of a table with its value.
struct Node::Entry {
  std::string key;   ///< name of the entry
  Node node;         ///< its value
  Location where{};  ///< of the key; node.where is that of its value
};

/// "a table", "a whole number", ...: the kind of a value in the words of an error message.
std::string kind_name(const Node& node);

/// The value as TOML would write it on one line: 0.6, "adamw", [256], { name = "cosine" }.
std::string to_text(const Node& node);

/// Takes a tree apart into dotted keys and scalars, in order: ("training.optimizer.learning_rate", 1e-3).
/// Lists of scalars become one text value as to_text writes it; lists of tables are numbered from 0, or named by their
/// entry "id" where they have one ("augmentation.crop.min_area").
std::vector<std::pair<std::string, Scalar>> flatten(const Node& node);

/// A finite number or text as JSON-like text for messages: 0.5, 3, true, "text".
std::string to_text(const Scalar& scalar);

}  // namespace assay
