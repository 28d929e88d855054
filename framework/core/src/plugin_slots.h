// Where threads note what they do inside plugins, readable by the watching thread and by a signal handler.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "assay/plugin_stage.h"

namespace assay {

/// The note of one thread. Written by its thread alone, read by any. Everything is atomic, because the reader may come
/// in the middle of a change; `turn` then tells it that it did.
struct alignas(64) PluginSlot {
  static constexpr std::size_t kSampleBytes = 248;

  std::atomic<bool> taken{false};
  std::atomic<std::uint64_t> turn{0};  ///< raised when a stage begins and when it ends: odd inside a plugin
  std::atomic<const PluginName*> plugin{nullptr};
  std::atomic<const char*> stage{nullptr};
  std::atomic<std::int64_t> samples{1};
  std::atomic<std::int64_t> epoch{-1};
  std::atomic<std::int64_t> draw{-1};
  std::array<std::atomic<std::uint64_t>, kSampleBytes / 8> sample{};  ///< text, ended by a zero; its tail when too long
};

/// A note as it was at one moment.
struct PluginReading {
  std::uint64_t turn = 0;  ///< tells two stages apart
  const PluginName* plugin = nullptr;
  const char* stage = nullptr;
  std::int64_t samples = 1;
  std::int64_t epoch = -1;
  std::int64_t draw = -1;
  std::array<char, PluginSlot::kSampleBytes + 1> sample{};

  /// sample lies in this reading.
  PluginWork work() const { return {sample.data(), samples, epoch, draw}; }
};

/// false when the thread is in no plugin, or changed its note meanwhile. Async-signal-safe.
bool read_slot(const PluginSlot& slot, PluginReading& reading);

/// All notes there can be. Async-signal-safe.
std::span<PluginSlot> all_slots();

/// The note of the calling thread; nullptr when it never was in a plugin. Async-signal-safe.
PluginSlot* slot_of_this_thread();

/// From here on, threads that enter plugins get a stack of their own for signal handlers; this thread gets it now.
void give_threads_signal_stacks();

}  // namespace assay
