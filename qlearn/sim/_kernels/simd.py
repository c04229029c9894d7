"""A short-vector value type for Numba kernels: loads, stores, arithmetic, lane shuffles.

LLVM does not vectorise loops over a handful of lanes by itself. `Vec` is an LLVM vector as wide as a register of this
processor (``<8 x double>`` with AVX-512, else ``<4 x double>``) registered with Numba, so a kernel says what it means:
load a vector, multiply, store. On a machine with narrower registers LLVM splits the operations. Values of this type
live only inside compiled functions. There is no bounds check: callers validate every index before.
"""

import operator
import os
import platform

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model


def host_features():
    """Return the names of the features of this processor that LLVM knows."""
    return {name for name, present in llvmlite.binding.get_host_cpu_features().items() if present}


def _register():
    """Return the bits of a vector register here, and LLVM's name of the shuffle of its words by computed numbers."""
    host = platform.machine() in ("x86_64", "AMD64") and not os.environ.get("NUMBA_CPU_NAME")
    features = host_features() if host else set()
    if "avx512f" in features:
        return 512, "llvm.x86.avx512.permvar.si.512"
    return 256, "llvm.x86.avx2.permd" if "avx2" in features else ""


_BITS, _SHUFFLE = _register()
LANES = {np.dtype(np.float64): _BITS // 64, np.dtype(np.float32): _BITS // 32}
# For functions that only kernels call. They are compiled for each literal argument anew, but once for np.int64.
kernel = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
# Merged into its caller before type inference, for small functions; large ones compile faster on their own.
merged = njit(nogil=True, inline="always", no_cpython_wrapper=True, no_cfunc_wrapper=True)
_FLAGS = ("contract", "nsz", "arcp")  # allow fused multiply-add; NaN and infinity keep their meaning


class Vec(types.Type):
    """Numba type of a short vector: `lanes` numbers of the scalar type `scalar`."""

    def __init__(self, scalar, lanes):
        self.scalar, self.lanes = scalar, lanes
        super().__init__(name=f"Vec({scalar},{lanes})")


@register_model(Vec)
class _VecModel(models.PrimitiveModel):
    def __init__(self, manager, vec):
        super().__init__(manager, vec, ir.VectorType(manager.lookup(vec.scalar).get_value_type(), vec.lanes))


_VECS = {types.float64: Vec(types.float64, _BITS // 64), types.float32: Vec(types.float32, _BITS // 32)}


def _register_operator(python_operator, instruction):
    @infer_global(python_operator)
    class _Template(ConcreteTemplate):
        cases = [signature(vec, vec, vec) for vec in _VECS.values()]

    for vec in _VECS.values():

        @lower_builtin(python_operator, vec, vec)
        def _lower(context, builder, sig, args):
            return getattr(builder, instruction)(*args, flags=_FLAGS)


_register_operator(operator.add, "fadd")
_register_operator(operator.iadd, "fadd")
_register_operator(operator.sub, "fsub")
_register_operator(operator.isub, "fsub")
_register_operator(operator.mul, "fmul")


@infer_global(operator.neg)
class _NegTemplate(ConcreteTemplate):
    cases = [signature(vec, vec) for vec in _VECS.values()]


for _vec in _VECS.values():

    @lower_builtin(operator.neg, _vec)
    def _lower_neg(context, builder, sig, args):
        return builder.fneg(args[0])


def _vector_pointer(context, builder, array_type, array, index, lanes):
    view = context.make_array(array_type)(context, builder, array)
    pointer = builder.gep(view.data, [index])
    return builder.bitcast(pointer, ir.VectorType(context.get_data_type(array_type.dtype), lanes).as_pointer())


@intrinsic
def load(typing_context, array, index):
    """Return the vector at element `index` of a contiguous 1-D array."""
    vec = _VECS[array.dtype]

    def codegen(context, builder, sig, args):
        pointer = _vector_pointer(context, builder, sig.args[0], *args, vec.lanes)
        return builder.load(pointer, align=vec.scalar.bitwidth // 8)

    return vec(array, types.intp), codegen


@intrinsic
def store(typing_context, array, index, vector):
    """Write `vector` at element `index` of a contiguous 1-D array."""

    def codegen(context, builder, sig, args):
        pointer = _vector_pointer(context, builder, sig.args[0], args[0], args[1], vector.lanes)
        builder.store(args[2], pointer, align=vector.scalar.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, vector), codegen


@intrinsic
def splat(typing_context, array, value):
    """Return a vector with `value` in every lane, of the dtype of `array`."""
    vec = _VECS[array.dtype]

    def codegen(context, builder, sig, args):
        scalar = context.cast(builder, args[1], sig.args[1], vec.scalar)
        kind = ir.VectorType(context.get_value_type(vec.scalar), vec.lanes)
        one = builder.insert_element(ir.Constant(kind, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), vec.lanes), [0] * vec.lanes)
        return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)

    return vec(array, value), codegen


def _permute_words(builder, vector, flip):
    """One shuffle of 32-bit words whose numbers are computed from `flip`; LLVM moves that computation out of loops."""
    n = _BITS // 32
    words = ir.VectorType(ir.IntType(32), n)
    per_lane = n // vector.type.count
    shift = builder.mul(builder.trunc(flip, ir.IntType(32)), ir.Constant(ir.IntType(32), per_lane))
    one = builder.insert_element(ir.Constant(words, ir.Undefined), shift, ir.Constant(ir.IntType(32), 0))
    spread = builder.shuffle_vector(one, ir.Constant(words, ir.Undefined), ir.Constant(words, [0] * n))
    lanes = builder.xor(spread, ir.Constant(words, list(range(n))))
    function = builder.module.declare_intrinsic(_SHUFFLE, fnty=ir.FunctionType(words, [words, words]))
    return builder.bitcast(builder.call(function, [builder.bitcast(vector, words), lanes]), vector.type)


def _permute_by_stages(builder, vector, flip):
    """Fixed shuffles, each kept or not by one bit of `flip`."""
    n = vector.type.count
    for bit in range(n.bit_length() - 1):
        mask = ir.Constant(ir.VectorType(ir.IntType(32), n), [lane ^ (1 << bit) for lane in range(n)])
        moved = builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)
        wanted = builder.trunc(builder.lshr(flip, ir.Constant(flip.type, bit)), ir.IntType(1))
        vector = builder.select(wanted, moved, vector)
    return vector


@intrinsic
def xor_lanes(typing_context, vector, flip):
    """Return the vector whose lane l is lane ``l ^ flip`` of `vector`."""

    def codegen(context, builder, sig, args):
        return (_permute_words if _SHUFFLE else _permute_by_stages)(builder, *args)

    return vector(vector, types.int64), codegen


@intrinsic
def parity(typing_context, value):
    """Return the parity (0 or 1) of the number of set bits of an integer."""

    def codegen(context, builder, sig, args):
        return builder.and_(builder.ctpop(args[0]), ir.Constant(args[0].type, 1))

    return value(value), codegen


def vec_lanes(scalar):
    """Return the number of lanes of a vector of the Numba type `scalar`."""
    return _VECS[scalar].lanes


@intrinsic
def lanes_of(typing_context, array):
    """Return the number of lanes of a vector of `array`'s dtype, a constant."""
    lanes = _VECS[array.dtype].lanes

    def codegen(context, builder, sig, args):
        return context.get_constant(types.intp, lanes)

    return types.intp(array), codegen


def aligned_empty(size, dtype):
    """Return an uninitialised 1-D array of `size` numbers whose data starts on a 64-byte boundary."""
    dtype = np.dtype(dtype)
    raw = np.empty(size * dtype.itemsize + 64, dtype=np.uint8)
    offset = -raw.ctypes.data % 64
    return raw[offset : offset + size * dtype.itemsize].view(dtype)
