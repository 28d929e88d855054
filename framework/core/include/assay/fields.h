// One description of options, used for everything: checking, assigning, defaults, help, reference, registry. A struct
// of options has one function describe(Fields<Options>&), which fills a table of fields. The table is plain data and
// can be written to a file and read back (field_table_file.h); only assigning to members needs the code.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "assay/node.h"

namespace assay {

struct FieldTable;

/// The kinds of value a field takes. A field may allow several ("a number or a text").
enum class FieldKind : std::uint8_t { boolean, integer, number, text, list, table, table_list, choice, map };

/// One key of a table: what it may hold and what it means.
struct Field {
  std::string key;                      ///< as the file writes it
  std::vector<FieldKind> kinds;         ///< the first that fits a value counts
  FieldKind element = FieldKind::text;  ///< kind of a list's elements; of a map's values: text, or list of texts
  Node default_value;                   ///< not set: the key has no value unless given
  bool required = false;                ///< a missing key is an error
  bool is_path = false;  ///< a relative path starts at the folder of the file that sets it; words are no paths
  double minimum = -std::numeric_limits<double>::infinity();  ///< smallest number
  double maximum = std::numeric_limits<double>::infinity();   ///< largest number
  bool minimum_excluded = false;                              ///< the number must be above minimum
  std::string unit;                                           ///< of the number; "px"
  std::vector<std::string> words;                             ///< allowed texts; empty: any
  std::vector<std::string> word_patterns;  ///< further allowed texts, as "prefix=number" ("sensitivity=0.95")
  std::string not_above;                   ///< key of a number in the same table that this one may not exceed
  std::vector<std::string> excludes;       ///< keys of the same table that mean nothing, and are refused, beside this
  std::string help;                        ///< what the key means, in a few words
  std::shared_ptr<FieldTable> table;       ///< kinds table and table_list
  std::vector<std::pair<std::string, std::shared_ptr<FieldTable>>> choices;  ///< kind choice: by the word in "name"
  std::function<Node(const void* options)> read;                             ///< empty when read from a file
  std::function<void(void* options, const Node& value)> assign;              ///< empty when read from a file
};

/// The keys of one table.
struct FieldTable {
  std::vector<Field> fields;             ///< in the order of description
  std::vector<std::string> exactly_one;  ///< of these keys exactly one is given; empty: no such rule
  bool open = false;                     ///< further keys are allowed here and checked elsewhere (a plugin's own)

  const Field* find(std::string_view key) const;  ///< nullptr when there is no such key
};

/// Adds words, ranges and help to the field just described. Every function returns the builder again.
class FieldBuilder {
 public:
  explicit FieldBuilder(Field& field) : field_(&field) {}  ///< of a field that outlives the builder

  FieldBuilder& in(double minimum, double maximum);     ///< both ends allowed
  FieldBuilder& at_least(double minimum);               ///< no smaller number
  FieldBuilder& above(double minimum);                  ///< larger numbers only
  FieldBuilder& unit(std::string unit);                 ///< "px", "epochs", "bytes"
  FieldBuilder& words(std::vector<std::string> words);  ///< the only texts allowed
  /// Texts such as "sensitivity=0.95": a prefix, then a number in [0, 1].
  FieldBuilder& word_with_share(std::string prefix);
  FieldBuilder& not_above(std::string key);  ///< another key of the table holds the limit
  /// Beside this key those mean nothing: giving both is refused, and they keep no defaults where it is given.
  FieldBuilder& excludes(std::vector<std::string> keys);
  FieldBuilder& required();              ///< must be given
  FieldBuilder& path();                  ///< relative to the file that sets it
  FieldBuilder& help(std::string help);  ///< for people

