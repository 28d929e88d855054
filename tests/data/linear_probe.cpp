#include "data/linear_probe.h"

#include <cmath>
#include <cstddef>

namespace assay::test {
namespace {

using Row = std::vector<double>;

double dot(const Row& a, const Row& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Standardised over all samples, with a last column of ones.
std::vector<Row> design(const std::vector<Row>& features) {
  std::vector<Row> rows = features;
  const auto n = static_cast<double>(rows.size());
  for (std::size_t c = 0; c < features.front().size(); ++c) {
    double mean = 0;
    double square = 0;
    for (const Row& row : features) mean += row[c] / n;
    for (const Row& row : features) square += (row[c] - mean) * (row[c] - mean) / n;
    for (Row& row : rows) row[c] = (row[c] - mean) / std::sqrt(square + 1e-12);
  }
  for (Row& row : rows) row.push_back(1);
  return rows;
}

/// Solves a small symmetric positive definite system by elimination.
Row solve(std::vector<Row> matrix, Row right) {
  const std::size_t n = right.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double factor = matrix[j][i] / matrix[i][i];
      for (std::size_t k = i; k < n; ++k) matrix[j][k] -= factor * matrix[i][k];
      right[j] -= factor * right[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}

Row fit(const std::vector<Row>& rows, const std::vector<int>& labels, const std::vector<bool>& is_held_out) {
  const std::size_t size = rows.front().size();
  Row weights(size, 0.0);
  for (int step = 0; step < 25; ++step) {
    Row gradient(size, 0.0);
    std::vector<Row> hessian(size, Row(size, 0.0));
    for (std::size_t k = 0; k < size; ++k) {
      const double penalty = k + 1 < size ? 1.0 : 1e-6;
      gradient[k] = penalty * weights[k];
      hessian[k][k] = penalty;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (is_held_out[i]) continue;
      const double p = 1 / (1 + std::exp(-dot(rows[i], weights)));
      for (std::size_t a = 0; a < size; ++a) {
        gradient[a] += (p - labels[i]) * rows[i][a];
        for (std::size_t b = 0; b < size; ++b) hessian[a][b] += p * (1 - p) * rows[i][a] * rows[i][b];
      }
    }
    const Row change = solve(hessian, gradient);
    for (std::size_t k = 0; k < size; ++k) weights[k] -= change[k];
  }
  return weights;
}

double auroc(const Row& scores, const std::vector<int>& labels) {
  double wins = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t j = 0; j < scores.size(); ++j) {
      if (labels[i] != 1 || labels[j] != 0) continue;
      pairs += 1;
      wins += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
    }
  }
  return wins / pairs;
}

}  // namespace

double held_out_auroc(const ProbeData& data) {
  const std::vector<Row> rows = design(data.features);
  Row scores(rows.size());
  for (std::int64_t fold = 0; fold < 6; ++fold) {
    std::vector<bool> is_held_out;
    for (const std::int64_t group : data.groups) is_held_out.push_back(group % 6 == fold);
    const Row weights = fit(rows, data.labels, is_held_out);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (is_held_out[i]) scores[i] = dot(rows[i], weights);
    }
  }
  return auroc(scores, data.labels);
}

}  // namespace assay::test
