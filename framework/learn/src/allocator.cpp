#include "allocator.h"

#include <malloc.h>

namespace assay {

void tune_allocator() {
#ifdef __GLIBC__
  // A map of 64 pictures is some 300 MB. Below the threshold it comes from the heap, which is kept, not from fresh
  // pages.
  constexpr int largest_kept_block = 1 << 30;
  constexpr int kept_at_the_top = 64 << 20;
  ::mallopt(M_MMAP_THRESHOLD, largest_kept_block);
  ::mallopt(M_TRIM_THRESHOLD, 2 * (largest_kept_block - 1));
  ::mallopt(M_TOP_PAD, kept_at_the_top);
#endif
}

void release_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(/*pad=*/0);
#endif
}

}  // namespace assay
