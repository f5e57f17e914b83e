"""The network of a .cgm file in floating point, for other runtimes: read from docs/cgm-format.md alone, unrounded.

Activations keep the unit of the file (±127), so every number of it is used as it is. What is left out: rounding,
saturation and noise. `forward` computes with whatever operations it is given (PyTorch's, TensorFlow's)."""
import dataclasses
import math
import struct

import numpy as np

MAP, START, CONV3, UP3, UP2P, TORGB = range(1, 7)
GAIN, SBIAS, DEMOD, NOISE, DENSE = 1, 2, 4, 8, 16


@dataclasses.dataclass
class Layer:
    kind: int
    level: int
    flags: int
    cin: int
    cout: int
    slope: float
    weight: np.ndarray            # [cout,cin]; START [h*w*cout,style] or None; CONV3, UP3 [cout,3,3,cin]; UP2P [2,2,cout,2,2,cin]
    bias: np.ndarray              # in units of the sums
    scale: np.ndarray             # sum -> output, before gain and demodulation
    gain: tuple = None            # (matrix, bias): the gain is style @ matrix + bias
    sbias: tuple = None           # the same for the bias, in units of the sums
    energy: np.ndarray = None     # [cout,cin]
    constant: np.ndarray = None   # [h,w,cout], in units of the sums


@dataclasses.dataclass
class Network:
    start: tuple
    levels: int
    channels: int
    rgb_first: int
    triangle: bool
    latent: int
    style: int
    embedding: np.ndarray
    layers: list


def unpacked(data, at, filters, elements, bits):
    """[filters,elements] of two's complement numbers of 4, 6 or 8 bits."""
    pitch = (math.ceil(elements * bits / 8) + 3) // 4 * 4
    rows = np.frombuffer(data, np.uint8, filters * pitch, at).reshape(filters, pitch)
    digits = np.unpackbits(rows, axis=1, bitorder="little")[:, :elements * bits].reshape(filters, elements, bits)
    values = digits.astype(np.int64) @ (1 << np.arange(bits))
    return np.where(values >= 1 << (bits - 1), values - (1 << bits), values).astype(np.float64)


def affine(data, weights, parameters, rows, style, shift, unit):
    matrix = unpacked(data, weights, rows, style, 8)
    numbers = np.frombuffer(data, "<i4", 2 * rows, parameters).reshape(rows, 2).astype(np.float64)
    factor = numbers[:, 1] * 2.0 ** (shift - 31) * unit
    return (matrix * factor[:, None]).T, numbers[:, 0] * factor