 private:
  Field* field_;
};

template <class T>
class Fields;

/// The table of a struct of options, with the defaults that a fresh object has.
template <class T>
FieldTable describe_fields();

/// How a member's type is read from a node and written to one. Specialised for the types options may have.
template <class M>
struct MemberCodec;

/// A checked value as a member of a struct of options holds it.
template <class M>
M from_node(const Node& node) {
  return MemberCodec<M>::from(node);
}

/// A fresh object with the values of a checked table.
template <class T>
T make_options(const Node& checked);

namespace detail {
bool boolean_of(const Node&);
std::int64_t integer_of(const Node&);
double number_of(const Node&);
std::string text_of(const Node&);
bool is_of_kind(const Node&, FieldKind);
}  // namespace detail

template <>
struct MemberCodec<bool> {
  static void kind(Field& f) { f.kinds.push_back(FieldKind::boolean); }
  static bool from(const Node& n) { return detail::boolean_of(n); }
  static Node to(bool v) { return {v, {}}; }
};
template <>
struct MemberCodec<std::int64_t> {
  static void kind(Field& f) { f.kinds.push_back(FieldKind::integer); }
  static std::int64_t from(const Node& n) { return detail::integer_of(n); }
  static Node to(std::int64_t v) { return {v, {}}; }
};
template <>
struct MemberCodec<double> {
  static void kind(Field& f) { f.kinds.push_back(FieldKind::number); }
  static double from(const Node& n) { return detail::number_of(n); }
  static Node to(double v) { return {v, {}}; }
};
template <>
struct MemberCodec<std::string> {
  static void kind(Field& f) { f.kinds.push_back(FieldKind::text); }
  static std::string from(const Node& n) { return detail::text_of(n); }
  static Node to(std::string v) { return {std::move(v), {}}; }
};

/// A struct of options with a describe function: a table.
template <class M>
struct MemberCodec {
  static void kind(Field& f) {
    f.kinds.push_back(FieldKind::table);
    f.table = std::make_shared<FieldTable>(describe_fields<M>());
  }
  static M from(const Node& n) { return make_options<M>(n); }
  static Node to(const M& v);
};

/// Not given, or a value.
template <class M>
struct MemberCodec<std::optional<M>> {
  static void kind(Field& f) { MemberCodec<M>::kind(f); }
  static std::optional<M> from(const Node& n) { return from_node<M>(n); }
  static Node to(const std::optional<M>& v) { return v ? MemberCodec<M>::to(*v) : Node{}; }
};

/// A list of scalars, or of tables.
template <class M>
struct MemberCodec<std::vector<M>> {
  static void kind(Field& f) {
    Field element;
    MemberCodec<M>::kind(element);
    f.element = element.kinds.front();
    f.table = element.table;
    f.kinds.push_back(f.element == FieldKind::table ? FieldKind::table_list : FieldKind::list);
  }
  static std::vector<M> from(const Node& n) {
    std::vector<M> values;
    for (const Node& item : n.list()) values.push_back(from_node<M>(item));
    return values;
  }
  static Node to(const std::vector<M>& v) {
    Node::List items;
    for (const M& item : v) items.push_back(MemberCodec<M>::to(item));
    return {std::move(items), {}};
  }
};

/// Free keys, each with a list of texts ([dataset.classes]).
template <>
struct MemberCodec<std::map<std::string, std::vector<std::string>>> {
  using Map = std::map<std::string, std::vector<std::string>>;
  static void kind(Field& f) {
    f.kinds.push_back(FieldKind::map);
    f.element = FieldKind::list;
  }
  static Map from(const Node& n) {
    Map map;
    for (const Node::Entry& entry : n.table()) map[entry.key] = from_node<std::vector<std::string>>(entry.node);
    return map;
  }
  static Node to(const Map& v) {
    Node node{Node::Table{}, {}};
    for (const auto& [key, value] : v) node.set(key, MemberCodec<std::vector<std::string>>::to(value));
    return node;
  }
};

/// Free keys, each with a text ([dataset.source.labels]).
template <>
struct MemberCodec<std::map<std::string, std::string>> {
  using Map = std::map<std::string, std::string>;
  static void kind(Field& f) {
    f.kinds.push_back(FieldKind::map);
    f.element = FieldKind::text;
  }
  static Map from(const Node& n) {
    Map map;
    for (const Node::Entry& entry : n.table()) map[entry.key] = from_node<std::string>(entry.node);
    return map;
  }
  static Node to(const Map& v) {
    Node node{Node::Table{}, {}};
    for (const auto& [key, value] : v) node.set(key, {value, {}});
    return node;
  }
};

/// A value of one of two kinds: a number or a text, a table or a text.
template <class A, class B>
requires(!requires { A::name; }) struct MemberCodec<std::variant<A, B>> {
  static void kind(Field& f) {
    MemberCodec<A>::kind(f);
    MemberCodec<B>::kind(f);
  }
  static std::variant<A, B> from(const Node& n) {
    Field first;
    MemberCodec<A>::kind(first);
    if (detail::is_of_kind(n, first.kinds.front())) return from_node<A>(n);
    return from_node<B>(n);
  }
  static Node to(const std::variant<A, B>& v) {
    return std::visit([](const auto& value) { return MemberCodec<std::decay_t<decltype(value)>>::to(value); }, v);
  }
};

/// Structs that each have a static name: a table whose entry "name" chooses, as in optimizer = { name = "adamw" }.
template <class... C>
requires(sizeof...(C) > 0 && (requires { C::name; } && ...)) struct MemberCodec<std::variant<C...>> {
  static void kind(Field& f) {
    f.kinds.push_back(FieldKind::choice);
    (f.choices.emplace_back(C::name, std::make_shared<FieldTable>(describe_fields<C>())), ...);
  }
  static std::variant<C...> from(const Node& n) {
    const std::string name = detail::text_of(*n.find("name"));
    std::variant<C...> chosen;
    ((name == C::name ? void(chosen = make_options<C>(n)) : void()), ...);
    return chosen;
  }
  static Node to(const std::variant<C...>& v) {
    return std::visit(
        [](const auto& value) {
          using Choice = std::decay_t<decltype(value)>;
          Node node = MemberCodec<Choice>::to(value);
          Node named{Node::Table{}, {}};
          named.set("name", {std::string(Choice::name), {}});
          for (auto& entry : node.table()) named.set(entry.key, std::move(entry.node));
          return named;
        },
        v);
  }
};

/// Collects the fields of one struct of options. Each function adds a key bound to a member.
template <class T>
class Fields {
 public:
  /// true or false.
  template <class M>
  FieldBuilder boolean(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// A whole number, or (with an optional member) none.
  template <class M>
  FieldBuilder integer(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// A number; whole numbers are accepted.
  template <class M>
  FieldBuilder number(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  template <class M>
  /// A text.
  FieldBuilder text(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// A list of whole numbers, numbers or texts.
  template <class M>
  FieldBuilder integers(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  template <class M>
  /// A list of numbers.
  FieldBuilder numbers(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  template <class M>
  /// A list of texts.
  FieldBuilder texts(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// A table with a describe function of its own, or a list of such tables (a vector member).
  template <class M>
  FieldBuilder table(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// A table whose entry "name" chooses among the structs of a std::variant.
  template <class M>
  FieldBuilder choice(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// Either of two kinds: std::variant<double, std::string>, std::variant<Options, std::string>.
  template <class M>
  FieldBuilder either(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }
  /// Free keys, each with a text or a list of texts.
  template <class M>
  FieldBuilder map(std::string key, M T::*member) {
    return bind(std::move(key), member);
  }

  /// Of these keys exactly one must be given.
  void exactly_one(std::vector<std::string> keys) { table_.exactly_one = std::move(keys); }
  /// Further keys are allowed and left to another table (a plugin's own options).
  void open() { table_.open = true; }

  FieldTable take() && { return std::move(table_); }  ///< the finished table

 private:
  template <class M>
  FieldBuilder bind(std::string key, M T::*member) {
    Field field;
    field.key = std::move(key);
    MemberCodec<M>::kind(field);
    field.read = [member](const void* options) { return MemberCodec<M>::to(static_cast<const T*>(options)->*member); };
    field.default_value = field.read(&defaults_);
    field.assign = [member](void* options, const Node& value) {
      static_cast<T*>(options)->*member = from_node<M>(value);
    };
    table_.fields.push_back(std::move(field));
    return FieldBuilder(table_.fields.back());
  }

  FieldTable table_;
  T defaults_{};
};

template <class T>
FieldTable describe_fields() {
  Fields<T> fields;
  describe(fields);  // found beside T
  return std::move(fields).take();
}

template <class T>
T make_options(const Node& checked) {
  T options{};
  for (const Field& field : describe_fields<T>().fields) {
    const Node* value = checked.find(field.key);
    if (value != nullptr && value->is_set()) field.assign(&options, *value);
  }
  return options;
}

template <class M>
Node MemberCodec<M>::to(const M& value) {
  Node node{Node::Table{}, {}};
  for (const Field& field : describe_fields<M>().fields) node.set(field.key, field.read(&value));
  return node;
}

/// Checks a table against its fields and fills in defaults. Every finding is added to problems, none is thrown; the
/// result is complete when nothing was added. path is the dotted name of the table for messages ("training.optimizer";
/// "" at the top); hint is what a message about an unknown key ends with ("runner plugins describe crop"; may be
/// empty); also_known are keys that are fine beside the table and may be what a mistyped key meant.
Node check_table(const FieldTable& fields, const Node& given, const std::string& path, const std::string& hint,
                 std::vector<Problem>& problems, const std::vector<std::string>& also_known = {});

/// The known word nearest to a mistyped one: by the usual synonyms (lr, wd, val, img_size, max_epochs) or by edit
/// distance up to a third of its length. Empty when none is near.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);

/// "; did you mean 'min_area'?" or nothing. Where two words say together what one says elsewhere, it names both.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace assay
