#include <ATen/core/dispatch/Dispatcher.h>
#include <gtest/gtest.h>

#include "centigan/nn/ops.h"

namespace {

// Guards against a linker that drops a library which only registers operators.
TEST(NnLibrary, RegistersItsOperators) {
  EXPECT_EQ(centigan_nn_abi_version(), 1);
  for (const char* name : {"centigan::bias_act", "centigan::bias_act_backward", "centigan::bias_act_double_backward",
                           "centigan::channel_dot", "centigan::channel_scale", "centigan::channel_scale_backward",
                           "centigan::convolution", "centigan::convolution_input", "centigan::convolution_weight",
                           "centigan::modulated_conv2d", "centigan::upfirdn2d", "centigan::upfirdn2d_backward"})
    EXPECT_TRUE(c10::Dispatcher::singleton().findSchema({name, ""})) << name;
}

}  // namespace