def read_layer(data, at, start, style):
    kind, level, bits, flags, cin, cout, shift, gain_shift, sbias_shift, sbias_up, slope, const_shift = struct.unpack_from(
        "<4B2H4BhB", data, at)
    weight_at, param_at, gain_at, gain_p, sbias_at, sbias_p, energy_at, _, const_at = struct.unpack_from("<9I", data, at + 16)
    shapes = {MAP: (cout, cin), TORGB: (cout, cin), CONV3: (cout, 3, 3, cin), UP3: (cout, 3, 3, cin),
              UP2P: (2, 2, cout, 2, 2, cin), START: (start[0] * start[1] * cout, style)}
    shape = shapes[kind]
    filters = 4 * cout if kind == UP2P else shape[0]
    dense = kind != START or flags & DENSE
    weight = unpacked(data, weight_at, filters, int(np.prod(shape)) // filters, bits).reshape(shape) if dense else None
    numbers = np.frombuffer(data, "<i4", 2 * cout, param_at).reshape(cout, 2).astype(np.float64)
    layer = Layer(kind, level, flags, cin, cout, slope / 16384, weight, numbers[:, 0], numbers[:, 1] * 2.0 ** (shift - 31))
    if flags & GAIN:
        layer.gain = affine(data, gain_at, gain_p, cin if kind == TORGB else cout, style, gain_shift, 1 / 4096)
    if flags & SBIAS:
        layer.sbias = affine(data, sbias_at, sbias_p, cout, style, sbias_shift, 2.0 ** sbias_up)
    if flags & DEMOD:
        rows = np.frombuffer(data, np.uint8, cout * ((cin + 3) // 4 * 4), energy_at)
        layer.energy = rows.reshape(cout, -1)[:, :cin].astype(np.float64)
    if kind == START:
        layer.constant = np.frombuffer(data, np.int8, int(np.prod(start)) * cout, const_at).reshape(*start, cout) * 2.0 ** const_shift
    return layer


def read_cgm(path):
    data = open(path, "rb").read()
    if data[:4] != b"CGM\x1a" or data[4] != 1:
        raise ValueError(f"{path}: not a .cgm file of version 1")
    start_h, start_w, levels, channels, rgb_first, triangle, _, _ = data[24:32]
    latent, embed, classes, style, layers, groups = struct.unpack_from("<6H", data, 32)
    off_embed, = struct.unpack_from("<I", data, 56)
    embedding = np.frombuffer(data, np.int8, classes * embed, off_embed).reshape(classes, embed) if classes else None
    table = 96 + 16 * groups
    return Network((start_h, start_w), levels, channels, rgb_first, bool(triangle), latent, style, embedding,
                   [read_layer(data, table + 64 * k, (start_h, start_w), style) for k in range(layers)])


def phases(layer):
    """The 2x2 kernels [2,2,cout,2,2,cin] of an upsampling layer, whichever form it has."""
    if layer.kind == UP2P:
        return layer.weight
    pairs = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], np.float64)  # [phase,tap,of three]
    return np.einsum("apy,bqx,oyxc->abopqc", pairs, pairs, layer.weight)


def transposed_kernel(layer):
    """[4,4,cout,cin] of the transposed convolution of stride 2 and padding 1 that draws the same map."""
    kernel, parts = np.zeros((4, 4, layer.cout, layer.cin)), phases(layer)
    for a, b, p, q in np.ndindex(2, 2, 2, 2):
        kernel[3 - a - 2 * p, 3 - b - 2 * q] = parts[a, b, :, p, q]
    return kernel


def shuffled_kernel(layer):
    """[2,2,cout,3,3,cin]: a 3x3 convolution of the small map makes the four phases, which are then woven."""
    kernel, parts = np.zeros((2, 2, layer.cout, 3, 3, layer.cin)), phases(layer)
    for a, b, p, q in np.ndindex(2, 2, 2, 2):
        kernel[a, b, :, a + p, b + q] = parts[a, b, :, p, q]
    return kernel


def upsampled(layer, x, ops, form):
    """`form`: transposed, shuffle, or nearest (3x3 behind a plain enlargement; phases of their own are transposed)."""
    if form == "shuffle":
        return ops.weave(x, shuffled_kernel(layer), layer.bias)
    if form == "nearest" and layer.kind == UP3:
        return ops.conv(ops.nearest(x), layer.weight, layer.bias)
    return ops.transposed(x, transposed_kernel(layer), layer.bias)


def map_of(layer, x, w, gains, network, ops, form):
    """The map of a START, CONV3 or UP layer, and its gains. A style-dependent bias is not needed by the students."""
    if layer.sbias:
        raise ValueError("style-dependent biases have no float form here")
    gain = ops.dense(w, *layer.gain) if layer.gain else None
    if layer.kind == START:
        size = (*network.start, layer.cout)
        flat = (layer.constant + layer.bias).reshape(-1)
        matrix = layer.weight.T if layer.weight is not None else np.zeros((network.style, flat.size))
        total = ops.as_map(ops.dense(w, matrix, flat), size)
    elif layer.kind == CONV3:
        total = ops.conv(x, layer.weight, layer.bias)
    else:
        total = upsampled(layer, x, ops, form)
    factor = ops.times(gain, layer.scale) if gain is not None else ops.times(ops.ones(w, layer.cout), layer.scale)
    if layer.energy is not None:
        square = ops.dense(ops.multiply(gains, gains), layer.energy.T, np.full(layer.cout, 2.0 ** -16))
        factor = ops.multiply(factor, ops.times(ops.rsqrt(square), 128.0))
    return ops.scaled(ops.leaky(total, layer.slope), factor), gain if gain is not None else ops.ones(w, layer.cout)


def forward(network, ops, x, form):
    """x [N, latent + embedding] in the file's steps -> pictures in 0..255, unrounded and unclamped."""
    w = map_x = gains = rgb = None
    for layer in network.layers:
        if layer.kind == MAP:
            x = ops.times(ops.leaky(ops.dense(x, layer.weight.T, layer.bias), layer.slope), layer.scale)
        elif layer.kind == TORGB:
            styled = ops.scaled(map_x, ops.dense(w, *layer.gain)) if layer.gain else map_x
            part = ops.conv(styled, (layer.weight * 16 * layer.scale[:, None] / 256)[:, None, None, :], layer.bias * layer.scale / 256)
            rgb = part if rgb is None else ops.add(ops.triangle(rgb) if network.triangle else ops.nearest(rgb), part)
        else:
            w = x if w is None else w
            map_x, gains = map_of(layer, map_x, w, gains, network, ops, form)
    return ops.plus(rgb, 128.0)
