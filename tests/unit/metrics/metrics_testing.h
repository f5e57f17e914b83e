// What the metric tests share.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "centigan/core/error.h"

namespace centigan {

// Runs `work`, which must throw an Error whose text contains `part`.
template <class Work>
void expect_error(const Work& work, const std::string& part) {
  try {
    work();
    ADD_FAILURE() << "no error; expected: " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("hint: "), std::string::npos) << error.what();
  }
}

inline void expect_relative(double value, double golden, double tolerance) {
  EXPECT_NEAR(value, golden, tolerance * std::abs(golden));
}

}  // namespace centigan
