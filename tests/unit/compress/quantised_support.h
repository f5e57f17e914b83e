// Quantised generators with lively weights for the tests of export and planner.
#pragma once
#include "centigan/models/lite_quant.h"
#include "lite_support.h"

namespace centigan::compress_test {

inline QuantizedLite quantised(ModelConfig config, const std::string& name = "tiny") {
  config.lite.quant.calibration = 64;
  LiteGenerator teacher(config, 3);
  lite_test::stir(teacher);
  LiteStudent student(config);
  student.adopt(teacher, 1);
  student.w_avg().copy_(lite_test::normal("centre", {config.lite.w_dim}));
  return student.freeze(name);
}

}  // namespace centigan::compress_test
