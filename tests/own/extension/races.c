/* Six types as a C extension's author could write them, each with one race; with REPAIRED each operation has the object
 * to itself. No race touches memory that it should not: values are numbers in arrays that are large enough, and whatever
 * two threads touch at once is atomic. Where a window is less than a store wide, it is made some nanoseconds wide: without
 * that, two of the six take half a minute to show. */

#include <Python.h>
#include <stdatomic.h>

#ifndef NAME
#define NAME planted
#endif
#define GLUED(a, b) a##b
#define GLUE(a, b) GLUED(a, b)
#define QUOTED(a) #a
#define QUOTE(a) QUOTED(a)

#ifdef REPAIRED
#define ALONE(self) Py_BEGIN_CRITICAL_SECTION(self)
#define NO_LONGER_ALONE() Py_END_CRITICAL_SECTION()
#else
#define ALONE(self) {
#define NO_LONGER_ALONE() }
#endif

#define WHILE_OTHERS_COME for (volatile int turns = 0; turns < 5; turns++)
#define MOST 64

typedef struct {
    PyObject_HEAD
    atomic_long number, other;
    atomic_long items[MOST];
    PyMutex mutex;
} Thing;

static PyObject *
made(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return type->tp_alloc(type, 0); /* all zero */
}

/* Counter: reads, then stores. An update of another thread is lost. */

static PyObject *
counter_add(Thing *self, PyObject *by)
{
    long more = PyLong_AsLong(by);
    if (more == -1 && PyErr_Occurred()) {
        return NULL;
    }
    ALONE(self);
    long before = self->number;
    self->number = before + more;
    NO_LONGER_ALONE();
    Py_RETURN_NONE;
}

static PyObject *
counter_value(Thing *self, void *closure)
{
    return PyLong_FromLong(self->number);
}

/* Stack: looks whether something is there, then takes it, and raises where nothing is any more. */

static PyObject *
stack_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Thing *self = (Thing *)made(type, args, kwargs);
    if (self != NULL) {
        self->items[0] = 7;
        self->number = 1;
    }
    return (PyObject *)self;
}

static PyObject *
stack_pop(Thing *self, PyObject *unused)
{
    long item = -1;
    int there;
    ALONE(self);
    there = self->number > 0;
    if (there) {
        PyMutex_Lock(&self->mutex);
        if (self->number > 0) {
            item = self->items[--self->number];
        }
        PyMutex_Unlock(&self->mutex);
    }
    NO_LONGER_ALONE();
    if (there && item == -1) {
        PyErr_SetString(PyExc_LookupError, "the stack was not empty");
        return NULL;
    }
    return there ? PyLong_FromLong(item) : Py_NewRef(Py_None);
}

/* Span: two ends that are always the same, stored one after the other. */

static PyObject *
span_move(Thing *self, PyObject *to)
{
    long end = PyLong_AsLong(to);
    if (end == -1 && PyErr_Occurred()) {
        return NULL;
    }
    ALONE(self);
    self->number = end;
    self->other = end;
    NO_LONGER_ALONE();
    Py_RETURN_NONE;
}

static PyObject *
span_ends(Thing *self, PyObject *unused)
{
    long first, last;
    ALONE(self);
    first = self->number;
    last = self->other;
    NO_LONGER_ALONE();
    return Py_BuildValue("ll", first, last);
}

/* Cursor: an iterator over 1, 2, 3, ... 8 that moves on, and looks again where it is. */

static PyObject *
cursor_next(Thing *self)
{
    long at = 9;
    ALONE(self);
    if (self->number < 8) {
        self->number++;
        WHILE_OTHERS_COME;
        at = self->number;
    }
    NO_LONGER_ALONE();
    return at < 9 ? PyLong_FromLong(at) : NULL;
}

/* Bag: keeps its length beside its items, and notes it when it has let go of the lock. */

