// Files that break one rule of opening, for the tests of the rules.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "draw.h"
#include "model_spec.h"

namespace cgrt_test {

using Bytes = std::vector<uint8_t>;

// A small model with every kind of blob and two qualities.
ModelSpec rich();

// The status of opening; a model that does not open must be closed.
int open_status(const Bytes& file, unsigned flags = 0);

// The status after bytes of the rich model's file were changed and the check sums made right again.
int damaged(const std::function<void(Bytes&)>& change);
int set8(size_t at, int value);
int set16(size_t at, int value);
int set32(size_t at, uint32_t value);
int set_layer8(size_t k, size_t at, int value);
int set_layer16(size_t k, size_t at, int value);

// The status of an architecture whose file is otherwise written as it should be.
int designed(const std::function<void(ModelSpec&)>& change);

}  // namespace cgrt_test
