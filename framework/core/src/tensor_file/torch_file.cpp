// PyTorch's .pth files: one pickle that describes tensors, and the storages they lie in; as a zip (since PyTorch 1.6)
// or as pickles with the data behind them (before). torch/serialization.py, _save and _legacy_save, define both.
#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "pickle.h"
#include "strided_tensor.h"
#include "tensor_contents.h"
#include "zip_archive.h"

namespace assay::detail {
namespace {

// The pickled number 0x1950a86a20f9469cfc6c, with which every legacy file begins.
constexpr std::array<unsigned char, 15> legacy_magic{0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                                     0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};

DType dtype_of_storage(const std::string& global) {
  constexpr std::array<std::pair<std::string_view, DType>, 10> storages{{{"torch.FloatStorage", DType::f32},
                                                                         {"torch.DoubleStorage", DType::f64},
                                                                         {"torch.HalfStorage", DType::f16},
                                                                         {"torch.BFloat16Storage", DType::bf16},
                                                                         {"torch.LongStorage", DType::i64},
                                                                         {"torch.IntStorage", DType::i32},
                                                                         {"torch.ShortStorage", DType::i16},
                                                                         {"torch.CharStorage", DType::i8},
                                                                         {"torch.ByteStorage", DType::u8},
                                                                         {"torch.BoolStorage", DType::boolean}}};
  for (const auto& [name, dtype] : storages) {
    if (name == global) return dtype;
  }
  throw FormatError("its pickle uses " + global + " as a storage");
}

/// The arguments of a tuple, by place; throws when there are fewer or one has another type.
class Arguments {
 public:
  Arguments(PickleRef value, const char* what) : what_(what) {
    const auto* tuple = value->as<PickleTuple>();
    if (tuple == nullptr) fail();
    items_ = tuple->items;
  }

  template <class T>
  const T& at(std::size_t place) const {
    const T* value = place < items_.size() ? items_[place]->as<T>() : nullptr;
    if (value == nullptr) fail();
    return *value;
  }
  PickleRef ref(std::size_t place) const {
    if (place >= items_.size()) fail();
    return items_[place];
  }
  std::size_t size() const { return items_.size(); }

 private:
  [[noreturn]] void fail() const { throw FormatError(std::string("its pickle describes a ") + what_ + " wrongly"); }