static PyObject *
bag_add(Thing *self, PyObject *item)
{
    long value = PyLong_AsLong(item), length;
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    ALONE(self);
    PyMutex_Lock(&self->mutex);
    length = self->number;
    if (length < MOST) {
        self->items[length] = value;
        self->number = ++length;
    }
    PyMutex_Unlock(&self->mutex);
    WHILE_OTHERS_COME;
    self->other = length;
    NO_LONGER_ALONE();
    Py_RETURN_NONE;
}

static Py_ssize_t
bag_length(Thing *self)
{
    Py_ssize_t length;
    ALONE(self);
    length = self->other;
    NO_LONGER_ALONE();
    return length;
}

static PyObject *
bag_iter(Thing *self)
{
    PyObject *list = PyList_New(0), *iterator = NULL;
    long length;
    ALONE(self);
    length = self->number;
    NO_LONGER_ALONE();
    for (long i = 0; list != NULL && i < length; i++) {
        PyObject *item = PyLong_FromLong(self->items[i]);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    if (list != NULL) {
        iterator = PyObject_GetIter(list);
        Py_DECREF(list);
    }
    return iterator;
}

/* Seats: looks for the first one that is free, then takes it. It may be given away twice. */

static PyObject *
seats_take(Thing *self, PyObject *unused)
{
    long seat = 0;
    ALONE(self);
    while (seat < MOST - 1 && self->items[seat]) {
        seat++;
    }
    self->items[seat] = 1;
    NO_LONGER_ALONE();
    return PyLong_FromLong(seat);
}

#define METHOD(name, function, kind, text) {name, (PyCFunction)(void (*)(void))function, kind, text}

static PyMethodDef counter_methods[] = {
    METHOD("add", counter_add, METH_O, "add($self, by, /)\n--\n\nCount on."), {0}};
static PyGetSetDef counter_getset[] = {{"value", (getter)counter_value, NULL, NULL, NULL}, {0}};
static PyMethodDef stack_methods[] = {METHOD("pop", stack_pop, METH_NOARGS, "An item, or None."), {0}};
static PyMethodDef span_methods[] = {
    METHOD("move", span_move, METH_O, "It has no signature."),
    METHOD("ends", span_ends, METH_NOARGS, "ends($self, /)\n--\n\nBoth."), {0}};
static PyMethodDef bag_methods[] = {METHOD("add", bag_add, METH_O, "add($self, item, /)\n--\n\nPut in."), {0}};
static PyMethodDef seats_methods[] = {METHOD("take", seats_take, METH_NOARGS, "take($self, /)\n--\n\nOne."), {0}};

#define TYPE(lower, Upper, ...)                                                                                      \
    static PyType_Slot lower##_slots[] = {__VA_ARGS__, {0}};                                                         \
    static PyType_Spec lower##_spec = {                                                                              \
        QUOTE(NAME) "." #Upper, sizeof(Thing), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, lower##_slots};

TYPE(counter, Counter, {Py_tp_new, made}, {Py_tp_methods, counter_methods}, {Py_tp_getset, counter_getset})
TYPE(stack, Stack, {Py_tp_new, stack_new}, {Py_tp_methods, stack_methods})
TYPE(span, Span, {Py_tp_new, made}, {Py_tp_methods, span_methods})
TYPE(cursor, Cursor, {Py_tp_new, made}, {Py_tp_iter, PyObject_SelfIter}, {Py_tp_iternext, cursor_next})
TYPE(bag, Bag, {Py_tp_new, made}, {Py_tp_methods, bag_methods}, {Py_sq_length, bag_length}, {Py_tp_iter, bag_iter})
TYPE(seats, Seats, {Py_tp_new, made}, {Py_tp_methods, seats_methods})

static int
filled(PyObject *module)
{
    PyType_Spec *specs[] = {&counter_spec, &stack_spec, &span_spec, &cursor_spec, &bag_spec, &seats_spec};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(specs); i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (type == NULL || PyModule_AddType(module, (PyTypeObject *)type) < 0) {
            return -1;
        }
        Py_DECREF(type);
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, filled},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, QUOTE(NAME), NULL, 0, NULL, slots, NULL, NULL, NULL};

PyMODINIT_FUNC
GLUE(PyInit_, NAME)(void)
{
    return PyModuleDef_Init(&definition);
}
