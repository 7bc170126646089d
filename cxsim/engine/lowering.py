"""How Numba compiles a slate: lanes as a type of their own, and the primitives of `slate` as machine instructions.

What compiled loops could not know otherwise is told to LLVM here: that different fields of a slate never share memory (scoped
`noalias` metadata, see the LLVM language reference), and that a held record does not change during a loop (it is copied to the
stack). With both, loops over lanes become vector code. Picking up and putting back transpose blocks of 16 records x 16 numbers in
vector registers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic

from cxsim.elementary import parts
from cxsim.engine import slate as plain
from cxsim.population.columns import CUSTOMER, EVERY_TICK

_BYTE, _INDEX, _BLOCK = ir.IntType(8), ir.IntType(64), 16
_VECTOR = ir.VectorType(ir.IntType(32), _BLOCK)
_FIELDS = tuple(plain.SLATE.names or ())
assert len(EVERY_TICK) % _BLOCK == 0  # noqa: S101 - whole blocks are transposed
assert CUSTOMER.names is not None and CUSTOMER.names[: len(EVERY_TICK)] == EVERY_TICK  # noqa: PT018, S101


class LaneType(types.Type):
    """A customer on a slate: the address of the slate, a place on it, and the address of its record."""

    def __init__(self, slate: types.Record, record: types.Record) -> None:
        self.slate = slate
        self.record = record
        super().__init__(name="Lane")

    def home(self, name: str) -> types.Record | None:
        """Return where a field lives: on the slate, else in the record, else nowhere."""
        return next((home for home in (self.slate, self.record) if name in home.fields), None)


@register_default(LaneType)
class LaneModel(models.StructModel):
    """Three machine words."""

    def __init__(self, manager: Any, kind: LaneType) -> None:
        members = [("slate", types.voidptr), ("place", types.int64), ("record", types.voidptr)]
        super().__init__(manager, kind, members)


@infer_getattr
class LaneAttributes(AttributeTemplate):
    """A lane has the fields of its slate and of its record."""

    key = LaneType

    def generic_resolve(self, kind: LaneType, name: str) -> Any:
        """Return the type of a field, or nothing where there is no such field."""
        home = kind.home(name)
        if home is None:
            return None
        return home.typeof(name).dtype if home is kind.slate else home.typeof(name)


def _address(context: Any, builder: Any, kind: LaneType, lane: Any, name: str) -> Any:
    parts = cgutils.create_struct_proxy(kind)(context, builder, value=lane)
    if name not in kind.slate.fields:
        item = context.get_data_type(kind.record.typeof(name))
        return builder.bitcast(builder.gep(parts.record, [_INDEX(kind.record.offset(name))]), item.as_pointer())
    start = builder.gep(parts.slate, [_INDEX(kind.slate.offset(name))])
    item = context.get_data_type(kind.slate.typeof(name).dtype)
    return builder.gep(builder.bitcast(start, item.as_pointer()), [parts.place])


def _alone(builder: Any, access: Any, name: str) -> Any:
    """Mark a load or store on the slate: it touches one field, and no access to another field touches the same memory."""
    if name not in _FIELDS:
        return access
    module = builder.module
    known = module.__dict__.setdefault("_cxsim_scopes", {})
    if not known:
        domain = module.add_metadata(["cxsim.slate"])
        known.update({field: module.add_metadata([f"cxsim.{field}", domain]) for field in _FIELDS})
    access.set_metadata("alias.scope", module.add_metadata([known[name]]))
    access.set_metadata("noalias", module.add_metadata([scope for field, scope in known.items() if field != name]))
    return access


@lower_getattr_generic(LaneType)
def _read(context: Any, builder: Any, kind: LaneType, lane: Any, name: str) -> Any:
    return _alone(builder, builder.load(_address(context, builder, kind, lane, name)), name)


@lower_setattr_generic(LaneType)
def _write(context: Any, builder: Any, signature: Any, values: Any, name: str) -> None:
    lane, value = values
    _alone(builder, builder.store(value, _address(context, builder, signature.args[0], lane, name)), name)


def _record_at(context: Any, builder: Any, kind: Any, rows: Any, row: Any) -> Any:
    """Return the address of a row of customers, in bytes."""
    array = context.make_array(kind)(context, builder, value=rows)
    start = builder.bitcast(array.data, _BYTE.as_pointer())
    return builder.gep(start, [builder.mul(row, _INDEX(CUSTOMER.itemsize))])


def _seated(context: Any, builder: Any, kind: LaneType, slate: Any, rows: tuple[Any, Any], place: Any) -> Any:
    """Return a place on a slate; `rows` is the type and the value of the customers' array."""
    # LLVM prefers half of the processor's vectors unless told; llvmlite knows no name for this attribute. It is told to the
    # function that asks for the place, so a loop must ask itself, not through a rule in between.
    set.add(builder.function.attributes, '"prefer-vector-width"="512"')
    parts = cgutils.create_struct_proxy(kind)(context, builder)
    parts.slate = builder.bitcast(slate, parts.slate.type)
    parts.place = place
    row = builder.load(_address(context, builder, kind, parts._getvalue(), "row"))
    parts.record = _record_at(context, builder, *rows, row)
    return parts._getvalue()


@intrinsic
def _lane(_: Any, slate: Any, rows: Any, __: Any) -> Any:
    kind = LaneType(slate, rows.dtype)

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return _seated(context, builder, kind, values[0], (rows, values[1]), values[2])

    return kind(slate, rows, types.int64), build


