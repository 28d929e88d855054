// The two processes speak in lines of JSON: {"begin": check}, {"check", "result", "found"}, {"hang": text}, {"done":
// true}.
#include "certify_process.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "assay/plugin_watch.h"
#include "assay/toml_file.h"
#include "framework_library.h"

extern char** environ;

namespace assay {
namespace {

using nlohmann::json;

constexpr int kReportDescriptor = 3;  // of the other process
constexpr int kDeathsBeforeGivingUp = 2;

/// How one process came to its end.
enum class End { of_checks, in_a_check, in_a_check_that_others_need };

/// Writes lines to the process that started this one.
class Reporter {
 public:
  explicit Reporter(int descriptor) : descriptor_(descriptor) {}

  void tell(const json& line) const {
    const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    std::size_t done = 0;
    while (done < text.size()) {
      const ssize_t written = ::write(descriptor_, text.data() + done, text.size() - done);
      if (written <= 0) return;  // whoever asked is gone
      done += static_cast<std::size_t>(written);
    }
  }

  void row(const CheckRow& row) const {
    tell({{"check", row.check}, {"result", static_cast<int>(row.result)}, {"found", row.found}});
  }

 private:
  int descriptor_;
};

void run_checks_of(const CertifyRequest& request, const CertifySink& sink) {
  const std::string& kind = request.plugin.kind;
  // A process that needs both opens learn first, see framework_library.h.
  if (kind == "backbone" || kind == "head") {
    learn_library().certify(request, sink);
  } else {
    data_library().certify(request, sink);
  }
}

/// A running process of this program that certifies a plugin; what it writes to standard output and error is kept.
class CertifyingProcess {
 public:
  CertifyingProcess(const CertifyOrder& order, std::size_t skip) : spoken_(memfd_create("assay_certify", MFD_CLOEXEC)) {
    std::array<int, 2> ends{};
    if (spoken_ < 0 || pipe2(ends.data(), O_CLOEXEC) != 0) throw Failure("no pipe to certify through");
    std::vector<std::string> arguments = {"runner",      "plugins",
                                          "certify",     order.library.string(),
                                          "--skip",      std::to_string(skip),
                                          "--report-to", std::to_string(kReportDescriptor)};
    for (const std::string& setting : order.settings) arguments.insert(arguments.end(), {"--set", setting});
    start(std::move(arguments), ends[1]);
    close(ends[1]);
    lines_ = fdopen(ends[0], "r");
  }
  ~CertifyingProcess() {
    std::fclose(lines_);
    end();
    close(spoken_);
  }
  CertifyingProcess(const CertifyingProcess&) = delete;
  CertifyingProcess& operator=(const CertifyingProcess&) = delete;

  /// The next line; null after the last.
  json next() {
    char* line = nullptr;
    std::size_t size = 0;
    const ssize_t length = getline(&line, &size, lines_);
    json parsed = length > 0 ? json::parse(line, nullptr, /*allow_exceptions=*/false) : json();
    std::free(line);
    return parsed;
  }

  /// Kills it when it still runs, and waits for it. Returns how it ended, as waitpid says it.
  int end() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      wait();
    }
    return status_;
  }

  int wait() {
    if (process_ > 0) waitpid(process_, &status_, 0);
    process_ = -1;
    return status_;
  }

  /// What it wrote to standard output and error.
  std::string spoken() const {
    std::string text(static_cast<std::size_t>(lseek(spoken_, 0, SEEK_END)), '\0');
    const ssize_t read = pread(spoken_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(read, 0)));
    return text;
  }

 private:
  void start(std::vector<std::string> arguments, int report) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, spoken_, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, spoken_, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, report, kReportDescriptor);
    const int error = posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw Failure(std::string("this program can't be started again: ") + std::strerror(error));
  }

  int spoken_;
  std::FILE* lines_ = nullptr;
  pid_t process_ = -1;
  int status_ = 0;
};

/// Lines joined by "; ", spaces in a row made one.
std::string one_line(const std::string& text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    line += text.substr(at, end - at);
    at = std::min(text.find_first_not_of(" \n", end), text.size());
    if (at < text.size()) line += text.substr(end, at - end).find('\n') != std::string::npos ? "; " : " ";
  }
  return line;
}

/// The crash report without what the table says anyway; empty when there is none.
std::string crash_in(const std::string& spoken) {
  const std::size_t begin = spoken.find("runner crashed by ");
  if (begin == std::string::npos) return "";
  const std::size_t end = std::min(spoken.find("\nThe fault", begin), spoken.find("\nA fault", begin));
  std::string text = spoken.substr(begin + std::strlen("runner "), end - begin - std::strlen("runner "));
  if (const std::size_t library = text.find("\n  library: "); library != std::string::npos) {
    text.erase(library, text.find('\n', library + 1) - library);
  }
  return one_line(text);
}

