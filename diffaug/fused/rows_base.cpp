#define CENTIGAN_ROWS kRowsBase
#include "fused/rows_impl.h"
