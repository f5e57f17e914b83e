#include "machine.h"
#include "up_rgb.h"

#if CGRT_X86

#include <emmintrin.h>

/* Three colours and whatever lies behind them. */
static __m128i load_rgb(const int32_t *from) { return _mm_loadu_si128((const __m128i *)(const void *)from); }
static __m128i thrice_rgb(__m128i v) { return _mm_add_epi32(_mm_add_epi32(v, v), v); }
static __m128i column_rgb(const int32_t *near, const int32_t *far) { return _mm_add_epi32(thrice_rgb(load_rgb(near)), load_rgb(far)); }

static void store_rgb(int32_t *out, __m128i own, __m128i side) {
  __m128i sum = _mm_add_epi32(_mm_add_epi32(thrice_rgb(own), side), _mm_set1_epi32(8));
  _mm_storeu_si128((__m128i *)(void *)out, _mm_srai_epi32(sum, 4));
}

/* Pixels of the small row but the last, behind which nothing may be read; the columns' sums once for all that need them. Returns how
 * many columns of the enlarged row are there. */
static uint32_t up_triangle(int32_t *out, const int32_t *near, const int32_t *far, uint32_t small) {
  __m128i left, own, right;
  if (small < 3) return 0;
  own = left = column_rgb(near, far);
  for (uint32_t j = 0; j + 2 < small; j++, near += 3, far += 3, out += 6) {
    right = column_rgb(near + 3, far + 3);
    store_rgb(out, own, left);
    store_rgb(out + 3, own, right);
    left = own;
    own = right;
  }
  return 2 * (small - 2);
}

#endif

/* Sixteenths 9, 3, 3, 1 of the own pixel, the two beside it and the corner. If the four are one pixel, it stays as it is. */
void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels, uint32_t triangle) {
  uint32_t x = 0;
#if CGRT_X86
  if (triangle && channels == 3) x = up_triangle(out, near, far, width / 2);
#endif
  for (out += x * channels; x < width; x++) {
    uint32_t own = x / 2 * channels, side = cgrt_neighbour(x, width, triangle) * channels;
    for (uint32_t r = 0; r < channels; r++, own++, side++) {
      *out++ = (3 * (3 * near[own] + near[side]) + 3 * far[own] + far[side] + 8) >> 4;
    }
  }
}
