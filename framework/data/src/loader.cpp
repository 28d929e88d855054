#include "assay/data/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "assay/error.h"
#include "parallel.h"

namespace assay {
namespace {

/// A batch in the making.
struct Slot {
  Batch batch;
  std::int64_t unfinished = 0;
  std::int64_t failed_at = std::numeric_limits<std::int64_t>::max();
  std::exception_ptr failure;  ///< of the first request that failed, in order: the same one for any number of threads
};

}  // namespace

/// Threads take requests one by one, in order, and write each into its place of its batch: no result depends on who
/// renders what. Slots form a ring: batch b is made in slot b % slots, once the batch that was there has been handed
/// back.
struct Loader::State {
  State(const Dataset& data_set, const Renderer& drawer, std::vector<Request> all, std::int64_t batch,
        std::int64_t threads, OnBadPicture on_bad_picture)
      : dataset(data_set),
        renderer(drawer),
        requests(std::move(all)),
        on_bad(on_bad_picture),
        batch_size(std::max<std::int64_t>(1, batch)),
        batches((count() + batch_size - 1) / batch_size),
        slots(static_cast<std::size_t>(std::min<std::int64_t>(batches, kAhead + 1))) {
    for (std::int64_t b = 0; b < static_cast<std::int64_t>(slots.size()); ++b) prepare(b);
    const std::int64_t workers = std::min(count(), threads > 0 ? threads : data::processor_count());
    for (std::int64_t i = 0; i < workers; ++i) pool.emplace_back([this] { work(); });
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

  std::int64_t count() const { return static_cast<std::int64_t>(requests.size()); }
  Slot& slot_of(std::int64_t batch) { return slots[static_cast<std::size_t>(batch) % slots.size()]; }

  /// Makes a slot ready for a batch. The caller holds the mutex, or no thread runs yet.
  void prepare(std::int64_t batch) {
    Slot& slot = slot_of(batch);
    const std::int64_t first = batch * batch_size;
    const std::int64_t end = std::min(count(), first + batch_size);
    slot.batch.requests.assign(requests.begin() + first, requests.begin() + end);
    slot.batch.pixels.resize(static_cast<std::size_t>((end - first) * pixels_of_one()));
    slot.batch.errors.assign(static_cast<std::size_t>(end - first), {});
    slot.unfinished = end - first;
    slot.failed_at = std::numeric_limits<std::int64_t>::max();
    slot.failure = nullptr;
    prepared = end;
  }

  std::int64_t pixels_of_one() const { return renderer.size() * renderer.size() * 3; }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      room.wait(lock, [this] { return stopping || taken < prepared || taken == count(); });
      if (stopping || taken == count()) return;
      const std::int64_t request = taken++;
      Slot& slot = slot_of(request / batch_size);
      lock.unlock();
      const std::exception_ptr failure = render(request, slot);
      lock.lock();
      if (failure && request < slot.failed_at) {
        slot.failed_at = request;
        slot.failure = failure;
      }
      if (--slot.unfinished == 0) ready.notify_one();
    }
  }

  std::exception_ptr render(std::int64_t request, Slot& slot) const {
    const auto place = static_cast<std::size_t>(request % batch_size);
    const auto size = static_cast<std::size_t>(pixels_of_one());
    const std::span<float> pixels = std::span(slot.batch.pixels).subspan(place * size, size);
    try {
      const Request& wanted = slot.batch.requests[place];
      renderer.render(dataset.samples.at(static_cast<std::size_t>(wanted.sample)), wanted, pixels);
    } catch (const Failure& bad) {
      if (on_bad == OnBadPicture::stop) return std::current_exception();
      std::ranges::fill(pixels, 0.0F);
      slot.batch.errors[place] = bad.what();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  const Batch* next() {
    std::unique_lock lock(mutex);
    const std::int64_t ahead = static_cast<std::int64_t>(slots.size());
    if (handed_out > 0 && handed_out - 1 + ahead < batches) {
      prepare(handed_out - 1 + ahead);
      room.notify_all();
    }
    if (handed_out == batches) return nullptr;
    Slot& slot = slot_of(handed_out);
    const auto start = std::chrono::steady_clock::now();
    ready.wait(lock, [&] { return slot.unfinished == 0; });
    waited += std::chrono::steady_clock::now() - start;
    ++handed_out;
    if (slot.failure) std::rethrow_exception(slot.failure);
    return &slot.batch;
  }

  static constexpr std::int64_t kAhead = 3;  ///< batches made while the caller works on one

  const Dataset& dataset;
  const Renderer& renderer;
  const std::vector<Request> requests;
  const OnBadPicture on_bad;
  const std::int64_t batch_size;
  const std::int64_t batches;

  std::mutex mutex;
  std::condition_variable room;   ///< a slot was made ready, or it's time to stop
  std::condition_variable ready;  ///< a batch is complete
  std::vector<Slot> slots;
  std::int64_t prepared = 0;    ///< requests before this one have a slot
  std::int64_t taken = 0;       ///< requests before this one are being rendered or done
  std::int64_t handed_out = 0;  ///< batches
  bool stopping = false;
  std::chrono::duration<double> waited{0};
  std::vector<std::jthread> pool;  ///< last: its threads use all of the above
};

Loader::Loader(const Dataset& dataset, const Renderer& renderer, std::vector<Request> requests, std::int64_t batch_size,
               std::int64_t threads, OnBadPicture on_bad_picture)
    : state_(std::make_unique<State>(dataset, renderer, std::move(requests), batch_size, threads, on_bad_picture)) {}

Loader::~Loader() = default;

const Batch* Loader::next() { return state_->next(); }

double Loader::seconds_waited() const { return state_->waited.count(); }

}  // namespace assay
