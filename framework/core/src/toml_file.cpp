// toml++ in, Nodes out, and back. Nothing else in the project sees toml++.
#include "assay/toml_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace assay {
namespace {

constexpr std::uintmax_t kLargestFile = 1'000'000;
constexpr int kDeepest = 64;

Location place(const std::string& name, const toml::source_region& source) {
  return {name, static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}

/// toml++ 3.3 recurses without limit on dotted keys and overflows the stack, so nesting is measured before it parses:
/// brackets that are open, and the parts of one dotted key.
class DepthCheck {
 public:
  DepthCheck(const std::string& text, const std::string& name) : text_(text), name_(name) {}

  void run() {
    for (position_ = 0; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '#') {
        while (position_ + 1 < text_.size() && text_[position_ + 1] != '\n') ++position_;
      } else {
        count(c);
      }
      if (open_ > kDeepest || parts_ > kDeepest) {
        throw InvalidInput(Location{name_, line_, 0}, "nested deeper than " + std::to_string(kDeepest) + " levels");
      }
    }
  }

 private:
  void count(char c) {
    if (c == '\n') ++line_;
    if (c == '[' || c == '{') ++open_;
    if (c == ']' || c == '}') --open_;
    if (c == '.') ++parts_;
    if (c == '\n' || c == '=' || c == ',' || c == '{') parts_ = 0;
  }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool is_long = text_.compare(position_, 3, triple) == 0;
    std::size_t next = position_ + (is_long ? 3 : 1);
    while (next < text_.size()) {
      if (quote == '"' && text_[next] == '\\') {
        ++next;
      } else if (text_[next] == '\n') {
        if (!is_long) break;  // unterminated: toml++ says so better
        ++line_;
      } else if (is_long ? text_.compare(next, 3, triple) == 0 : text_[next] == quote) {
        position_ = next + (is_long ? 2 : 0);
        return;
      }
      ++next;
    }
    position_ = is_long ? text_.size() - 1 : next - 1;
  }

  const std::string& text_;
  const std::string& name_;
  std::size_t position_ = 0;
  int line_ = 1;
  int open_ = 0;
  int parts_ = 0;
};

Node to_node(const toml::node& value, const std::string& name) {
  const Location where = place(name, value.source());
  if (const auto* table = value.as_table()) {
    Node node{Node::Table{}, where};
    for (const auto& [key, child] : *table) {
      node.table().push_back({std::string(key.str()), to_node(child, name), place(name, key.source())});
    }
    // toml++ sorts keys by name; people read a file from top to bottom.
    std::stable_sort(node.table().begin(), node.table().end(), [](const Node::Entry& a, const Node::Entry& b) {
      return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return node;
  }
  if (const auto* list = value.as_array()) {
    Node node{Node::List{}, where};
    for (const toml::node& child : *list) node.list().push_back(to_node(child, name));
    return node;
  }
  if (const auto* text = value.as_string()) return {text->get(), where};
  if (const auto* whole = value.as_integer()) return {whole->get(), where};
  if (const auto* number = value.as_floating_point()) return {number->get(), where};
  if (const auto* flag = value.as_boolean()) return {flag->get(), where};
  throw InvalidInput(where, "dates and times have no use in an experiment; write a text in quotes");
}

toml::table to_toml(const Node& node);

toml::array to_toml_array(const Node& node) {
  toml::array array;
  for (const Node& item : node.list()) {
    if (item.is_table())
      array.push_back(to_toml(item));
    else if (item.is_list())
      array.push_back(to_toml_array(item));
    else if (const auto* text = std::get_if<std::string>(&item.value))
      array.push_back(*text);
    else if (const auto* whole = std::get_if<std::int64_t>(&item.value))
      array.push_back(*whole);
    else if (const auto* number = std::get_if<double>(&item.value))
      array.push_back(*number);
    else if (const auto* flag = std::get_if<bool>(&item.value))
      array.push_back(*flag);
  }
  return array;
}

toml::table to_toml(const Node& node) {
  toml::table table;
  for (const auto& [key, value, where] : node.table()) {
    if (value.is_table())
      table.insert(key, to_toml(value));
    else if (value.is_list())
      table.insert(key, to_toml_array(value));
    else if (const auto* text = std::get_if<std::string>(&value.value))
      table.insert(key, *text);
    else if (const auto* whole = std::get_if<std::int64_t>(&value.value))
      table.insert(key, *whole);
    else if (const auto* number = std::get_if<double>(&value.value))
      table.insert(key, *number);
    else if (const auto* flag = std::get_if<bool>(&value.value))
      table.insert(key, *flag);
  }
  return table;
}

}  // namespace

Node parse_toml(const std::string& text, const std::string& name) {
  DepthCheck(text, name).run();
  try {
    return to_node(toml::parse(text, name), name);
  } catch (const toml::parse_error& error) {
    throw InvalidInput(place(name, error.source()), std::string(error.description()));
  }
}

Node read_toml(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw InvalidInput(Location{name}, "there is no such file");
  if (!std::filesystem::is_regular_file(file, error)) throw InvalidInput(Location{name}, "this is no file");
  if (std::filesystem::file_size(file, error) > kLargestFile) {
    throw InvalidInput(Location{name}, "this file is larger than 1 MB: is it an experiment?");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    if (std::filesystem::file_size(file, error) == 0) return Node{Node::Table{}, {name, 1, 1}};
    throw InvalidInput(Location{name}, "this file can't be read (permissions?)");
  }
  return parse_toml(text.str(), name);
}

std::string write_toml(const Node& table) {
  std::ostringstream text;
  text << toml::toml_formatter(to_toml(table),
                               toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings);
  return text.str() + "\n";
}

}  // namespace assay
