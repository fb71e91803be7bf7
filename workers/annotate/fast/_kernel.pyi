from workers.annotate.fast.arrays import Bytes, Floats, Ints, Longs

INSTRUCTIONS: str

def first_layer(
    bias: Floats, gain: Floats, shift: Floats, words: Ints, vectors: Floats, products: Floats, windows: Floats
) -> None: ...
def next_layer(bias: Floats, gain: Floats, shift: Floats, sums: Floats, windows: Floats) -> None: ...
def parse(
    features: Floats,
    bias: Floats,
    weights: Floats,
    offsets: Floats,
    moves: Ints,
    penalties: Floats,
    lengths: Ints,
    starts: Bytes,
    heads: Longs,
    arcs: Ints,
) -> None: ...
def recognise(
    features: Floats,
    bias: Floats,
    weights: Floats,
    offsets: Floats,
    kinds: Ints,
    labels: Ints,
    penalties: Floats,
    lengths: Ints,
    spaces: Bytes,
    starts: Bytes,
    classes: Ints,
) -> None: ...
