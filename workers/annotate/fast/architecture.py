"""Which models the fast pipeline knows, and where their weights are. What it does not know it refuses by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.pipeline import DependencyParser, EntityRecognizer, Tagger
from spacy.pipeline import Tok2Vec as Tok2VecPipe

from workers.annotate.fast.arrays import Floats

# The pipes of spaCy's English `core_web` models that the fast pipe replaces, in their order; others may come after.
REPLACED_PIPES = ("tok2vec", "tagger", "wiremill_line_breaks", "parser", "ner")
# What they must be exactly: a component of another class or of a subclass may do anything under the same name.
PIPE_CLASSES = {"tok2vec": Tok2VecPipe, "tagger": Tagger, "parser": DependencyParser, "ner": EntityRecognizer}
# These may stand anywhere between: they change nothing that the replaced ones read.
PASSIVE_PIPES = frozenset({"wiremill_white_space", "attribute_ruler", "lemmatizer"})

# Attributes that follow from a token's ORTH, NORM and SPACY, so that its embedding does too.
WORD_ATTRIBUTES = frozenset({"ORTH", "LOWER", "NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"})
EMBEDDING_LAYERS = frozenset(
    {
        "extract_features", "list2ragged", "ints-getitem", "hashembed", "static_vectors",
        "maxout", "layernorm", "dropout", "ragged2list",
    }
)  # fmt: skip


class UnknownArchitectureError(ValueError):
    """The model is not built the way the fast pipe knows. Says where it differs."""


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """One residual window layer: maxout of `weights` (width, pieces, 3 * width) and `bias`, then layer norm."""

    weights: Floats
    bias: Floats
    gain: Floats
    shift: Floats


@dataclass(frozen=True, slots=True)
class Tok2Vec:
    """The embedding of words as it is, and the weights of the window encoder over it."""

    embed: Any  # thinc's layer: documents in, a list of (tokens, width) out
    layers: tuple[EncoderLayer, ...]
    reads_space: bool  # whether the embedding depends on the white space after a token

    @property
    def width(self) -> int:
        """Floats of a token's vector."""
        return int(self.layers[0].gain.size)


@dataclass(frozen=True, slots=True)
class TransitionModel:
    """The weights of a parser or entity recogniser, and the names of its classes in order."""

    inner: Floats  # (hidden input, width): the linear layer before
    inner_bias: Floats
    lower: Floats  # (slots, hidden, 2 pieces, hidden input)
    lower_bias: Floats  # (hidden, 2)
    padding: Floats  # (slots, hidden, 2): stands for a token that is not there
    upper: Floats  # (classes, hidden)
    upper_bias: Floats
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """All weights that the fast pipe runs."""

    shared: Tok2Vec  # of tagger and parser
    own: Tok2Vec  # of the entity recogniser
    tagger: Floats  # (tags, width)
    tagger_bias: Floats
    tags: tuple[str, ...]
    parser: TransitionModel
    recogniser: TransitionModel


def read_architecture(nlp: Language) -> Architecture:
    """Return the weights of `nlp`. Raises UnknownArchitectureError where `core_web` models are built otherwise."""
    names = tuple(name for name in nlp.pipe_names if name not in PASSIVE_PIPES)
    _expect(names[: len(REPLACED_PIPES)] == REPLACED_PIPES, f"its pipes begin with {', '.join(names)}")
    tok2vec, tagger, parser, ner = (_pipe(nlp, name) for name in PIPE_CLASSES)
    softmax, listener = tagger.model.maybe_get_ref("softmax"), tagger.model.maybe_get_ref("tok2vec")
    _expect(softmax is not None and listener is not None, "a tagger of another kind")
    _expect(listener.name == "tok2vec-listener", "a tagger without a shared tok2vec")
    return Architecture(
        shared=_tok2vec(tok2vec.model),
        own=_tok2vec(_inner_layers(ner, "ner")[0]),
        tagger=softmax.get_param("W"),
        tagger_bias=softmax.get_param("b"),
        tags=tuple(tagger.labels),
        parser=_transition_model(parser, "parser", slots=8),
        recogniser=_transition_model(ner, "ner", slots=3),
    )


