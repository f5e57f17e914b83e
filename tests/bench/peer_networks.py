"""The network of a .cgm file as programs of other runtimes: ONNX Runtime, LiteRT (TFLite with XNNPACK) and ncnn.

Each `make_*` writes a file; each runner opens one and draws a batch of one: latent [latent] -> picture [H,W,C] in 0..255."""
import pathlib

import numpy as np

import cgm_network


class Arithmetic:
    """What both kinds of tensors write alike."""

    def times(self, x, factor):
        return x * self.constant(factor)

    def multiply(self, a, b):
        return a * b

    def add(self, a, b):
        return a + b

    def plus(self, x, number):
        return x + number


class TorchOps(Arithmetic):
    """Operations of cgm_network.forward on maps [N,C,H,W]."""

    def __init__(self, torch):
        self.torch, self.functional = torch, torch.nn.functional

    def constant(self, values):
        return self.torch.tensor(np.ascontiguousarray(values), dtype=self.torch.float32)

    def dense(self, x, matrix, bias):
        return self.functional.linear(x, self.constant(np.asarray(matrix).T), self.constant(bias))

    def conv(self, x, weight, bias):
        weight = weight.transpose(0, 3, 1, 2)
        return self.functional.conv2d(x, self.constant(weight), self.constant(bias), padding=weight.shape[-1] // 2)

    def transposed(self, x, kernel, bias):
        weight = self.constant(kernel.transpose(3, 2, 0, 1))
        return self.functional.conv_transpose2d(x, weight, self.constant(bias), stride=2, padding=1)

    def weave(self, x, kernel, bias):
        cout, cin = kernel.shape[2], kernel.shape[5]
        weight = kernel.transpose(2, 0, 1, 3, 4, 5).reshape(4 * cout, 3, 3, cin)
        return self.functional.pixel_shuffle(self.conv(x, weight, np.repeat(bias, 4)), 2)

    def nearest(self, x):
        return self.functional.interpolate(x, scale_factor=2, mode="nearest")

    def triangle(self, x):
        return self.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)

    def as_map(self, x, size):
        return x.reshape(1, *size).permute(0, 3, 1, 2)

    def scaled(self, x, factor):
        return x * factor.reshape(1, -1, 1, 1)

    def ones(self, like, count):
        return self.torch.ones(1, count)

    def leaky(self, x, slope):
        return self.functional.leaky_relu(x, slope) if slope != 1 else x

    def rsqrt(self, x):
        return 1 / self.torch.sqrt(x)


class TensorflowOps(Arithmetic):
    """The same on maps [N,H,W,C]."""

    def __init__(self, tensorflow):
        self.tf = tensorflow

    def constant(self, values):
        return self.tf.constant(np.asarray(values), self.tf.float32)

    def dense(self, x, matrix, bias):
        return self.tf.nn.bias_add(self.tf.matmul(x, self.constant(matrix)), self.constant(bias))

    def conv(self, x, weight, bias):
        sums = self.tf.nn.conv2d(x, self.constant(weight.transpose(1, 2, 3, 0)), 1, "SAME")
        return self.tf.nn.bias_add(sums, self.constant(bias))

    def transposed(self, x, kernel, bias):
        shape = [1, 2 * x.shape[1], 2 * x.shape[2], kernel.shape[2]]
        return self.tf.nn.bias_add(self.tf.nn.conv2d_transpose(x, self.constant(kernel), shape, 2, "SAME"), self.constant(bias))

    def weave(self, x, kernel, bias):
        cout, cin = kernel.shape[2], kernel.shape[5]
        return self.tf.nn.depth_to_space(self.conv(x, kernel.reshape(4 * cout, 3, 3, cin), np.tile(bias, 4)), 2)

    def nearest(self, x):
        return self.tf.image.resize(x, (2 * x.shape[1], 2 * x.shape[2]), "nearest")

    def triangle(self, x):
        return self.tf.image.resize(x, (2 * x.shape[1], 2 * x.shape[2]), "bilinear")

    def as_map(self, x, size):
        return self.tf.reshape(x, (1, *size))

    def scaled(self, x, factor):
        return x * self.tf.reshape(factor, (1, 1, 1, -1))

    def ones(self, like, count):
        return self.tf.ones((1, count))

    def leaky(self, x, slope):
        return self.tf.nn.leaky_relu(x, slope) if slope != 1 else x

    def rsqrt(self, x):
        return self.tf.math.rsqrt(x)


