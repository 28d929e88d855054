#include "pickle.h"

#include <array>
#include <bit>
#include <cstdio>
#include <string_view>
#include <unordered_map>

namespace assay::detail {
namespace {

// The globals that torch.save writes for tensors. Everything else is refused: most of what a pickle can name would run
// code.
constexpr std::array<std::string_view, 16> known_globals{"collections.OrderedDict",
                                                         "torch._utils._rebuild_tensor",
                                                         "torch._utils._rebuild_tensor_v2",
                                                         "torch._utils._rebuild_parameter",
                                                         "torch.Size",
                                                         "torch.FloatStorage",
                                                         "torch.DoubleStorage",
                                                         "torch.HalfStorage",
                                                         "torch.BFloat16Storage",
                                                         "torch.LongStorage",
                                                         "torch.IntStorage",
                                                         "torch.ShortStorage",
                                                         "torch.CharStorage",
                                                         "torch.ByteStorage",
                                                         "torch.BoolStorage",
                                                         "torch.nn.parameter.Parameter"};

constexpr int most_opcodes = 10'000'000;

bool is_known_global(std::string_view name) {
  for (const std::string_view known : known_globals) {
    if (known == name) return true;
  }
  return false;
}

}  // namespace

/// The stack machine that a pickle is written for. Values are made once and shared by reference; only lists and dicts
/// change after they are made.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, Cursor& cursor) : pickle_(pickle), in_(cursor) {}

  PickleRef run() {
    for (int steps = 0; steps < most_opcodes; ++steps) {
      const std::uint8_t code = in_.byte();
      if (code == stop) return pop();
      const Step step = step_of(code);
      if (step == nullptr) fail_at(code);
      step(*this);
    }
    throw FormatError("its pickle has more than ten million opcodes");
  }

 private:
  using Step = void (*)(PickleMachine&);
  struct Opcode {
    std::uint8_t code;
    const char* name;  ///< in pickletools.py
    Step step;
  };
  using M = PickleMachine;

  static constexpr std::uint8_t stop = '.';
  static const std::vector<Opcode>& opcodes();

  /// nullptr for opcodes that files of tensors don't use.
  static Step step_of(std::uint8_t code) {
    static const std::array<Step, 256> steps = [] {
      std::array<Step, 256> table{};
      for (const Opcode& opcode : opcodes()) table[opcode.code] = opcode.step;
      return table;
    }();
    return steps[code];
  }

  static void check_protocol(int protocol) {
    if (protocol >= 2 && protocol <= 5) return;
    throw FormatError("its pickle has protocol " + std::to_string(protocol) + "; 2 to 5 can be read");
  }

