// The `centigan` program: picks the verb, and turns every failure into one sentence, a hint and an exit code.
#include <c10/util/Exception.h>

#include <algorithm>
#include <iostream>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/log.h"
#include "centigan/core/memory.h"
#include "centigan/core/signals.h"
#include "centigan/core/text.h"
#include "help.h"
#include "verbs.h"

namespace centigan {
namespace {

std::vector<Verb> all_verbs() {
  return {train_verb(),   generate_verb(), eval_verb(),    report_verb(), score_verb(),    distill_verb(),
          search_verb(),  export_verb(),   import_verb(),  run_verb(),    simulate_verb(), pack_verb(),
          inspect_verb(), augment_verb(),  plugins_verb(), doctor_verb()};
}

bool asks_for(const std::vector<std::string>& words, const char* flag) {
  return std::find(words.begin(), words.end(), flag) != words.end();
}

const Verb& find_verb(const std::vector<Verb>& verbs, const std::string& name) {
  std::vector<std::string> names = {"help"};
  for (const auto& verb : verbs) {
    if (verb.name == name) return verb;
    names.push_back(verb.name);
  }
  fail_usage("command line", escaped(name), "no such verb",
             did_you_mean(name, names, "`centigan help` lists the verbs"));
}

int print_version() {
  const BuildInfo info = build_info();
  std::cout << "centigan " << info.version << " (LibTorch " << info.torch << ", " << info.compiler << ")\n";
  return 0;
}

int run_verb_with(const Verb& verb, const std::vector<std::string>& words) {
  if (asks_for(words, "--help") || asks_for(words, "-h")) return std::cout << help_page(verb), 0;
  const CommandLine line(verb, words);
  set_quiet(line.has("quiet"));
  install_signal_handlers();
  return verb.run(line);
}

int run_program(const std::vector<std::string>& words) {
  const auto verbs = all_verbs();
  if (words.empty()) return std::cerr << overview(verbs), 2;
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (words[0] == "--version") return print_version();
  if (words[0] == "help" && !rest.empty()) return std::cout << help_page(find_verb(verbs, rest[0])), 0;
  if (words[0] == "help" || words[0] == "--help" || words[0] == "-h") return std::cout << overview(verbs), 0;
  return run_verb_with(find_verb(verbs, words[0]), rest);
}

int report(const std::string& what, const std::string& hint) {
  std::cerr << "centigan: " << what << "\n  hint: " << hint << "\n";
  return 1;
}

int report_torch(const c10::Error& error, bool verbose) {
  if (verbose) return report(error.what(), "please report this together with the command");
  return report("inside LibTorch: " + first_line(error.what_without_backtrace()),
                "run it again with --verbose to see where, and report it");
}

int report_unforeseen(const std::exception_ptr& problem, bool verbose) {
  const auto shortage = memory_shortage(problem);
  if (shortage && !verbose)
    return report("out of memory" + *shortage, "use a smaller --batch or resolution, or stop other programs");
  try {
    std::rethrow_exception(problem);
  } catch (const c10::Error& error) {
    return report_torch(error, verbose);
  } catch (const std::exception& error) {
    return report(first_line(error.what()), "run it again with --verbose, and report it together with the command");
  }
}

int guarded(const std::vector<std::string>& words) {
  try {
    return run_program(words);
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return static_cast<int>(error.code());
  } catch (const std::exception&) {
    return report_unforeseen(std::current_exception(), asks_for(words, "--verbose"));
  }
}

}  // namespace
}  // namespace centigan

int main(int argc, char** argv) {
  centigan::prepare_process();
  return centigan::guarded({argv + 1, argv + argc});
}
