/* Three loops of cleaning for which numpy needs dozens of calls: words of lines, trees over paragraphs, a fingerprint.
 *
 * Each has a twin in numpy with the same results to the last bit (flat/lines.py, trees.py, fingerprint.py), which does
 * the work where the install found no compiler, and for texts with characters that have to be folded by their context.
 */
#include "../buffers.h"

/* SplitMix64's finaliser (Steele, Lea, Flood 2014), as `mixed` in fingerprint.py. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* ---- characters folded by a table: all but the last entry are of one character, 0 says that context decides ---- */

typedef struct {
    const uint32_t *codes;
    Py_ssize_t count;
    const uint32_t *folds;
    uint32_t known; /* characters in the table */
} Text;

static Text make_text(const Py_buffer *codes, const Py_buffer *folds)
{
    return (Text){codes->buf, codes->len / 4, folds->buf, folds->len >= 4 ? (uint32_t)(folds->len / 4 - 1) : 0};
}

static int needs_context(const Text *text)
{
    for (Py_ssize_t at = 0; at < text->count; at++)
        if (text->codes[at] >= text->known || !text->folds[text->codes[at]])
            return 1;
    return 0;
}

/* ---- the words of lines ---- */

enum { UPPER = 1, DIGIT = 2, SPACE = 3, KINDS = 9, CAPITALISED = 10, COLUMNS = 12 }; /* as in flat/lines.py */

typedef struct {
    uint64_t *hashes; /* of distinct words, in the order of the text */
    int64_t *chars;   /* of the same */
    int64_t *running; /* number of each word */
    int32_t *slots;   /* 1 + number of the word that is kept here, 0 for none */
    size_t mask;
    Py_ssize_t distinct, count;
} Words;

static void put(Words *words, uint64_t hash, int64_t chars)
{
    size_t at = (size_t)hash & words->mask;
    while (words->slots[at] && words->hashes[words->slots[at] - 1] != hash)
        at = (at + 1) & words->mask;
    if (!words->slots[at]) {
        words->hashes[words->distinct] = hash;
        words->chars[words->distinct] = chars;
        words->slots[at] = (int32_t)++words->distinct;
    }
    words->running[words->count++] = words->slots[at] - 1;
}

static void read_words(const Text *text, const uint8_t *kinds, uint64_t base, Words *words, float *counts,
                       int64_t *lengths, Py_ssize_t lines)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t line = 0; line < lines; line++, at++) {
        const Py_ssize_t before = words->count;
        int32_t here[COLUMNS] = {0};
        uint64_t sum = 0, power = 1;
        int64_t chars = 0;
        int kind = SPACE;
        for (; at < text->count && text->codes[at] != '\n'; at++) {
            const uint32_t code = text->codes[at], fold = text->folds[code];
            const int begins = kind == SPACE;
            kind = kinds[code];
            here[kind]++;
            here[CAPITALISED] += begins && (kind == UPPER || kind == DIGIT);
            if (fold > ' ') {
                sum += fold * power;
                power *= base;
                chars++;
            } else if (chars) {
                put(words, mixed(sum), chars);
                sum = 0, power = 1, chars = 0;
            }
        }
        if (chars)
            put(words, mixed(sum), chars);
        for (int column = 0; column < COLUMNS; column++)
            counts[line * COLUMNS + column] = (float)here[column];
        lengths[line] = words->count - before;
    }
}

/* read_words(codes, folds, kinds, base, counts, lengths, hashes, chars, running) -> (distinct, words) or None */
static PyObject *py_read_words(PyObject *self, PyObject *args)
{
    enum { CODES, FOLDS, KIND, COUNTS, LENGTHS, HASHES, CHARS, RUNNING, BUFFERS };
    Py_buffer v[BUFFERS] = {{0}};
    PyObject *result = NULL;
    Words words = {0};
    unsigned long long base;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*Kw*w*w*w*w*", &v[CODES], &v[FOLDS], &v[KIND], &base, &v[COUNTS], &v[LENGTHS],
                          &v[HASHES], &v[CHARS], &v[RUNNING]))
        goto done;
    const Text text = make_text(&v[CODES], &v[FOLDS]);
    const Py_ssize_t most = text.count / 2 + 1, lines = v[LENGTHS].len / 8;
    if (!expect(v[KIND].len * 4 == v[FOLDS].len && v[COUNTS].len == lines * COLUMNS * 4 && v[HASHES].len >= most * 8 &&
                    v[CHARS].len >= most * 8 && v[RUNNING].len >= most * 8 && text.count < INT32_MAX,
                "the arrays are not of one text"))
        goto done;
    const uint8_t *kinds = v[KIND].buf;
    for (Py_ssize_t code = 0; code < v[KIND].len; code++)
        if (!expect(kinds[code] < KINDS, "a character is of no kind"))
            goto done;
    if (needs_context(&text)) {
        result = Py_NewRef(Py_None);
        goto done;
    }
    size_t slots = 16;
    while (slots < (size_t)most * 2)
        slots *= 2;
    words = (Words){v[HASHES].buf, v[CHARS].buf, v[RUNNING].buf, calloc(slots, sizeof(int32_t)), slots - 1, 0, 0};
    if (!words.slots) {
        PyErr_NoMemory();
        goto done;
    }
    read_words(&text, kinds, base, &words, v[COUNTS].buf, v[LENGTHS].buf, lines);
    result = Py_BuildValue("nn", words.distinct, words.count);
