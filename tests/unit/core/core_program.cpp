// A process for tests that need one of their own (preloaded, killed, or beside Python):
//   core_program save FILE COUNT     writes FILE as checkpoint COUNT times, step 0 to COUNT-1
//   core_program serve FILE ERRORS   for each line "COUNT NAME=VALUE …" on stdin: saves in a child with these variables
//                                    and stderr in ERRORS, then prints its wait status
//   core_program dump FILE FOLDER    a checkpoint's tensors as .npy, with dots for slashes
//   core_program safetensors IN OUT  reads and writes again          core_program npy IN OUT, npz IN OUT  likewise
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>

#include "centigan/core/error.h"
#include "centigan/core/npy.h"
#include "centigan/core/npz.h"
#include "centigan/core/safetensors.h"
#include "centigan/core/snapshot.h"

namespace {

using namespace centigan;

void save(const std::string& file, int64_t count) {
  for (int64_t step = 0; step < count; ++step) {
    Snapshot snapshot;
    snapshot.put("counters/step", step);
    snapshot.put("adam/beta", 0.1);
    snapshot.tensors["G/weight"] = at::full({300, 512}, static_cast<double>(step));
    snapshot.tensors["G/half"] = at::arange(6, at::kFloat).view({2, 3}).to(at::kBFloat16);
    snapshot.tensors["flags"] = at::arange(2, at::kInt).to(at::kBool);
    snapshot.texts["config"] = "batch = 16\n";
    write_checkpoint(file, snapshot, step);
  }
}

int run(const std::string& verb, const std::string& first, const std::string& second);

[[noreturn]] void save_with(std::istringstream line, const std::string& file, const std::string& errors) {
  std::string count, name;
  line >> count;
  ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
  while (line >> name) ::putenv(::strdup(name.c_str()));
  ::_exit(run("save", file, count));
}

// Loading LibTorch costs more than a save: one process serves all cases.
void serve(const std::string& file, const std::string& errors) {
  for (std::string line; std::getline(std::cin, line);) {
    const pid_t child = ::fork();
    if (child == 0) save_with(std::istringstream(line), file, errors);
    int status = 0;
    ::waitpid(child, &status, 0);
    std::cout << status << std::endl;
  }
}

void dump(const std::string& file, const std::string& folder) {
  for (auto& [name, tensor] : read_checkpoint(file).tensors) {
    std::string plain = name;
    for (char& c : plain) c = c == '/' ? '.' : c;
    write_npy(folder + "/" + plain + ".npy", tensor.scalar_type() == at::kBFloat16 ? tensor.to(at::kFloat) : tensor);
  }
}

int run(const std::string& verb, const std::string& first, const std::string& second) {
  try {
    if (verb == "save")
      save(first, std::atoll(second.c_str()));
    else if (verb == "serve")
      serve(first, second);
    else if (verb == "dump")
      dump(first, second);
    else if (verb == "safetensors")
      write_safetensors(second, read_safetensors(first));
    else if (verb == "npz")
      write_npz(second, read_npz(first));
    else if (verb == "npy")
      write_npy(second, read_npy(first));
    else
      return 2;
  } catch (const Error& error) {
    std::cerr << error.what() << std::endl;
    return static_cast<int>(error.code());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return argc == 4 ? run(argv[1], argv[2], argv[3]) : 2;
}
