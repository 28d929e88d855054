#include "assay/plugin_stage.h"

#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>
#include <tuple>

#include "plugin_slots.h"

namespace assay {
namespace {

constexpr std::size_t kSlots = 512;             // threads inside plugins at the same time; further ones go unnoticed
constexpr std::size_t kSignalStack = 64 << 10;  // AVX-512 registers alone take 3 KB of a signal's frame

std::array<PluginSlot, kSlots> slots;
std::atomic<bool> signal_stacks{false};

/// A thread's own signal stack, unless it has one already (a sanitizer's, say).
class SignalStack {
 public:
  SignalStack() {
    stack_t existing{};
    if (sigaltstack(nullptr, &existing) != 0 || (existing.ss_flags & SS_DISABLE) == 0) return;
    void* memory = mmap(nullptr, kSignalStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    stack_t stack{};
    stack.ss_sp = memory;
    stack.ss_size = kSignalStack;
    if (sigaltstack(&stack, nullptr) == 0) memory_ = memory;
  }
  ~SignalStack() {
    if (memory_ == nullptr) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    munmap(memory_, kSignalStack);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
};

// Apart from the object that gives the slot back: a signal handler may read a plain pointer, but not run the code that
// makes an object on first use.
thread_local PluginSlot* slot_of_thread = nullptr;

struct Membership {
  Membership() {
    const auto free = std::find_if(slots.begin(), slots.end(), [](PluginSlot& slot) {
      bool taken = false;
      return slot.taken.compare_exchange_strong(taken, true);
    });
    if (free != slots.end()) slot_of_thread = &*free;
  }
  ~Membership() {
    if (slot_of_thread != nullptr) slot_of_thread->taken = false;
    slot_of_thread = nullptr;
  }
};

PluginSlot* join() {
  thread_local const Membership membership;
  if (signal_stacks.load(std::memory_order_relaxed)) thread_local const SignalStack stack;
  return slot_of_thread;
}

void copy_sample(std::string_view sample, PluginSlot& slot) {
  constexpr std::size_t kLongest = PluginSlot::kSampleBytes - 1;
  if (sample.size() > kLongest) sample.remove_prefix(sample.size() - kLongest);
  // The word behind the last letter holds the zero that ends the text.
  for (std::size_t word = 0; word <= sample.size() / 8; ++word) {
    std::uint64_t bytes = 0;
    sample.copy(reinterpret_cast<char*>(&bytes), sizeof(bytes), word * sizeof(bytes));
    slot.sample[word].store(bytes, std::memory_order_relaxed);
  }
}

}  // namespace

std::string PluginName::text() const {
  return kind + " '" + name + "'" + (library.empty() ? "" : " (" + library + ")");
}

const PluginName& plugin_name(const std::string& kind, const std::string& name, const std::string& library) {
  struct Order {
    bool operator()(const PluginName& a, const PluginName& b) const {
      return std::tie(a.kind, a.name, a.library) < std::tie(b.kind, b.name, b.library);
    }
  };
  static std::mutex mutex;
  static auto& names = *new std::set<PluginName, Order>;  // never destroyed: reports come as late as they like
  const std::lock_guard lock(mutex);
  return *names.insert({kind, name, library}).first;
}

std::string PluginWork::text() const {
  std::string text;
  if (!sample.empty()) {
    text = samples > 1 ? " on " + std::to_string(samples) + " samples from " + std::string(sample) + " on"
                       : " on " + std::string(sample);
  }
  if (epoch >= 0) text += " (epoch " + std::to_string(epoch) + (draw < 0 ? "" : ", draw " + std::to_string(draw)) + ")";
  return text;
}

PluginStage::PluginStage(const PluginName& plugin, const char* stage, const PluginWork& work) noexcept {
  PluginSlot* slot = join();
  if (slot == nullptr) return;
  const std::uint64_t turn = slot->turn.load(std::memory_order_relaxed);
  if (turn % 2 == 1) return;
  // A reader of the stage before must see that it ended before it sees any of what follows.
  std::atomic_thread_fence(std::memory_order_release);
  slot->plugin.store(&plugin, std::memory_order_relaxed);
  slot->stage.store(stage, std::memory_order_relaxed);
  slot->samples.store(work.samples, std::memory_order_relaxed);
  slot->epoch.store(work.epoch, std::memory_order_relaxed);
  slot->draw.store(work.draw, std::memory_order_relaxed);
  copy_sample(work.sample, *slot);
  slot->turn.store(turn + 1, std::memory_order_release);
  slot_ = slot;
}

PluginStage::~PluginStage() {
  if (slot_ != nullptr) slot_->turn.store(slot_->turn.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

Failure plugin_failure(const PluginName& plugin, const char* stage, const PluginWork& work, const std::string& what) {
  return Failure(plugin.text() + " failed in its stage '" + stage + "'" + work.text() + ": " + what);
}

bool read_slot(const PluginSlot& slot, PluginReading& reading) {
  reading.turn = slot.turn.load(std::memory_order_acquire);
  if (reading.turn % 2 == 0) return false;
  reading.plugin = slot.plugin.load(std::memory_order_relaxed);
  reading.stage = slot.stage.load(std::memory_order_relaxed);
  reading.samples = slot.samples.load(std::memory_order_relaxed);
  reading.epoch = slot.epoch.load(std::memory_order_relaxed);
  reading.draw = slot.draw.load(std::memory_order_relaxed);
  for (std::size_t word = 0; word < slot.sample.size(); ++word) {
    const std::uint64_t bytes = slot.sample[word].load(std::memory_order_relaxed);
    std::memcpy(reading.sample.data() + word * 8, &bytes, 8);
  }
  std::atomic_thread_fence(std::memory_order_acquire);
  return slot.turn.load(std::memory_order_relaxed) == reading.turn;
}

std::span<PluginSlot> all_slots() { return slots; }

PluginSlot* slot_of_this_thread() { return slot_of_thread; }

void give_threads_signal_stacks() {
  signal_stacks = true;
  join();
}

}  // namespace assay
