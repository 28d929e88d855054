#include "my_sampler.h"

#include <map>

namespace {

/// Patient -> indices of the pictures, in the population's order.
std::map<std::int64_t, std::vector<std::int64_t>> patients_of(const assay::Population& population) {
  std::map<std::int64_t, std::vector<std::int64_t>> patients;
  for (std::size_t i = 0; i < population.groups.size(); ++i) {
    patients[population.groups[i]].push_back(static_cast<std::int64_t>(i));
  }
  return patients;
}

}  // namespace

void describe(assay::Fields<MySamplerOptions>& fields) {
  fields.integer("pictures", &MySamplerOptions::pictures)
      .in(0, 1'000'000)
      .unit("pictures")
      .help("shown of each patient in an epoch; 0: as many as patients have on average");
}

std::vector<std::int64_t> MySampler::epoch(const assay::Population& population, assay::Random& random) const {
  auto patients = patients_of(population);
  if (patients.empty()) return {};
  const std::size_t average = (population.labels.size() + patients.size() - 1) / patients.size();
  const std::size_t count = options_.pictures > 0 ? static_cast<std::size_t>(options_.pictures) : average;
  std::vector<std::int64_t> order;
  for (auto& [patient, pictures] : patients) {
    random.shuffle(std::span(pictures));
    for (std::size_t i = 0; i < count; ++i) order.push_back(pictures[i % pictures.size()]);
  }
  random.shuffle(std::span(order));
  return order;
}

std::vector<double> MySampler::class_prior(const assay::Population& population) const {
  std::vector<double> prior(static_cast<std::size_t>(population.classes), 0.0);
  const auto patients = patients_of(population);
  for (const auto& [patient, pictures] : patients) {
    for (const std::int64_t picture : pictures) {
      const auto label = static_cast<std::size_t>(population.labels[static_cast<std::size_t>(picture)]);
      prior[label] += 1.0 / static_cast<double>(patients.size() * pictures.size());
    }
  }
  return prior;
}

ASSAY_PLUGIN(assay::Sampler, MySampler, MySamplerOptions, "my_sampler", "1.0.0");
