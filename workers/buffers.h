/* What the C kernels of cleaning and of the fast pipeline do with buffers that Python gives them: include it first. */
#ifndef WIREMILL_BUFFERS_H
#define WIREMILL_BUFFERS_H
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void release(Py_buffer *views, int count)
{
    for (int i = 0; i < count; i++)
        if (views[i].obj)
            PyBuffer_Release(&views[i]);
}

static int expect(int holds, const char *message)
{
    if (!holds)
        PyErr_SetString(PyExc_ValueError, message);
    return holds;
}

#endif
