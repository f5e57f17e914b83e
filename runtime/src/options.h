/* Options checked once, defaults filled in. */
#ifndef CGRT_OPTIONS_H
#define CGRT_OPTIONS_H

#include "plan.h"

/* *options NULL becomes the defaults. CGRT_OK, E_OPTION or E_QUALITY; then the plan's level and hand-over are those of the call.
 * The model is open. */
int cgrt_check_options(const cgrt_model *model, const cgrt_options **options);

/* The output level and the hand-over of checked options. */
uint32_t cgrt_output_level(const cgrt_model *model, const cgrt_options *options);
uint32_t cgrt_chosen_handover(const cgrt_model *model, const cgrt_options *options);

#endif
