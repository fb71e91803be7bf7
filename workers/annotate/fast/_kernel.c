/* The inner loops of the fast pipeline: what numpy cannot say in a few calls.
 *
 * Weights come transposed and padded by Python (see layers.py, decoders.py), so that every loop runs over contiguous
 * floats. Each hot function is compiled for three instruction sets and chosen at import; no flag depends on the machine
 * that builds, so a wheel or an image built elsewhere is as fast.
 */
#include "../../buffers.h"
#include <math.h>

#define TILE 64 /* classes are padded to a multiple of it */
#define LANES 16
/* GCC's and Clang's vectors, as wide as a register of each instruction set: a wider one would live in memory, not in
 * registers, and cost ten times the instructions (GCC 12). Loads need no alignment. */
typedef float Vector16 __attribute__((vector_size(64)));
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector4 __attribute__((vector_size(16)));
typedef float Loose16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float Loose8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float Loose4 __attribute__((vector_size(16), aligned(4), may_alias));
#define LOAD(lanes, address) (*(const Loose##lanes *)(address))
#define STORE(lanes, address, value) (*(Loose##lanes *)(address) = (value))
#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAVE_CLONES 1
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define AVX2 __attribute__((target("avx2,fma")))
#endif

/* ---- one layer of the window encoder: maxout, layer norm, residual ---- */

typedef struct {
    const float *bias;  /* pieces * width */
    const float *gain;  /* width */
    const float *shift; /* width */
    int width;
    int pieces;
} Layer;

/* Take the best piece, normalise, add to the row's own vector; write the sum to the windows of the row and its
 * neighbours. `sums` holds pieces blocks of `width` floats; a row of `windows` is left neighbour, self, right one. */
