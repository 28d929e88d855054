// What makes a run itself: when, where, and a name that no other run has.
#pragma once

#include <cstdint>
#include <string>

namespace assay {

/// Milliseconds since 1970, UTC.
std::int64_t now_ms();

/// A random UUID (RFC 4122, version 4), from the kernel's generator: never a function of an experiment's seed.
std::string new_uuid();

/// This machine's name.
std::string host_name();

}  // namespace assay
