"""The proof of the metric catalogue: worked examples by section, and a second engine over the same facts."""