done:
    free(words.slots);
    release(v, BUFFERS);
    return result;
}

/* ---- oblivious trees ---- */

#define BLOCK 64 /* rows at once, so that answers stay in the nearest cache: those to 600 questions take 38 KB */

typedef struct {
    const int64_t *features; /* questions */
    const float *borders;    /* questions */
    const int64_t *asked;    /* trees * depth */
    const float *leaves;     /* trees << depth */
    Py_ssize_t questions, trees;
    int depth;
} Forest;

/* Sums are taken tree after tree, as numpy takes them. */
static void walk(const Forest *forest, const float *columns, Py_ssize_t rows, uint8_t *answers, float *sums)
{
    for (Py_ssize_t begin = 0; begin < rows; begin += BLOCK) {
        const Py_ssize_t n = rows - begin < BLOCK ? rows - begin : BLOCK;
        for (Py_ssize_t question = 0; question < forest->questions; question++) {
            const float *column = columns + forest->features[question] * rows + begin;
            const float border = forest->borders[question];
            for (Py_ssize_t row = 0; row < n; row++)
                answers[question * BLOCK + row] = column[row] > border;
        }
        float *sum = sums + begin;
        memset(sum, 0, sizeof(float) * (size_t)n);
        for (Py_ssize_t tree = 0; tree < forest->trees; tree++) {
            const int64_t *asked = forest->asked + tree * forest->depth;
            const float *leaves = forest->leaves + (tree << forest->depth);
            uint8_t leaf[BLOCK] = {0};
            for (int level = 0; level < forest->depth; level++) {
                const uint8_t *answer = answers + asked[level] * BLOCK;
                for (int row = 0; row < BLOCK; row++)
                    leaf[row] |= (uint8_t)(answer[row] << level);
            }
            for (Py_ssize_t row = 0; row < n; row++)
                sum[row] += leaves[leaf[row]];
        }
    }
}

static int make_forest(Forest *forest, const Py_buffer *v, int depth, Py_ssize_t width)
{
    if (!expect(depth > 0 && depth <= 8, "trees must be 1 to 8 levels deep"))
        return 0;
    const Py_ssize_t asked = v[2].len / 8, leaves = v[3].len / 4;
    *forest = (Forest){v[0].buf, v[1].buf, v[2].buf, v[3].buf, v[1].len / 4, asked / depth, depth};
    int whole = v[0].len / 8 == forest->questions && forest->trees << depth == leaves && forest->trees * depth == asked;
    for (Py_ssize_t question = 0; whole && question < forest->questions; question++)
        whole = forest->features[question] >= 0 && forest->features[question] < width;
    for (Py_ssize_t k = 0; whole && k < asked; k++)
        whole = forest->asked[k] >= 0 && forest->asked[k] < forest->questions;
    return expect(whole, "the arrays are not of one forest, or it asks for features that are not there");
}

/* walk(columns, features, borders, questions, leaves, depth, sums) */
static PyObject *py_walk(PyObject *self, PyObject *args)
{
    enum { COLUMNS_OF_ROWS, FOREST, SUMS = 5, BUFFERS };
    Py_buffer v[BUFFERS] = {{0}};
    PyObject *result = NULL;
    uint8_t *answers = NULL;
    Forest forest;
    int depth;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*iw*", &v[0], &v[1], &v[2], &v[3], &v[4], &depth, &v[SUMS]))
        goto done;
    const Py_ssize_t rows = v[SUMS].len / 4;
    if (!expect(rows > 0, "no rows") || !make_forest(&forest, v + FOREST, depth, v[COLUMNS_OF_ROWS].len / 4 / rows))
        goto done;
    answers = calloc((size_t)forest.questions + 1, BLOCK);
    if (!answers) {
        PyErr_NoMemory();
        goto done;
    }
    walk(&forest, v[COLUMNS_OF_ROWS].buf, rows, answers, v[SUMS].buf);
    result = Py_NewRef(Py_None);
done:
    free(answers);
    release(v, BUFFERS);
    return result;
}

