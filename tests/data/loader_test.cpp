// Batches in order, the same for any number of threads, with errors where they belong.
#include "assay/data/loader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "assay/error.h"
#include "assay/interrupt.h"
#include "data/temporary_folder.h"
#include "data/test_images.h"

namespace assay {
namespace {

using test::TemporaryFolder;

/// Turns each view by a random angle, and waits a random while, so that threads overtake each other.
class Turn : public Augmentation {
 public:
  void sample(View& view, Random& random) const override {
    view.rotate(random.uniform(0, 360));
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(700)));
    ++calls;
  }
  mutable std::atomic<int> calls{0};
};

class Scene {
 public:
  Scene() : turn(std::make_shared<Turn>()) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      Sample sample;
      sample.name = std::to_string(i) + ".png";
      sample.path = folder.write(sample.name, test::encode(test::noise_picture(20 + i, 30 - i, i), ".png"));
      dataset.samples.push_back(sample);
    }
    Renderer::Options options;
    options.input.size = 12;
    options.augmentations = AugmentationChain({turn});
    renderer = std::make_unique<Renderer>(options);
  }

  std::vector<Request> requests(std::uint32_t count) const {
    std::vector<Request> all;
    for (std::uint32_t i = 0; i < count; ++i)
      all.push_back({(i * 7) % 10, i % 5 != 0, i / 10, static_cast<std::uint16_t>(i % 3)});
    return all;
  }

  TemporaryFolder folder;
  Dataset dataset;
  std::shared_ptr<Turn> turn;
  std::unique_ptr<Renderer> renderer;
};

const std::vector<float>& floats(const Batch& batch) { return std::get<std::vector<float>>(batch.pixels); }

std::vector<float> all_pixels(const Scene& scene, std::int64_t threads, std::vector<std::int64_t>* order = nullptr) {
  Loader loader(scene.dataset, *scene.renderer, scene.requests(67), 8, threads);
  std::vector<float> pixels;
  while (const Batch* batch = loader.next()) {
    pixels.insert(pixels.end(), floats(*batch).begin(), floats(*batch).end());
    for (const Request& request : batch->requests) {
      if (order != nullptr) order->push_back(request.sample);
    }
  }
  return pixels;
}

TEST(Loader, GivesTheSameBytesForAnyNumberOfThreads) {
  const Scene scene;
  const std::vector<float> one = all_pixels(scene, 1);
  EXPECT_EQ(one.size(), 67U * 12 * 12 * 3);
  for (const std::int64_t threads : {0, 2, 4, 7}) EXPECT_EQ(all_pixels(scene, threads), one) << threads << " threads";
}

TEST(Loader, KeepsTheOrderOfRequestsAndEndsWithAShorterBatch) {
  const Scene scene;
  std::vector<std::int64_t> order;
  all_pixels(scene, 3, &order);
  const std::vector<Request> requests = scene.requests(67);
  ASSERT_EQ(order.size(), requests.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], requests[i].sample);

  Loader loader(scene.dataset, *scene.renderer, scene.requests(10), 8, 2);
  EXPECT_EQ(loader.next()->count(), 8);
  EXPECT_EQ(loader.next()->count(), 2);
  EXPECT_EQ(loader.next(), nullptr);
  EXPECT_EQ(loader.next(), nullptr);
  EXPECT_GT(loader.seconds_waited(), 0);
}

TEST(Loader, RendersWhatTheRendererRenders) {
  const Scene scene;
  const std::vector<float> all = all_pixels(scene, 2);
  const std::vector<Request> requests = scene.requests(67);
  std::vector<float> one(12 * 12 * 3);
  for (std::size_t i = 0; i < requests.size(); i += 11) {
    scene.renderer->render(scene.dataset.samples[static_cast<std::size_t>(requests[i].sample)], requests[i], one);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + static_cast<std::ptrdiff_t>(i * one.size()))) << i;
  }
}

TEST(Loader, OfNothingIsAtItsEnd) {
  const Scene scene;
  Loader loader(scene.dataset, *scene.renderer, {}, 8, 3);
  EXPECT_EQ(loader.next(), nullptr);
}

TEST(Loader, GoesOnWithWhatIsAppendedInABatchOfItsOwn) {
  const Scene scene;
  const auto counts_until_end = [](Loader& loader) {
    std::vector<std::int64_t> counts;
    while (const Batch* batch = loader.next()) counts.push_back(batch->count());
    return counts;
  };
  Loader loader(scene.dataset, *scene.renderer, scene.requests(10), 8, 2);
  loader.append(scene.requests(3));
  loader.append({});
  EXPECT_EQ(counts_until_end(loader), (std::vector<std::int64_t>{8, 2, 3}));
  loader.append(scene.requests(17));
  EXPECT_EQ(counts_until_end(loader), (std::vector<std::int64_t>{8, 8, 1}));
}