std::string how_it_ended(int status, const std::string& spoken) {
  const std::string crash = crash_in(spoken);
  if (!crash.empty()) return crash;
  const std::string words = spoken.empty() ? "" : ": " + one_line(spoken);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return "was killed; out of memory?" + words;
  if (WIFSIGNALED(status)) return std::string("died of ") + strsignal(WTERMSIG(status)) + words;
  return "ended the process with exit code " + std::to_string(WEXITSTATUS(status)) + words;
}

/// Reads what a process tells until it ends.
End follow(CertifyingProcess& process, Certificate& certificate,
           const std::function<void(const std::string& check)>& begun) {
  std::string check = "start";
  bool needed = true;
  const auto fail = [&](const std::string& found) {
    certificate.rows.push_back({check, CheckResult::fail, found});
    return needed ? End::in_a_check_that_others_need : End::in_a_check;
  };
  for (json line = process.next(); line.is_object(); line = process.next()) {
    if (line.contains("done")) return End::of_checks;
    if (line.contains("hang")) {
      process.end();
      return fail(line["hang"].get<std::string>());
    }
    if (line.contains("begin")) {
      check = line["begin"].get<std::string>();
      needed = line["needed"].get<bool>();
      begun(check);
    } else {
      certificate.rows.push_back(
          {line["check"].get<std::string>(), static_cast<CheckResult>(line["result"].get<int>()), line["found"]});
    }
  }
  const int status = process.wait();
  return fail(how_it_ended(status, process.spoken()));
}

/// Takes out of the findings what the table says once: the library.
void shorten(Certificate& certificate) {
  const std::string library = " (" + certificate.library.string() + ")";
  for (CheckRow& row : certificate.rows) {
    for (std::size_t at = row.found.find(library); at != std::string::npos; at = row.found.find(library)) {
      row.found.erase(at, library.size());
    }
  }
}

Certificate certify_to_the_end(const CertifyOrder& order, const std::function<void(const std::string& check)>& begun) {
  Certificate certificate{order.library, {}};
  for (int deaths = 0; deaths < kDeathsBeforeGivingUp; ++deaths) {
    CertifyingProcess process(order, certificate.rows.size());
    const End end = follow(process, certificate, begun);
    if (end == End::of_checks) return certificate;
    if (end == End::in_a_check_that_others_need) {
      certificate.rows.push_back({"the rest", CheckResult::skipped, certificate.rows.back().check + " failed"});
      return certificate;
    }
  }
  certificate.rows.push_back({"the rest", CheckResult::skipped, "two checks ended their process"});
  return certificate;
}

/// A value as the command line gives it: TOML, in which a word needs no quotes.
Node value_of(const std::string& text) {
  const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0;
  if (is_word && text != "true" && text != "false") return {text, {}};
  return parse_toml("value = " + text, "--set").table().front().node;
}

}  // namespace

bool Certificate::passed() const {
  return std::none_of(rows.begin(), rows.end(), [](const CheckRow& row) { return row.result == CheckResult::fail; });
}

Certificate certify_in_process(const CertifyOrder& order, const std::function<void(const std::string& check)>& begun) {
  Certificate certificate = certify_to_the_end(order, begun);
  shorten(certificate);
  return certificate;
}

std::optional<PluginDescription> description_beside(const std::filesystem::path& library) {
  std::filesystem::path file = library;
  file.replace_extension(".plugin.toml");
  if (!std::filesystem::exists(file)) return std::nullopt;
  return read_description(file);
}

Node options_of(const std::vector<std::string>& settings) {
  Node options{Node::Table{}, {}};
  for (const std::string& setting : settings) {
    const std::size_t equal = setting.find('=');
    if (equal == std::string::npos || equal == 0) throw InvalidInput("--set " + setting + ": expected KEY=VALUE");
    options.set(setting.substr(0, equal), value_of(setting.substr(equal + 1)));
  }
  return options;
}

void certify_here(const CertifyOrder& order, std::int64_t skip, int descriptor) {
  const Reporter reporter(descriptor);
  const PluginWatch watch([&](const std::string& what, const std::string&) { reporter.tell({{"hang", what}}); });
  const CertifySink sink{[&](const std::string& check, bool others_need_it) {
                           reporter.tell({{"begin", check}, {"needed", others_need_it}});
                         },
                         [&](const CheckRow& row) { reporter.row(row); }};
  if (skip == 0) sink.begin("handshake", true);
  try {
    const auto described = description_beside(order.library);
    const PluginDescription plugin = described ? *described : describe_library(order.library);
    run_checks_of({TestedPlugin(plugin, options_of(order.settings)), skip}, sink);
  } catch (const std::exception& error) {
    sink.row({"handshake", CheckResult::fail, sentence(error)});
  }
  reporter.tell({{"done", true}});
}

}  // namespace assay
