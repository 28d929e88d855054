#include "process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "assay/error.h"

namespace assay::bench {

double seconds_of_runner(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  std::vector<char*> argv = {const_cast<char*>(ASSAY_RUNNER)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto begun = std::chrono::steady_clock::now();
  // vfork: the child must not pay for copying the page tables of a bench that has LibTorch open.
  const pid_t process = vfork();
  if (process == 0) {
    const int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    if (chdir(folder.c_str()) == 0) execv(ASSAY_RUNNER, argv.data());
    _exit(127);
  }
  int status = 0;
  waitpid(process, &status, 0);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Failure("runner " + arguments.front() + " failed in " + folder.string());
  }
  return spent.count();
}

}  // namespace assay::bench
