// What tests of gradients include: the checks, and torch::autograd::grad.
#pragma once
#include <torch/csrc/autograd/autograd.h>

#include "centigan/core/gradcheck.h"
#include "filler.h"
