#define CENTIGAN_ROWS kRowsAvx512
#include "fused/rows_impl.h"
