// Reads the part of Python's pickle format that files of tensors use, into plain values. A pickle is a program; this
// reader runs none of it: a global is kept as its name, and calling one is possible only for the few that
// torch_values.h lists. Opcodes: CPython, Lib/pickletools.py, "opcodes"; protocols 2 to 5 as torch.save writes them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mapped_file.h"

namespace assay::detail {

struct PickleValue;
/// Values live in their Pickle and refer to each other, also in circles: follow them only to a fixed depth.
using PickleRef = const PickleValue*;

struct PickleList {
  std::vector<PickleRef> items;
};
struct PickleTuple {
  std::vector<PickleRef> items;
};
struct PickleDict {
  std::vector<std::pair<PickleRef, PickleRef>> entries;
};
/// "collections.OrderedDict": a name, never looked up.
struct PickleGlobal {
  std::string name;
};
/// A reference to something outside the pickle: a storage of numbers.
struct PicklePersistent {
  PickleRef id;
};
/// A call that was asked for and is not made here: the global's name and its arguments.
struct PickleCall {
  std::string function;
  PickleRef arguments;
};
/// A whole number of more than 64 bits.
struct PickleBigNumber {};

struct PickleValue {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, PickleList, PickleTuple, PickleDict,
               PickleGlobal, PicklePersistent, PickleCall, PickleBigNumber>
      value;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
};

/// One pickle, from its first opcode to its STOP.
class Pickle {
 public:
  /// Reads at the cursor and leaves it behind STOP. Throws FormatError for bytes that are no pickle, for opcodes and
  /// globals that files of tensors don't use (named in the message), and for more than ten million opcodes.
  explicit Pickle(Cursor& cursor);

  /// Lives as long as the Pickle.
  PickleRef root() const { return root_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;
  PickleRef root_ = nullptr;
};

}  // namespace assay::detail