/* ---- fingerprint ---- */

/* BLAKE2b (RFC 7693) of a word's UTF-8, unkeyed, with a digest of 8 bytes, read as a big-endian number. */
typedef struct {
    uint64_t state[8];
    uint8_t block[128];
    uint64_t length; /* bytes until the end of `block` */
    int filled;      /* bytes in it */
} Blake;

static const uint64_t START[8] = {0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu, 0xA54FF53A5F1D36F1u,
                                  0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu, 0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u};
static const uint8_t ORDER[12][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

static uint64_t rotated(uint64_t x, int by)
{
    return x >> by | x << (64 - by);
}

static void stir(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    v[a] += v[b] + x, v[d] = rotated(v[d] ^ v[a], 32), v[c] += v[d], v[b] = rotated(v[b] ^ v[c], 24);
    v[a] += v[b] + y, v[d] = rotated(v[d] ^ v[a], 16), v[c] += v[d], v[b] = rotated(v[b] ^ v[c], 63);
}

static void compress(Blake *hash, int last)
{
    uint64_t v[16], m[16];
    for (int k = 0; k < 16; k++) {
        m[k] = 0;
        for (int byte = 0; byte < 8; byte++) /* little-endian on any machine */
            m[k] |= (uint64_t)hash->block[8 * k + byte] << 8 * byte;
    }
    memcpy(v, hash->state, sizeof hash->state);
    memcpy(v + 8, START, sizeof START);
    v[12] ^= hash->length;
    if (last)
        v[14] = ~v[14];
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = ORDER[round];
        for (int k = 0; k < 4; k++)
            stir(v, k, 4 + k, 8 + k, 12 + k, m[s[2 * k]], m[s[2 * k + 1]]);
        for (int k = 0; k < 4; k++)
            stir(v, k, 4 + (k + 1) % 4, 8 + (k + 2) % 4, 12 + (k + 3) % 4, m[s[8 + 2 * k]], m[s[9 + 2 * k]]);
    }
    for (int k = 0; k < 8; k++)
        hash->state[k] ^= v[k] ^ v[8 + k];
}

static void start(Blake *hash)
{
    memcpy(hash->state, START, sizeof START);
    hash->state[0] ^= 0x01010000u ^ 8;
    memset(hash->block, 0, sizeof hash->block);
    hash->length = 0, hash->filled = 0;
}

static void add_byte(Blake *hash, uint32_t byte)
{
    if (hash->filled == 128) {
        compress(hash, 0);
        memset(hash->block, 0, sizeof hash->block);
        hash->filled = 0;
    }
    hash->block[hash->filled++] = (uint8_t)byte;
    hash->length++;
}

static void add_char(Blake *hash, uint32_t code)
{
    if (code < 0x80) {
        add_byte(hash, code);
        return;
    }
    if (code < 0x800)
        add_byte(hash, 0xC0 | code >> 6);
    else {
        if (code < 0x10000)
            add_byte(hash, 0xE0 | code >> 12);
        else
            add_byte(hash, 0xF0 | code >> 18), add_byte(hash, 0x80 | (code >> 12 & 0x3F));
        add_byte(hash, 0x80 | (code >> 6 & 0x3F));
    }
    add_byte(hash, 0x80 | (code & 0x3F));
}

static uint64_t number_of(Blake *hash)
{
    uint64_t number = 0;
    compress(hash, 1);
    for (int byte = 0; byte < 8; byte++)
        number = number << 8 | (hash->state[0] >> 8 * byte & 0xFF);
    return number;
}

typedef struct {
    uint64_t *slots;
    size_t mask;
    int zero; /* whether 0, which marks an empty slot, is among them */
    Py_ssize_t distinct;
    uint64_t lanes[8]; /* byte k of lane b: how many of the latest 255 at most have bit 8 k + b */
    int32_t often[64]; /* how many of the others have each bit */
} Numbers;

