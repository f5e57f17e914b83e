#include "bias_act/bias_act_cuda.h"
#include "device/flat.h"

// One kernel an order and type: the activation is a switch that all threads take alike.
namespace centigan::cuda {
namespace {

template <class T>
__device__ __forceinline__ const T* in(const void* array, int64_t first) {
  return static_cast<const T*>(array) + first;
}

// The biases of values first, first + 1, ...
template <class T>
__device__ __forceinline__ Neighbours<T> biases_at(const void* b, int64_t channels, int64_t step, int64_t first) {
  Neighbours<T> result;
  const int64_t run = b ? quotient(first, step) : 0;
  int64_t channel = b ? run - quotient(run, channels) * channels : 0, within = first - run * step;
#pragma unroll
  for (int i = 0; i < kPacket<T>; ++i) {
    result.value[i] = b ? static_cast<const Wide<T>*>(b)[channel] : Wide<T>(0);
    if (++within < step) continue;
    within = 0;
    if (++channel == channels) channel = 0;
  }
  return result;
}

template <int kOrder, Act A, class S>
__device__ __forceinline__ S value_of_order(S r, S b, const BiasActScalars<S>& s) {
  if constexpr (kOrder == 0) return value_at<A>(r + b, s);
  const S part = sigmoid_at<A>(r, b, s);
  if constexpr (kOrder == 1) return slope_at<A>(r, b, part, s);
  return curve_at<A>(r, b, part, s);
}

template <int kOrder, class T>
__global__ void __launch_bounds__(kThreads) bias_act_values(BiasActArrays arrays, BiasActScalars<Wide<T>> s, Act act,
                                                            int64_t channels, int64_t step, bool packed) {
  const int64_t first = flat_index<T>(), left = arrays.size - first;
  if (left <= 0) return;
  Neighbours<T> out;
  if (arrays.r) {
    const Neighbours<T> r = read_flat(in<T>(arrays.r, first), left, packed);
    const Neighbours<T> b = biases_at<T>(arrays.b, channels, step, first);
    with_act(act, [&](auto a) {
#pragma unroll
      for (int i = 0; i < kPacket<T>; ++i)
        out.value[i] = value_of_order<kOrder, decltype(a)::value>(r.value[i], b.value[i], s);
    });
  } else {
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) out.value[i] = s.gain;
  }
  if (kOrder > 0) {
    const Neighbours<T> dy = read_flat(in<T>(arrays.dy, first), left, packed);
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) out.value[i] *= dy.value[i];
  }
  if (kOrder > 1) {
    const Neighbours<T> grad = read_flat(in<T>(arrays.grad, first), left, packed);
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) out.value[i] *= grad.value[i];
  }
  write_flat(static_cast<T*>(arrays.out) + first, out, left, packed);
}

template <int kOrder>
int launch_order(Element element, const BiasActArrays& arrays, const BiasActParams& params, Stream stream) {
  const bool packed = packable({arrays.grad, arrays.dy, arrays.r, arrays.out});
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    const BiasActScalars<Wide<T>> scalars(params);
    CENTIGAN_LAUNCH((bias_act_values<kOrder, T>), flat_grid<T>(arrays.size), kThreads, 0, stream)
    (arrays, scalars, params.act, params.channels, params.step, packed);
    return static_cast<int>(cudaGetLastError());
  });
}

}  // namespace

int launch_bias_act(int order, Element element, const BiasActArrays& arrays, const BiasActParams& params,
                    Stream stream) {
  if (order == 0) return launch_order<0>(element, arrays, params, stream);
  return order == 1 ? launch_order<1>(element, arrays, params, stream)
                    : launch_order<2>(element, arrays, params, stream);
}

}  // namespace centigan::cuda
