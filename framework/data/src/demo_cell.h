// Drawing one picture of the demo set: a stained white cell among red cells.
#pragma once

#include <cstdint>

#include "picture.h"

namespace assay::data {

/// What the pictures of one patient have in common: how the smear was stained, lit and magnified.
struct DemoPatient {
  double nuclear_stain = 1;  ///< factors of optical density
  double plasma_stain = 1;
  double red_stain = 1;
  std::array<double, 3> light{};  ///< of the empty background, in levels
  double hue = 0;                 ///< of the nuclear stain, from blue (-1) to red (1)
  double zoom = 1;
  double malignant_share = 0.5;
  double phase = 0;  ///< in [0, 1): where the quota of malignant cells begins
};

/// What tells the classes apart. Every feature follows one hidden degree of malignancy, which overlaps between classes:
/// malignant nuclei fill more of their cell and are larger, paler, finer in texture, with nucleoli; healthy ones are
/// dense, clumped and sometimes lobed.
struct DemoCell {
  double radius = 0;         ///< of the cell, as a share of the picture's side
  double nucleus_share = 0;  ///< nucleus's radius over the cell's
  double density = 0;        ///< of the nucleus, optical
  double clumps = 0;         ///< amplitude of the chromatin's texture
  double grain = 0;          ///< of that texture, as a share of the picture's side
  double lobes = 0;          ///< amplitude of the nucleus's outline
  int nucleoli = 0;
};

/// The patient of a number: a function of it alone.
DemoPatient make_demo_patient(std::int64_t patient);

/// true when the patient's n-th picture shows a malignant cell.
bool is_malignant(const DemoPatient& patient, std::int64_t n);

/// Draws picture number index of the set; size pixels on a side. The same on every machine: only +, -, *, / and square
/// roots, which IEEE 754 defines to the last bit.
Picture draw_demo_picture(const DemoPatient& patient, bool malignant, std::int64_t index, std::int64_t size);

}  // namespace assay::data
