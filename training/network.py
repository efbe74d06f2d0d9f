"""A small network trained with Adam (Kingma and Ba 2015, arXiv:1412.6980), and the file that the engine reads."""

import struct

import numpy as np


def train(inputs, labels, weights, hidden, rng, epochs=10, batch=2048, rate=3e-3, decay=1e-5):
    """rows of numbers, labels 0 or 1 and weights: means, reciprocal deviations, [(matrix, bias)]"""
    means = inputs.mean(axis=0)
    scales = 1 / (inputs.std(axis=0) + 1e-3)
    sizes = [inputs.shape[1], *hidden, 1]
    layers = [
        [(rng.standard_normal((a, b)) * np.sqrt(2 / a)).astype(np.float32), np.zeros(b, np.float32)]
        for a, b in zip(sizes, sizes[1:], strict=False)
    ]
    moments = [[[np.zeros_like(p), np.zeros_like(p)] for p in layer] for layer in layers]
    steps, total = 0, epochs * (len(inputs) // batch)
    for epoch in range(epochs):
        order = rng.permutation(len(inputs))
        losses = []
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            x = (inputs[rows] - means) * scales
            gradients, loss = backward(layers, x, labels[rows], weights[rows])
            losses.append(loss)
            steps += 1
            now = rate * 0.5 * (1 + np.cos(np.pi * steps / total))
            for layer, moment, gradient in zip(layers, moments, gradients, strict=True):
                for p, (m, v), g in zip(layer, moment, gradient, strict=True):
                    g = g + decay * p
                    m += 0.1 * (g - m)
                    v += 0.001 * (g * g - v)
                    p -= now * (m / (1 - 0.9**steps)) / (np.sqrt(v / (1 - 0.999**steps)) + 1e-8)
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f}", flush=True)
    return means, scales, layers


def forward(network, inputs):
    """log-odds of each row"""
    means, scales, layers = network
    x = (inputs - means) * scales
    for index, (matrix, bias) in enumerate(layers):
        x = x @ matrix + bias
        if index + 1 < len(layers):
            x = np.maximum(x, 0)
    return x[:, 0]


def backward(layers, x, labels, weights):
    """gradients of the weighted cross-entropy"""
    values = [x]
    for index, (matrix, bias) in enumerate(layers):
        x = x @ matrix + bias
        if index + 1 < len(layers):
            x = np.maximum(x, 0)
        values.append(x)
    logit = values[-1][:, 0]
    probability = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    loss = np.mean(weights * (np.logaddexp(0, logit) - labels * logit))
    delta = (weights * (probability - labels) / len(labels))[:, None].astype(np.float32)
    gradients = []
    for index in range(len(layers) - 1, -1, -1):
        gradients.append((values[index].T @ delta, delta.sum(axis=0)))
        if index:
            delta = (delta @ layers[index][0].T) * (values[index] > 0)
    return gradients[::-1], loss


def write(path, network):
    """as crates/analysis/src/evidence/network.rs reads it"""
    means, scales, layers = network
    sizes = [len(means), *(len(bias) for _, bias in layers)]
    with open(path, "wb") as file:
        file.write(b"RAEN" + struct.pack(f"<{2 + len(sizes)}I", 1, len(layers), *sizes))
        for values in (means, scales, *(v for matrix, bias in layers for v in (matrix.T, bias))):
            file.write(np.ascontiguousarray(values, dtype="<f4").tobytes())
