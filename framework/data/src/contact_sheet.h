// A picture of what training and evaluation see, to be looked at before anything is trained.
#pragma once

#include "assay/data/commands.h"

namespace assay::data {

/// Draws the sheet and writes it as a PNG. A row for each sample: the original, what evaluation sees (mask, fixed crop,
/// resize), and the views that training sees first, rendered as training renders them. The samples are of the training
/// split, as many of each class, spread evenly over its groups in the order of names; the same each time. They are
/// shown before they are mixed. Below, one row for each augmentation, those of groups too, shows what it does alone,
/// whatever its probability; one that mixes gets the samples above as its batch. The side of the network's input is
/// preprocessing.size, else 224: what the weights expect is known only to the model. Throws as Renderer, measure_crop
/// and write_new_file do.
void draw_contact_sheet(const Experiment& experiment, const Dataset& dataset, const ContactSheetRequest& request,
                        const Progress& progress);

/// The samples of a class that the sheet shows: positions in Dataset::samples.
std::vector<std::int64_t> samples_to_show(const Dataset& dataset, std::int64_t label, std::int64_t count);

}  // namespace assay::data
