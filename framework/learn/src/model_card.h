// README.md of an exported model: what it answers, how to use it with and without Assay, how good it is, what it was
// made from, and what it is not for.
#pragma once

#include <string>

#include "exported_model.h"

namespace assay {

/// What a card tells of.
struct CardSubject {
  const Registry& registry;    ///< that holds the run
  const FinishedRun& run;      ///< the run
  const TrainedModel& model;   ///< what was exported
  const ExportedFacts& facts;  ///< and with what
};

/// The card, Markdown. Its code is run by tests.
std::string model_card(const CardSubject& subject);

}  // namespace assay