@intrinsic
def _member(_: Any, party: Any, __: Any) -> Any:
    slate, rows = party.types[:2]
    kind = LaneType(slate, rows.dtype)

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        on, among = (builder.extract_value(values[0], i) for i in range(2))
        return _seated(context, builder, kind, on, (rows, among), values[1])

    return kind(party, types.int64), build


def _transposed(builder: Any, vectors: list[Any]) -> list[Any]:
    """Return 16 vectors of 16 numbers with rows and columns exchanged, in four rounds of exchanges at distance 8, 4, 2, 1."""
    distance = _BLOCK // 2
    while distance:
        exchanged = list(vectors)
        for i in range(_BLOCK):
            if not i & distance:
                low, high = vectors[i], vectors[i + distance]
                lanes = range(_BLOCK)
                first = [_BLOCK + k - distance if k & distance else k for k in lanes]
                second = [_BLOCK + k if k & distance else k + distance for k in lanes]
                for place, mask in ((i, first), (i + distance, second)):
                    exchanged[place] = builder.shuffle_vector(low, high, ir.Constant(_VECTOR, mask))
        vectors, distance = exchanged, distance // 2
    return vectors


def _mover(*, onto_slate: bool) -> Any:
    """Return an intrinsic that copies what every tick changes between records and slate, for all lanes of a slate."""

    @intrinsic
    def move(_: Any, slate: Any, rows: Any, __: Any) -> Any:
        kind = LaneType(slate, rows.dtype)

        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            base = builder.bitcast(values[0], _BYTE.as_pointer())
            lane = cgutils.create_struct_proxy(kind)(context, builder)
            lane.slate = base

            def record(place: Any) -> Any:
                lane.place = place
                row = builder.load(_address(context, builder, kind, lane._getvalue(), "row"))
                return _record_at(context, builder, signature.args[1], values[1], row)

            def vector_at(address: Any) -> Any:
                return builder.bitcast(address, _VECTOR.as_pointer())

            def on_slate(place: Any, name: str) -> Any:
                start = builder.gep(base, [_INDEX(slate.offset(name))])
                return builder.gep(start, [builder.mul(place, _INDEX(4))])

            whole = builder.sdiv(values[2], _INDEX(_BLOCK))
            with cgutils.for_range(builder, whole) as block:
                first = builder.mul(block.index, _INDEX(_BLOCK))
                records = [record(builder.add(first, _INDEX(k))) for k in range(_BLOCK)]
                for start in range(0, len(EVERY_TICK), _BLOCK):
                    here = [vector_at(builder.gep(address, [_INDEX(4 * start)])) for address in records]
                    there = [vector_at(on_slate(first, name)) for name in EVERY_TICK[start : start + _BLOCK]]
                    sources, targets = (here, there) if onto_slate else (there, here)
                    loaded = [builder.load(source, align=4) for source in sources]
                    for target, vector in zip(targets, _transposed(builder, loaded), strict=True):
                        builder.store(vector, target, align=4)
            rest = builder.mul(whole, _INDEX(_BLOCK))
            with cgutils.for_range_slice(builder, rest, values[2], _INDEX(1)) as (place, _count):
                address = record(place)
                for k, name in enumerate(EVERY_TICK):
                    word = ir.IntType(32).as_pointer()
                    here = builder.bitcast(builder.gep(address, [_INDEX(4 * k)]), word)
                    there = builder.bitcast(on_slate(place, name), word)
                    source, target = (here, there) if onto_slate else (there, here)
                    builder.store(builder.load(source), target)
            return context.get_dummy_value()

        return types.none(slate, rows, types.int64), build

    return move


@intrinsic
def _send_for(_: Any, rows: Any, __: Any, ___: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), flag, flag, flag])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        record = _record_at(context, builder, signature.args[0], values[0], values[1])
        start = builder.gep(record, [builder.mul(values[2], _INDEX(64))])
        # to be read (or it would crowd the slate out of the nearest cache), to stay in the second one, data
        builder.call(prefetch, [start, flag(0), flag(2), flag(1)])
        return context.get_dummy_value()

    return types.none(rows, types.int64, types.int64), build


@intrinsic
def _held(_: Any, record: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        copy = cgutils.alloca_once(builder, values[0].type.pointee)
        cgutils.raw_memcpy(builder, copy, values[0], _INDEX(record.size), 1)
        return copy

    return record(record), build


@intrinsic
def _padded(_: Any, __: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.and_(builder.add(values[0], _INDEX(_BLOCK - 1)), _INDEX(-_BLOCK))

    return types.int64(types.int64), build


@intrinsic
def _stay_a_call(_: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.none(), build


@intrinsic
def _parts(_: Any, x: Any) -> Any:
    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        bits = builder.bitcast(values[0], _INDEX)
        exponent = builder.sub(builder.lshr(bits, _INDEX(52)), _INDEX(1022))
        half = builder.or_(builder.and_(bits, _INDEX((1 << 52) - 1)), _INDEX(1022 << 52))
        return context.make_tuple(builder, signature.return_type, [builder.bitcast(half, ir.DoubleType()), exponent])

    return types.Tuple([types.float64, types.int64])(types.float64), build


PRIMITIVES: dict[Callable[..., Any], Any] = {
    plain.lane: _lane,
    plain.member: _member,
    plain.pick_up: _mover(onto_slate=True),
    plain.put_back: _mover(onto_slate=False),
    plain.padded: _padded,
    plain.held: _held,
    plain.send_for: _send_for,
    plain.stay_a_call: _stay_a_call,
    parts: _parts,
}
"""What stands for the functions of `slate` in compiled code."""
