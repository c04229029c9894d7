"""Compiled kernels; see `simd` for vectors, `layout` for what a lowered program is, `drivers` for the entry points."""
