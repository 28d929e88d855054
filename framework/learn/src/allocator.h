// The settings of glibc's allocator that tensors need.
#pragma once

namespace assay {

/// Lets glibc keep freed memory instead of giving it back to the kernel after every tensor: a training step spends a
/// third of its time on page faults otherwise. Call once, before the first large tensor; affects the whole process.
/// Does nothing with another C library. The price: memory once used stays with the process.
void tune_allocator();

/// Gives the kernel back what is free, once, where a large piece of work is over: what comes next takes page faults
/// anew.
void release_free_memory();

}  // namespace assay
