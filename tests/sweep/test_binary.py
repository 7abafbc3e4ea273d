"""What is read of a binary: functions, lines, what an instruction touches."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness.record.target import Target
from harness.sweep.image import Code, Function, Image, chooser, is_eval, loaded
from harness.sweep.lines import Lines


@pytest.fixture(scope="module")
def image(free_threaded: Target) -> Image:
    there = [free_threaded.executable, "-S", "-c", "print(flush=True); input()"]
    with subprocess.Popen(there, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # before it has begun, its code may not have been mapped
        path, base = loaded(process.pid)
        assert base > 0 and path.exists()
        process.communicate(b"\n")
    return Image(path)


def test_every_instruction_of_a_function_has_a_line_in_its_source(image: Image) -> None:
    functions = {function.name: function for function in image.functions().all}
    stored = functions["type_setattro"]
    assert stored.file.endswith("typeobject.c")
    lines = Lines(image)
    for address in range(stored.begin, stored.end, 16):
        places = lines.at(address)
        assert places, hex(address)
        assert places[-1].function == "type_setattro" and places[-1].file.endswith("Objects/typeobject.c")
        assert all(place.line > 0 for place in places)


def test_an_address_of_a_running_process_is_found_in_the_file(image: Image) -> None:
    code = Code(image.symbols(None), 0x5000000)
    wanted = next(one for one in code.symbols.functions if one.name == "_PyType_LookupRef")
    found = code.function_at(0x5000000 + wanted.begin + 5 if image.movable else wanted.begin + 5)
    assert found is not None and found.name == "_PyType_LookupRef" and found.chosen
    assert code.function_at(1) is None


@pytest.mark.targets
def test_the_object_model_is_what_is_chosen(image: Image, free_threaded: Target) -> None:
    version = free_threaded.version_info
    chosen = {one.plain for one in image.symbols(None).functions if one.chosen}
    assert {"type_setattro", "PyDict_SetItem", "_PyType_LookupRef", "member_set", "free_delayed"} <= chosen
    assert {"_PyMem_ProcessDelayed", "process_queue", "_PyWeakref_ClearRef"} <= chosen
    assert ("_PySeqLock_EndRead" in chosen) == (version < (3, 16))
    assert ("_PyTypeCache_Lookup" in chosen) == (version >= (3, 16))
    assert ("_PyObject_XDecRefDelayed" in chosen) == (version >= (3, 14))
    assert "_Py_Specialize_LoadAttr" in chosen  # also where it is never called
    assert not {"_PyEval_EvalFrameDefault", "mi_malloc", "PyList_Append", "_PyMem_RawMalloc"} & chosen
    mine = {one.name for one in image.symbols(r"listobject\.c:list_app").functions if one.chosen}
    assert mine and all(name.startswith("list_app") for name in mine)


def test_a_stripped_binary_has_points_by_what_it_exports(image: Image, tmp_path: Path) -> None:
    stripped = tmp_path / "python"
    subprocess.run(["strip", "-o", stripped, image.path], check=True)
    found = Image(stripped)
    assert found.stripped and not image.stripped
    chosen = {one.name for one in found.symbols(None).functions if one.chosen}
    assert {"PyType_Modified", "PyDict_SetItem"} <= chosen and "type_setattro" not in chosen
    assert Lines(found).at(next(one.begin for one in found.functions().all)) == ()


def test_what_may_run_python_is_not_stepped_over(image: Image) -> None:
    leaves = {one.plain for one in image.symbols("no_such_function").functions if one.leaf}
    assert {"PyMem_Free", "PyObject_Free", "mi_free"} <= leaves
    assert not any("Delayed" in name for name in leaves)


def test_each_part_of_a_loop_of_tail_calls_is_the_loop() -> None:
    for name in ("_PyEval_EvalFrameDefault", "_TAIL_CALL_LOAD_ATTR", "_TAIL_CALL_LOAD_ATTR_CLASS.cold"):
        assert is_eval(Function(0, 1, name, "Python/ceval.c"))
    assert not is_eval(Function(0, 1, "_PyEval_Vector", "Python/ceval.c"))


def test_a_pattern_may_name_file_and_function() -> None:
    function = Function(0, 10, "type_setattro.cold", "Objects/typeobject.c")
    assert function.plain == "type_setattro"
    assert chooser("typeobject.c:type_set")(function) and not chooser("dictobject")(function)
    assert os.path.basename(function.title) == "typeobject.c:type_setattro.cold"
