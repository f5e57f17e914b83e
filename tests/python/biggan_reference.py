"""BigGAN in numpy and float64, written from the published formulas: what the program's tensors are compared with.

Networks in evaluation mode. Weights are a dict of arrays under their official names, without prefix.
"""
import numpy as np
from stylegan2_reference import correlate, filler, pad

G_OUT = {32: (4, 4, 4), 64: (16, 8, 4, 2), 128: (16, 8, 4, 2, 1), 256: (16, 8, 8, 4, 2, 1)}
D_OUT = {32: (4, 4, 4, 4), 64: (1, 2, 4, 8, 16), 128: (1, 2, 4, 8, 16, 16), 256: (1, 2, 4, 8, 8, 16, 16)}


def known(name, shape):
    """The filling of the published numbers."""
    if name.endswith("sv0"):
        return np.ones(shape, np.float32)
    if name.endswith("gamma"):
        return np.full(shape, 0.5, np.float32)
    if name.endswith("stored_var"):
        return ((filler(name, shape).astype(np.float64) / np.sqrt(3) + 1) / 2 + 0.5).astype(np.float32)
    if name.endswith((".gain.weight", ".bias.weight")):
        return filler(name, shape, 0.3)
    if name == "output_layer.0.gain":
        return filler(name, shape, 0.1, 1)
    return filler(name, shape, 0.1 if name.endswith((".bias", "stored_mean")) else 1.0)