  [[noreturn]] void fail_at(std::uint8_t opcode) const {
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "0x%02x", opcode);
    throw FormatError("its pickle has the opcode " + std::string(code.data()) + " at byte " +
                      std::to_string(in_.position() - 1) + ", which files of tensors don't use");
  }

  template <class T>
  void push(T value) {
    pickle_.values_.push_back(PickleValue{std::move(value)});
    stack_.push_back(&pickle_.values_.back());
  }

  /// The floor below which the innermost open mark forbids popping.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleValue* top() const {
    if (stack_.size() <= floor()) throw FormatError("its pickle takes more from its stack than there is");
    return stack_.back();
  }

  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) throw FormatError("its pickle closes a container that it didn't open");
    std::vector<PickleRef> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  void push_tuple(std::size_t count) {
    PickleTuple tuple;
    tuple.items.resize(count);
    for (std::size_t i = count; i > 0; --i) tuple.items[i - 1] = pop();
    push(std::move(tuple));
  }

  void push_long(std::uint64_t bytes) {
    constexpr std::size_t widest = 8;
    if (bytes > widest) {
      in_.skip(bytes);
      return push(PickleBigNumber{});
    }
    if (bytes == 0) return push(std::int64_t{0});
    const std::size_t unused = 8 * (widest - bytes);  // shifted up and down again, which extends the sign
    push(static_cast<std::int64_t>(in_.number(bytes) << unused) >> unused);
  }

  void push_text(std::size_t length_bytes) { push(in_.text(in_.number(length_bytes))); }

  void push_float() {  // big-endian, unlike every other number
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8U | in_.byte();
    push(std::bit_cast<double>(bits));
  }

  void append(const std::vector<PickleRef>& items) {
    auto* list = std::get_if<PickleList>(&top()->value);
    if (list == nullptr) throw FormatError("its pickle appends to what is no list");
    list->items.insert(list->items.end(), items.begin(), items.end());
  }

  void push_dict() {
    const std::vector<PickleRef> items = pop_to_mark();
    push(PickleDict{});
    set_items(items);
  }

  void set_item() {
    PickleRef value = pop();
    PickleRef key = pop();
    set_items({key, value});
  }

  void set_items(const std::vector<PickleRef>& items) {
    auto* dict = std::get_if<PickleDict>(&top()->value);
    if (dict == nullptr || items.size() % 2 != 0) throw FormatError("its pickle sets items of what is no dict");
    for (std::size_t i = 0; i < items.size(); i += 2) dict->entries.emplace_back(items[i], items[i + 1]);
  }

  void push_memo(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) throw FormatError("its pickle recalls what it never stored");
    stack_.push_back(found->second);
  }

  void memorise(std::uint64_t slot) { memo_[slot] = top(); }

  std::string line() {
    constexpr std::size_t longest = 1000;
    std::string text;
    for (char c = static_cast<char>(in_.byte()); c != '\n'; c = static_cast<char>(in_.byte())) {
      if (text.size() == longest) throw FormatError("its pickle has a name of more than 1000 characters");
      text += c;
    }
    return text;
  }

  void push_global(const std::string& module, const std::string& name) {
    std::string global = module + "." + name;
    if (!is_known_global(global)) {
      throw FormatError("its pickle asks for the Python object " + global +
                        ", which a file of tensors doesn't need; nothing was executed. Save the state_dict alone: "
                        "torch.save(model.state_dict(), ...)");
    }
    push(PickleGlobal{std::move(global)});
  }

  void push_global_lines() {
    const std::string module = line();
    push_global(module, line());
  }

  void push_stack_global() {
    const auto* name = pop()->as<std::string>();
    const auto* module = pop()->as<std::string>();
    if (name == nullptr || module == nullptr) throw FormatError("its pickle names a Python object by what is no text");
    push_global(*module, *name);
  }

  void push_call() {
    PickleRef arguments = pop();
    const auto* global = pop()->as<PickleGlobal>();
    if (global == nullptr) throw FormatError("its pickle calls what is no known function");
    if (global->name == "collections.OrderedDict") return push_ordered_dict(arguments);
    push(PickleCall{global->name, arguments});
  }

  /// OrderedDict() or, as Python 2 wrote it, OrderedDict([[key, value], ...]).
  void push_ordered_dict(PickleRef arguments) {
    const auto* tuple = arguments->as<PickleTuple>();
    if (tuple == nullptr) throw FormatError("its pickle calls OrderedDict without arguments");
    PickleDict dict;
    if (!tuple->items.empty()) dict = dict_of_pairs(tuple->items[0]);
    push(std::move(dict));
  }

  PickleDict dict_of_pairs(PickleRef value) {
    const auto* pairs = value->as<PickleList>();
    if (pairs == nullptr) throw FormatError("its pickle makes an OrderedDict of what is no list");
    // The one copy that an opcode of three bytes can ask for again and again.
    copied_ += pairs->items.size();
    if (copied_ > most_opcodes) throw FormatError("its pickle copies more than ten million values");
    PickleDict dict;
    for (PickleRef item : pairs->items) {
      const auto* pair = item->as<PickleList>();
      if (pair == nullptr || pair->items.size() != 2) throw FormatError("its pickle makes an OrderedDict of no pairs");
      dict.entries.emplace_back(pair->items[0], pair->items[1]);
    }
    return dict;
  }

  Pickle& pickle_;
  Cursor& in_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
  std::uint64_t copied_ = 0;
};