static void empty_lanes(Numbers *numbers)
{
    for (int bit = 0; bit < 64; bit++)
        numbers->often[bit] += (int32_t)(numbers->lanes[bit % 8] >> (bit & ~7) & 0xFF);
    memset(numbers->lanes, 0, sizeof numbers->lanes);
}

static void add_once(Numbers *numbers, uint64_t number)
{
    size_t at = (size_t)number & numbers->mask;
    while (numbers->slots[at] && numbers->slots[at] != number)
        at = (at + 1) & numbers->mask;
    if (number ? numbers->slots[at] == number : numbers->zero)
        return;
    if (number)
        numbers->slots[at] = number;
    else
        numbers->zero = 1;
    for (int bit = 0; bit < 8; bit++)
        numbers->lanes[bit] += number >> bit & 0x0101010101010101u;
    if (++numbers->distinct % 255 == 0)
        empty_lanes(numbers);
}

/* Numbers of words that came before, each in the place that its hash names: words come again from text to text, and to
 * number one takes longer than to read ten. 512 KB, of which a place is taken over by whatever comes last. */
#define PLACES (1 << 15)
static struct {
    uint64_t hash, number;
} remembered[PLACES];

/* Return the number of the word `codes[begin:end]`, of which `hash` is another hash. */
static uint64_t number_of_word(const Text *text, Py_ssize_t begin, Py_ssize_t end, uint64_t hash)
{
    const size_t place = (size_t)(hash >> 32) % PLACES;
    if (remembered[place].hash != hash) {
        Blake blake;
        start(&blake);
        for (Py_ssize_t at = begin; at < end; at++)
            add_char(&blake, text->folds[text->codes[at]]);
        remembered[place].hash = hash;
        remembered[place].number = number_of(&blake);
    }
    return remembered[place].number;
}

static void add_pairs(const Text *text, uint64_t odd, Numbers *pairs)
{
    Py_ssize_t words = 0, begin = 0;
    uint64_t before = 0, number = 0, sum = 0, power = 1;
    for (Py_ssize_t at = 0; at <= text->count; at++) {
        const uint32_t fold = at < text->count ? text->folds[text->codes[at]] : ' ';
        if (fold > ' ') {
            sum += fold * power;
            power *= odd;
            continue;
        }
        if (at > begin) {
            before = number;
            number = number_of_word(text, begin, at, mixed(sum));
            if (words++)
                add_once(pairs, mixed(before * odd + number));
        }
        begin = at + 1, sum = 0, power = 1;
    }
    if (words == 1)
        add_once(pairs, mixed(number));
}

/* simhash(codes, folds, odd) -> number or None */
static PyObject *py_simhash(PyObject *self, PyObject *args)
{
    Py_buffer v[2] = {{0}};
    PyObject *result = NULL;
    Numbers pairs = {0};
    unsigned long long odd;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*K", &v[0], &v[1], &odd))
        goto done;
    const Text text = make_text(&v[0], &v[1]);
    if (!expect(text.count < INT32_MAX, "the text is too large"))
        goto done;
    if (needs_context(&text)) {
        result = Py_NewRef(Py_None);
        goto done;
    }
    size_t slots = 16;
    while (slots < (size_t)text.count) /* twice the pairs that it may have */
        slots *= 2;
    pairs.slots = calloc(slots, sizeof(uint64_t));
    pairs.mask = slots - 1;
    if (!pairs.slots) {
        PyErr_NoMemory();
        goto done;
    }
    add_pairs(&text, odd, &pairs);
    empty_lanes(&pairs);
    uint64_t majority = 0;
    for (int bit = 0; bit < 64; bit++)
        majority |= (uint64_t)(2 * (Py_ssize_t)pairs.often[bit] > pairs.distinct) << bit;
    result = PyLong_FromUnsignedLongLong(majority);
done:
    free(pairs.slots);
    release(v, 2);
    return result;
}

static PyMethodDef methods[] = {
    {"read_words", py_read_words, METH_VARARGS,
     "read_words(codes, folds, kinds, base, counts, lengths, hashes, chars, running)"},
    {"walk", py_walk, METH_VARARGS, "walk(columns, features, borders, questions, leaves, depth, sums)"},
    {"simhash", py_simhash, METH_VARARGS, "simhash(codes, folds, odd)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", "Loops of cleaning.", -1, methods, NULL, NULL, NULL,
                                    NULL};

PyMODINIT_FUNC PyInit__kernel(void)
{
    return PyModule_Create(&module);
}
