// The verbs of the program, one file each in verbs/.
#pragma once
#include "command_line.h"

namespace centigan {

Verb train_verb();
Verb generate_verb();
Verb score_verb();
Verb eval_verb();
Verb report_verb();
Verb distill_verb();
Verb search_verb();
Verb export_verb();
Verb import_verb();
Verb run_verb();
Verb simulate_verb();
Verb inspect_verb();
Verb pack_verb();
Verb augment_verb();
Verb plugins_verb();
Verb doctor_verb();

}  // namespace centigan