INLINE void finish_row(const Layer *layer, float *sums, const float *own, float *windows, Py_ssize_t row, Py_ssize_t rows)
{
    const int width = layer->width;
    float lanes[LANES] = {0};
    for (int piece = 1; piece < layer->pieces; piece++) {
        const float *other = sums + (Py_ssize_t)piece * width;
        for (int k = 0; k < width; k++)
            sums[k] = other[k] > sums[k] ? other[k] : sums[k];
    }
    for (int k = 0; k < width; k += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += sums[k + lane];
    float mean = 0;
    for (int lane = 0; lane < LANES; lane++)
        mean += lanes[lane];
    mean /= (float)width;
    memset(lanes, 0, sizeof lanes);
    for (int k = 0; k < width; k += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            const float away = sums[k + lane] - mean;
            lanes[lane] += away * away;
        }
    float variance = 0;
    for (int lane = 0; lane < LANES; lane++)
        variance += lanes[lane];
    const float scale = 1.0f / sqrtf(variance / (float)width + 1e-8f); /* 1e-8: thinc's LayerNorm.v1 */
    float *self = windows + row * 3 * width + width;
    for (int k = 0; k < width; k++)
        self[k] = own[k] + ((sums[k] - mean) * scale * layer->gain[k] + layer->shift[k]);
    if (row > 0)
        memcpy(windows + (row - 1) * 3 * width + 2 * width, self, sizeof(float) * (size_t)width);
    if (row + 1 < rows)
        memcpy(windows + (row + 1) * 3 * width, self, sizeof(float) * (size_t)width);
}

INLINE void blank_edges(float *windows, Py_ssize_t rows, int width)
{
    memset(windows, 0, sizeof(float) * (size_t)width);
    memset(windows + (rows - 1) * 3 * width + 2 * width, 0, sizeof(float) * (size_t)width);
}

/* First layer: its input is a word's memoised vector, so the three products of the window are memoised too. */
INLINE void first_layer_body(const Layer *layer, const int32_t *words, Py_ssize_t rows, const float *vectors,
                             const float *products, float *windows)
{
    const int width = layer->width, size = width * layer->pieces;
    float sums[4096];
    blank_edges(windows, rows, width);
    for (Py_ssize_t row = 0; row < rows; row++) {
        const float *left = products + (row > 0 ? (Py_ssize_t)words[row - 1] : 0) * 3 * size;
        const float *self = products + (Py_ssize_t)words[row] * 3 * size + size;
        const float *right = products + (row + 1 < rows ? (Py_ssize_t)words[row + 1] : 0) * 3 * size + 2 * size;
        for (int k = 0; k < size; k++)
            sums[k] = left[k] + self[k] + right[k] + layer->bias[k];
        finish_row(layer, sums, vectors + (Py_ssize_t)words[row] * width, windows, row, rows);
    }
}

/* Further layers: `sums` is the product of the windows and the weights. */
INLINE void next_layer_body(const Layer *layer, float *sums, Py_ssize_t rows, float *windows)
{
    const int width = layer->width, size = width * layer->pieces;
    float own[1024];
    for (Py_ssize_t row = 0; row < rows; row++) {
        float *mine = sums + row * size;
        for (int k = 0; k < size; k++)
            mine[k] += layer->bias[k];
        memcpy(own, windows + row * 3 * width + width, sizeof(float) * (size_t)width);
        finish_row(layer, mine, own, windows, row, rows);
    }
}

/* ---- scoring a state of the parser or the entity recogniser ---- */

typedef struct {
    const float *features; /* (1 + tokens) * slots * size; row 0 is the padding; size = 2 * hidden, pieces side by side */
    Py_ssize_t first;      /* the row of the document's first token */
    const float *bias;     /* size */
    const float *weights;  /* hidden * classes */
    const float *offsets;  /* classes; -inf beyond the real ones */
    int slots;
    int hidden;
    int classes; /* a multiple of TILE */
} Scorer;

typedef void ScoreState(const Scorer *, const int32_t *, float *);

/* The sums of the features of a state's tokens, and of their two pieces the better: what the classes are scored by. */
#define HIDDEN(lanes)                                                                                                  \
    INLINE void hidden_##lanes(const Scorer *scorer, const int32_t *tokens, float *hidden)                             \
    {                                                                                                                  \
        const int size = 2 * scorer->hidden;                                                                           \
        const float *rows[8];                                                                                          \
        for (int slot = 0; slot < scorer->slots; slot++) {                                                             \
            const Py_ssize_t token = tokens[slot] < 0 ? 0 : scorer->first + tokens[slot];                              \
            rows[slot] = scorer->features + (token * scorer->slots + slot) * size;                                     \
        }                                                                                                              \
        for (int at = 0; at < size; at += lanes) {                                                                     \
            Vector##lanes sum = LOAD(lanes, rows[0] + at);                                                             \
            for (int slot = 1; slot < scorer->slots; slot++)                                                           \
                sum += LOAD(lanes, rows[slot] + at);                                                                   \
            STORE(lanes, hidden + at, sum + LOAD(lanes, scorer->bias + at));                                           \
        }                                                                                                              \
        for (int k = 0; k < scorer->hidden; k++)                                                                       \
            hidden[k] = hidden[scorer->hidden + k] > hidden[k] ? hidden[scorer->hidden + k] : hidden[k];               \
    }

/* The scores of four vectors of classes from `at` on, and of the next four: the sums stay in registers. */
#define FOUR(lanes, sums, at)                                                                                          \
    Vector##lanes sums##0 = {0}, sums##1 = {0}, sums##2 = {0}, sums##3 = {0};                                          \
    const float *sums##_row = scorer->weights + (at)
#define ADD_FOUR(lanes, sums, input)                                                                                   \
    do {                                                                                                               \
        sums##0 += (input) * LOAD(lanes, sums##_row);                                                                  \
        sums##1 += (input) * LOAD(lanes, sums##_row + lanes);                                                          \
        sums##2 += (input) * LOAD(lanes, sums##_row + 2 * lanes);                                                      \
        sums##3 += (input) * LOAD(lanes, sums##_row + 3 * lanes);                                                      \
        sums##_row += classes;                                                                                         \
    } while (0)
#define STORE_FOUR(lanes, sums, at)                                                                                    \
    do {                                                                                                               \
        STORE(lanes, scores + (at), sums##0 + LOAD(lanes, scorer->offsets + (at)));                                    \
        STORE(lanes, scores + (at) + lanes, sums##1 + LOAD(lanes, scorer->offsets + (at) + lanes));                    \
        STORE(lanes, scores + (at) + 2 * lanes, sums##2 + LOAD(lanes, scorer->offsets + (at) + 2 * lanes));            \
        STORE(lanes, scores + (at) + 3 * lanes, sums##3 + LOAD(lanes, scorer->offsets + (at) + 3 * lanes));            \
    } while (0)

HIDDEN(16)
INLINE void score_state_16(const Scorer *scorer, const int32_t *tokens, float *scores)
{
    const int classes = scorer->classes;
    float hidden[1024];
    hidden_16(scorer, tokens, hidden);
    for (int at = 0; at < classes; at += 4 * 16) {
        FOUR(16, low, at);
        for (int j = 0; j < scorer->hidden; j++)
            ADD_FOUR(16, low, hidden[j]);
        STORE_FOUR(16, low, at);
    }
}

/* Eight sums at once: with four, each waits for the one before it. */
#define SCORE_STATE(lanes)                                                                                             \
    HIDDEN(lanes)                                                                                                      \
    INLINE void score_state_##lanes(const Scorer *scorer, const int32_t *tokens, float *scores)                        \
    {                                                                                                                  \
        const int classes = scorer->classes;                                                                           \
        float hidden[1024];                                                                                            \
        hidden_##lanes(scorer, tokens, hidden);                                                                        \
        for (int at = 0; at < classes; at += 8 * lanes) {                                                              \
            FOUR(lanes, low, at);                                                                                      \
            FOUR(lanes, high, at + 4 * lanes);                                                                         \
            for (int j = 0; j < scorer->hidden; j++) {                                                                 \
                ADD_FOUR(lanes, low, hidden[j]);                                                                       \
                ADD_FOUR(lanes, high, hidden[j]);                                                                      \
            }                                                                                                          \
            STORE_FOUR(lanes, low, at);                                                                                \
            STORE_FOUR(lanes, high, at + 4 * lanes);                                                                   \
        }                                                                                                              \
    }
SCORE_STATE(8)
SCORE_STATE(4)

/* The first class with the highest score among those without a penalty (0 or -inf). */
INLINE int best_class(const float *scores, const float *penalty, int classes)
{
    float lanes[LANES], best;
    for (int lane = 0; lane < LANES; lane++)
        lanes[lane] = -INFINITY;
    for (int k = 0; k < classes; k += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            const float score = scores[k + lane] + penalty[k + lane];
            lanes[lane] = score > lanes[lane] ? score : lanes[lane];
        }
    best = lanes[0];
    for (int lane = 1; lane < LANES; lane++)
        best = lanes[lane] > best ? lanes[lane] : best;
    if (best == -INFINITY)
        return -1;
    for (int k = 0; k < classes; k++)
        if (scores[k] + penalty[k] == best)
            return k;
    return -1;
}

/* ---- the arc-eager transition system of spaCy's parser (spacy/pipeline/_parser_internals/arc_eager.pyx) ---- */

enum { SHIFT, REDUCE, LEFT, RIGHT, BREAK, MOVES };

typedef struct {
    int32_t *heads;       /* -1: none yet */
    int32_t *last_left;   /* of each token, its newest left child */
    int32_t *last_right;  /* and its newest right child */
    int32_t *older;       /* of each child, the sibling before it on the same side */
    int32_t *stack;
    int32_t *rebuffer;    /* tokens put back before the buffer */
    uint8_t *unshiftable;
    uint8_t *starts;      /* 1: starts a sentence, preset or by BREAK */
} Parse;

/* Parse one document of `length` tokens; `scores` has room for the classes. Writes each token's head (relative) and the
 * class of its arc (-1: root). Returns -1 where no move is valid, which these rules exclude. */
INLINE int parse_body(ScoreState *score_state, const Scorer *scorer, const int32_t *moves, const float *penalties, int32_t length, Parse *parse,
                      float *scores, int64_t *heads, int32_t *arcs)
{
    int32_t depth = 0, returned = 0, next = 0, context[8];
    for (int32_t i = 0; i < length; i++) {
        parse->heads[i] = parse->last_left[i] = parse->last_right[i] = parse->older[i] = -1;
        parse->unshiftable[i] = 0;
        arcs[i] = -1;
    }
    while (depth > 0 || next < length || returned > 0) {
        const int32_t left = (length - next) + returned; /* tokens in the buffer */
        const int32_t b0 = returned ? parse->rebuffer[returned - 1] : (next < length ? next : -1);
        const int32_t after = next + (returned ? 0 : 1);
        const int32_t b1 = returned > 1 ? parse->rebuffer[returned - 2] : (after < length ? after : -1);
        const int32_t s0 = depth > 0 ? parse->stack[depth - 1] : -1;
        context[0] = b0;
        context[1] = b1;
        context[2] = s0;
        context[3] = depth > 1 ? parse->stack[depth - 2] : -1;
        context[4] = depth > 2 ? parse->stack[depth - 3] : -1;
        context[5] = b0 >= 0 ? parse->last_left[b0] : -1;
        context[6] = s0 >= 0 ? parse->last_left[s0] : -1;
        context[7] = s0 >= 0 ? parse->last_right[s0] : -1;
        score_state(scorer, context, scores);

        const int begins = b0 >= 0 && parse->starts[b0];
        unsigned valid = 0;
        if (depth == 0)
            valid |= 1u << SHIFT;
        else if (left >= 2 && !begins && !parse->unshiftable[b0])
            valid |= 1u << SHIFT;
        if (depth > 0)
            valid |= 1u << REDUCE;
        if (depth > 0 && left > 0 && !begins)
            valid |= 1u << LEFT | 1u << RIGHT;
        if (left >= 2 && b1 == b0 + 1 && !parse->starts[b1])
            valid |= 1u << BREAK;
        const int best = best_class(scores, penalties + (Py_ssize_t)valid * scorer->classes, scorer->classes);
        if (best < 0)
            return -1;

        switch (moves[best]) {
        case SHIFT:
            break; /* pushed below */
        case REDUCE:
            depth--;
            if (parse->heads[s0] < 0 && depth > 0) {
                parse->unshiftable[s0] = 1;
                parse->rebuffer[returned++] = s0;
            }
            continue;
        case LEFT:
            if (parse->heads[s0] >= 0) /* s0 is its head's newest right child: what came later was popped before it */
                parse->last_right[parse->heads[s0]] = parse->older[s0];
            parse->heads[s0] = b0;
            parse->older[s0] = parse->last_left[b0];
            parse->last_left[b0] = s0;
            arcs[s0] = best;
            parse->unshiftable[b0] = 0;
            depth--;
            continue;
        case RIGHT:
            parse->heads[b0] = s0;
            parse->older[b0] = parse->last_right[s0];
            parse->last_right[s0] = b0;
            arcs[b0] = best;
            break;
        default:
            parse->starts[b1] = 1;
            continue;
        }
        if (returned)
            returned--;
        else
            next++;
        parse->stack[depth++] = b0;
    }
    for (int32_t i = 0; i < length; i++)
        heads[i] = parse->heads[i] < 0 ? 0 : parse->heads[i] - i;
    return 0;
}

/* ---- the BILUO transition system of spaCy's entity recogniser (ner.pyx), no entities preset ---- */

enum { MISSING, BEGIN, IN, LAST, UNIT, OUT };
enum { MAY_ENTER = 1, MAY_BEGIN = 2 }; /* the token is no white space; and the next one is of the same sentence */

/* Write the class of each token. `penalties`: 0-3 outside of an entity by the flags above; then two for each class that
 * begins one (by its label): the entity must end here; it may go on. Returns -1 where no class is valid. */
INLINE int recognise_body(ScoreState *score_state, const Scorer *scorer, const int32_t *kinds, const int32_t *labels, const float *penalties,
                          const uint8_t *spaces, const uint8_t *starts, int32_t length, float *scores, int32_t *classes)
{
    int32_t begun = -1, label = 0, context[3];
    for (int32_t i = 0; i < length; i++) {
        const int ends = i + 1 >= length || starts[i + 1];
        Py_ssize_t which;
        context[0] = i;
        context[1] = begun;
        context[2] = begun < 0 ? -1 : i - 1;
        score_state(scorer, context, scores);
        if (begun < 0)
            which = spaces[i] ? 0 : MAY_ENTER | (ends ? 0 : MAY_BEGIN);
        else
            which = 4 + 2 * (Py_ssize_t)label + !ends;
        const int best = best_class(scores, penalties + which * scorer->classes, scorer->classes);
        if (best < 0)
            return -1;
        classes[i] = best;
        if (kinds[best] == BEGIN) {
            begun = i;
            label = labels[best];
        } else if (kinds[best] == LAST)
            begun = -1;
    }
    return 0;
}

/* ---- the same, for each instruction set ---- */

#define VERSION(suffix, lanes, attribute)                                                                                     \
    attribute static void first_layer_##suffix(const Layer *layer, const int32_t *words, Py_ssize_t rows,              \
                                               const float *vectors, const float *products, float *windows)            \
    {                                                                                                                  \
        first_layer_body(layer, words, rows, vectors, products, windows);                                              \
    }                                                                                                                  \
    attribute static void next_layer_##suffix(const Layer *layer, float *sums, Py_ssize_t rows, float *windows)        \
    {                                                                                                                  \
        next_layer_body(layer, sums, rows, windows);                                                                   \
    }                                                                                                                  \
    attribute static int parse_##suffix(const Scorer *scorer, const int32_t *moves, const float *penalties,            \
                                        int32_t length, Parse *parse, float *scores, int64_t *heads, int32_t *arcs)    \
    {                                                                                                                  \
        return parse_body(score_state_##lanes, scorer, moves, penalties, length, parse, scores, heads, arcs);                               \
    }                                                                                                                  \
    attribute static int recognise_##suffix(const Scorer *scorer, const int32_t *kinds, const int32_t *labels,         \
                                            const float *penalties, const uint8_t *spaces, const uint8_t *starts,      \
                                            int32_t length, float *scores, int32_t *classes)                           \
    {                                                                                                                  \
        return recognise_body(score_state_##lanes, scorer, kinds, labels, penalties, spaces, starts, length, scores, classes);              \
    }

VERSION(plain, 4, )
static void (*first_layer)(const Layer *, const int32_t *, Py_ssize_t, const float *, const float *, float *) = first_layer_plain;
static void (*next_layer)(const Layer *, float *, Py_ssize_t, float *) = next_layer_plain;
static int (*parse)(const Scorer *, const int32_t *, const float *, int32_t, Parse *, float *, int64_t *, int32_t *) = parse_plain;
static int (*recognise)(const Scorer *, const int32_t *, const int32_t *, const float *, const uint8_t *, const uint8_t *,
                        int32_t, float *, int32_t *) = recognise_plain;

#define CHOOSE(suffix)                                                                                                 \
    do {                                                                                                               \
        first_layer = first_layer_##suffix;                                                                            \
        next_layer = next_layer_##suffix;                                                                              \
        parse = parse_##suffix;                                                                                        \
        recognise = recognise_##suffix;                                                                                \
    } while (0)

#ifdef HAVE_CLONES
VERSION(avx2, 8, AVX2)
VERSION(avx512, 16, AVX512)
#endif

static const char *choose(void)
{
#ifdef HAVE_CLONES
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq")) {
        CHOOSE(avx512);
        return "avx512";
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        CHOOSE(avx2);
        return "avx2";
    }
#endif
    return "plain";
}

/* ---- what Python sees: contiguous buffers in, buffers filled; sizes are checked, contents are not ---- */

#define BUFFERS 12

static int make_layer(Layer *layer, const Py_buffer *bias, const Py_buffer *gain, const Py_buffer *shift)
{
    const Py_ssize_t width = gain->len / (Py_ssize_t)sizeof(float), size = bias->len / (Py_ssize_t)sizeof(float);
    layer->bias = bias->buf;
    layer->gain = gain->buf;
    layer->shift = shift->buf;
    layer->width = (int)width;
    layer->pieces = (int)(width ? size / width : 0);
    return expect(width > 0 && width <= 1024 && width % LANES == 0 && size <= 4096 && layer->pieces * width == size &&
                      shift->len == gain->len,
                  "a layer's width must be a multiple of 16, up to 1024, and its bias a multiple of its width, up to 4096");
}

static PyObject *py_first_layer(PyObject *self, PyObject *args)
{
    Py_buffer v[BUFFERS] = {{0}};
    Layer layer;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*w*", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6]))
        goto done;
    if (!make_layer(&layer, &v[0], &v[1], &v[2]))
        goto done;
    const Py_ssize_t rows = v[3].len / 4, row_bytes = 3 * layer.width * 4;
    if (!expect(rows > 0 && v[6].len >= rows * row_bytes, "no rows, or too few windows for the rows"))
        goto done;
    first_layer(&layer, v[3].buf, rows, v[4].buf, v[5].buf, v[6].buf);
    result = Py_NewRef(Py_None);
done:
    release(v, BUFFERS);
    return result;
}

static PyObject *py_next_layer(PyObject *self, PyObject *args)
{
    Py_buffer v[BUFFERS] = {{0}};
    Layer layer;
    PyObject *result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*w*w*", &v[0], &v[1], &v[2], &v[3], &v[4]))
        goto done;
    if (!make_layer(&layer, &v[0], &v[1], &v[2]))
        goto done;
    const Py_ssize_t rows = v[3].len / (4 * layer.width * layer.pieces);
    if (!expect(v[4].len >= rows * 3 * layer.width * 4, "too few windows for the rows"))
        goto done;
    next_layer(&layer, v[3].buf, rows, v[4].buf);
    result = Py_NewRef(Py_None);
done:
    release(v, BUFFERS);
    return result;
}

static int make_scorer(Scorer *scorer, const Py_buffer *v, int slots, Py_ssize_t tokens, const Py_buffer *lengths)
{
    const int32_t *length = lengths->buf;
    scorer->features = v[0].buf;
    scorer->first = 1;
    scorer->bias = v[1].buf;
    scorer->weights = v[2].buf;
    scorer->offsets = v[3].buf;
    scorer->slots = slots;
    scorer->hidden = (int)(v[1].len / 8);
    scorer->classes = (int)(v[3].len / 4);
    for (Py_ssize_t d = 0; d < lengths->len / 4; d++)
        tokens -= length[d];
    return expect(scorer->hidden > 0 && scorer->hidden <= 512 && 2 * scorer->hidden % TILE == 0 && scorer->classes > 0 &&
                      scorer->classes % TILE == 0 && v[2].len == v[3].len * scorer->hidden,
                  "hidden layer and classes must be padded to multiples of 64 floats") &&
           expect(tokens == 0, "the lengths do not add up to the tokens");
}

/* parse(features, bias, weights, offsets, moves, penalties, lengths, starts, heads, arcs) */
static PyObject *py_parse(PyObject *self, PyObject *args)
{
    Py_buffer v[BUFFERS] = {{0}};
    Scorer scorer;
    PyObject *result = NULL;
    int32_t *room = NULL;
    float *scores = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*w*w*w*", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8],
                          &v[9]))
        goto done;
    const Py_ssize_t tokens = v[7].len, docs = v[6].len / 4;
    if (!make_scorer(&scorer, v, 8, tokens, &v[6]))
        goto done;
    if (!expect(v[0].len == (tokens + 1) * 16 * scorer.hidden * 4 && v[4].len >= 4 && v[5].len == v[3].len << MOVES &&
                    v[8].len == tokens * 8 && v[9].len == tokens * 4,
                "the arrays are not of one batch"))
        goto done;
    const size_t most = (size_t)tokens; /* of one document at most all */
    room = malloc(sizeof(int32_t) * 6 * most + most + 1);
    scores = malloc(sizeof(float) * (size_t)scorer.classes);
    if (!room || !scores) {
        PyErr_NoMemory();
        goto done;
    }
    Parse state = {room,           room + most,     room + 2 * most,          room + 3 * most, room + 4 * most,
                   room + 5 * most, (uint8_t *)(room + 6 * most), v[7].buf};
    const int32_t *lengths = v[6].buf;
    int64_t *heads = v[8].buf;
    int32_t *arcs = v[9].buf;
    for (Py_ssize_t d = 0; d < docs; d++) {
        if (parse(&scorer, v[4].buf, v[5].buf, lengths[d], &state, scores, heads, arcs) < 0) {
            PyErr_SetString(PyExc_RuntimeError, "the parser is in a state without a valid move");
            goto done;
        }
        scorer.first += lengths[d];
        state.starts += lengths[d];
        heads += lengths[d];
        arcs += lengths[d];
    }
    result = Py_NewRef(Py_None);
done:
    free(room);
    free(scores);
    release(v, BUFFERS);
    return result;
}

/* recognise(features, bias, weights, offsets, kinds, labels, penalties, lengths, spaces, starts, classes) */
static PyObject *py_recognise(PyObject *self, PyObject *args)
{
    Py_buffer v[BUFFERS] = {{0}};
    Scorer scorer;
    PyObject *result = NULL;
    float *scores = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*w*", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8],
                          &v[9], &v[10]))
        goto done;
    const Py_ssize_t tokens = v[8].len, docs = v[7].len / 4;
    if (!make_scorer(&scorer, v, 3, tokens, &v[7]))
        goto done;
    if (!expect(v[0].len == (tokens + 1) * 6 * scorer.hidden * 4 && v[4].len == v[5].len && v[9].len == tokens &&
                    v[10].len == tokens * 4,
                "the arrays are not of one batch"))
        goto done;
    scores = malloc(sizeof(float) * (size_t)scorer.classes);
    if (!scores) {
        PyErr_NoMemory();
        goto done;
    }
    const int32_t *lengths = v[7].buf;
    const uint8_t *spaces = v[8].buf, *starts = v[9].buf;
    int32_t *classes = v[10].buf;
    for (Py_ssize_t d = 0; d < docs; d++) {
        if (recognise(&scorer, v[4].buf, v[5].buf, v[6].buf, spaces, starts, lengths[d], scores, classes) < 0) {
            PyErr_SetString(PyExc_RuntimeError, "the entity recogniser is in a state without a valid class");
            goto done;
        }
        scorer.first += lengths[d];
        spaces += lengths[d];
        starts += lengths[d];
        classes += lengths[d];
    }
    result = Py_NewRef(Py_None);
done:
    free(scores);
    release(v, BUFFERS);
    return result;
}

static PyMethodDef methods[] = {
    {"first_layer", py_first_layer, METH_VARARGS, "first_layer(bias, gain, shift, words, vectors, products, windows)"},
    {"next_layer", py_next_layer, METH_VARARGS, "next_layer(bias, gain, shift, sums, windows)"},
    {"parse", py_parse, METH_VARARGS,
     "parse(features, bias, weights, offsets, moves, penalties, lengths, starts, heads, arcs)"},
    {"recognise", py_recognise, METH_VARARGS,
     "recognise(features, bias, weights, offsets, kinds, labels, penalties, lengths, spaces, starts, classes)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", "The inner loops of the fast pipeline.", -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void)
{
    const char *instructions = choose();
    PyObject *kernel = PyModule_Create(&module);
    if (kernel && PyModule_AddStringConstant(kernel, "INSTRUCTIONS", instructions) < 0) {
        Py_DECREF(kernel);
        return NULL;
    }
    return kernel;
}
