// Tensors by name, and the three things done with such lists: copying values in, comparing names, hashing. Writing them
// to files is checkpoint.h's work.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace assay {

/// Tensors by dotted name. Copying the list shares the tensors.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// The same names with tensors of their own.
NamedTensors cloned(const NamedTensors& tensors);

/// Copies values into tensors of the same names, in any order. Throws InvalidInput that lists every missing, unexpected
/// and misshapen tensor before anything is changed; what: the whole in the message ("the optimizer's state").
void copy_values(const NamedTensors& from, const NamedTensors& into, const std::string& what);

/// SHA-256 of names, dtypes, shapes and bytes in the order of names: equal exactly when the values are equal bit for
/// bit.
std::string hash_of(const NamedTensors& tensors);

}  // namespace assay
