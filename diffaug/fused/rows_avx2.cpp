#define CENTIGAN_ROWS kRowsAvx2
#include "fused/rows_impl.h"
