// Trees of options: look-up, comparison, and their texts.
#include "assay/node.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace assay {
namespace {

std::string quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\t':
        quoted += "\\t";
        break;
      case '\r':
        quoted += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          constexpr std::string_view digits = "0123456789ABCDEF";
          const auto code = static_cast<unsigned char>(c);
          quoted += std::string("\\u00") + digits[code >> 4] + digits[code & 15];
        } else {
          quoted += c;
        }
    }
  }
  return quoted + "\"";
}

/// The shortest decimal that reads back as the same double; always recognisable as a number with a fraction.
std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

bool is_bare_key(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '_' || c == '-';
  });
}

void flatten_into(const Node& node, const std::string& path, std::vector<std::pair<std::string, Scalar>>& out) {
  if (const auto* table = std::get_if<Node::Table>(&node.value)) {
    for (const auto& [key, child, where] : *table) flatten_into(child, path.empty() ? key : path + "." + key, out);
  } else if (const auto* list = std::get_if<Node::List>(&node.value)) {
    if (list->empty() || !list->front().is_table()) {
      out.emplace_back(path, to_text(node));
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Node* id = (*list)[i].find("id");
      const bool named = id != nullptr && std::holds_alternative<std::string>(id->value);
      flatten_into((*list)[i], path + "." + (named ? std::get<std::string>(id->value) : std::to_string(i)), out);
    }
  } else if (node.is_set()) {
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_constructible_v<Scalar, std::decay_t<decltype(value)>>) out.emplace_back(path, value);
        },
        node.value);
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto* entries = std::get_if<Table>(&value);
  if (entries == nullptr) return nullptr;
  const auto entry = std::find_if(entries->begin(), entries->end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries->end() ? nullptr : &entry->node;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

Node& Node::set(std::string key, Node node) {
  if (!is_set()) value = Table{};
  if (Node* existing = find(key)) {
    *existing = std::move(node);
    return *existing;
  }
  table().push_back({std::move(key), std::move(node)});
  return table().back().node;
}

void Node::erase(std::string_view key) {
  std::erase_if(table(), [&](const Entry& entry) { return entry.key == key; });
}

bool operator==(const Node& a, const Node& b) {
  if (a.value.index() != b.value.index()) return false;
  if (a.is_list()) return a.list() == b.list();
  if (a.is_table()) {
    return std::equal(a.table().begin(), a.table().end(), b.table().begin(), b.table().end(),
                      [](const Node::Entry& x, const Node::Entry& y) { return x.key == y.key && x.node == y.node; });
  }
  return std::visit(
      [&](const auto& x) {
        using Kind = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<Kind, Node::List> || std::is_same_v<Kind, Node::Table>) {
          return true;
        } else {
          return x == std::get<Kind>(b.value);
        }
      },
      a.value);
}

std::string kind_name(const Node& node) {
  constexpr std::array names = {"nothing", "true or false", "a whole number", "a number",
                                "a text",  "a list",        "a table"};
  return names[node.value.index()];
}

std::string to_text(const Scalar& scalar) {
  struct Writer {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const { return number_text(v); }
    std::string operator()(const std::string& v) const { return quote(v); }
  };
  return std::visit(Writer{}, scalar);
}

std::string to_text(const Node& node) {
  if (const auto* list = std::get_if<Node::List>(&node.value)) {
    std::string text = "[";
    for (const Node& item : *list) text += (text.size() > 1 ? ", " : "") + to_text(item);
    return text + "]";
  }
  if (const auto* table = std::get_if<Node::Table>(&node.value)) {
    if (table->empty()) return "{}";
    std::string text = "{ ";
    for (const auto& [key, child, where] : *table) {
      if (!child.is_set()) continue;
      text += (text.size() > 2 ? ", " : "") + (is_bare_key(key) ? key : quote(key)) + " = " + to_text(child);
    }
    return text + " }";
  }
  if (!node.is_set()) return "";
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_constructible_v<Scalar, std::decay_t<decltype(value)>>) return to_text(Scalar(value));
        return "";
      },
      node.value);
}

std::vector<std::pair<std::string, Scalar>> flatten(const Node& node) {
  std::vector<std::pair<std::string, Scalar>> parameters;
  flatten_into(node, "", parameters);
  return parameters;
}

}  // namespace assay
