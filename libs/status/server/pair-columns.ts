export type PairColumn =
  Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Field of all rows: that of slot i is `values[i * stride + place]`. */
export interface StoredColumn {
  values: PairColumn;
  stride: number;
  place: number;
}

/** Returns fields by name; `fields` are their places within a row. */
export function columnsOf(
  values: PairColumn,
  stride: number,
  fields: Readonly<Record<string, number>>,
): Record<string, StoredColumn> {
  return Object.fromEntries(Object.entries(fields).map(([name, place]) => [name, { values, stride, place }]));
}

/** Returns the fields of the given slots, in their order, as columns. */
export function gatherColumns(
  fields: Readonly<Record<string, StoredColumn>>,
  slots: readonly number[],
): Record<string, PairColumn> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { values, stride, place }]) => {
      const Column = values.constructor as new (length: number) => PairColumn;
      const column = new Column(slots.length);
      for (let at = 0; at < slots.length; at++) column[at] = values[slots[at] * stride + place];
      return [name, column];
    }),
  );
}

/** Writes columns to the given slots; a missing column is 0. */
export function scatterColumns(
  fields: Readonly<Record<string, StoredColumn>>,
  slots: readonly number[],
  columns: Record<string, ArrayLike<number>>,
): void {
  for (const [name, { values, stride, place }] of Object.entries(fields)) {
    const column = columns[name];
    for (let at = 0; at < slots.length; at++) values[slots[at] * stride + place] = column?.[at] ?? 0;
  }
}
