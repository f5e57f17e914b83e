// What unit tests share: a folder of their own, and the form every error must have.
#pragma once
#include <dirent.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "centigan/core/error.h"

namespace centigan::test {

// An empty folder that goes away with the object.
class TempFolder {
 public:
  TempFolder() : path_(::testing::TempDir() + "centigan-XXXXXX") {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("no temporary folder");
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string path_;
};

// A folder of this process alone, until it ends: tests run side by side, each in a process of its own.
inline std::string process_folder() {
  static const TempFolder folder;
  return folder.path();
}

// Runs `work`, which must throw an Error that holds `fragment`, has a hint and the exit code. Returns its text.
inline std::string expect_error(const std::function<void()>& work, const std::string& fragment,
                                ExitCode code = ExitCode::kFailed) {
  try {
    work();
    ADD_FAILURE() << "no error, expected: " << fragment;
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find(fragment), std::string::npos) << "expected '" << fragment << "' in: " << text;
    EXPECT_NE(text.find("\n  hint: "), std::string::npos) << text;
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << text;
    return text;
  } catch (const std::exception& other) {
    ADD_FAILURE() << "another kind of exception: " << other.what();
  }
  return "";
}

}  // namespace centigan::test
