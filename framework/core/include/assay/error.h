// What can go wrong and how it is told: a problem has a place, a sentence and a remedy.
// There is one exception type for each thing a caller does differently; runner turns them into exit codes.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace assay {

/// A place in a text file. line and column count from 1; 0 means unknown (a key given on the command line, say).
struct Location {
  std::string file;  ///< as the user named it
  int line = 0;      ///< from 1
  int column = 0;    ///< from 1

  /// "file:line:column", or only what is known; empty when nothing is.
  std::string text() const;
};

/// One finding about the user's input.
struct Problem {
  Problem(Location where, std::string what);  ///< what went wrong, and where

  Location where;    ///< in the input
  std::string what;  ///< and what to do

  /// "experiments/x.toml:12:9: error: crop.min_aera: unknown key; did you mean 'min_area'?"
  std::string text() const;
};

/// The input is wrong: an experiment file, an argument, a data set, a plugin. Exit code 2.
class InvalidInput : public std::runtime_error {
 public:
  explicit InvalidInput(const std::string& what);                ///< without a place
  InvalidInput(const Location& where, const std::string& what);  ///< at a place
  explicit InvalidInput(std::vector<Problem> problems);          ///< several findings

  const std::vector<Problem>& problems() const { return problems_; }  ///< every finding

 private:
  std::vector<Problem> problems_;
};

/// Something failed while running: a disk, a library, a number that is not finite. Exit code 1.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user asked to stop (see interrupt.h). Exit code 128 + signal.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal) : std::runtime_error("interrupted"), signal_number(signal) {}  ///< by this signal

  int signal_number;  ///< SIGINT or SIGTERM
};

}  // namespace assay
