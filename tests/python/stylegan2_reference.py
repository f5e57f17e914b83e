"""StyleGAN2 in numpy and float64, written from the published formulas: what the program's tensors are compared with.

Weights are a dict of arrays under their official names, without prefix.
"""
import numpy as np

FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64.0


def filler(name, shape, scale=1.0, offset=0.0):
    """Known numbers of unit variance, a function of the name alone (float32)."""
    import zlib
    index = np.arange(int(np.prod(shape)), dtype=np.uint64) + zlib.crc32(name.encode())
    v = index.astype(np.uint32)
    with np.errstate(over="ignore"):
        v = (v ^ (v >> 16)) * np.uint32(0x7FEB352D)
        v = (v ^ (v >> 15)) * np.uint32(0x846CA68B)
    uniform = ((v ^ (v >> 16)).astype(np.float64) + 0.5) / 2.0**32
    return ((2 * uniform - 1) * np.sqrt(3) * scale + offset).astype(np.float32).reshape(shape)


def normalized(x):
    return x / np.sqrt((x * x).mean(1, keepdims=True) + 1e-8)


def lrelu(x, gain=np.sqrt(2), clamp=None):
    y = np.where(x < 0, 0.2 * x, x) * gain
    return y if clamp is None else np.clip(y, -clamp, clamp)


def correlate(x, w, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nihwkl,oikl->nohw", windows, w, optimize=True)


def pad(x, left, right, top, bottom):
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))


def fir(x, gain=1.0):
    windows = np.lib.stride_tricks.sliding_window_view(x, FILTER.shape, axis=(2, 3))
    return np.einsum("nchwkl,kl->nchw", windows, FILTER[::-1, ::-1], optimize=True) * gain


def stuffed(x):
    out = np.zeros((*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3]))
    out[:, :, ::2, ::2] = x
    return out


def upsample(x):
    return fir(pad(stuffed(x), 2, 1, 2, 1), 4.0)


def downsample(x):
    return fir(pad(x, 1, 1, 1, 1))[:, :, ::2, ::2]


def up_conv(x, w):
    """3x3: true convolution behind zero-stuffing and filter; 1x1 the same."""
    more = w.shape[2] // 2
    x = fir(pad(stuffed(x), 2 + more, 1 + more, 2 + more, 1 + more), 4.0)
    return correlate(x, w[:, :, ::-1, ::-1])


def down_conv(x, w):
    more = w.shape[2] // 2
    return correlate(fir(pad(x, 1 + more, 1 + more, 1 + more, 1 + more)), w, 2)


class Network:
    def __init__(self, weights, **sizes):
        self.w = {name: np.asarray(value, np.float64) for name, value in weights.items()}
        self.clamp, self.group, self.resolution = None, 4, 32
        self.__dict__.update(sizes)

    def has(self, name):
        return name in self.w

    def linear(self, x, name, lr=1.0):
        weight = self.w[name + ".weight"]
        return x @ weight.T * (lr / np.sqrt(weight.shape[1])) + self.w[name + ".bias"] * lr

    def mapping(self, z, c):
        parts = [] if z is None else [normalized(z)]
        if self.has("mapping.embed.weight"):
            parts.append(normalized(self.linear(c, "mapping.embed")))
        x, k = np.concatenate(parts, 1), 0
        while self.has(f"mapping.fc{k}.weight"):
            x, k = lrelu(self.linear(x, f"mapping.fc{k}", 0.01)), k + 1
        return x

    def conv(self, x, name, down=False, up=False, gain=1.0):
        """The discriminator's layers and the generator's linear branch."""
        w = self.w[name + ".weight"]
        w = w / np.sqrt(w[0].size)
        more = w.shape[2] // 2
        x = down_conv(x, w) if down else up_conv(x, w) if up else correlate(pad(x, more, more, more, more), w)
        if not self.has(name + ".bias"):
            return x * gain
        clamp = None if self.clamp is None else self.clamp * gain
        return lrelu(x + self.w[name + ".bias"].reshape(1, -1, 1, 1), np.sqrt(2) * gain, clamp)

    def resolutions(self):
        return [2**i for i in range(2, int(np.log2(self.resolution)) + 1)]