class Shapes(dict):
    """Names and shapes of the tensors of both networks."""

    def spectral(self, name, *shape, bias=True):
        self[name + ".weight"], self[name + ".u0"], self[name + ".sv0"] = shape, (1, shape[0]), (1,)
        if bias:
            self[name + ".bias"] = shape[:1]

    def convolutions(self, block, into, out, shortcut):
        self.spectral(block + "conv1", out, into, 3, 3)
        self.spectral(block + "conv2", out, out, 3, 3)
        if shortcut:
            self.spectral(block + "conv_sc", out, into, 1, 1)

    def attention(self, block, channels):
        self[block + "gamma"] = ()
        for name, out, into in (("theta", 8, 1), ("phi", 8, 1), ("g", 2, 1), ("o", 1, 2)):
            self.spectral(block + name, channels // out, channels // into, 1, 1, bias=False)

    def statistics(self, name, channels):
        self[name + ".stored_mean"] = self[name + ".stored_var"] = (channels,)


def generator_shapes(case):
    s, outs = Shapes(), [m * case.ch for m in G_OUT[case.resolution]]
    s.spectral("linear", outs[0] * 16, case.chunk)
    if case.shared:
        s["shared.weight"] = (case.classes, case.shared)
    for i, (into, out) in enumerate(zip([outs[0], *outs], outs)):
        block = f"blocks.{i}.0."
        s.convolutions(block, into, out, True)
        for norm, channels in ((block + "bn1", into), (block + "bn2", out)):
            s.statistics(norm, channels)
            for part in (".gain", ".bias"):
                if case.hier:
                    s.spectral(norm + part, channels, case.shared + case.chunk, bias=False)
                else:
                    s[norm + part + ".weight"] = (case.classes, channels)
        if 8 << i in case.attention:
            s.attention(f"blocks.{i}.1.", out)
    s.statistics("output_layer.0", outs[-1])
    s["output_layer.0.gain"] = s["output_layer.0.bias"] = (outs[-1],)
    s.spectral("output_layer.2", case.channels, outs[-1], 3, 3)
    return s


def discriminator_shapes(case):
    s, outs = Shapes(), [m * case.ch for m in D_OUT[case.resolution]]
    for i, (into, out) in enumerate(zip([case.channels, *outs], outs)):
        s.convolutions(f"blocks.{i}.0.", into, out, into != out or case.shrinks(i))
        if case.resolution > 32 and case.resolution >> (i + 1) in case.attention and case.shrinks(i):
            s.attention(f"blocks.{i}.1.", out)
    s.spectral("linear", 1, outs[-1])
    if case.classes:
        s.spectral("embed", case.classes, outs[-1], bias=False)
    return s


class Network:
    def __init__(self, weights, case):
        self.w = {name: np.asarray(value, np.float64) for name, value in weights.items()}
        self.case = case

    def weight(self, name):
        """Divided by its largest singular value, as one step of the power iteration finds it."""
        w, eps = self.w[name + ".weight"], 1e-8
        if name + ".u0" not in self.w:
            return w
        flat = w.reshape(len(w), -1)
        v = self.w[name + ".u0"] @ flat
        v /= max(np.linalg.norm(v), eps)
        u = v @ flat.T
        return w / (u @ u.T / max(np.linalg.norm(u), eps))

    def conv(self, name, x):
        w = self.weight(name)
        y = correlate(pad(x, *[w.shape[2] // 2] * 4), w)
        return y + self.w[name + ".bias"].reshape(1, -1, 1, 1) if name + ".bias" in self.w else y

    def linear(self, name, x):
        return x @ self.weight(name).T + self.w.get(name + ".bias", 0.0)

    def attention(self, name, x):
        pooled = lambda m: m.reshape(*m.shape[:2], m.shape[2] // 2, 2, m.shape[3] // 2, 2).max((3, 5))  # noqa: E731
        flat = lambda m: m.reshape(*m.shape[:2], -1)  # noqa: E731
        q, k = flat(self.conv(name + "theta", x)), flat(pooled(self.conv(name + "phi", x)))
        v = flat(pooled(self.conv(name + "g", x)))
        e = np.einsum("ncp,nck->npk", q, k)
        e = np.exp(e - e.max(2, keepdims=True))
        seen = np.einsum("nck,npk->ncp", v, e / e.sum(2, keepdims=True)).reshape(len(x), -1, *x.shape[2:])
        return self.w[name + "gamma"] * self.conv(name + "o", seen) + x


def doubled(x):
    return x.repeat(2, 2).repeat(2, 3)


def halved(x):
    return x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).mean((3, 5))


class Generator(Network):
    def norm(self, name, x, gain, bias):
        mean, var = (self.w[f"{name}.stored_{what}"].reshape(1, -1, 1, 1) for what in ("mean", "var"))
        planes = lambda m: np.asarray(m).reshape(-1, x.shape[1], 1, 1)  # noqa: E731
        return np.maximum((x - mean) / np.sqrt(var + 1e-5) * planes(gain) + planes(bias), 0)

    def conditional(self, name, x, code):
        rows = self.linear if self.case.hier else (lambda part, c: c @ self.w[part + ".weight"])
        return self.norm(name, x, 1 + rows(name + ".gain", code), rows(name + ".bias", code))

    def image(self, z, labels):
        case = self.case
        code = labels @ self.w["shared.weight"] if case.shared else labels
        parts = np.split(z.astype(np.float64), case.rows, 1)
        x = self.linear("linear", parts[0]).reshape(len(z), -1, 4, 4)
        for i in range(len(G_OUT[case.resolution])):
            block = f"blocks.{i}.0."
            y = parts[i + 1] if case.hier else code
            if case.hier and code is not None:
                y = np.concatenate([code, y], 1)
            h = self.conv(block + "conv1", doubled(self.conditional(block + "bn1", x, y)))
            h = self.conv(block + "conv2", self.conditional(block + "bn2", h, y))
            x = h + self.conv(block + "conv_sc", doubled(x))
            if f"blocks.{i}.1.gamma" in self.w:
                x = self.attention(f"blocks.{i}.1.", x)
        last = self.norm("output_layer.0", x, self.w["output_layer.0.gain"], self.w["output_layer.0.bias"])
        return np.tanh(self.conv("output_layer.2", last))


class Discriminator(Network):
    def logits(self, x, labels):
        for i in range(len(D_OUT[self.case.resolution])):
            block, down = f"blocks.{i}.0.", halved if self.case.shrinks(i) else (lambda m: m)
            h = self.conv(block + "conv1", np.maximum(x, 0) if i else x)
            h = down(self.conv(block + "conv2", np.maximum(h, 0)))
            x = h + (down(self.conv(block + "conv_sc", x)) if block + "conv_sc.weight" in self.w else x)
            if f"blocks.{i}.1.gamma" in self.w:
                x = self.attention(f"blocks.{i}.1.", x)
        h = np.maximum(x, 0).sum((2, 3))
        logits = self.linear("linear", h)
        return logits if labels is None else logits + ((labels @ self.weight("embed")) * h).sum(1, keepdims=True)
