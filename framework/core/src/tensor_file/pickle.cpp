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

/// A message-safe form of a name from the file.
std::string printable(const std::string& text) {
  constexpr std::size_t longest = 100;
  std::string result;
  for (const char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > longest ? "..." : "");
}

}  // namespace

/// The stack machine that a pickle is written for. Values are made once and shared by reference; only lists and dicts
/// change after they are made.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, Cursor& cursor) : pickle_(pickle), in_(cursor) {}

  PickleRef run() {
    for (int steps = 0; steps < most_opcodes; ++steps) {
      const std::uint8_t opcode = in_.byte();
      if (opcode == '.') return pop();
      if (!push_constant(opcode) && !build_container(opcode) && !use_memo(opcode) && !use_global(opcode)) {
        fail_at(opcode);
      }
    }
    throw FormatError("its pickle has more than ten million opcodes");
  }

 private:
  bool push_constant(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        check_protocol(in_.byte());
        return true;  // PROTO
      case 0x95:
        in_.number(8);
        return true;  // FRAME: a hint for reading ahead
      case 'N':
        push(std::monostate{});
        return true;  // NONE
      case 0x88:
        push(true);
        return true;  // NEWTRUE
      case 0x89:
        push(false);
        return true;  // NEWFALSE
      case 'J':
        push(std::int64_t{static_cast<std::int32_t>(in_.number(4))});
        return true;  // BININT
      case 'K':
        push(static_cast<std::int64_t>(in_.number(1)));
        return true;  // BININT1
      case 'M':
        push(static_cast<std::int64_t>(in_.number(2)));
        return true;  // BININT2
      case 0x8a:
        push_long(in_.number(1));
        return true;  // LONG1
      case 0x8b:
        push_long(in_.number(4));
        return true;  // LONG4
      case 'G':
        push_float();
        return true;  // BINFLOAT
      case 'U':       // SHORT_BINSTRING, from Python 2
      case 'C':       // SHORT_BINBYTES
      case 0x8c:
        push(in_.text(in_.number(1)));
        return true;  // SHORT_BINUNICODE
      case 'T':       // BINSTRING
      case 'B':       // BINBYTES
      case 'X':
        push(in_.text(in_.number(4)));
        return true;  // BINUNICODE
      case 0x8d:
        push(in_.text(in_.number(8)));
        return true;  // BINUNICODE8
      default:
        return false;
    }
  }

  bool build_container(std::uint8_t opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        return true;  // MARK
      case '0':
        pop();
        return true;  // POP
      case '1':
        pop_to_mark();
        return true;  // POP_MARK
      case '2':
        stack_.push_back(top());
        return true;  // DUP
      case ')':
        push(PickleTuple{});
        return true;  // EMPTY_TUPLE
      case 't':
        push(PickleTuple{pop_to_mark()});
        return true;  // TUPLE
      case 0x85:
        push_tuple(1);
        return true;  // TUPLE1
      case 0x86:
        push_tuple(2);
        return true;  // TUPLE2
      case 0x87:
        push_tuple(3);
        return true;  // TUPLE3
      case ']':
        push(PickleList{});
        return true;  // EMPTY_LIST
      case 'l':
        push(PickleList{pop_to_mark()});
        return true;  // LIST
      case 'a':
        append({pop()});
        return true;  // APPEND
      case 'e':
        append(pop_to_mark());
        return true;  // APPENDS
      case '}':
        push(PickleDict{});
        return true;  // EMPTY_DICT
      case 'd':
        push_dict();
        return true;  // DICT
      case 's':
        set_item();
        return true;  // SETITEM
      case 'u':
        set_items(pop_to_mark());
        return true;  // SETITEMS
      default:
        return false;
    }
  }

  bool use_memo(std::uint8_t opcode) {
    switch (opcode) {
      case 'h':
        push_memo(in_.number(1));
        return true;  // BINGET
      case 'j':
        push_memo(in_.number(4));
        return true;  // LONG_BINGET
      case 'q':
        memo_[in_.number(1)] = top();
        return true;  // BINPUT
      case 'r':
        memo_[in_.number(4)] = top();
        return true;  // LONG_BINPUT
      case 0x94:
        memo_[memo_.size()] = top();
        return true;  // MEMOIZE
      default:
        return false;
    }
  }

  bool use_global(std::uint8_t opcode) {
    switch (opcode) {
      case 'c':
        push_global_lines();
        return true;  // GLOBAL
      case 0x93:
        push_stack_global();
        return true;  // STACK_GLOBAL
      case 'R':       // REDUCE
      case 0x81:
        push_call();
        return true;  // NEWOBJ
      case 'b':
        pop();
        top();
        return true;  // BUILD: attributes of an object (_metadata), which tensors don't need
      case 'Q':
        push(PicklePersistent{pop()});
        return true;  // BINPERSID
      default:
        return false;
    }
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
      throw FormatError("its pickle asks for the Python object " + printable(global) +
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
    if (global->name == "collections.OrderedDict") return push(dict_of(arguments));
    push(PickleCall{global->name, arguments});
  }

  /// OrderedDict() or, as Python 2 wrote it, OrderedDict([[key, value], ...]).
  static PickleDict dict_of(PickleRef arguments) {
    PickleDict dict;
    const auto* tuple = arguments->as<PickleTuple>();
    if (tuple == nullptr) throw FormatError("its pickle calls OrderedDict without arguments");
    if (tuple->items.empty()) return dict;
    const auto* pairs = tuple->items[0]->as<PickleList>();
    if (pairs == nullptr) throw FormatError("its pickle makes an OrderedDict of what is no list");
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
};

Pickle::Pickle(Cursor& cursor) { root_ = PickleMachine(*this, cursor).run(); }

}  // namespace assay::detail
