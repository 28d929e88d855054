#include "assay/data/loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "assay/error.h"
#include "assay/interrupt.h"
#include "assay/thread_counts.h"

namespace assay {
namespace {

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

/// A batch in the making. Its memory is used again for the batch that comes as many later as there are slots.
struct Slot {
  Batch batch;
  std::int64_t taken = 0;       ///< pictures before this one are being rendered or done
  std::int64_t unfinished = 0;  ///< pictures
  std::int64_t failed_at = kNone;
  std::exception_ptr failure;  ///< of the first picture that failed, in order: the same one for any number of threads
};

}  // namespace

/// Threads take pictures one by one, in order, and write each into its place of its batch: no result depends on who
/// renders what. Slots form a ring: batch b is made in slot b % slots, once the batch that was there has been handed
/// back.
struct Loader::State {
  State(const Dataset& data_set, const Renderer& drawer, std::int64_t batch, std::int64_t threads,
        OnBadPicture on_bad_picture)
      : dataset(data_set),
        renderer(drawer),
        on_bad(on_bad_picture),
        batch_size(std::max<std::int64_t>(1, batch)),
        most_threads(loader_threads(threads)) {
    if (renderer.pixel_type() == PixelType::bfloat16) {
      for (Slot& slot : slots) slot.batch.pixels = std::vector<std::uint16_t>();
    }
  }

  ~State() {
    {
      const std::scoped_lock lock(mutex);
      stopping = true;
    }
    room.notify_all();
    pool.clear();
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Slot& slot_of(std::int64_t batch) { return slots[static_cast<std::size_t>(batch) % slots.size()]; }
  std::size_t pixels_of_one() const { return static_cast<std::size_t>(renderer.size() * renderer.size() * 3); }

  void append(std::vector<Request> requests) {
    if (requests.empty()) return;
    const std::scoped_lock lock(mutex);
    pictures += static_cast<std::int64_t>(requests.size());
    given.push_back(std::move(requests));
    prepare_free_slots();
    while (static_cast<std::int64_t>(pool.size()) < std::min(most_threads, pictures)) {
      pool.emplace_back([this] { work(); });
    }
  }

  /// Makes batches of what was given, as far as there are slots for them. The caller holds the mutex.
  void prepare_free_slots() {
    const std::int64_t handed_back = is_in_use ? handed_out - 1 : handed_out;
    const std::int64_t before = prepared;
    while (!given.empty() && prepared - handed_back < kSlots) prepare(slot_of(prepared));
    if (prepared > before) room.notify_all();
  }

  void prepare(Slot& slot) {
    const std::vector<Request>& all = given.front();
    const std::size_t end = std::min(all.size(), next_given + static_cast<std::size_t>(batch_size));
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    slot.batch.requests.assign(at(next_given), at(end));
    std::visit([&](auto& pixels) { pixels.resize((end - next_given) * pixels_of_one()); }, slot.batch.pixels);
    slot.batch.errors.assign(end - next_given, {});
    slot.taken = 0;
    slot.unfinished = slot.batch.count();
    slot.failed_at = kNone;
    slot.failure = nullptr;
    ++prepared;
    next_given = end;
    if (end < all.size()) return;
    given.pop_front();
    next_given = 0;
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      room.wait(lock, [this] { return stopping || begun < prepared; });
      if (stopping) return;
      Slot& slot = slot_of(begun);
      const std::int64_t place = slot.taken++;
      if (slot.taken == slot.batch.count()) ++begun;
      lock.unlock();
      const std::exception_ptr failure = render(slot.batch, static_cast<std::size_t>(place));
      lock.lock();
      if (failure && place < slot.failed_at) {
        slot.failed_at = place;
        slot.failure = failure;
      }
      if (--slot.unfinished == 0) ready.notify_one();
    }
  }

  std::exception_ptr render(Batch& batch, std::size_t place) const {
    return std::visit(
        [&](auto& pixels) {
          return render(batch, place, std::span(pixels).subspan(place * pixels_of_one(), pixels_of_one()));
        },
        batch.pixels);
  }

  template <typename Number>
  std::exception_ptr render(Batch& batch, std::size_t place, std::span<Number> pixels) const {
    try {
      const Request& wanted = batch.requests[place];
      renderer.render(dataset.samples.at(static_cast<std::size_t>(wanted.sample)), wanted, pixels);
    } catch (const Failure& bad) {
      if (on_bad == OnBadPicture::stop) return std::current_exception();
      std::ranges::fill(pixels, Number{});
      batch.errors[place] = bad.what();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  const Batch* next() {
    std::unique_lock lock(mutex);
    is_in_use = false;
    prepare_free_slots();
    if (handed_out == prepared) return nullptr;
    Slot& slot = slot_of(handed_out);
    wait_for(slot, lock);
    ++handed_out;
    is_in_use = true;
    if (slot.failure) std::rethrow_exception(slot.failure);
    return &slot.batch;
  }

  /// A batch may take long (large pictures, a slow disk): Ctrl-C must not wait for all of it.
  void wait_for(const Slot& slot, std::unique_lock<std::mutex>& lock) {
    constexpr std::chrono::milliseconds kPatience(100);
    const auto start = std::chrono::steady_clock::now();
    while (!ready.wait_for(lock, kPatience, [&] { return slot.unfinished == 0; })) throw_if_interrupted();
    waited += std::chrono::steady_clock::now() - start;
  }

  static constexpr std::int64_t kSlots = 4;  ///< the batch the caller works on, and three made meanwhile

  const Dataset& dataset;
  const Renderer& renderer;
  const OnBadPicture on_bad;
  const std::int64_t batch_size;
  const std::int64_t most_threads;

  std::mutex mutex;
  std::condition_variable room;   ///< a batch was prepared, or it's time to stop
  std::condition_variable ready;  ///< a batch is complete
  std::array<Slot, kSlots> slots;
  std::deque<std::vector<Request>> given;  ///< each begins a batch
  std::size_t next_given = 0;              ///< requests of the first before this one are in batches
  std::int64_t pictures = 0;               ///< given so far
  std::int64_t prepared = 0;               ///< batches before this one have a slot, or had one
  std::int64_t begun = 0;                  ///< of batches before this one, every picture has been taken
  std::int64_t handed_out = 0;             ///< batches
  bool is_in_use = false;                  ///< the caller has the last of them
  bool stopping = false;
  std::chrono::duration<double> waited{0};
  std::vector<std::jthread> pool;  ///< last: its threads use all of the above
};

Loader::Loader(const Dataset& dataset, const Renderer& renderer, std::vector<Request> requests, std::int64_t batch_size,
               std::int64_t threads, OnBadPicture on_bad_picture)
    : state_(std::make_unique<State>(dataset, renderer, batch_size, threads, on_bad_picture)) {
  append(std::move(requests));
}

Loader::~Loader() = default;

void Loader::append(std::vector<Request> requests) { state_->append(std::move(requests)); }

const Batch* Loader::next() { return state_->next(); }

double Loader::seconds_waited() const { return state_->waited.count(); }

}  // namespace assay