const std::vector<PickleMachine::Opcode>& PickleMachine::opcodes() {
  static const std::vector<Opcode> table{
      {0x80, "PROTO", [](M& m) { check_protocol(m.in_.byte()); }},
      {0x95, "FRAME", [](M& m) { m.in_.skip(8); }},  // a hint for reading ahead
      {'N', "NONE", [](M& m) { m.push(std::monostate{}); }},
      {0x88, "NEWTRUE", [](M& m) { m.push(true); }},
      {0x89, "NEWFALSE", [](M& m) { m.push(false); }},
      {'J', "BININT", [](M& m) { m.push(std::int64_t{static_cast<std::int32_t>(m.in_.number(4))}); }},
      {'K', "BININT1", [](M& m) { m.push(static_cast<std::int64_t>(m.in_.number(1))); }},
      {'M', "BININT2", [](M& m) { m.push(static_cast<std::int64_t>(m.in_.number(2))); }},
      {0x8a, "LONG1", [](M& m) { m.push_long(m.in_.number(1)); }},
      {0x8b, "LONG4", [](M& m) { m.push_long(m.in_.number(4)); }},
      {'G', "BINFLOAT", [](M& m) { m.push_float(); }},
      {'U', "SHORT_BINSTRING", [](M& m) { m.push_text(1); }},  // from Python 2
      {'T', "BINSTRING", [](M& m) { m.push_text(4); }},        // from Python 2
      {'C', "SHORT_BINBYTES", [](M& m) { m.push_text(1); }},
      {'B', "BINBYTES", [](M& m) { m.push_text(4); }},
      {0x8c, "SHORT_BINUNICODE", [](M& m) { m.push_text(1); }},
      {'X', "BINUNICODE", [](M& m) { m.push_text(4); }},
      {0x8d, "BINUNICODE8", [](M& m) { m.push_text(8); }},
      {'(', "MARK", [](M& m) { m.marks_.push_back(m.stack_.size()); }},
      {'0', "POP", [](M& m) { m.pop(); }},
      {'1', "POP_MARK", [](M& m) { m.pop_to_mark(); }},
      {'2', "DUP", [](M& m) { m.stack_.push_back(m.top()); }},
      {')', "EMPTY_TUPLE", [](M& m) { m.push(PickleTuple{}); }},
      {'t', "TUPLE", [](M& m) { m.push(PickleTuple{m.pop_to_mark()}); }},
      {0x85, "TUPLE1", [](M& m) { m.push_tuple(1); }},
      {0x86, "TUPLE2", [](M& m) { m.push_tuple(2); }},
      {0x87, "TUPLE3", [](M& m) { m.push_tuple(3); }},
      {']', "EMPTY_LIST", [](M& m) { m.push(PickleList{}); }},
      {'l', "LIST", [](M& m) { m.push(PickleList{m.pop_to_mark()}); }},
      {'a', "APPEND", [](M& m) { m.append({m.pop()}); }},
      {'e', "APPENDS", [](M& m) { m.append(m.pop_to_mark()); }},
      {'}', "EMPTY_DICT", [](M& m) { m.push(PickleDict{}); }},
      {'d', "DICT", [](M& m) { m.push_dict(); }},
      {'s', "SETITEM", [](M& m) { m.set_item(); }},
      {'u', "SETITEMS", [](M& m) { m.set_items(m.pop_to_mark()); }},
      {'h', "BINGET", [](M& m) { m.push_memo(m.in_.number(1)); }},
      {'j', "LONG_BINGET", [](M& m) { m.push_memo(m.in_.number(4)); }},
      {'q', "BINPUT", [](M& m) { m.memorise(m.in_.number(1)); }},
      {'r', "LONG_BINPUT", [](M& m) { m.memorise(m.in_.number(4)); }},
      {0x94, "MEMOIZE", [](M& m) { m.memorise(m.memo_.size()); }},
      {'c', "GLOBAL", [](M& m) { m.push_global_lines(); }},
      {0x93, "STACK_GLOBAL", [](M& m) { m.push_stack_global(); }},
      {'R', "REDUCE", [](M& m) { m.push_call(); }},
      {0x81, "NEWOBJ", [](M& m) { m.push_call(); }},
      {'b', "BUILD", [](M& m) { m.pop(); }},  // gives an object attributes (_metadata), which tensors don't need
      {'Q', "BINPERSID", [](M& m) { m.push(PicklePersistent{m.pop()}); }},
  };
  return table;
}

Pickle::Pickle(Cursor& cursor) { root_ = PickleMachine(*this, cursor).run(); }

}  // namespace assay::detail
