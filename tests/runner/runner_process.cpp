#include "runner_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

std::string current_test() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(test->test_suite_name()) + "." + test->name();
}

void redirect(const fs::path& file, int descriptor) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(opened, descriptor);
  close(opened);
}

}  // namespace

RunnerProcess::RunnerProcess(const std::vector<std::string>& arguments, const fs::path& folder,
                             const std::map<std::string, std::string>& environment) {
  static int count = 0;
  const fs::path stem =
      fs::path(testing::TempDir()) / (current_test() + "." + std::to_string(getpid()) + "." + std::to_string(count++));
  out_file_ = stem.string() + ".out";
  err_file_ = stem.string() + ".err";
  std::vector<char*> argv = {const_cast<char*>(ASSAY_RUNNER)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  process_ = fork();
  if (process_ == 0) {
    redirect(out_file_, STDOUT_FILENO);
    redirect(err_file_, STDERR_FILENO);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    if (chdir(folder.c_str()) == 0) execv(ASSAY_RUNNER, argv.data());
    _exit(127);
  }
}

RunnerProcess::~RunnerProcess() {
  if (!ended()) {
    send(SIGKILL);
    wait();
  }
}

void RunnerProcess::send(int signal_number) const { kill(process_, signal_number); }

std::string RunnerProcess::err_so_far() const { return text_of(err_file_); }

bool RunnerProcess::ended() {
  if (!reaped_ && waitpid(process_, &status_, WNOHANG) == process_) reaped_ = true;
  return reaped_;
}

bool RunnerProcess::wait_for(const std::string& text, std::chrono::seconds at_most) {
  const auto give_up = std::chrono::steady_clock::now() + at_most;
  while (std::chrono::steady_clock::now() < give_up) {
    const bool over = ended();
    if (err_so_far().find(text) != std::string::npos) return true;
    if (over) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

Outcome RunnerProcess::wait() {
  if (!reaped_) waitpid(process_, &status_, 0);
  reaped_ = true;
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, text_of(out_file_), text_of(err_file_)};
}

Outcome run_runner(const std::vector<std::string>& arguments, const fs::path& folder,
                   const std::map<std::string, std::string>& environment) {
  return RunnerProcess(arguments, folder, environment).wait();
}

fs::path fresh_folder() {
  const fs::path folder = fs::path(testing::TempDir()) / ("assay_" + current_test());
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

fs::path write_small_experiment(const fs::path& folder, const std::string& more) {
  const fs::path file = folder / "experiment.toml";
  std::ofstream(file) << "name = \"small\"\nseed = 20\n"
                         "[dataset]\npath = \"demo\"\npositive = \"malignant\"\n"
                         "group = { pattern = 'UID_(H?\\d+)_' }\ndemo = { images = 48, patients = 12, size = 64 }\n"
                         "[dataset.classes]\nmalignant = [\"all\"]\nhealthy = [\"hem\"]\n"
                         "[preprocessing]\nsize = 64\n"
                         "[pipeline]\nviews = 2\n"
                         "[[augmentation]]\nplugin = \"crop\"\n"
                         "[[augmentation]]\nplugin = \"rotate\"\n"
                         "[sampler]\nplugin = \"oversample\"\n"
                         "[backbone]\nplugin = \"efficientnet\"\nvariant = \"lite0\"\nweights = \"none\"\n"
                         "[head]\nplugin = \"fully_connected\"\nhidden = [16]\n"
                         "[evaluation]\nbootstrap = 100\n"
                         "[training]\nbatch_size = 8\n"
                      << (more.find("epochs") == std::string::npos ? "epochs = 4\n" : "") << more;
  return file;
}

}  // namespace assay