def torch_module(network, form):
    import torch

    class Student(torch.nn.Module):
        def forward(self, x):
            return cgm_network.forward(network, TorchOps(torch), x, form)

    return Student().eval(), torch.zeros(1, input_size(network))


def input_size(network):
    return network.latent + (network.embedding.shape[1] if network.embedding is not None else 0)


def calibration(network, count=64):
    """Inputs as a seed gives them."""
    random = np.random.default_rng(0)
    for i in range(count):
        x = np.clip(np.round(32 * random.standard_normal(network.latent)), -127, 127)
        if network.embedding is not None:
            x = np.concatenate([x, network.embedding[i % len(network.embedding)]])
        yield x[None].astype(np.float32)


def make_onnx(network, form, path):
    import torch
    module, x = torch_module(network, form)
    torch.onnx.export(module, (x,), str(path), input_names=["x"], output_names=["picture"], dynamo=False, opset_version=17)


def make_onnx_int8(network, form, path):
    """Static quantisation as ONNX Runtime advises on x86: unsigned activations, signed weights a channel, QDQ."""
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process
    whole, prepared = path.with_suffix(".float"), path.with_suffix(".prepared")
    make_onnx(network, form, whole)
    quant_pre_process(str(whole), str(prepared))

    class Reader(quantization.CalibrationDataReader):
        rows = calibration(network)

        def get_next(self):
            row = next(self.rows, None)
            return None if row is None else {"x": row}

    quantization.quantize_static(str(prepared), str(path), Reader(), quant_format=quantization.QuantFormat.QDQ, per_channel=True,
                                 activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8)
    whole.unlink(), prepared.unlink()


def tflite_converter(network, form):
    import tensorflow as tf
    draw = tf.function(lambda x: cgm_network.forward(network, TensorflowOps(tf), x, form))
    concrete = draw.get_concrete_function(tf.TensorSpec((1, input_size(network)), tf.float32))
    return tf, tf.lite.TFLiteConverter.from_concrete_functions([concrete])


def make_tflite(network, form, path):
    path.write_bytes(tflite_converter(network, form)[1].convert())


def make_tflite_weights(network, form, path):
    """Weights of 8 bits a channel; activations are quantised picture by picture where the runtime does so."""
    tf, converter = tflite_converter(network, form)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    path.write_bytes(converter.convert())


def make_tflite_int8(network, form, path):
    """Full integer quantisation after training with the converter's own calibration."""
    tf, converter = tflite_converter(network, form)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([row] for row in calibration(network))
    path.write_bytes(converter.convert())


def make_ncnn(network, form, path):
    import pnnx
    module, x = torch_module(network, form)
    pnnx.export(module, str(path.with_suffix(".pt")), (x,), fp16=False)


class Onnx:
    def __init__(self, path):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def draw(self, x):
        return self.session.run(None, {"x": x[None]})[0][0].transpose(1, 2, 0)


class LiteRt:
    def __init__(self, path):
        from ai_edge_litert.interpreter import Interpreter
        self.interpreter = Interpreter(str(path), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.output = self.interpreter.get_output_details()[0]["index"]

    def draw(self, x):
        self.interpreter.set_tensor(self.input, x[None])
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.output)[0]


class Ncnn:
    def __init__(self, path):
        import ncnn
        self.ncnn, self.net = ncnn, ncnn.Net()
        self.net.opt.num_threads = 1
        self.net.load_param(str(path.with_suffix(".ncnn.param")))
        self.net.load_model(str(path.with_suffix(".ncnn.bin")))

    def draw(self, x):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.ncnn.Mat(x))
        return np.array(extractor.extract("out0")[1]).transpose(1, 2, 0)


# name -> (how it is made, how it is run, its file)
PEERS = {
    "ONNX Runtime, float32": (make_onnx, Onnx, "onnx"),
    "ONNX Runtime, int8": (make_onnx_int8, Onnx, "int8.onnx"),
    "LiteRT, float32": (make_tflite, LiteRt, "tflite"),
    "LiteRT, int8 weights": (make_tflite_weights, LiteRt, "weights.tflite"),
    "LiteRT, int8": (make_tflite_int8, LiteRt, "int8.tflite"),
    "ncnn, float32": (make_ncnn, Ncnn, "ncnn"),
}
FORMS = ("transposed", "shuffle", "nearest")


def file_of(folder, name, form):
    return pathlib.Path(folder) / f"{form}_{PEERS[name][2].replace('.', '_')}.bin"