  std::span<const PickleRef> items_;  // not copied: a million tensors may share one tuple of a million arguments
  const char* what_;
};

/// A storage as a tensor names it.
struct StorageName {
  std::string key;
  DType dtype;
  std::uint64_t count;
};

StorageName storage_name(const PicklePersistent& persistent) {
  const Arguments id(persistent.id, "storage");
  if (id.at<std::string>(0) != "storage") throw FormatError("its pickle refers to something that is no storage");
  const std::int64_t count = id.at<std::int64_t>(4);
  if (count < 0) throw FormatError("its pickle describes a storage wrongly");
  // Files from before PyTorch 0.4 may have storages that are parts of others.
  if (id.size() > 5 && id.ref(5)->as<std::monostate>() == nullptr) {
    throw FormatError("its storages overlap, as in files from before PyTorch 0.4; load and save it with a newer one");
  }
  constexpr std::size_t longest_key = 100;
  if (id.at<std::string>(2).size() > longest_key) throw FormatError("it has a storage with an absurdly long name");
  return {id.at<std::string>(2), dtype_of_storage(id.at<PickleGlobal>(1).name), static_cast<std::uint64_t>(count)};
}

std::vector<std::int64_t> numbers_of(const PickleTuple& tuple) {
  constexpr std::size_t most_sides = 64;
  if (tuple.items.size() > most_sides) throw FormatError("it has a tensor of more than 64 dimensions");
  std::vector<std::int64_t> numbers;
  for (PickleRef item : tuple.items) {
    const auto* number = item->as<std::int64_t>();
    if (number == nullptr) throw FormatError("its pickle has a shape that is no list of numbers");
    numbers.push_back(*number);
  }
  return numbers;
}

/// torch.Size([...]) in newer pickles, a plain tuple in most.
const PickleTuple& shape_tuple(const Arguments& arguments, std::size_t place) {
  if (const auto* call = arguments.ref(place)->as<PickleCall>(); call != nullptr && call->function == "torch.Size") {
    return Arguments(call->arguments, "shape").at<PickleTuple>(0);
  }
  return arguments.at<PickleTuple>(place);
}

bool makes_parameter(const PickleCall& call) {
  return call.function == "torch._utils._rebuild_parameter" || call.function == "torch.nn.parameter.Parameter";
}

/// The call that makes a tensor, behind the one that makes it a parameter; nullptr when the value is no tensor.
const PickleCall* tensor_call(PickleRef value) {
  const auto* call = value->as<PickleCall>();
  if (call != nullptr && makes_parameter(*call)) call = &Arguments(call->arguments, "parameter").at<PickleCall>(0);
  return call != nullptr && call->function.starts_with("torch._utils._rebuild_tensor") ? call : nullptr;
}

StridedTensor strided_tensor(const std::string& name, const PickleCall& call) {
  const Arguments arguments(call.arguments, "tensor");
  const StorageName storage = storage_name(arguments.at<PicklePersistent>(0));
  return {name,
          storage.dtype,
          storage.key,
          storage.count,
          arguments.at<std::int64_t>(1),
          numbers_of(shape_tuple(arguments, 2)),
          numbers_of(arguments.at<PickleTuple>(3))};
}

/// The tensors of a dict, in order; other entries (an epoch, a name) are passed over.
std::vector<StridedTensor> tensors_of_dict(const PickleDict& dict) {
  std::vector<StridedTensor> tensors;
  std::unordered_set<std::string_view> names;  // checked here, before a long name is copied a million times
  for (const auto& [key, value] : dict.entries) {
    const PickleCall* call = tensor_call(value);
    if (call == nullptr) continue;
    const auto* name = key->as<std::string>();
    if (name == nullptr) throw FormatError("it has a tensor whose name is no text");
    if (!names.insert(*name).second) throw FormatError("it has two tensors called " + *name);
    tensors.push_back(strided_tensor(*name, *call));
  }
  return tensors;
}

/// A state_dict, or a training script's checkpoint that has one under a usual name.
std::vector<StridedTensor> described_tensors(PickleRef root) {
  const auto* dict = root->as<PickleDict>();
  if (dict == nullptr) throw FormatError("it holds no dict of tensors (a state_dict)");
  std::vector<StridedTensor> tensors = tensors_of_dict(*dict);
  if (!tensors.empty()) return tensors;
  for (const auto& [key, value] : dict->entries) {
    const auto* name = key->as<std::string>();
    const auto* inner = value->as<PickleDict>();
    if (name == nullptr || inner == nullptr) continue;
    if (*name == "state_dict" || *name == "model_state_dict" || *name == "model") return tensors_of_dict(*inner);
  }
  return tensors;
}

/// Where each storage's bytes lie.
using Storages = std::unordered_map<std::string, Bytes>;

ReadTensors materialise(const std::vector<StridedTensor>& described, const Storages& storages, std::size_t file_size) {
  ReadTensors result;
  CopyBudget budget(file_size);
  for (const StridedTensor& tensor : described) {
    const auto storage = storages.find(tensor.storage);
    if (storage == storages.end()) throw FormatError("the storage of tensor " + tensor.name + " is missing");
    result.tensors.push_back(tensor.view(storage->second, budget, result.copies));
  }
  return result;
}

bool is_true(PickleRef value) {
  const bool* boolean = value->as<bool>();
  return boolean != nullptr && *boolean;
}

/// The third pickle of a legacy file: a dict about the machine that wrote it.
void check_machine(PickleRef value) {
  const auto* dict = value->as<PickleDict>();
  if (dict == nullptr) throw FormatError("its description of the machine that wrote it is damaged");
  for (const auto& [key, entry] : dict->entries) {
    const auto* name = key->as<std::string>();
    if (name != nullptr && *name == "little_endian" && is_true(entry)) return;
  }
  throw FormatError("it was written on a big-endian machine");
}

void check_protocol_version(PickleRef value) {
  constexpr std::int64_t legacy_protocol = 1001;
  const auto* version = value->as<std::int64_t>();
  if (version == nullptr || *version != legacy_protocol) throw FormatError("its legacy format has an unknown version");
}

/// The storages of a legacy file: a pickled list of keys, then each one's count of elements and its bytes.
Storages read_legacy_storages(Cursor& cursor, const std::vector<StridedTensor>& described) {
  std::unordered_map<std::string, DType> dtypes;
  for (const StridedTensor& tensor : described) dtypes[tensor.storage] = tensor.dtype;
  const Pickle keys(cursor);
  const auto* list = keys.root()->as<PickleList>();
  if (list == nullptr) throw FormatError("its list of storages is damaged");
  Storages storages;
  for (PickleRef item : list->items) {
    const auto* key = item->as<std::string>();
    if (key == nullptr || !dtypes.contains(*key)) throw FormatError("it has a storage that no tensor uses");
    const std::uint64_t count = cursor.number(8);
    const std::uint64_t size = size_of(dtypes[*key]);
    if (count > cursor.left() / size) throw FormatError("it ends early, in the storage " + *key);
    if (!storages.emplace(*key, cursor.take(count * size)).second) throw FormatError("it has a storage twice");
  }
  return storages;
}

/// The folder inside the zip, which is named after the file that torch.save was given: "archive/", "model/".
std::string archive_folder(const ZipArchive& zip) {
  constexpr std::string_view pickle = "data.pkl";
  for (const std::string& name : zip.names()) {
    if (name.ends_with("/data.pkl")) return name.substr(0, name.size() - pickle.size());
  }
  throw FormatError("it is a zip archive without a data.pkl, so no file of tensors");
}

}  // namespace

bool is_legacy_torch(Bytes file) {
  return file.size() > legacy_magic.size() &&
         std::ranges::equal(legacy_magic, file.first(legacy_magic.size()), {}, {},
                            [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
}

bool is_zip(Bytes file) { return ZipArchive::is_zip(file); }

ReadTensors read_legacy_torch(Bytes file) {
  Cursor cursor(file, "the file");
  cursor.seek(legacy_magic.size());
  const Pickle version(cursor);
  check_protocol_version(version.root());
  const Pickle machine(cursor);
  check_machine(machine.root());
  const Pickle description(cursor);
  const std::vector<StridedTensor> described = described_tensors(description.root());
  const Storages storages = read_legacy_storages(cursor, described);
  if (cursor.left() != 0) throw FormatError("bytes are left over behind its last storage");
  return materialise(described, storages, file.size());
}

ReadTensors read_torch_zip(Bytes file) {
  const ZipArchive zip(file);
  const std::string folder = archive_folder(zip);
  if (const auto order = zip.find(folder + "byteorder")) {
    if (Cursor(*order, "byteorder").text(order->size()) != "little") {
      throw FormatError("it was written on a big-endian machine");
    }
  }
  Cursor cursor(*zip.find(folder + "data.pkl"), "its pickle");
  const Pickle description(cursor);
  const std::vector<StridedTensor> described = described_tensors(description.root());
  Storages storages;
  for (const StridedTensor& tensor : described) {
    if (storages.contains(tensor.storage)) continue;
    if (const auto data = zip.find(folder + "data/" + tensor.storage)) storages.emplace(tensor.storage, *data);
  }
  return materialise(described, storages, file.size());
}

}  // namespace assay::detail
