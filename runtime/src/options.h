/* Options checked once, defaults filled in. */
#ifndef CGRT_OPTIONS_H
#define CGRT_OPTIONS_H

#include "plan.h"

/* *options NULL becomes the defaults. Then plans the arena for them. CGRT_OK, E_OPTION or E_QUALITY. The model is open. */
int cgrt_plan_options(cgrt_plan *plan, const cgrt_model *model, const cgrt_options **options);

#endif
