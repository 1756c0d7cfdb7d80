"""The same single neuron solves XOR once the input is expanded: x₁, x₂, x₁², x₁x₂, x₂²."""

import matplotlib.pyplot as plt
import numpy as np
from _figure import save

import nyuron as keras

keras.set_random_seed(0)
(x, t), _ = keras.datasets.boolean.load_data("xor")
model = keras.Sequential(
    [
        keras.layers.PolynomialFeatures(2, include_bias=False, input_shape=(2,)),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.SGD(2.0), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, t, epochs=500, batch_size=4, verbose=0)
print("accuracy:", history.history["accuracy"][-1])

a = np.linspace(-0.4, 1.4, 120).astype("float32")
grid = np.stack(np.meshgrid(a, a), -1).reshape(-1, 2)
plt.figure(figsize=(5, 4.2))
plt.contourf(a, a, model.predict(grid).reshape(120, 120), levels=20, cmap="coolwarm", vmin=0, vmax=1)
plt.colorbar(label="output")
plt.scatter(*x.T, c=t, cmap="coolwarm", s=140, edgecolor="k")
plt.title("XOR by one neuron on polynomial features")
save("polynomial_features")
