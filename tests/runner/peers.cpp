#include "peers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "texts.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

// torchvision's compiled part may be of another torch; timm needs only that its operators have a name.
constexpr const char* kShim =
    "import runpy, sys, torch\n"
    "library = torch.library.Library('torchvision', 'DEF')\n"
    "for name in ('nms', 'qnms'):\n"
    "    try:\n"
    "        library.define(name + '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')\n"
    "    except RuntimeError:\n"
    "        pass\n"
    "sys.argv = sys.argv[1:]\n"
    "runpy.run_path(sys.argv[0], run_name='__main__')\n";

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace

fs::path peers_python() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const fs::path base = cache != nullptr && *cache != '\0' ? fs::path(cache) : fs::path(home ? home : "") / ".cache";
  const fs::path python = base / "assay/peers/bin/python";
  return fs::exists(python) ? python : fs::path();
}

Outcome run_python(const fs::path& program, const std::vector<std::string>& arguments, const fs::path& folder) {
  const fs::path start = fs::path(testing::TempDir()) / ("assay_peers_" + std::to_string(::getpid()) + ".py");
  std::ofstream(start) << kShim;
  const std::string stem = start.string();
  std::string command = "cd " + quoted(folder.string()) + " && " + quoted(peers_python().string()) + " -W ignore " +
                        quoted(start.string()) + " " + quoted(program.string());
  for (const std::string& argument : arguments) command += " " + quoted(argument);
  command += " >" + quoted(stem + ".out") + " 2>" + quoted(stem + ".err");
  const int status = std::system(command.c_str());
  return {status, text_of(stem + ".out"), text_of(stem + ".err")};
}

}  // namespace assay
