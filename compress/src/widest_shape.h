// The student that contains all that a search may choose.
#pragma once
#include "centigan/trainers/train.h"
#include "student_shape.h"

namespace centigan {

// As `config` says; where it says nothing, the teacher's own shape if it is lite, else widths and depths of the
// documented student of about its size. A teacher in integers: usage error.
StudentShape widest_shape(DistillConfig config, const Run& teacher);

}  // namespace centigan
