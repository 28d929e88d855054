// Ranges that an experiment gives as one number or as their two ends: brightness = 0.2, brightness = [0.9, 1.3]. What
// one number means is the option's own: see around, to_both_sides and exactly.
#pragma once

#include <algorithm>
#include <variant>

#include "assay/fields.h"
#include "assay/random.h"

namespace assay {

/// Both ends of a range.
struct Ends {
  double low = 0;   ///< not above high
  double high = 0;  ///< itself in the range, but for drawing

  /// Uniform between the ends; a range of one number draws that.
  double draw(Random& random) const { return random.uniform(low, high); }
};

/// An option: f.either("brightness", &Options::brightness).in(0, 10). The bounds hold for the one number and for both
/// ends; a key that takes a number or a list of numbers is checked to have two of them, lowest first. The one number is
/// checked to be at least 0, whatever the bounds, since it mostly says how far the range goes.
using Range = std::variant<double, Ends>;

/// One number is how far the range goes to either side of the centre. Nothing below lowest is drawn, whichever way the
/// range is given.
inline Ends around(const Range& range, double centre, double lowest) {
  const auto* given = std::get_if<Ends>(&range);
  const double reach = given == nullptr ? std::get<double>(range) : 0;
  const Ends ends = given == nullptr ? Ends{centre - reach, centre + reach} : *given;
  return {std::max(lowest, ends.low), std::max(lowest, ends.high)};
}

/// One number is how far the range goes to either side of 0.
inline Ends to_both_sides(const Range& range) {
  if (const auto* ends = std::get_if<Ends>(&range)) return *ends;
  return {-std::get<double>(range), std::get<double>(range)};
}

/// One number is all of the range.
inline Ends exactly(const Range& range) {
  if (const auto* ends = std::get_if<Ends>(&range)) return *ends;
  return {std::get<double>(range), std::get<double>(range)};
}

/// As a list of two numbers.
template <>
struct MemberCodec<Ends> {
  static void kind(Field& field) {
    field.element = FieldKind::number;
    field.kinds.push_back(FieldKind::list);
  }
  static Ends from(const Node& node) {
    return {detail::number_of(node.list().at(0)), detail::number_of(node.list().at(1))};
  }
  static Node to(const Ends& ends) { return {Node::List{{ends.low, {}}, {ends.high, {}}}, {}}; }
};

/// Whether a key takes a Range.
bool is_range(const Field& field);

}  // namespace assay