TEST(Loader, GivesAppendedRequestsTheBytesTheyHaveAlone) {
  const Scene scene;
  const std::vector<float> alone = all_pixels(scene, 1);
  for (const std::int64_t threads : {1, 2, 4, 7}) {
    Loader loader(scene.dataset, *scene.renderer, scene.requests(13), 8, threads);
    loader.append(scene.requests(67));
    loader.next();
    const Batch* last_of_first = loader.next();
    ASSERT_EQ(last_of_first->count(), 5);
    std::vector<float> appended;
    while (const Batch* batch = loader.next()) {
      appended.insert(appended.end(), floats(*batch).begin(), floats(*batch).end());
    }
    EXPECT_EQ(appended, alone) << threads << " threads";
  }
}

TEST(Loader, KeepsABatchWhileMoreIsAppended) {
  const Scene scene;
  Loader loader(scene.dataset, *scene.renderer, scene.requests(8), 8, 2);
  const Batch* batch = loader.next();
  const std::vector<float> before = floats(*batch);
  loader.append(scene.requests(67));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(floats(*batch), before);
  EXPECT_EQ(batch->count(), 8);
}

TEST(Loader, ThrowsAtTheBatchWhereAnImageCanNotBeReadNamingTheFirstSuch) {
  Scene scene;
  scene.dataset.samples[4].path = scene.folder.path() / "gone.png";
  scene.dataset.samples[5].path = scene.folder.path() / "gone too.png";
  std::vector<Request> requests(40);
  requests[21].sample = 4;
  requests[22].sample = 5;
  for (const std::int64_t threads : {1, 5}) {
    Loader loader(scene.dataset, *scene.renderer, requests, 8, threads);
    EXPECT_NE(loader.next(), nullptr);
    EXPECT_NE(loader.next(), nullptr);
    try {
      loader.next();
      FAIL() << "a missing file was rendered";
    } catch (const Failure& problem) {
      EXPECT_NE(std::string(problem.what()).find("gone.png can't be read"), std::string::npos) << problem.what();
    }
  }
}

TEST(Loader, KeepsGoingBehindAnImageThatCanNotBeReadWhereItIsAskedTo) {
  Scene scene;
  scene.dataset.samples[4].path = scene.folder.path() / "gone.png";
  std::vector<Request> requests(12);
  requests[9].sample = 4;
  Loader loader(scene.dataset, *scene.renderer, requests, 8, 2, OnBadPicture::keep);
  const std::vector<float> good = floats(*loader.next());
  const Batch* batch = loader.next();
  ASSERT_NE(batch, nullptr);
  const std::size_t one = 12 * 12 * 3;
  EXPECT_TRUE(std::equal(good.begin(), good.begin() + one, floats(*batch).begin()));
  EXPECT_EQ(std::vector<float>(one, 0.0F),
            std::vector<float>(floats(*batch).begin() + one, floats(*batch).begin() + 2 * one));
  EXPECT_EQ(batch->errors[0], "");
  EXPECT_NE(batch->errors[1].find("gone.png can't be read"), std::string::npos) << batch->errors[1];
  EXPECT_EQ(loader.next(), nullptr);
}

/// Waits until it is let go.
class Held : public Augmentation {
 public:
  void sample(View&, Random&) const override { is_free.wait(false); }
  void let_go() {
    is_free = true;
    is_free.notify_all();
  }
  std::atomic<bool> is_free{false};
};

TEST(Loader, StopsWaitingWhenASignalAsksTo) {
  const Scene scene;
  const auto held = std::make_shared<Held>();
  Renderer::Options options;
  options.input.size = 12;
  options.augmentations = AugmentationChain({held});
  const Renderer renderer(options);
  {
    const InterruptScope interrupts;
    Loader loader(scene.dataset, renderer, {{.sample = 0, .augmented = true}}, 8, 2);
    std::raise(SIGINT);
    EXPECT_THROW(loader.next(), Interrupted);
    held->let_go();
  }
  const InterruptScope forgets_the_signal;
}

TEST(Loader, StaysAFewBatchesAheadAndStopsInTheMiddle) {
  const Scene scene;
  std::vector<Request> requests(100'000);
  for (Request& request : requests) request.augmented = true;
  {
    Loader loader(scene.dataset, *scene.renderer, requests, 4, 2);
    loader.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    // The batch handed out and three ahead of it.
    EXPECT_LE(scene.turn->calls.load(), 16);
  }
  SUCCEED() << "the destructor came back without rendering the rest";
}

}  // namespace
}  // namespace assay