def _pipe(nlp: Language, name: str) -> Any:
    pipe = nlp.get_pipe(name)
    _expect(type(pipe) is PIPE_CLASSES[name], f"a {name} that is a {type(pipe).__name__}")
    return pipe


def _tok2vec(model: Any) -> Tok2Vec:
    embed, encode = model.maybe_get_ref("embed"), model.maybe_get_ref("encode")
    _expect(embed is not None and encode is not None, f"a tok2vec of another kind: {model.name[:60]}")
    leaves = [node for node in embed.walk() if not node.layers]
    if unknown := {leaf.name for leaf in leaves} - EMBEDDING_LAYERS:
        raise UnknownArchitectureError(f"embedding layers {', '.join(sorted(unknown))}")
    columns: set[str] = set()
    for leaf in leaves:
        if leaf.name == "extract_features":
            columns |= {str(column) for column in leaf.attrs["columns"]}
        if leaf.name == "static_vectors":
            _expect(leaf.attrs["key_attr"] == "ORTH", "static vectors of another attribute than ORTH")
    _expect(columns <= WORD_ATTRIBUTES, f"embedded attributes {', '.join(sorted(columns - WORD_ATTRIBUTES))}")
    layers = tuple(_encoder_layer(layer) for layer in encode.layers[0].layers)
    width = layers[0].gain.size
    _expect(encode.attrs.get("pad") == len(layers), "an encoder that pads otherwise")
    _expect(width % 16 == 0 and all(x.weights.shape[2] == 3 * width for x in layers), f"an encoder {width} floats wide")
    return Tok2Vec(embed, layers, "SPACY" in columns)


def _encoder_layer(layer: Any) -> EncoderLayer:
    _expect(layer.name == "residual(expand_window>>maxout>>layernorm>>dropout)", f"an encoder layer {layer.name[:60]}")
    leaves = {node.name: node for node in layer.walk() if not node.layers}
    _expect(leaves["expand_window"].attrs["window_size"] == 1, "an encoder window of more than one neighbour")
    maxout, norm = leaves["maxout"], leaves["layernorm"]
    return EncoderLayer(maxout.get_param("W"), maxout.get_param("b"), norm.get_param("G"), norm.get_param("b"))


def _inner_layers(pipe: Any, name: str) -> tuple[Any, Any]:
    """Return the tok2vec (or listener) of a transition-based pipe, and the linear layer after it."""
    tok2vec = pipe.model.maybe_get_ref("tok2vec")
    _expect(tok2vec is not None and len(tok2vec.layers) == 3, f"a {name} model of another kind")
    source, to_array, linear = tok2vec.layers
    _expect((to_array.name, linear.name) == ("list2array", "linear"), f"a {name} model with {tok2vec.name[-40:]}")
    return source, linear


def _transition_model(pipe: Any, name: str, *, slots: int) -> TransitionModel:
    source, linear = _inner_layers(pipe, name)
    if name == "parser":
        _expect(source.name == "tok2vec-listener", "a parser without a shared tok2vec")
    model = pipe.model
    lower, upper = model.maybe_get_ref("lower"), model.maybe_get_ref("upper")
    _expect(lower is not None and upper is not None and model.attrs.get("has_upper"), f"a {name} without upper layer")
    _expect(not model.attrs["unseen_classes"], f"a {name} with classes it has not seen")
    _expect(pipe.cfg["beam_width"] == 1, f"a {name} with beam search")
    weights = lower.get_param("W")
    _expect(weights.shape[0] == slots and weights.shape[2] == 2, f"a {name} of {weights.shape[0]} slots")
    _expect(weights.shape[1] % 32 == 0 and weights.shape[1] <= 512, f"a {name} of {weights.shape[1]} hidden units")
    classes = tuple(pipe.moves.get_class_name(i) for i in range(pipe.moves.n_moves))
    _expect(upper.get_param("W").shape[0] == len(classes), f"a {name} with classes that its model lacks")
    _expect(not any("subtok" in label for label in classes), f"a {name} that merges tokens")
    return TransitionModel(
        linear.get_param("W"), linear.get_param("b"),
        weights, lower.get_param("b"), lower.get_param("pad")[0],
        upper.get_param("W"), upper.get_param("b"), classes,
    )  # fmt: skip


def _expect(holds: bool, difference: str) -> None:
    if not holds:
        raise UnknownArchitectureError(difference)
