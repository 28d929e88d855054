// What is written when the process crashes: which plugin was at work.
#pragma once

namespace assay {

/// Takes the signals of crashes for as long as it lives; see PluginWatch.
class CrashReport {
 public:
  CrashReport();
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
};

}  // namespace assay
