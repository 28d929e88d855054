// A library that forgot ASSAY_PLUGIN.
extern "C" __attribute__((visibility("default"))) int something_else() { return 1; }