class Generator(Network):
    def ws(self, z, c=None, psi=1.0, cutoff=None):
        count = 2 * len(self.resolutions())
        ws = np.repeat(self.mapping(z, c)[:, None], count, 1)
        cutoff = count if cutoff is None else cutoff
        ws[:, :cutoff] = self.w["mapping.w_avg"] + psi * (ws[:, :cutoff] - self.w["mapping.w_avg"])
        return ws

    def layer(self, x, name, w, noise, up=False, gain=1.0):
        weight, styles = self.w[name + ".weight"], self.linear(w, name + ".affine")
        energy = np.einsum("oikl,ni->no", weight**2, styles**2)
        x = x * styles[:, :, None, None]
        x = up_conv(x, weight) if up else correlate(pad(x, 1, 1, 1, 1), weight)
        x = x / np.sqrt(energy + 1e-8)[:, :, None, None]
        if noise == "const":
            x = x + self.w[name + ".noise_const"] * self.w[name + ".noise_strength"]
        clamp = None if self.clamp is None else self.clamp * gain
        return lrelu(x + self.w[name + ".bias"].reshape(1, -1, 1, 1), np.sqrt(2) * gain, clamp)

    def rgb(self, x, name, w):
        weight = self.w[name + ".weight"]
        styles = self.linear(w, name + ".affine") / np.sqrt(weight.shape[1])
        y = correlate(x * styles[:, :, None, None], weight) + self.w[name + ".bias"].reshape(1, -1, 1, 1)
        return y if self.clamp is None else np.clip(y, -self.clamp, self.clamp)

    def synthesis(self, ws, noise="const"):
        x = np.repeat(self.w["synthesis.b4.const"][None], len(ws), 0)
        image, slot = None, 0
        for r in self.resolutions():
            block = f"synthesis.b{r}."
            half = np.sqrt(0.5) if self.has(block + "skip.weight") else 1.0
            branch = self.conv(x, block + "skip", up=True, gain=half) if half < 1 else 0.0
            if r > 4:
                x, slot = self.layer(x, block + "conv0", ws[:, slot], noise, up=True), slot + 1
            x, slot = self.layer(x, block + "conv1", ws[:, slot], noise, gain=half), slot + 1
            x = x + branch
            if image is not None:
                image = upsample(image)
            if self.has(block + "torgb.weight"):
                rgb = self.rgb(x, block + "torgb", ws[:, slot])
                image = rgb if image is None else image + rgb
        return image


class Discriminator(Network):
    def deviation(self, x):
        group = min(self.group or len(x), len(x))
        y = x.reshape(group, len(x) // group, *x.shape[1:])
        deviation = np.sqrt(y.var(0) + 1e-8).mean((1, 2, 3))
        plane = np.tile(deviation, group).reshape(-1, 1, 1, 1) * np.ones((1, 1, *x.shape[2:]))
        return np.concatenate([x, plane], 1)

    def logits(self, image, c=None):
        x = 0.0
        for r in self.resolutions()[:0:-1]:
            block, half = f"b{r}.", np.sqrt(0.5) if self.has(f"b{r}.skip.weight") else 1.0
            if self.has(block + "fromrgb.weight"):
                x = x + self.conv(image, block + "fromrgb")
                image = downsample(image)
            y = self.conv(self.conv(x, block + "conv0"), block + "conv1", down=True, gain=half)
            x = y + self.conv(x, block + "skip", down=True, gain=half) if half < 1 else y
        if self.has("b4.fromrgb.weight"):
            x = x + self.conv(image, "b4.fromrgb")
        x = lrelu(self.linear(self.conv(self.deviation(x), "b4.conv").reshape(len(x), -1), "b4.fc"))
        out = self.linear(x, "b4.out")
        if not self.has("mapping.embed.weight"):
            return out
        label = self.mapping(None, c)
        return (out * label).sum(1, keepdims=True) / np.sqrt(label.shape[1])
